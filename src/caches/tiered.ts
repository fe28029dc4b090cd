/**
 * Flag definitions in tiers: a fast cache in front of a shared one, such as memory or the Cache API before KV or
 * Redis. Read from the fastest tier that is fresh, written to all. For every runtime.
 *
 * @example Memory in front of a shared cache
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { memoryCache } from "edgehog";
 * import { tieredCache } from "edgehog/caches/tiered";
 *
 * let reads = 0;
 * // In an application this is workersKvCache, redisRestCache, …
 * const shared = {
 *   getFlagDefinitions() {
 *     reads++;
 *     return { flags: [], groupTypeMapping: {}, cohorts: {} };
 *   },
 *   shouldFetchFlagDefinitions: () => false,
 *   onFlagDefinitionsReceived() {},
 *   shutdown() {},
 * };
 * const cache = tieredCache([memoryCache(), shared], { ttlMs: [10_000] });
 * await cache.getFlagDefinitions();
 * await cache.getFlagDefinitions();
 *
 * assertEquals(reads, 1);
 * ```
 *
 * @module
 */
import {
  type Clock,
  hasPassed,
  runWithin,
  systemClock,
} from "../core/clock.ts";
import type {
  FlagDefinitionCache,
  FlagDefinitionCacheData,
} from "../core/flag_definition_cache.ts";
import type { MaybePromise } from "../core/platform.ts";
import { createByProject } from "./projects.ts";

export type {
  FlagDefinitionCache,
  FlagDefinitionCacheData,
} from "../core/flag_definition_cache.ts";
export type { JsonObject, JsonPrimitive, JsonValue } from "../core/json.ts";
export type { MaybePromise } from "../core/platform.ts";

/** Caches, the fastest first; the last one is shared by all isolates and decides which of them asks PostHog. */
export type CacheTiers = readonly [
  FlagDefinitionCache,
  ...FlagDefinitionCache[],
];

/** What a {@linkcode tieredCache} can be told. */
export interface TieredCacheOptions {
  /**
   * For each tier but the last, how long an entry answers from there before a slower tier is asked, in ms. Keep it
   * below the clients' `featureFlagsPollingInterval`, or a change is seen that much later. Default: 10000 each.
   */
  readonly ttlMs?: readonly number[] | undefined;
  /**
   * How long one tier may take to be read, in ms; the client gives up the whole call after 2 s. Default: 1800 divided
   * by the number of tiers.
   */
  readonly timeoutMs?: number | undefined;
  /** Time in ms since the epoch. Default: the platform's. */
  readonly now?: (() => number) | undefined;
  /** Waits for the tiers. Default: the platform's. */
  readonly sleep?:
    | ((ms: number, signal?: AbortSignal) => Promise<void>)
    | undefined;
}

/**
 * Creates a cache of several. A tier that fails, hangs or is empty is passed over, and an entry that is past its time
 * is still better than none. A write goes to all tiers; the failure of one is reported when each has had its turn.
 *
 * @param tiers The caches, the fastest first and the shared one last.
 * @param options Times.
 *
 * @example Memory before Redis
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { memoryCache, PostHog } from "edgehog";
 * import { redisRestCache } from "edgehog/caches/redis-rest";
 * import { tieredCache } from "edgehog/caches/tiered";
 *
 * const redis = redisRestCache({
 *   url: "https://eu1-example.upstash.io",
 *   token: "secret",
 *   fetch: () => Promise.reject(new TypeError("This example has no network")),
 * });
 * const memory = memoryCache();
 * memory.onFlagDefinitionsReceived({ flags: [], groupTypeMapping: {}, cohorts: {} });
 * const posthog = new PostHog("phc_x", { flagDefinitionCache: tieredCache([memory, redis]) });
 *
 * assertEquals((await posthog.evaluateFlags("user-1", { onlyEvaluateLocally: true })).keys, []);
 * ```
 */
export function tieredCache(
  tiers: CacheTiers,
  options: TieredCacheOptions = {},
): FlagDefinitionCache {
  const { timeoutMs = READS_TIMEOUT_MS / tiers.length } = options;
  const clock: Clock = {
    now: options.now ?? systemClock.now,
    sleep: options.sleep ?? systemClock.sleep,
  };
  const ttls = tiers.map((_, index) =>
    options.ttlMs?.[index] ?? DEFAULT_TTL_MS
  );
  /** What is known of a project's tiers. */
  const find = createByProject((): readonly Tier[] =>
    tiers.map((cache, index) => ({
      cache,
      ttlMs: ttls[index] ?? 0,
      seenAt: undefined,
    }))
  );
  const shared = tiers[tiers.length - 1];

  const runBounded: RunBounded = async (run) => {
    const result = await runWithin(clock, timeoutMs, async () => await run());
    if (result.kind === "done") return result.value;
    throw result.kind === "failed"
      ? result.cause
      : new Error("A tier did not answer in time");
  };
  const store = async (
    tier: Tier,
    data: FlagDefinitionCacheData,
    project: string | undefined,
  ) => {
    // Until it has taken them, what it holds is older.
    tier.seenAt = -Infinity;
    await tier.cache.onFlagDefinitionsReceived(data, project);
    tier.seenAt = clock.now();
  };

  const delayMs = ttls.slice(0, -1).reduce(
    (sum, ttlMs) => sum + ttlMs,
    shared?.delayMs ?? 0,
  );
  return {
    delayMs,
    async getFlagDefinitions(project) {
      const chain = find(project);
      const now = clock.now();
      const isExpired = (tier: Tier) =>
        tier.cache !== shared && tier.seenAt !== undefined &&
        hasPassed(clock, tier.seenAt, tier.ttlMs);
      const failures = new Map<Tier, unknown>();
      const read = (readers: readonly Tier[]) =>
        readFirst(readers, project, runBounded, failures);
      const found = await read(chain.filter((tier) => !isExpired(tier)));
      if (!found) {
        const old = await read(chain.filter(isExpired));
        if (!old) throwAll([...failures.values()]);
        return old?.data;
      }
      const { tier, data } = found;
      tier.seenAt ??= now;
      const faster = chain.slice(0, chain.indexOf(tier))
        .filter((tier) => !failures.has(tier));
      // What can't be kept nearby is read from further away again.
      await Promise.allSettled(
        faster.map((tier) => runBounded(() => store(tier, data, project))),
      );
      return data;
    },
    shouldFetchFlagDefinitions: (project) =>
      shared?.shouldFetchFlagDefinitions(project) ?? true,
    onFlagDefinitionsReceived: (data, project) =>
      runAll(find(project), (tier) => store(tier, data, project)),
    onFlagDefinitionsUnchanged: (project) =>
      runAll(
        find(project),
        ({ cache }) => cache.onFlagDefinitionsUnchanged?.(project),
      ),
    getConfirmedAt: (project) => shared?.getConfirmedAt?.(project),
    shutdown: (project) =>
      runAll(find(project), ({ cache }) => cache.shutdown(project)),
  };
}

/** What the reads of one call may take together: less than the client's bound (2 s). */
const READS_TIMEOUT_MS = 1800;

const DEFAULT_TTL_MS = 10_000;

/** A cache of the chain. */
interface Tier {
  readonly cache: FlagDefinitionCache;
  readonly ttlMs: number;
  /** When its entry was seen first, in ms since the epoch: slower tiers are asked again `ttlMs` later. */
  seenAt: number | undefined;
}

interface Found {
  readonly tier: Tier;
  readonly data: FlagDefinitionCacheData;
}

/** Calls a tier, within its time. */
type RunBounded = <T>(run: () => MaybePromise<T>) => Promise<T>;

/** The entry of the first tier that has one; notes those that fail. */
async function readFirst(
  readers: readonly Tier[],
  project: string | undefined,
  runBounded: RunBounded,
  failures: Map<Tier, unknown>,
): Promise<Found | undefined> {
  for (const tier of readers) {
    try {
      const { cache } = tier;
      const data = await runBounded(() => cache.getFlagDefinitions(project));
      if (data) return { tier, data };
    } catch (error) {
      failures.set(tier, error);
    }
  }
  return undefined;
}

/** Calls all tiers, the fastest first; failures are thrown when each has had its turn. */
async function runAll(
  chain: readonly Tier[],
  run: (tier: Tier) => MaybePromise<void>,
): Promise<void> {
  const results = await Promise.allSettled(
    chain.map(async (tier) => await run(tier)),
  );
  throwAll(
    results.flatMap((result) =>
      result.status === "rejected" ? [result.reason] : []
    ),
  );
}

function throwAll(failures: readonly unknown[]): void {
  if (failures.length === 0) return;
  throw failures.length === 1
    ? failures[0]
    : new AggregateError(failures, "Several tiers failed");
}
