import type { EvaluationInput } from "../../flags/input.ts";
import type { FlagOutcome } from "./outcome.ts";
import { cutDistinctId, isHashable } from "./bucketing.ts";
import type {
  BucketingIdentity,
  EvaluationPass,
  FlagDefinitions,
  Pending,
} from "./rules.ts";
import { toText } from "./text.ts";
import { createSearches } from "./text_search.ts";

/** What a pass gives for one flag: an outcome, or that a bucket is missing. */
export type PassResult = FlagOutcome | Pending;

/** A bucket is missing; the pass has noted which. */
export const PENDING: Pending = { kind: "pending" };

/** The bucket in a place of an identity's row; undefined where it is missing: then the text to hash is noted. */
export function findBucket(
  pass: EvaluationPass,
  { value, row }: BucketingIdentity,
  slot: number,
  buildText: (flagKey: string, value: string) => string,
  flagKey: string,
): number | undefined {
  const bucket = row[slot] ?? NaN;
  if (!Number.isNaN(bucket)) return bucket;
  pass.missing.set(buildText(flagKey, value), { row, slot });
  return undefined;
}

/** Prepares the passes of one evaluation, once everything that it may look at is compiled. */
export function createPass(
  input: EvaluationInput,
  { buckets, flags }: FlagDefinitions,
): EvaluationPass {
  const identify = (value: string): BucketingIdentity => ({
    kind: "identity",
    value,
    row: buckets.getRow(value, flags.compiledCount),
  });
  const { distinctId, deviceId } = input;
  const groups = new Map<string, BucketingIdentity>();
  for (const [groupType, key] of input.groups) {
    // A key without a certain text, or too long, can't be hashed.
    const text = toText(key);
    if (text !== undefined && isHashable(text)) {
      groups.set(groupType, identify(text));
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
    searches: createSearches(),
    cohorts: new Map(),
  };
}
