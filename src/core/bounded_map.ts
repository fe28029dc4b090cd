/** What any such map holds at most, in bytes at a guess: visitors choose ids and names. An isolate has 128 MiB. */
export const MAX_MAP_BYTES: number = 4 * 2 ** 20;

/** What the map itself takes for each entry, and the text of its key beside the letters. */
const ENTRY_BYTES = 80;

/**
 * A map of at most `limit` entries and 4 MiB: when full, the entries used longest ago make room for the new one. What is
 * larger than that by itself is not held.
 */
export class BoundedMap<K extends string | number, V> extends Map<K, V> {
  readonly #limit: number;
  readonly #weigh: (value: V) => number;
  #bytes = 0;

  /**
   * Holds nothing yet.
   *
   * @param weigh The bytes of a value, which never change. Default: none.
   */
  constructor(limit: number, weigh: (value: V) => number = () => 0) {
    super();
    this.#limit = limit;
    this.#weigh = weigh;
  }

  /** The value of the key, which then counts as used just now. */
  override get(key: K): V | undefined {
    const value = super.get(key);
    if (super.delete(key)) super.set(key, value as V);
    return value;
  }

  /** Whether the key is held; counts as a use. */
  override has(key: K): boolean {
    const isHeld = super.has(key);
    if (isHeld) this.get(key);
    return isHeld;
  }

  /** Adds or replaces an entry, dropping the oldest ones at a limit. */
  override set(key: K, value: V): this {
    this.delete(key);
    const bytes = this.#measure(key, value);
    if (this.#limit <= 0 || bytes > MAX_MAP_BYTES) return this;
    if (this.size >= this.#limit) this.#dropOldest(0);
    // Some at once: each walk to the oldest passes by where those before it were.
    if (this.#bytes + bytes > MAX_MAP_BYTES) {
      this.#dropOldest(this.#bytes + bytes - MAX_MAP_BYTES * 15 / 16);
    }
    this.#bytes += bytes;
    return super.set(key, value);
  }

  override delete(key: K): boolean {
    const value = super.get(key);
    const isHeld = super.delete(key);
    if (isHeld) this.#bytes -= this.#measure(key, value as V);
    return isHeld;
  }

  override clear(): void {
    super.clear();
    this.#bytes = 0;
  }

  /** Drops one, and others until so many bytes are free. */
  #dropOldest(bytes: number): void {
    const left = this.#bytes - bytes;
    for (const key of this.keys()) {
      this.delete(key);
      if (this.#bytes <= left) return;
    }
  }

  /** Letters take two bytes; those of a text without any beyond Latin-1 one, which it would take longer to find out. */
  #measure(key: K, value: V): number {
    const letters = typeof key === "string" ? key.length : 0;
    return ENTRY_BYTES + 2 * letters + this.#weigh(value);
  }
}
