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

/** The known buckets of the ids seen lately, for one set of compiled flags. */
export interface BucketTable {
  /** The row of a bucketing value, empty for a new one. */
  getRow(bucketingValue: string): BucketRow;
}

/** Numbers held at most: two megabytes. */
const MAX_BUCKETS = 250_000;

/** Fewer ids would not even serve one request's. */
const MIN_ROWS = 16;

/** Creates a table for `ruleCount` rules; the id used longest ago makes room for a new one. */
export function createBucketTable(ruleCount: number): BucketTable {
  const width = 1 + 2 * ruleCount;
  const rows = new BoundedMap<string, BucketRow>(
    Math.max(MIN_ROWS, Math.floor(MAX_BUCKETS / width)),
  );
  return {
    getRow(bucketingValue) {
      const known = rows.get(bucketingValue);
      if (known) return known;
      const row = new Float64Array(width).fill(NaN);
      rows.set(bucketingValue, row);
      return row;
    },
  };
}
