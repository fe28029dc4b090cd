import type {
  FlagDefinitionCache,
  FlagDefinitionCacheData,
} from "../../../../src/core/flag_definition_cache.ts";
import { definitionsOf, type FakeAnswer, flag } from "../../flags/_helpers.ts";

/** One flag that is on, and its ETag. */
export const fresh: FakeAnswer = definitionsOf([flag([{}])], {
  headers: { ETag: 'W/"1"' },
});
/** The same in a cache, fetched when a fake clock begins. */
export const entry: FlagDefinitionCacheData = {
  flags: [{ ...flag([{}]), active: true } as never],
  groupTypeMapping: {},
  cohorts: {},
  etag: 'W/"1"',
  fetchedAt: 1_767_225_600_000,
};

/** A call of a cache. */
export type Call = readonly [method: string, ...given: unknown[]];

/** A cache that remembers how it was called. */
export interface SpyCache extends FlagDefinitionCache {
  readonly calls: Call[];
}

/** Creates a {@linkcode SpyCache}: empty, and for fetching. */
export function createSpyCache(
  overrides: Partial<FlagDefinitionCache> = {},
): SpyCache {
  const calls: Call[] = [];
  const spy =
    <T>(method: keyof FlagDefinitionCache, fallback: T) =>
    (...given: unknown[]) => {
      calls.push([method, ...given]);
      const own = overrides[method] as ((...given: unknown[]) => T) | undefined;
      return own ? own(...given) : fallback;
    };
  return {
    calls,
    getFlagDefinitions: spy("getFlagDefinitions", undefined),
    shouldFetchFlagDefinitions: spy("shouldFetchFlagDefinitions", true),
    onFlagDefinitionsReceived: spy("onFlagDefinitionsReceived", undefined),
    shutdown: spy("shutdown", undefined),
    onFlagDefinitionsUnchanged: spy("onFlagDefinitionsUnchanged", undefined),
  };
}

/** The names of the methods called, in order. */
export function namesOf({ calls }: SpyCache): string[] {
  return calls.map(([method]) => method);
}
