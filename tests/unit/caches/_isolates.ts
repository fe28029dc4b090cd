import type {
  FlagDefinitionCache,
  FlagDefinitionCacheData,
} from "../../../src/core/flag_definition_cache.ts";

/** Definitions of one flag, whose name makes them as long as a test needs. */
export function buildData(
  etag: string | undefined,
  name = "",
): FlagDefinitionCacheData {
  return {
    flags: [{ key: "f", active: true, name, unknown: { kept: [1, null] } }],
    groupTypeMapping: { 0: "company" },
    cohorts: {},
    minimalFlagCalledEvents: true,
    propertyMatchingVersion: 2,
    ...(etag !== undefined && { etag }),
    fetchedAt: 5,
  };
}

/** Asks all isolates at once; the indices of those that are to fetch. */
export async function elect(
  isolates: readonly FlagDefinitionCache[],
): Promise<number[]> {
  const answers = await Promise.all(
    isolates.map((isolate) => isolate.shouldFetchFlagDefinitions()),
  );
  return answers.flatMap((isElected, index) => isElected ? [index] : []);
}
