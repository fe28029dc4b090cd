/** A list that keeps its newest entries. */
export interface RecentList<T> {
  /** The entries, oldest first: always the same array. */
  readonly entries: readonly T[];
  /** Adds an entry, dropping the oldest past the limit. */
  add(entry: T): void;
  /** Forgets everything. */
  clear(): void;
}

/** Creates a {@linkcode RecentList} of at most `limit` entries. */
export function createRecentList<T>(limit: number): RecentList<T> {
  const entries: T[] = [];
  return {
    entries,
    add(entry) {
      entries.push(entry);
      if (entries.length > limit) entries.shift();
    },
    clear() {
      entries.length = 0;
    },
  };
}
