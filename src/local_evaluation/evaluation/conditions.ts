import { toRolloutSlot, toVariantSlot } from "./bucket_table.ts";
import {
  buildRolloutText,
  buildVariantText,
  pickVariant,
} from "./bucketing.ts";
import { findIdentity } from "./identity.ts";
import { combine } from "./kleene.ts";
import { type PassResult, PENDING } from "./pass.ts";
import type {
  BucketingIdentity,
  ConditionRule,
  EvaluationPass,
  FlagRule,
} from "./rules.ts";
import {
  buildInconclusive,
  type FlagOutcome,
  type FlagValue,
  type LocalReason,
  NO,
} from "./types.ts";

/** The value of a flag that nothing turns on. */
const OFF = false;

const MISSING_GROUP: FlagOutcome = Object.freeze({ kind: "missing-group" });
const OUT_OF_ROLLOUT = buildFalse("out_of_rollout_bound");
const NO_MATCH = buildFalse("no_condition_match");

/** What the conditions looked at so far leave possible. */
interface Tally {
  /** The first possible value, and the condition that gives it; the index is lost when several do. */
  value: FlagValue | undefined;
  index: number | undefined;
  /** Whether another value is possible too. */
  isAmbiguous: boolean;
  /** Why the first unknown condition is unknown. */
  doubt: string | undefined;
  /** Whether a match (a rollout's, a dependency's), or a variant, waits for a bucket. */
  lacksMatch: boolean;
  lacksVariant: boolean;
  /** Whether properties matched, or may have, and the rollout did not. */
  isOutOfRollout: boolean;
}

/**
 * Decides a flag's conditions in stored order, collecting every value that remains possible: an unknown condition
 * may match or not, so a later match counts only when both worlds agree on the value.
 *
 * A missing bucket, of the rollout or of a flag depended on, leaves one condition open and the others are looked
 * at nevertheless, so that one request brings the digests of all. A variant is asked for only once it is known
 * who is in.
 */
export function decideConditions(
  rule: FlagRule,
  pass: EvaluationPass,
): PassResult {
  const tally: Tally = {
    value: undefined,
    index: undefined,
    isAmbiguous: false,
    doubt: undefined,
    lacksMatch: false,
    lacksVariant: false,
    isOutOfRollout: false,
  };
  let skipped = 0;
  for (const condition of rule.conditions) {
    const identity = findIdentity(condition.aggregation, pass);
    if (identity.kind === "missing-group") {
      skipped++;
      continue;
    }
    const answer = combine(condition.tests, pass, NO);
    if (answer.kind === "no") continue;
    if (answer.kind === "pending") {
      tally.lacksMatch = true;
      continue;
    }
    if (answer.kind === "server") {
      return isPending(tally)
        ? PENDING
        : { kind: "requires-server", reason: answer.reason };
    }
    // Neither its rollout nor its value can be told, so nothing behind it matters.
    if (identity.kind === "unknown") {
      return isPending(tally) ? PENDING : buildInconclusive(identity.reason);
    }
    const isFinal = countCondition(rule, condition, identity, tally, pass);
    if (answer.kind === "unknown") tally.doubt ??= answer.reason;
    else if (isFinal) return conclude(tally);
  }
  if (skipped > 0 && skipped === rule.conditions.length) return MISSING_GROUP;
  addPossible(tally, OFF, undefined);
  return conclude(tally);
}

/** Adds what a condition gives if its properties match; whether nothing behind it counts then. */
function countCondition(
  rule: FlagRule,
  condition: ConditionRule,
  identity: BucketingIdentity,
  tally: Tally,
  pass: EvaluationPass,
): boolean {
  const isIn = isInRollout(rule, condition, identity, pass);
  if (isIn === undefined) {
    tally.lacksMatch = true;
    return rule.hasEarlyExit;
  }
  if (!isIn) {
    tally.isOutOfRollout = true;
    if (rule.hasEarlyExit) addPossible(tally, OFF, condition.index);
    return rule.hasEarlyExit;
  }
  const value = condition.fixedValue ??
    (tally.lacksMatch ? undefined : findVariant(rule, identity, pass));
  if (value === undefined) tally.lacksVariant = true;
  else addPossible(tally, value, condition.index);
  return true;
}

/** Undefined where the bucket is missing, which is then noted. */
function isInRollout(
  rule: FlagRule,
  { share }: ConditionRule,
  { value, row }: BucketingIdentity,
  pass: EvaluationPass,
): boolean | undefined {
  // At 0 a bucket of exactly 0 would be in: one id of 2^60, not worth a digest for everybody else.
  if (share >= 1 || share <= 0) return share >= 1;
  const slot = toRolloutSlot(rule.index);
  const bucket = row[slot] ?? NaN;
  // Inclusive, while variants' bounds are exclusive.
  if (!Number.isNaN(bucket)) return bucket <= share;
  pass.missing.set(buildRolloutText(rule.key, value), { row, slot });
  return undefined;
}

/** A bucket beyond the last variant gives `true`; undefined where the bucket is missing, which is then noted. */
function findVariant(
  rule: FlagRule,
  { value, row }: BucketingIdentity,
  pass: EvaluationPass,
): string | true | undefined {
  const slot = toVariantSlot(rule.index);
  const bucket = row[slot] ?? NaN;
  if (!Number.isNaN(bucket)) return pickVariant(rule.variants, bucket) ?? true;
  pass.missing.set(buildVariantText(rule.key, value), { row, slot });
  return undefined;
}

function addPossible(
  tally: Tally,
  value: FlagValue,
  index: number | undefined,
): void {
  if (tally.value === undefined) {
    tally.value = value;
    tally.index = index;
  } else if (tally.value !== value) {
    tally.isAmbiguous = true;
  } else {
    tally.index = undefined;
  }
}

function conclude(tally: Tally): PassResult {
  if (isPending(tally)) return PENDING;
  const {
    value = false,
    index,
    isAmbiguous,
    doubt = "a condition can't be decided",
  } = tally;
  if (isAmbiguous) return buildInconclusive(doubt);
  if (value === false) return tally.isOutOfRollout ? OUT_OF_ROLLOUT : NO_MATCH;
  return {
    kind: "value",
    value,
    reason: "condition_match",
    conditionIndex: index,
  };
}

function isPending(tally: Tally): boolean {
  return tally.lacksMatch || tally.lacksVariant;
}

function buildFalse(reason: LocalReason): FlagOutcome {
  return Object.freeze({
    kind: "value",
    value: false,
    reason,
    conditionIndex: undefined,
  });
}
