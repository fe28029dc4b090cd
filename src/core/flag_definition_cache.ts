import type { JsonObject } from "./json.ts";
import type { MaybePromise } from "./platform.ts";

/**
 * Flag definitions as a cache holds them: plain JSON, the wire's rows unchanged.
 *
 * Parity: the shape of posthog-node's cache provider. `etag`, `fetchedAt`, `project` and `numberTexts` are edgehog's;
 * a provider stores and returns them untouched.
 */
export interface FlagDefinitionCacheData {
  /** The flag rows as the server sent them. */
  readonly flags: readonly JsonObject[];
  /** Group type index to group type name. */
  readonly groupTypeMapping: JsonObject;
  /** Cohort id to its property group. */
  readonly cohorts: JsonObject;
  /** The gate of minimal exposure events; absent means off. */
  readonly minimalFlagCalledEvents?: boolean;
  /** The matching version of `exact`; absent means 1. */
  readonly propertyMatchingVersion?: number;
  /** `groupTypeMapping` as PostHog spells it, which wins; edgehog and newer SDKs write both. */
  readonly "group_type_mapping"?: JsonObject;
  /** `minimalFlagCalledEvents` as PostHog spells it. */
  readonly "minimal_flag_called_events"?: boolean;
  /** `propertyMatchingVersion` as PostHog spells it. */
  readonly "property_matching_version"?: number;
  /** The server's ETag of these definitions, byte for byte. */
  readonly etag?: string;
  /** When they were fetched, in ms since the epoch. */
  readonly fetchedAt?: number;
  /**
   * A digest of the project's token: a client takes an entry of another project for none, and does not overwrite it. Absent,
   * as in an entry filled by hand, it is of whichever project reads it.
   */
  readonly project?: string;
  /**
   * JSON pointer to the server's text of a number in a filter, where JavaScript prints it in another way: `5.0`. Null where
   * that text is not certain; at the filters of a flag, or at a cohort: that of a number somewhere in it. Absent means that
   * there are none; a provider that drops it changes what such a filter matches.
   */
  readonly numberTexts?: Readonly<Record<string, string | null>>;
}

/**
 * Shares flag definitions between isolates and decides which of them asks PostHog.
 *
 * Parity: the contract of posthog-node's `FlagDefinitionCacheProvider`, so its providers work unchanged. Every
 * call is bounded (2 s) and contained: a cache that throws or hangs is a miss.
 *
 * The last argument of each call is a digest of the client's project token, by which one store keeps several projects
 * apart. A cache that leaves it alone holds one project.
 *
 * A client with a key trusts an entry for two intervals and `delayMs` after PostHog confirmed it last, as far as
 * `getConfirmedAt` or the entry's `fetchedAt` tell, and asks PostHog itself then. Behind a provider without
 * `getConfirmedAt`, such as one written for posthog-node, that is a conditional request of each isolate every two or three
 * intervals.
 *
 * @example A cache in memory, filled by somebody else
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { type FlagDefinitionCache, PostHog } from "edgehog";
 *
 * const filters = { groups: [{ rollout_percentage: 100, properties: [] }] };
 * const flagDefinitionCache: FlagDefinitionCache = {
 *   getFlagDefinitions: () => ({
 *     flags: [{ key: "new-nav", active: true, filters }],
 *     groupTypeMapping: {},
 *     cohorts: {},
 *   }),
 *   shouldFetchFlagDefinitions: () => false,
 *   onFlagDefinitionsReceived() {},
 *   shutdown() {},
 * };
 * const posthog = new PostHog("phc_x", { flagDefinitionCache, strictLocalEvaluation: true });
 * const flags = await posthog.evaluateFlags("user-1");
 *
 * assertEquals(flags.getResult("new-nav")?.enabled, true);
 * ```
 */
export interface FlagDefinitionCache {
  /** The cached definitions, or nothing. */
  getFlagDefinitions(
    project?: string,
  ): MaybePromise<FlagDefinitionCacheData | null | undefined>;
  /** Whether this isolate is the one that should ask PostHog now. Clients without a key don't call it. */
  shouldFetchFlagDefinitions(project?: string): MaybePromise<boolean>;
  /** Stores definitions that were just fetched and installed. */
  onFlagDefinitionsReceived(
    data: FlagDefinitionCacheData,
    project?: string,
  ): MaybePromise<void>;
  /** Releases what the cache holds; called once, from the client's shutdown. */
  shutdown(project?: string): MaybePromise<void>;
  /** Called after PostHog answered that nothing changed, so that an entry with a TTL can be prolonged. */
  onFlagDefinitionsUnchanged?(project?: string): MaybePromise<void>;
  /**
   * When PostHog last said, to whichever isolate, that the cached definitions are current, in ms since the epoch; undefined
   * where nobody knows.
   */
  getConfirmedAt?(project?: string): MaybePromise<number | undefined>;
  /**
   * How much later than that isolates may hear of it, in ms: the store's delay, and the time until another isolate takes the
   * place of one that is gone. @default 0
   */
  readonly delayMs?: number | undefined;
}

/**
 * What is called of a cache, with types so wide that every provider written to posthog-node's
 * `FlagDefinitionCacheProvider` fits as it is. Its entries may be in either spelling; they are checked when read.
 */
export interface FlagDefinitionCacheProviderLike extends
  Omit<
    FlagDefinitionCache,
    "getFlagDefinitions" | "onFlagDefinitionsReceived"
  > {
  /** See {@linkcode FlagDefinitionCache.getFlagDefinitions}. */
  getFlagDefinitions(project?: string): MaybePromise<object | null | undefined>;
  /** See {@linkcode FlagDefinitionCache.onFlagDefinitionsReceived}; it gets {@linkcode FlagDefinitionCacheData}. */
  onFlagDefinitionsReceived(data: never, project?: string): MaybePromise<void>;
}
