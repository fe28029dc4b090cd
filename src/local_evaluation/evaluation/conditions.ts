import type { Doubt, FlagOutcome } from "./outcome.ts";
import type { FlagValue } from "../../flags/results.ts";
import { toRolloutSlot, toVariantSlot } from "./bucket_table.ts";
import {
  buildRolloutText,
  buildVariantText,
  pickVariant,
} from "./bucketing.ts";
import { findIdentity } from "./identity.ts";
import { combine } from "./kleene.ts";
import { findBucket, type PassResult, PENDING } from "./pass.ts";
import type {
  BucketingIdentity,
  ConditionRule,
  EvaluationPass,
  FlagRule,
} from "./rules.ts";
import { type Answer, buildDecision, NO, OFF, pickWorse } from "./types.ts";

const MISSING_GROUP: FlagOutcome = { kind: "missing-group" };
const OUT_OF_ROLLOUT = buildDecision(OFF, "out_of_rollout_bound");
const NO_MATCH = buildDecision(OFF, "no_condition_match");

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
  const { conditions, hasEarlyExit } = rule;
  // The first possible value, and the condition that gives it; the index is lost when several do.
  let value: FlagValue | undefined;
  let index: number | undefined;
  let isAmbiguous = false;
  // The worst of what makes conditions unknown that may decide.
  let doubt: Extract<Answer, { kind: "unknown" }> | undefined;
  // Whether a match (a rollout's, a dependency's), or a variant, waits for a bucket.
  let lacksMatch = false;
  let lacksVariant = false;
  // Whether properties matched, or may have, and the rollout did not.
  let isOutOfRollout = false;
  let skipped = 0;
  // A condition that ends the evaluation leaves nothing to the flag being off.
  let isOpen = true;
  for (const [place, condition] of conditions.entries()) {
    const identity = findIdentity(condition.aggregation, pass);
    if (identity.kind === "missing-group") {
      skipped++;
      continue;
    }
    const answer = combine(condition.tests, pass, NO);
    if (answer.kind === "no") continue;
    if (answer.kind === "pending") {
      lacksMatch = true;
      continue;
    }
    const isWaiting = lacksMatch || lacksVariant;
    if (answer.kind === "server") {
      return isWaiting
        ? PENDING
        : { ...pickWorse<Doubt>(doubt, answer), kind: "requires-server" };
    }
    const worst = answer.kind === "unknown" ? pickWorse(doubt, answer) : doubt;
    // Neither its rollout nor its value can be told, so nothing behind it matters.
    if (identity.kind === "unknown") {
      return isWaiting
        ? PENDING
        : decline(conditions, pass, pickWorse(worst, identity));
    }
    const isIn = isInRollout(rule, condition, identity, pass);
    let possible: FlagValue | undefined;
    if (isIn) {
      possible = condition.fixedValue ??
        (lacksMatch ? undefined : findVariant(rule, identity, pass));
      if (possible === undefined) lacksVariant = true;
    } else if (isIn === undefined) lacksMatch = true;
    else {
      isOutOfRollout = true;
      if (hasEarlyExit) possible = OFF;
    }
    if (possible !== undefined) {
      doubt = worst;
      isAmbiguous ||= value !== undefined && value !== possible;
      index = value === undefined ? place : undefined;
      value ??= possible;
    }
    if (answer.kind !== "unknown" && (isIn || hasEarlyExit)) {
      isOpen = false;
      break;
    }
  }
  if (isOpen) {
    if (skipped > 0 && skipped === conditions.length) return MISSING_GROUP;
    // Nobody matched, so far as is known.
    isAmbiguous ||= (value ?? OFF) !== OFF;
  }
  if (lacksMatch || lacksVariant) return PENDING;
  if (isAmbiguous && doubt) return { ...doubt, kind: "inconclusive" };
  return value === undefined || value === OFF
    ? isOutOfRollout ? OUT_OF_ROLLOUT : NO_MATCH
    : buildDecision(value, "condition_match", index);
}

/** The outcome of a flag without an id to hash, with the worst of all that stands in the way of deciding it. */
export function decline(
  conditions: readonly ConditionRule[],
  pass: EvaluationPass,
  doubt: Doubt,
): PassResult {
  let worst = doubt;
  for (const { tests } of conditions) {
    const answer = combine(tests, pass, NO);
    if (answer.kind === "pending") return PENDING;
    if (answer.kind === "unknown" || answer.kind === "server") {
      worst = pickWorse(worst, answer);
    }
  }
  return { ...worst, kind: "inconclusive" };
}

/** Undefined where the bucket is missing. */
function isInRollout(
  { key, index }: FlagRule,
  { percentage }: ConditionRule,
  identity: BucketingIdentity,
  pass: EvaluationPass,
): boolean | undefined {
  // At 0 a bucket of exactly 0 would be in: one id of 2^60, not worth a digest for everybody else.
  if (percentage >= 100 || percentage <= 0) return percentage >= 100;
  const slot = toRolloutSlot(index);
  const bucket = findBucket(pass, identity, slot, buildRolloutText, key);
  // Inclusive, while variants' bounds are exclusive.
  return bucket === undefined ? undefined : bucket <= percentage / 100;
}

/** A bucket beyond the last variant gives `true`; undefined where the bucket is missing. */
function findVariant(
  { key, index, variants }: FlagRule,
  identity: BucketingIdentity,
  pass: EvaluationPass,
): string | true | undefined {
  const slot = toVariantSlot(index);
  const bucket = findBucket(pass, identity, slot, buildVariantText, key);
  return bucket === undefined
    ? undefined
    : pickVariant(variants, bucket) ?? true;
}
