import { HOLDOUT_SLOT } from "./bucket_table.ts";
import { buildHoldoutText } from "./bucketing.ts";
import { decideConditions } from "./conditions.ts";
import { findIdentity } from "./identity.ts";
import { type PassResult, PENDING } from "./pass.ts";
import type { BucketingIdentity, EvaluationPass, FlagRule } from "./rules.ts";
import {
  buildInconclusive,
  type FlagDecision,
  type FlagOutcome,
} from "./types.ts";

const OMITTED: FlagOutcome = Object.freeze({ kind: "omitted" });
const UNKNOWN_MODE = buildInconclusive(
  "the flag's way of matching evaluation contexts is not known",
);
const NO_DEVICE_ID = buildInconclusive(
  "the flag is bucketed by device, and no usable device id is given",
);
const NO_ENROLLMENT = buildInconclusive(
  "whether the person enrolled is not given",
);
const NO_HOLDOUT_ID = buildInconclusive(
  "the group whose holdout counts is not given",
);
const ENROLLED: FlagOutcome = buildEnrollment({ value: true });
const NOT_ENROLLED: FlagOutcome = buildEnrollment({ value: false });

/**
 * Evaluates one flag over the buckets that are known, once a pass, however many flags depend on it. Synchronous,
 * pure but for what it notes in the pass, total.
 */
export function evaluateRule(rule: FlagRule, pass: EvaluationPass): PassResult {
  const known = pass.outcomes.get(rule);
  if (known) return known;
  if (pass.pending.has(rule)) return PENDING;
  const result = decideRule(rule, pass);
  if (result.kind === "pending") pass.pending.add(rule);
  else pass.outcomes.set(rule, result);
  return result;
}

/** The gates stand in the server's order, which decides where several apply. */
function decideRule(rule: FlagRule, pass: EvaluationPass): PassResult {
  if (rule.settled) return rule.settled;
  const { evaluationContexts } = pass.input;
  if (
    evaluationContexts.size > 0 && rule.definition.evaluationContexts.length > 0
  ) {
    if (!rule.definition.matchesAnyContext) return UNKNOWN_MODE;
    if (
      !rule.definition.evaluationContexts.some((context) =>
        evaluationContexts.has(context)
      )
    ) return OMITTED;
  }
  if (rule.blocked) return rule.blocked;
  if (rule.aggregation.kind === "device" && !pass.device) return NO_DEVICE_ID;
  if (rule.enrollmentProperty !== undefined) {
    return decideEnrollment(rule.enrollmentProperty, pass);
  }
  if (rule.holdout) {
    const identity = findIdentity(rule.aggregation, pass);
    if (identity.kind !== "identity") return NO_HOLDOUT_ID;
    const isHeldOut = rule.holdout.share >= 1 ||
      isWithinHoldout(rule.holdout.share, identity, pass);
    if (isHeldOut === undefined) return PENDING;
    if (isHeldOut) return rule.holdout.decision;
  }
  return decideConditions(rule, pass);
}

/** Only boolean true and the text "true" enrol; any other value opts out. */
function decideEnrollment(
  property: string,
  { input }: EvaluationPass,
): FlagOutcome {
  const value = input.personProperties.get(property);
  if (value === undefined) return NO_ENROLLMENT;
  return value === true || value === "true" ? ENROLLED : NOT_ENROLLED;
}

function isWithinHoldout(
  share: number,
  identity: BucketingIdentity,
  pass: EvaluationPass,
): boolean | undefined {
  const bucket = identity.row[HOLDOUT_SLOT] ?? NaN;
  if (!Number.isNaN(bucket)) return bucket <= share;
  pass.missing.set(buildHoldoutText(identity.value), {
    row: identity.row,
    slot: HOLDOUT_SLOT,
  });
  return undefined;
}

function buildEnrollment({ value }: { readonly value: boolean }): FlagDecision {
  const reason = "super_condition_value";
  return Object.freeze({
    kind: "value",
    value,
    reason,
    conditionIndex: undefined,
  });
}
