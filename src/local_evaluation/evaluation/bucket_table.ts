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

/** What a row takes beside its numbers, generously: a typed array, its buffer, and the copied key. */
const ROW_BYTES = 400;

/** Creates a table; the ids used longest ago make room for a new one. */
export function createBucketTable(): BucketTable {
  const rows = new BoundedMap<string, BucketRow>(
    Infinity,
    ({ byteLength }) => ROW_BYTES + byteLength,
  );
  return {
    getRow(bucketingValue, ruleCount) {
      const width = toRolloutSlot(ruleCount);
      const known = rows.get(bucketingValue);
      if (known && known.length >= width) return known;
      const row = new Float64Array(width).fill(NaN);
      // Whoever works with the narrow row has room enough in it.
      if (known) row.set(known);
      // A copy: an id that was cut out of a longer text keeps the whole of it in memory.
      rows.set(JSON.parse(JSON.stringify(bucketingValue)), row);
      return row;
    },
  };
}
