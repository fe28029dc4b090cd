import { hasPassed, lookAgain, systemClock } from "../core/clock.ts";
import type {
  FlagDefinitionCache,
  FlagDefinitionCacheData,
} from "../core/flag_definition_cache.ts";
import { toPositive } from "../core/guards.ts";
import { keepProjectsApart } from "./projects.ts";

/** What a {@linkcode memoryCache} can be told. */
export interface MemoryCacheOptions {
  /**
   * How often PostHog is asked, in ms: the clients' `featureFlagsPollingInterval`.
   * @default 30000
   */
  readonly intervalMs?: number | undefined;
  /**
   * After how many ms without a word from PostHog the definitions are forgotten.
   * @default Infinity
   */
  readonly ttlMs?: number | undefined;
  /** Time in ms since the epoch. Default: the platform's. */
  readonly now?: (() => number) | undefined;
}

const DEFAULT_INTERVAL_MS = 30_000;

/** Clients spread their intervals by a tenth: the fastest of them must not find the lease held. */
const LEASE_SHARE = 0.9;

/** How long a client without definitions looks for those that another one is fetching, in ms; less than a call may take. */
const FIRST_LOAD_MS = 500;

/** As many looks take about that long, also where `now` stands still. */
const MAX_LOOKS = 25;

/**
 * Creates a cache in memory: the clients of one isolate or process share one copy of a project's definitions, and one
 * request an interval. It holds one entry of each project, as it was handed over.
 *
 * @example Two clients, one request
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { memoryCache, PostHog } from "edgehog";
 * import { createPostHogEmulator } from "edgehog/dev";
 *
 * const { fetch, requests } = createPostHogEmulator();
 * const options = { personalApiKey: "phx_x", flagDefinitionCache: memoryCache(), fetch };
 * const site = new PostHog("phc_x", options);
 * const jobs = new PostHog("phc_x", { ...options, disableSingletonWarning: true });
 * await site.reloadFeatureFlags();
 * await jobs.reloadFeatureFlags();
 *
 * assertEquals(requests.length, 1);
 * ```
 */
export function memoryCache(
  options: MemoryCacheOptions = {},
): FlagDefinitionCache {
  const { now = systemClock.now } = options;
  const leaseMs = LEASE_SHARE *
    toPositive(options.intervalMs, DEFAULT_INTERVAL_MS);
  const ttlMs = toPositive(options.ttlMs, Infinity);
  const times: MemoryTimes = { now, leaseMs, ttlMs };
  return keepProjectsApart(() => createMemory(times));
}

/** Times in ms. */
interface MemoryTimes {
  readonly now: () => number;
  readonly leaseMs: number;
  readonly ttlMs: number;
}

/** Creates the memory of one project. */
function createMemory(
  times: MemoryTimes,
): FlagDefinitionCache {
  const { now, leaseMs, ttlMs } = times;
  let entry: FlagDefinitionCacheData | undefined;
  let leasedAt = -Infinity;
  let confirmedAt = -Infinity;
  const current = () => {
    if (hasPassed(times, confirmedAt, ttlMs)) entry = undefined;
    return entry;
  };
  const confirm = () => {
    leasedAt = confirmedAt = now();
  };
  const isBeingFilled = () =>
    !current() && !hasPassed(times, leasedAt, FIRST_LOAD_MS);
  const elect = () => {
    if (current() && !hasPassed(times, leasedAt, leaseMs)) return false;
    leasedAt = now();
    return true;
  };
  const waitForFirst = async () => {
    for (let turn = 0; isBeingFilled() && turn < MAX_LOOKS; turn++) {
      await lookAgain(systemClock, turn);
    }
    return elect();
  };
  return {
    getFlagDefinitions: current,
    shouldFetchFlagDefinitions: () =>
      isBeingFilled() ? waitForFirst() : elect(),
    onFlagDefinitionsReceived(data) {
      entry = data;
      confirm();
    },
    onFlagDefinitionsUnchanged: confirm,
    getConfirmedAt: () => confirmedAt,
    // Other clients may go on using it.
    shutdown() {},
  };
}
