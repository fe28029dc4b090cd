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
