import { lookAgain, systemClock } from "../core/clock.ts";
import type {
  FlagDefinitionCache,
  FlagDefinitionCacheData,
} from "../core/flag_definition_cache.ts";
import { isFiniteNumber } from "../core/guards.ts";
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
    readMs(options.intervalMs, DEFAULT_INTERVAL_MS);
  const ttlMs = readMs(options.ttlMs, Infinity);
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
  { now, leaseMs, ttlMs }: MemoryTimes,
): FlagDefinitionCache {
  let entry: FlagDefinitionCacheData | undefined;
  let leasedAt = -Infinity;
  let confirmedAt = -Infinity;
  /** A clock that was set back makes everything old, not young for as long as it takes to catch up. */
  const isYounger = (since: number, ms: number) =>
    now() >= since && now() - since < ms;
  const current = () => {
    if (!isYounger(confirmedAt, ttlMs)) entry = undefined;
    return entry;
  };
  const confirm = () => {
    leasedAt = confirmedAt = now();
  };
  const isBeingFilled = () => !current() && isYounger(leasedAt, FIRST_LOAD_MS);
  const elect = () => {
    if (current() && isYounger(leasedAt, leaseMs)) return false;
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

function readMs(value: unknown, fallback: number): number {
  return isFiniteNumber(value) && value > 0 ? value : fallback;
}
