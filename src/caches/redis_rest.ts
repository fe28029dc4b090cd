/**
 * Flag definitions shared through Redis over fetch, by Upstash's REST protocol: Upstash, Vercel KV, or a Redis of
 * your own behind a proxy that speaks it. One isolate refreshes them, under a lease. For every runtime.
 *
 * @example A client whose definitions are shared
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { PostHog } from "edgehog";
 * import { redisRestCache } from "edgehog/caches/redis-rest";
 *
 * const posthog = new PostHog("phc_x", {
 *   flagDefinitionCache: redisRestCache({
 *     url: "https://eu1-example.upstash.io",
 *     token: "secret",
 *     // For this example: a Redis with nothing in it. Left out, it is the platform's fetch.
 *     fetch: () => Promise.resolve(Response.json([{ result: null }])),
 *   }),
 *   strictLocalEvaluation: true,
 * });
 *
 * assertEquals((await posthog.evaluateFlags("user-1")).keys, []);
 * ```
 *
 * @module
 */
import { type Clock, systemClock } from "../core/clock.ts";
import type { FlagDefinitionCache } from "../core/flag_definition_cache.ts";
import { createRedact } from "../core/logger.ts";
import type { FetchLike } from "../core/platform.ts";
import { type RandomSource, systemRandom } from "../core/random.ts";
import { findFetch } from "../core/runtime.ts";
import { createHttpDoor } from "../delivery/http.ts";
import { createAtomicCache, createNamer, toTimes } from "./atomic_cache.ts";
import { keepProjectsApart } from "./projects.ts";
import { createRedisPipeline } from "./redis_rest/pipeline.ts";
import { createRedisStore } from "./redis_rest/store.ts";

export type {
  FlagDefinitionCache,
  FlagDefinitionCacheData,
} from "../core/flag_definition_cache.ts";
export type { JsonObject, JsonPrimitive, JsonValue } from "../core/json.ts";
export type { FetchInit, FetchLike, MaybePromise } from "../core/platform.ts";
export type { RandomSource } from "../core/random.ts";

/** Where the Redis is, and how definitions are kept in it. Without `url` or `token` every call of the cache rejects. */
export interface RedisRestCacheOptions {
  /** The REST URL: `UPSTASH_REDIS_REST_URL`, or `KV_REST_API_URL` on Vercel. */
  readonly url: string | undefined;
  /** A token that may write: `UPSTASH_REDIS_REST_TOKEN`, or `KV_REST_API_TOKEN` on Vercel. Never part of a message. */
  readonly token: string | undefined;
  /**
   * The hash with the definitions, a digest of the client's project token behind it; the lease is at that key with `:lease`.
   * What stands under this key alone is read where there is nothing else.
   * @default "edgehog:flag_definitions"
   */
  readonly key?: string | undefined;
  /**
   * The clients' `featureFlagsPollingInterval` in ms: after two of them without a refresh another isolate takes over.
   * @default 30000
   */
  readonly intervalMs?: number | undefined;
  /** The deadline of one request in ms; the client gives up a call after 2 s. @default 1000 */
  readonly timeoutMs?: number | undefined;
  /**
   * The most that is stored, in bytes of JSON; larger definitions are refused. Upstash takes requests of 10 MB, in
   * which each quote takes two bytes.
   * @default 8000000
   */
  readonly maxBytes?: number | undefined;
  /** Time in ms since the epoch. Default: the platform's. */
  readonly now?: (() => number) | undefined;
  /** Makes requests. Default: the platform's, looked up at each. */
  readonly fetch?: FetchLike | undefined;
  /** Waits for deadlines, and for another isolate's first load. Default: the platform's. */
  readonly sleep?:
    | ((ms: number, signal?: AbortSignal) => Promise<void>)
    | undefined;
  /** Names isolates and versions. Default: the platform's. */
  readonly random?: RandomSource | undefined;
}

/**
 * Creates a cache over Redis. Nothing is requested before the first use.
 *
 * Definitions are written when they have changed, and read where they are not known yet: a refresh without a change
 * is two requests of one or two small commands for every isolate.
 *
 * @param options The Redis, keys, interval and limits.
 *
 * @example On Vercel
 * ```ts ignore
 * // Needs the environment of a project with a Redis.
 * import { PostHog } from "edgehog";
 * import { redisRestCache } from "edgehog/caches/redis-rest";
 *
 * const posthog = new PostHog(process.env.POSTHOG_API_KEY, {
 *   personalApiKey: process.env.POSTHOG_PERSONAL_API_KEY,
 *   flagDefinitionCache: redisRestCache({
 *     url: process.env.KV_REST_API_URL,
 *     token: process.env.KV_REST_API_TOKEN,
 *   }),
 * });
 * ```
 */
export function redisRestCache(
  options: RedisRestCacheOptions,
): FlagDefinitionCache {
  const {
    url,
    token,
    timeoutMs = 1000,
    maxBytes = 8_000_000,
    key: prefix = "edgehog:flag_definitions",
    now = systemClock.now,
    sleep = systemClock.sleep,
  } = options;
  const clock: Clock = { now, sleep };
  const redact = createRedact(token ? [token] : []);
  const door = createHttpDoor({
    findFetch: () => options.fetch ?? findFetch(),
    clock,
    redact,
  });
  const run = createRedisPipeline({ door, url, token, timeoutMs, redact });
  const buildName = createNamer(options.random ?? systemRandom);
  const { leaseMs, delayMs } = toTimes(options.intervalMs);
  const create = (key: string) =>
    createAtomicCache({
      store: createRedisStore({ run, key, leaseMs }),
      buildName,
      maxBytes,
      clock,
    });
  return keepProjectsApart(
    (project) =>
      create(project === undefined ? prefix : `${prefix}:${project}`),
    delayMs,
  );
}
