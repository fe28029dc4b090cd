import type { RandomSource } from "../core/random.ts";

/** What a cache takes from the platform unless it is told otherwise: by a test, or a simulation. */
export interface CacheSeams {
  /** Time in ms since the epoch. Default: the platform's. */
  readonly now?: (() => number) | undefined;
  /** Waits, each half a second or less. Default: the platform's. */
  readonly sleep?:
    | ((ms: number, signal?: AbortSignal) => Promise<void>)
    | undefined;
  /** Randomness: names isolates, and spreads take-overs. Default: the platform's. */
  readonly random?: RandomSource | undefined;
}

/** The part of a Workers KV namespace that {@linkcode workersKvCache} uses. */
export interface KvNamespaceLike {
  /** Reads a value with its metadata, both null when there is none. */
  getWithMetadata(
    key: string,
    options: { readonly type: "json"; readonly cacheTtl: number },
  ): Promise<{ readonly value: unknown; readonly metadata: unknown }>;
  /** Writes a value. */
  put(
    key: string,
    value: string,
    options?: { readonly metadata?: unknown },
  ): Promise<unknown>;
}

/** The part of a `Cache` of the Cache API that {@linkcode cacheApiCache} uses. */
export interface CacheLike {
  /** The response stored under a URL, or undefined. */
  match(url: string): Promise<Response | undefined>;
  /** Stores a response under a URL. */
  put(url: string, response: Response): Promise<unknown>;
}
