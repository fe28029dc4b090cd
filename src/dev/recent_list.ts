/** A list that keeps its newest entries. */
export interface RecentList<T> {
  /** The entries, oldest first: always the same array. */
  readonly entries: readonly T[];
  /** Adds an entry, dropping the oldest past the limits. The newest stays, whatever its weight (default: 0). */
  add(entry: T, weight?: number): void;
  /** Forgets everything. */
  clear(): void;
}

/** Creates a {@linkcode RecentList} of at most `limit` entries, of at most `maxWeight` together. */
export function createRecentList<T>(
  limit: number,
  maxWeight: number = Infinity,
): RecentList<T> {
  const entries: T[] = [];
  const weights: number[] = [];
  let total = 0;
  return {
    entries,
    add(entry, weight = 0) {
      entries.push(entry);
      weights.push(weight);
      total += weight;
      while (
        entries.length > limit || total > maxWeight && entries.length > 1
      ) {
        entries.shift();
        total -= weights.shift() ?? 0;
      }
    },
    clear() {
      entries.length = weights.length = total = 0;
    },
  };
}
