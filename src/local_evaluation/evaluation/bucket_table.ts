import { BoundedMap } from "../../core/bounded_map.ts";

/** The buckets of one bucketing value, by slot; NaN where one is not known. */
export type BucketRow = ReturnType<Float64ArrayConstructor["of"]>;

/** The slot of the bucket for holdouts. */
export const HOLDOUT_SLOT = 0;

/** The slot of a rule's rollout bucket. */
export function toRolloutSlot(ruleIndex: number): number {
  return 1 + 2 * ruleIndex;
}

/** The slot of a rule's variant bucket. */
export function toVariantSlot(ruleIndex: number): number {
  return 2 + 2 * ruleIndex;
}

/** The known buckets of the ids seen lately, for one set of flags. */
export interface BucketTable {
  /** The row of a bucketing value, empty for a new one, with the slots of so many rules at least. */
  getRow(bucketingValue: string, ruleCount: number): BucketRow;
}

/** Numbers held at most: two megabytes. */
const MAX_BUCKETS = 250_000;

/** Fewer ids would not even serve one request's. */
const MIN_ROWS = 16;

/** Creates a table for `maxRuleCount` rules; the id used longest ago makes room for a new one. */
export function createBucketTable(maxRuleCount: number): BucketTable {
  const rows = new BoundedMap<string, BucketRow>(
    Math.max(
      MIN_ROWS,
      Math.floor(MAX_BUCKETS / toRolloutSlot(maxRuleCount)),
    ),
  );
  return {
    getRow(bucketingValue, ruleCount) {
      const width = toRolloutSlot(ruleCount);
      const known = rows.get(bucketingValue);
      if (known && known.length >= width) return known;
      const row = new Float64Array(width).fill(NaN);
      // Whoever works with the narrow row has room enough in it.
      if (known) row.set(known);
      rows.set(bucketingValue, row);
      return row;
    },
  };
}
