/** A map of at most `limit` entries: when full, the entry used longest ago makes room for the new one. */
export class BoundedMap<K, V> extends Map<K, V> {
  readonly #limit: number;

  /** Holds nothing yet. */
  constructor(limit: number) {
    super();
    this.#limit = limit;
  }

  /** The value of the key, which then counts as used just now. */
  override get(key: K): V | undefined {
    const value = super.get(key);
    if (this.delete(key)) super.set(key, value as V);
    return value;
  }

  /** Whether the key is held; counts as a use. */
  override has(key: K): boolean {
    const isHeld = super.has(key);
    if (isHeld) this.get(key);
    return isHeld;
  }

  /** Adds or replaces an entry, dropping the oldest one at the limit. */
  override set(key: K, value: V): this {
    this.delete(key);
    if (this.size >= this.#limit) this.delete(this.keys().next().value as K);
    return this.#limit > 0 ? super.set(key, value) : this;
  }
}
