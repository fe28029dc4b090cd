import type { BucketTable } from "./bucket_table.ts";
import { cutDistinctId, isHashable } from "./bucketing.ts";
import type { BucketingIdentity, EvaluationPass, Pending } from "./rules.ts";
import type { EvaluationInput, FlagOutcome } from "./types.ts";

/** What a pass gives for one flag: an outcome, or that a bucket is missing. */
export type PassResult = FlagOutcome | Pending;

/** A bucket is missing; the pass has noted which. */
export const PENDING: Pending = Object.freeze({ kind: "pending" });

/** Prepares the passes of one evaluation. */
export function createPass(
  input: EvaluationInput,
  buckets: BucketTable,
): EvaluationPass {
  const identify = (value: string): BucketingIdentity => ({
    kind: "identity",
    value,
    row: buckets.getRow(value),
  });
  const { distinctId, deviceId } = input;
  const groups = new Map<string, BucketingIdentity>();
  for (const [groupType, { bucketingValue }] of input.groups) {
    if (bucketingValue !== undefined) {
      groups.set(groupType, identify(bucketingValue));
    }
  }
  return {
    input,
    person: identify(cutDistinctId(distinctId)),
    device: deviceId && isHashable(deviceId) ? identify(deviceId) : undefined,
    groups,
    missing: new Map(),
    outcomes: new Map(),
    pending: new Set(),
    cohorts: new Map(),
  };
}
