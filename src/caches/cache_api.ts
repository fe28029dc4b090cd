/**
 * Flag definitions in the Cache API: shared by the isolates of one location (a data centre of Cloudflare), for nothing,
 * and gone when the location needs the room. Each location makes its own requests, conditional ones, so this is for
 * sites served from a few places, or the fast tier before a store that all of them share. For Cloudflare Workers on a
 * domain of their own, and Deno.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { PostHog } from "edgehog";
 * import { cacheApiCache } from "edgehog/caches/cache-api";
 * import { createPostHogEmulator } from "edgehog/dev";
 *
 * // In a Worker this is `() => caches.open("edgehog")`.
 * const stored = new Map<string, Response>();
 * const cache = {
 *   match: (url: string) => Promise.resolve(stored.get(url)?.clone()),
 *   put: (url: string, response: Response) =>
 *     Promise.resolve(stored.set(url, response)),
 * };
 *
 * const { fetch } = createPostHogEmulator();
 * const posthog = new PostHog("phc_x", {
 *   personalApiKey: "phx_x",
 *   flagDefinitionCache: cacheApiCache(() => cache, {
 *     url: "https://shop.example/edgehog",
 *   }),
 *   fetch,
 * });
 * await posthog.reloadFeatureFlags();
 *
 * // Behind the URL comes a digest of the project's token.
 * assertEquals([...stored.keys()].map((url) => url.split("/").at(-1)), [
 *   "holder",
 *   "lease",
 *   "flag_definitions",
 * ]);
 * ```
 *
 * @module
 */
import { type Clock, hasPassed, systemClock } from "../core/clock.ts";
import type {
  FlagDefinitionCache,
  FlagDefinitionCacheData,
} from "../core/flag_definition_cache.ts";
import {
  getOwn,
  isFiniteNumber,
  isRecord,
  toPositive,
} from "../core/guards.ts";
import { parseJson } from "../core/json.ts";
import type { MaybePromise } from "../core/platform.ts";
import { type RandomSource, systemRandom } from "../core/random.ts";
import { buildText, createLeasedCache, parseEntry } from "./leased_cache.ts";
import { type LeaseTiming, TAKE_OVER_SHARE } from "./lease.ts";
import { keepProjectsApart } from "./projects.ts";
import type { CacheLike, CacheSeams } from "./types.ts";

export type {
  FlagDefinitionCache,
  FlagDefinitionCacheData,
} from "../core/flag_definition_cache.ts";
export type { JsonObject, JsonPrimitive, JsonValue } from "../core/json.ts";
export type { MaybePromise } from "../core/platform.ts";
export type { RandomSource } from "../core/random.ts";
export type { CacheLike, CacheSeams } from "./types.ts";

/** What a {@linkcode cacheApiCache} is told. */
export interface CacheApiCacheOptions extends CacheSeams {
  /**
   * An http(s) URL on your own host, such as `https://shop.example/edgehog`: the entries' keys begin with it and a digest of
   * the client's project token. Nothing is fetched from it. In `caches.default`, unlike a cache of its own, the entries might be
   * served to whoever asks for these URLs, so keep them on routes that the Worker answers.
   */
  readonly url: string;
  /**
   * How often the definitions are refreshed, in ms: the clients' `featureFlagsPollingInterval`.
   * @default 30000
   */
  readonly intervalMs?: number | undefined;
  /**
   * After how many ms without a word from PostHog an entry counts as missing; while it is refreshed it stays.
   * @default 86400000
   */
  readonly maxAgeMs?: number | undefined;
}

const DAY_MS = 24 * 60 * 60 * 1000;

/** More than PostHog's definitions ever are; the Cache API itself takes much more. */
const MAX_VALUE_BYTES = 25 * 1024 * 1024;

/**
 * Creates a cache in the Cache API, for a client's option `flagDefinitionCache`.
 *
 * @param cache Finds the cache; called whenever it is needed, never at construction.
 * @param options The entries' URL, and times.
 */
export function cacheApiCache(
  cache: () => MaybePromise<CacheLike>,
  options: CacheApiCacheOptions,
): FlagDefinitionCache {
  const clock: Clock = {
    now: options.now ?? systemClock.now,
    sleep: options.sleep ?? systemClock.sleep,
  };
  const intervalMs = toPositive(options.intervalMs, 30_000);
  const takeOverMs = TAKE_OVER_SHARE * intervalMs;
  const deps: LocationDeps = {
    cache,
    clock,
    random: options.random ?? systemRandom,
    // What one isolate of a location puts, the others find at once.
    timing: { intervalMs, consistencyMs: 0, spreadMs: takeOverMs },
    maxAgeMs: toPositive(options.maxAgeMs, DAY_MS),
  };
  return keepProjectsApart(
    (project) =>
      createLocationCache(
        deps,
        (name) =>
          buildKey(
            options.url,
            project === undefined ? name : `${project}/${name}`,
          ),
      ),
    takeOverMs,
  );
}

/** What the cache of a project is made of. */
interface LocationDeps {
  readonly cache: () => MaybePromise<CacheLike>;
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly timing: LeaseTiming;
  readonly maxAgeMs: number;
}

/** Creates the cache of one project, at the URLs that `toKey` gives to names. */
function createLocationCache(
  { cache, clock, random, timing, maxAgeMs }: LocationDeps,
  toKey: (name: string) => string,
): FlagDefinitionCache {
  let storedAt: number | undefined;

  const read = async (name: string): Promise<unknown> => {
    const response = await (await cache()).match(toKey(name));
    return parseJson(await response?.text());
  };

  // A response can be read once, so each write has its own.
  const write = async (name: string, text: string) =>
    (await cache()).put(
      toKey(name),
      new Response(text, {
        headers: {
          "Content-Type": "application/json",
          "Cache-Control": `max-age=${Math.ceil(maxAgeMs / 1000)}`,
        },
      }),
    );

  const readEntry = async () => {
    const stored = await read(DEFINITIONS);
    const at = isRecord(stored) ? getOwn(stored, "storedAt") : undefined;
    // Runtimes may ignore `Cache-Control`, as Deno does: the age is in the value.
    if (!isFiniteNumber(at) || hasPassed(clock, at, maxAgeMs)) {
      return undefined;
    }
    storedAt = at;
    return parseEntry(isRecord(stored) && getOwn(stored, "definitions"));
  };

  const writeEntry = async (definitions: FlagDefinitionCacheData) => {
    const at = clock.now();
    const stored = { storedAt: at, definitions };
    await write(DEFINITIONS, buildText(stored, MAX_VALUE_BYTES));
    storedAt = at;
  };

  const leased = createLeasedCache({
    store: {
      readLease: read,
      writeLease: (name, lease) => write(name, JSON.stringify(lease)),
      readEntry,
      writeEntry,
    },
    timing,
    minWriteGapMs: 0,
    settleMs: 0,
    clock,
    random,
  });
  return {
    ...leased,
    async onFlagDefinitionsUnchanged() {
      await leased.onFlagDefinitionsUnchanged?.();
      // An entry with an end has to be prolonged, and a 304 is the only word there is while nothing changes.
      if (storedAt === undefined || !hasPassed(clock, storedAt, maxAgeMs / 2)) {
        return;
      }
      const entry = await readEntry();
      if (entry) await writeEntry(entry);
    },
  };
}

const DEFINITIONS = "flag_definitions";

function buildKey(url: string, name: string): string {
  const { protocol, href } = new URL(url);
  if (!/^https?:$/.test(protocol)) {
    throw new TypeError(
      `Cannot use the Cache API: 'url' needs http or https, not ${protocol}`,
    );
  }
  return `${href.replace(/\/+$/, "")}/${name}`;
}
