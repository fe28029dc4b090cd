import type { KvNamespaceLike } from "../../src/caches/types.ts";
import type { Clock } from "../../src/core/clock.ts";

/** How the KV behaves. */
export interface VirtualKvOptions {
  /**
   * After this many ms a write is seen at every location, however long `cacheTtl` keeps older answers there (but not
   * sooner than that). Default 60 000, the platform's figure. 0: one consistency domain, whatever `cacheTtl` says.
   */
  readonly consistencyMs?: number;
  /** How long a read takes, in ms. Default 0. */
  readonly readMs?: number;
  /** How long a write takes, in ms; it counts from its end. Default 0. */
  readonly writeMs?: number;
}

/** What was asked of the KV. */
export interface VirtualKvCounts {
  /** Reads, those answered by a location's cache included: they are billed, too. */
  readonly reads: number;
  /** Writes that were taken. */
  readonly writes: number;
  /** Writes refused because the key had been written less than a second before. */
  readonly refused: number;
}

/** A Workers KV namespace on a virtual clock. */
export interface VirtualKv {
  /** The namespace as a Worker at this location sees it. Default: one location for all who name none. */
  at(location?: string): KvNamespaceLike;
  /** What was asked so far: of all keys, or of one. */
  counts(key?: string): VirtualKvCounts;
  /** What is stored for good, whoever may see it by now; undefined for a missing key. */
  stored(key: string): StoredValue | undefined;
  /** Removes a key at once and everywhere, as nobody can: for tests of what is lost. */
  remove(key: string): void;
}

/** A value with its metadata. */
export interface StoredValue {
  /** The text that was put. */
  readonly value: string;
  /** Its metadata, as JSON. */
  readonly metadata: string | undefined;
}

interface Version extends StoredValue {
  readonly at: number;
  readonly location: string;
}

/** What a location remembers of a key: a version, or that there is none. */
interface Remembered {
  readonly version: Version | undefined;
  readonly until: number;
}

/** Older versions than the newest that everybody sees are of no use; a few are kept for those who don't yet. */
const MAX_VERSIONS = 200;

/**
 * Creates a Workers KV as its documentation has it: a write is seen at once where it was made and up to
 * `consistencyMs` later elsewhere; a location keeps what it read, "not found" included, for `cacheTtl`; a key takes
 * one write a second; limits are enforced with the platform's messages.
 */
export function createVirtualKv(
  clock: Clock,
  options: VirtualKvOptions = {},
): VirtualKv {
  const { consistencyMs = 60_000, readMs = 0, writeMs = 0 } = options;
  const versions = new Map<string, Version[]>();
  const caches = new Map<string, Map<string, Remembered>>();
  const counts = new Map<
    string,
    { reads: number; writes: number; refused: number }
  >();

  const count = (key: string, what: keyof VirtualKvCounts) => {
    const own = counts.get(key) ?? { reads: 0, writes: 0, refused: 0 };
    own[what]++;
    counts.set(key, own);
  };

  const read = (location: string, key: string, ttlMs: number) => {
    const cache = caches.get(location) ?? new Map<string, Remembered>();
    caches.set(location, cache);
    const now = clock.now();
    const remembered = cache.get(key);
    if (remembered && now < remembered.until) return remembered.version;
    const delayMs = Math.max(0, consistencyMs - ttlMs);
    const version = versions.get(key)?.findLast((candidate) =>
      candidate.location === location || now - candidate.at >= delayMs
    );
    const until = consistencyMs === 0 ? now : now + ttlMs;
    cache.set(key, { version, until });
    return version;
  };

  const write = (location: string, key: string, value: StoredValue) => {
    const now = clock.now();
    const list = versions.get(key) ?? [];
    const last = list.at(-1);
    if (last && now - last.at < 1000) {
      count(key, "refused");
      throw new Error("KV PUT failed: 429 Too Many Requests");
    }
    count(key, "writes");
    const version = { ...value, at: now, location };
    list.push(version);
    if (list.length > MAX_VERSIONS) list.shift();
    versions.set(key, list);
    const cache = caches.get(location);
    const remembered = cache?.get(key);
    if (remembered) cache?.set(key, { ...remembered, version });
  };

  return {
    at: (location = "") => ({
      async getWithMetadata(key, { type, cacheTtl }) {
        checkKey(key);
        if (!(cacheTtl >= 30)) {
          throw new Error(
            `KV GET failed: 400 Invalid cache_ttl of ${cacheTtl}. Cache TTL must be at least 30.`,
          );
        }
        if (readMs > 0) await clock.sleep(readMs);
        count(key, "reads");
        const version = read(location, key, cacheTtl * 1000);
        if (!version) return { value: null, metadata: null };
        const { value, metadata } = version;
        return {
          value: type === "json" ? JSON.parse(value) : value,
          metadata: metadata === undefined ? null : JSON.parse(metadata),
        };
      },
      async put(key, value, { metadata: given } = {}) {
        checkKey(key);
        const metadata = given === undefined
          ? undefined
          : JSON.stringify(given);
        const encoder = new TextEncoder();
        checkSize("Value", encoder.encode(value).length, 25 * 1024 * 1024);
        checkSize("Metadata", encoder.encode(metadata).length, 1024);
        if (writeMs > 0) await clock.sleep(writeMs);
        write(location, key, { value, metadata });
      },
    }),
    counts(key) {
      const sum = { reads: 0, writes: 0, refused: 0 };
      for (const [name, own] of counts) {
        if (key !== undefined && name !== key) continue;
        sum.reads += own.reads;
        sum.writes += own.writes;
        sum.refused += own.refused;
      }
      return sum;
    },
    stored: (key) => versions.get(key)?.at(-1),
    remove(key) {
      versions.delete(key);
      for (const cache of caches.values()) cache.delete(key);
    },
  };
}

function checkKey(key: string): void {
  const length = new TextEncoder().encode(key).length;
  if (length === 0 || length > 512) {
    throw new TypeError(
      `KV failed: 414 UTF-8 encoded length of ${length} exceeds key length limit of 512.`,
    );
  }
}

function checkSize(what: string, length: number, limit: number): void {
  if (length > limit) {
    throw new Error(
      `KV PUT failed: 413 ${what} length of ${length} exceeds limit of ${limit}.`,
    );
  }
}
