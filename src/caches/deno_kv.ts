/**
 * Flag definitions shared through Deno KV. One isolate refreshes them, under a lease that is taken atomically;
 * definitions larger than a value may be are stored in pieces. For Deno and Deno Deploy, with `--unstable-kv`.
 *
 * @example A client whose definitions are shared
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { PostHog } from "edgehog";
 * import { denoKvCache } from "edgehog/caches/deno-kv";
 *
 * const posthog = new PostHog("phc_x", {
 *   flagDefinitionCache: denoKvCache(() => Deno.openKv(":memory:"), { closeOnShutdown: true }),
 *   strictLocalEvaluation: true,
 * });
 *
 * assertEquals((await posthog.evaluateFlags("user-1")).keys, []);
 * await posthog.shutdown();
 * ```
 *
 * @module
 */
import { systemClock } from "../core/clock.ts";
import type { FlagDefinitionCache } from "../core/flag_definition_cache.ts";
import type { MaybePromise } from "../core/platform.ts";
import { systemRandom } from "../core/random.ts";
import { createAtomicCache, createNamer, toTimes } from "./atomic_cache.ts";
import { createDenoKvStore } from "./deno_kv/store.ts";
import type { DenoKvKeyPart, DenoKvLike } from "./deno_kv/types.ts";
import { keepProjectsApart } from "./projects.ts";
import type { CacheSeams } from "./types.ts";

export type {
  FlagDefinitionCache,
  FlagDefinitionCacheData,
} from "../core/flag_definition_cache.ts";
export type { JsonObject, JsonPrimitive, JsonValue } from "../core/json.ts";
export type { MaybePromise } from "../core/platform.ts";
export type { RandomSource } from "../core/random.ts";
export type {
  DenoKvAtomicLike,
  DenoKvEntryLike,
  DenoKvKeyPart,
  DenoKvLike,
} from "./deno_kv/types.ts";
export type { CacheSeams } from "./types.ts";

/** How definitions are kept in Deno KV. */
export interface DenoKvCacheOptions extends CacheSeams {
  /**
   * The beginning of each key, to which the client adds a digest of its project's token.
   * @default ["edgehog", "flag_definitions"]
   */
  readonly prefix?: readonly DenoKvKeyPart[] | undefined;
  /**
   * The clients' `featureFlagsPollingInterval` in ms: after two of them without a refresh another isolate takes over.
   * @default 30000
   */
  readonly intervalMs?: number | undefined;
  /** The most that is stored, in bytes of JSON; larger definitions are refused. @default 16777216 */
  readonly maxBytes?: number | undefined;
  /** Whether the client's shutdown closes the database; for one that nobody else uses. @default false */
  readonly closeOnShutdown?: boolean | undefined;
}

/**
 * Creates a cache over Deno KV. Nothing is opened before the first use.
 *
 * Definitions are written when they have changed, and read where they are not known yet: a refresh without a change
 * costs the isolate that makes it two small reads and two small writes, and any other one two small reads.
 *
 * @param openKv Gives the database, such as `() => Deno.openKv()`; asked at the first use.
 * @param options Keys, interval and limits.
 *
 * @example Two isolates, one request
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { createTestClient } from "edgehog/testing";
 * import { denoKvCache } from "edgehog/caches/deno-kv";
 *
 * const kv = await Deno.openKv(":memory:");
 * const first = createTestClient({
 *   flags: { "new-nav": true },
 *   flagDefinitionCache: denoKvCache(() => kv),
 * });
 * await first.posthog.reloadFeatureFlags();
 * const second = createTestClient({ flagDefinitionCache: denoKvCache(() => kv) });
 * const flags = await second.posthog.evaluateFlags("user-1");
 *
 * assertEquals(flags.isEnabled("new-nav"), true);
 * assertEquals(second.emulator.requests, []);
 * kv.close();
 * ```
 */
export function denoKvCache(
  openKv: () => MaybePromise<DenoKvLike>,
  options: DenoKvCacheOptions = {},
): FlagDefinitionCache {
  const buildName = createNamer(options.random ?? systemRandom);
  let opened: DenoKvLike | undefined;
  const open = async () => {
    if (opened) return opened;
    const kv = await openKv();
    // Opened by two requests at the same time: one connection is enough.
    if (opened && opened !== kv) kv.close();
    return opened ??= kv;
  };
  const {
    prefix = ["edgehog", "flag_definitions"],
    maxBytes = 16 * 1024 * 1024,
    now = systemClock.now,
    sleep = systemClock.sleep,
  } = options;
  const { leaseMs, delayMs } = toTimes(options.intervalMs);
  const create = (prefix: readonly DenoKvKeyPart[]) =>
    createAtomicCache({
      store: createDenoKvStore({ open, prefix, leaseMs, now, buildName }),
      buildName,
      maxBytes,
      clock: { now, sleep },
    });
  const cache = keepProjectsApart(
    (project) => create(project === undefined ? prefix : [...prefix, project]),
    delayMs,
  );
  return {
    ...cache,
    async shutdown(project) {
      try {
        await cache.shutdown(project);
      } finally {
        if (options.closeOnShutdown) opened?.close();
      }
    },
  };
}
