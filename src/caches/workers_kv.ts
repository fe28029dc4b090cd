/**
 * Flag definitions in Workers KV: shared by all isolates of a Worker, everywhere. One isolate at a time refreshes them,
 * with a conditional request; the others read KV. Definitions are written when they changed, a small lease key once a
 * refresh. For Cloudflare Workers.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { PostHog } from "edgehog";
 * import { workersKvCache } from "edgehog/caches/workers-kv";
 * import { createPostHogEmulator } from "edgehog/dev";
 *
 * // In a Worker this is `env.FLAGS`, with `import { env } from "cloudflare:workers"`.
 * const flags = [{ key: "new-nav", active: true, filters: { groups: [{}] } }];
 * const namespace = {
 *   getWithMetadata: (key: string) =>
 *     Promise.resolve({
 *       value: key === "edgehog:flag_definitions" ? { flags } : null,
 *       metadata: null,
 *     }),
 *   put: () => Promise.resolve(),
 * };
 *
 * const posthog = new PostHog("phc_x", {
 *   flagDefinitionCache: workersKvCache(() => namespace),
 *   strictLocalEvaluation: true,
 *   fetch: createPostHogEmulator().fetch,
 * });
 * const snapshot = await posthog.evaluateFlags("user-1");
 *
 * assertEquals(snapshot.isEnabled("new-nav"), true);
 * ```
 *
 * @module
 */
import { countBytes } from "../core/bytes.ts";
import { type Clock, systemClock } from "../core/clock.ts";
import type {
  FlagDefinitionCache,
  FlagDefinitionCacheData,
} from "../core/flag_definition_cache.ts";
import { isFiniteNumber, isRecord, toPositive } from "../core/guards.ts";
import { systemRandom } from "../core/random.ts";
import { buildText, createLeasedCache, parseEntry } from "./leased_cache.ts";
import { TAKE_OVER_SHARE } from "./lease.ts";
import { keepProjectsApart } from "./projects.ts";
import type { CacheSeams, KvNamespaceLike } from "./types.ts";

export type {
  FlagDefinitionCache,
  FlagDefinitionCacheData,
} from "../core/flag_definition_cache.ts";
export type { JsonObject, JsonPrimitive, JsonValue } from "../core/json.ts";
export type { MaybePromise } from "../core/platform.ts";
export type { RandomSource } from "../core/random.ts";
export type { CacheSeams, KvNamespaceLike } from "./types.ts";

/** What a {@linkcode workersKvCache} can be told. */
export interface WorkersKvCacheOptions extends CacheSeams {
  /**
   * The key of the definitions, to which the client adds a digest of its project's token; the lease is beside it, under that
   * key with `:lease` and `:holder` behind it. What stands under this key alone is read where there is nothing else.
   * @default "edgehog:flag_definitions"
   */
  readonly key?: string | undefined;
  /**
   * How often the definitions are refreshed, in ms: the clients' `featureFlagsPollingInterval`. A refresh is one write;
   * the free plan's 1,000 writes a day are enough for 90 000.
   * @default 30000
   */
  readonly intervalMs?: number | undefined;
  /**
   * How long a location may answer reads from its own memory, in seconds; at least 30, which is KV's limit.
   * @default 30
   */
  readonly cacheTtlSeconds?: number | undefined;
  /**
   * How long a write may stay unseen at other locations, in ms. The lease of an isolate that is gone is taken over after
   * two intervals and this, and up to half an interval.
   * @default 60000
   */
  readonly consistencyMs?: number | undefined;
}

/** KV refuses less. */
const MIN_CACHE_TTL_SECONDS = 30;

/** KV's limit for a value: 25 MiB. */
const MAX_VALUE_BYTES = 25 * 1024 * 1024;

/** KV's limit for an entry's metadata as JSON is 1,024 bytes; some are left for the member names and `fetchedAt`. */
const MAX_ETAG_BYTES = 900;

/** A key takes one write a second. */
const MIN_WRITE_GAP_MS = 1000;

/**
 * Creates a cache in a Workers KV namespace, for a client's option `flagDefinitionCache`.
 *
 * @param namespace Finds the namespace; called whenever it is needed, never at construction.
 * @param options Keys and times.
 */
export function workersKvCache(
  namespace: () => KvNamespaceLike,
  options: WorkersKvCacheOptions = {},
): FlagDefinitionCache {
  const { key: prefix = "edgehog:flag_definitions" } = options;
  const clock: Clock = {
    now: options.now ?? systemClock.now,
    sleep: options.sleep ?? systemClock.sleep,
  };
  const intervalMs = toPositive(options.intervalMs, 30_000);
  const consistencyMs = toPositive(options.consistencyMs, 60_000);
  const takeOverMs = TAKE_OVER_SHARE * intervalMs;
  const cacheTtl = Math.max(
    MIN_CACHE_TTL_SECONDS,
    toPositive(options.cacheTtlSeconds, MIN_CACHE_TTL_SECONDS),
  );
  const read = (name: string, cacheTtl: number) =>
    namespace().getWithMetadata(name, { type: "json", cacheTtl });
  const create = (key: string) =>
    createLeasedCache({
      store: {
        readLease: async (name) =>
          (await read(`${key}:${name}`, MIN_CACHE_TTL_SECONDS)).value,
        writeLease: (name, lease) =>
          namespace().put(`${key}:${name}`, JSON.stringify(lease)),
        async readEntry() {
          const { value, metadata } = await read(key, cacheTtl);
          const entry = parseEntry(value);
          return entry && { ...entry, ...parseStamp(metadata) };
        },
        // Asynchronous, so that what can't be stored is a rejection.
        async writeEntry(data) {
          const { value, metadata } = split(data);
          const text = buildText(value, MAX_VALUE_BYTES);
          await namespace().put(key, text, { metadata });
        },
      },
      timing: {
        intervalMs,
        consistencyMs,
        spreadMs: Math.min(consistencyMs, takeOverMs),
      },
      minWriteGapMs: MIN_WRITE_GAP_MS,
      settleMs: consistencyMs + cacheTtl * 1000,
      clock,
      random: options.random ?? systemRandom,
    });
  return keepProjectsApart(
    (project) =>
      create(project === undefined ? prefix : `${prefix}:${project}`),
    consistencyMs + takeOverMs,
  );
}

/** The stamp goes beside the value, so that the same definitions are the same bytes; a huge ETag stays in it. */
function split(
  { etag, fetchedAt, ...definitions }: FlagDefinitionCacheData,
): { readonly value: object; readonly metadata: object } {
  const isSmall = countBytes(JSON.stringify(etag ?? "")) <= MAX_ETAG_BYTES;
  return isSmall
    ? { value: definitions, metadata: { etag, fetchedAt } }
    : { value: { ...definitions, etag }, metadata: { fetchedAt } };
}

function parseStamp(
  metadata: unknown,
): Pick<FlagDefinitionCacheData, "etag" | "fetchedAt"> {
  const { etag, fetchedAt } = isRecord(metadata) ? metadata : {};
  return {
    ...(typeof etag === "string" && { etag }),
    ...(isFiniteNumber(fetchedAt) && { fetchedAt }),
  };
}
