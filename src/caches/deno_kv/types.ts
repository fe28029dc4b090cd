/** A part of a key. */
export type DenoKvKeyPart = string | number | bigint | boolean | Uint8Array;

/** A key with what is stored there: a value of null where there is nothing. */
export interface DenoKvEntryLike {
  /** The key. */
  readonly key: readonly unknown[];
  /** The value. */
  readonly value: unknown;
  /** Changes with each write; null where there is nothing. */
  readonly versionstamp: string | null;
}

/** Writes that are made together or not at all. */
export interface DenoKvAtomicLike {
  /** Makes the writes depend on the key's being as it was read. */
  check(
    entry: {
      readonly key: readonly DenoKvKeyPart[];
      readonly versionstamp: string | null;
    },
  ): DenoKvAtomicLike;
  /** Stores a value, which may go away `expireIn` ms later. */
  set(
    key: readonly DenoKvKeyPart[],
    value: unknown,
    options?: { readonly expireIn?: number },
  ): DenoKvAtomicLike;
  /** Removes a value. */
  delete(key: readonly DenoKvKeyPart[]): DenoKvAtomicLike;
  /** Makes the writes; not `ok` when a check failed. */
  commit(): Promise<{ readonly ok: boolean }>;
}

/** The part of `Deno.Kv` that the cache uses. */
export interface DenoKvLike {
  /** Reads one key. */
  get(key: readonly DenoKvKeyPart[]): Promise<DenoKvEntryLike>;
  /** Reads the keys that begin with `prefix`, in order, up to `end`. */
  list(
    selector: {
      readonly prefix: readonly DenoKvKeyPart[];
      readonly end?: readonly DenoKvKeyPart[];
    },
  ): AsyncIterable<DenoKvEntryLike>;
  /** Begins writes. */
  atomic(): DenoKvAtomicLike;
  /** Closes the database. */
  close(): void;
}
