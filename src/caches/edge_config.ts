/**
 * Flag definitions read from Vercel's Edge Config, lately Global Config: copied to every region, read in about a
 * millisecond, and read-only here. A cron job or a webhook puts them there, through Vercel's API. For Vercel's functions
 * and middleware.
 *
 * @example A client that never asks PostHog for definitions
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { PostHog } from "edgehog";
 * import { edgeConfigCache } from "edgehog/caches/edge-config";
 * import { createPostHogEmulator } from "edgehog/dev";
 *
 * // On Vercel: import { createClient } from "@vercel/edge-config", and createClient(process.env.EDGE_CONFIG).
 * const filters = { groups: [{ rollout_percentage: 100, properties: [] }] };
 * const items = new Map([
 *   ["edgehog_flag_definitions", { flags: [{ key: "new-nav", active: true, filters }] }],
 * ]);
 * const edgeConfig = { get: (key: string) => Promise.resolve(items.get(key)) };
 *
 * const posthog = new PostHog("phc_x", {
 *   flagDefinitionCache: edgeConfigCache(() => edgeConfig),
 *   fetch: createPostHogEmulator().fetch,
 * });
 * const flags = await posthog.evaluateFlags("user-1", { onlyEvaluateLocally: true });
 *
 * assertEquals(flags.isEnabled("new-nav"), true);
 * ```
 *
 * @module
 */
import { countBytes } from "../core/bytes.ts";
import type {
  FlagDefinitionCache,
  FlagDefinitionCacheData,
} from "../core/flag_definition_cache.ts";
import { parseJson } from "../core/json.ts";

export type {
  FlagDefinitionCache,
  FlagDefinitionCacheData,
} from "../core/flag_definition_cache.ts";
export type { JsonObject, JsonPrimitive, JsonValue } from "../core/json.ts";
export type { MaybePromise } from "../core/platform.ts";

/** The part of an Edge Config client that the cache uses; what `createClient` of `@vercel/edge-config` gives fits. */
export interface EdgeConfigLike {
  /** Reads an item. */
  get(key: string): Promise<unknown>;
}

/** Where in the Edge Config the definitions are. */
export interface EdgeConfigCacheOptions {
  /** The item: definitions as PostHog serves them, as a value or as JSON text. @default "edgehog_flag_definitions" */
  readonly key?: string | undefined;
  /** A larger item is refused, in bytes of JSON. The default is Vercel's largest store. @default 524288 */
  readonly maxBytes?: number | undefined;
}

/**
 * Creates a cache that reads an Edge Config and is never written. Nothing is read before the first use.
 *
 * What the writer puts there may be the answer of PostHog's definitions endpoint as it came: both spellings are read.
 *
 * @param client Gives the client; called at each read.
 * @param options The item and its limit.
 *
 * @example The cron job that fills it
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { type FlagDefinitionCache, PostHog, refreshFlagDefinitions } from "edgehog";
 * import { edgeConfigCache } from "edgehog/caches/edge-config";
 * import { createPostHogEmulator } from "edgehog/dev";
 *
 * const items = new Map<string, unknown>();
 * const edgeConfig = { get: (key: string) => Promise.resolve(items.get(key)) };
 * // On Vercel: PATCH https://api.vercel.com/v1/edge-config/ecfg_…/items with your API token and the body
 * // { items: [{ operation: "upsert", key, value }] }; throw when it is refused.
 * const upsert = (key: string, value: unknown) => Promise.resolve(void items.set(key, value));
 *
 * const flagDefinitionCache: FlagDefinitionCache = {
 *   ...edgeConfigCache(() => edgeConfig),
 *   onFlagDefinitionsReceived: (data) => upsert("edgehog_flag_definitions", data),
 * };
 * const { fetch } = createPostHogEmulator();
 * const posthog = new PostHog("phc_x", { personalApiKey: "phx_x", flagDefinitionCache, fetch });
 *
 * assertEquals(await refreshFlagDefinitions(posthog), { kind: "changed" });
 * assertEquals(await refreshFlagDefinitions(posthog), { kind: "unchanged" });
 * assertEquals(items.size, 1);
 * ```
 */
export function edgeConfigCache(
  client: () => EdgeConfigLike,
  { key = "edgehog_flag_definitions", maxBytes = 512 * 1024 }:
    EdgeConfigCacheOptions = {},
): FlagDefinitionCache {
  return {
    async getFlagDefinitions() {
      const item = await client().get(key);
      if (item === undefined || item === null) return undefined;
      const text = typeof item === "string" ? item : JSON.stringify(item);
      const bytes = countBytes(text);
      if (bytes > maxBytes) {
        throw new RangeError(
          `Cannot use the Edge Config's item: it takes ${bytes} bytes, and 'maxBytes' is ${maxBytes}`,
        );
      }
      const value = typeof item === "string" ? parseJson(item) ?? item : item;
      // The client reads every row itself and calls anything malformed by its name.
      return value as FlagDefinitionCacheData;
    },
    shouldFetchFlagDefinitions: () => false,
    onFlagDefinitionsReceived() {},
    shutdown() {},
  };
}
