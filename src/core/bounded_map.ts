/** A map of at most `limit` entries: when full, the entry used longest ago makes room for the new one. */
export interface BoundedMap<K, V> {
  /** The number of entries held. */
  readonly size: number;
  /** The value of the key, which then counts as used just now. */
  get(key: K): V | undefined;
  /** Whether the key is held; counts as a use. */
  has(key: K): boolean;
  /** Adds or replaces an entry, dropping the oldest one at the limit. */
  set(key: K, value: V): void;
  /** Forgets everything. */
  clear(): void;
}

/** Creates a {@linkcode BoundedMap} of at most `limit` entries. */
export function createBoundedMap<K, V>(limit: number): BoundedMap<K, V> {
  const entries = new Map<K, V>();
  const has = (key: K) => {
    if (!entries.has(key)) return false;
    const value = entries.get(key) as V;
    entries.delete(key);
    entries.set(key, value);
    return true;
  };
  return {
    get size() {
      return entries.size;
    },
    has,
    get: (key) => has(key) ? entries.get(key) : undefined,
    set(key, value) {
      entries.delete(key);
      if (entries.size >= limit) {
        for (const oldest of entries.keys()) {
          entries.delete(oldest);
          break;
        }
      }
      if (limit > 0) entries.set(key, value);
    },
    clear: () => entries.clear(),
  };
}
