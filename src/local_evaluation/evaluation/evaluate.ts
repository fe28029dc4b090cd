import type { FlagOutcome } from "./outcome.ts";
import { HOLDOUT_SLOT } from "./bucket_table.ts";
import { buildHoldoutText } from "./bucketing.ts";
import { decideConditions, decline } from "./conditions.ts";
import { findIdentity } from "./identity.ts";
import { findBucket, type PassResult, PENDING } from "./pass.ts";
import type { EvaluationPass, FlagRule } from "./rules.ts";
import {
  buildDecision,
  buildInconclusive,
  buildUnknown,
  OMITTED,
  UNSUPPORTED,
} from "./types.ts";

const UNKNOWN_MODE = buildInconclusive(
  "the flag's way of matching evaluation contexts is not known",
  UNSUPPORTED,
);
const NO_DEVICE_ID = buildUnknown(
  "the flag is bucketed by device, and no usable device id is given",
);
const NO_ENROLLMENT = buildInconclusive(
  "whether the person enrolled is not given",
);
const NO_HOLDOUT_ID = buildUnknown(
  "the group whose holdout counts is not given",
);

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
  const { contexts, outcome, aggregation, holdout, conditions } = rule;
  const given = pass.input.evaluationContexts;
  if (given.length > 0 && contexts.length > 0) {
    if (!rule.matchesAnyContext) return UNKNOWN_MODE;
    if (!contexts.some((context) => given.includes(context))) return OMITTED;
  }
  if (outcome) return outcome;
  if (aggregation.kind === "device" && !pass.device) {
    return decline(conditions, pass, NO_DEVICE_ID);
  }
  if (rule.hasEnrollment) return decideEnrollment(rule, pass);
  if (holdout) {
    const identity = findIdentity(aggregation, pass);
    if (identity.kind !== "identity") {
      return decline(conditions, pass, NO_HOLDOUT_ID);
    }
    const { share, decision } = holdout;
    const bucket = share >= 1 ? 0 : findBucket(
      pass,
      identity,
      HOLDOUT_SLOT,
      buildHoldoutText,
      identity.value,
    );
    if (bucket === undefined) return PENDING;
    if (bucket <= share) return decision;
  }
  return decideConditions(rule, pass);
}

/** Only boolean true and the text "true" enrol; any other value opts out. */
function decideEnrollment(
  { key }: FlagRule,
  { input }: EvaluationPass,
): FlagOutcome {
  const value = input.personProperties.get(`$feature_enrollment/${key}`);
  if (value === undefined) return NO_ENROLLMENT;
  return buildDecision(
    value === true || value === "true",
    "super_condition_value",
  );
}
