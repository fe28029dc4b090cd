import { assertEquals } from "@std/assert";
import type { FlagDefinitionCacheData } from "../../../../src/core/flag_definition_cache.ts";
import { createHarness, definitionsOf, flag } from "../../flags/_helpers.ts";
import { createSpyCache, entry } from "./_spy_cache.ts";

const HOUR_MS = 3_600_000;

/** The cache's entry, by when it was fetched, and whether it replaces what the isolate fetched itself just now. */
const ENTRIES: readonly (readonly [
  name: string,
  entry: { readonly etag?: string; readonly fetchedInMs?: number },
  isInstalled: boolean,
])[] = [
  ["older", { fetchedInMs: -1 }, false],
  ["older by hours", { fetchedInMs: -HOUR_MS }, false],
  ["as old", { fetchedInMs: 0 }, true],
  ["younger", { fetchedInMs: 10_000 }, true],
  ["ahead of our clock", { fetchedInMs: HOUR_MS }, true],
  ["without a moment", {}, true],
  ["older, but the same document", { fetchedInMs: -1, etag: 'W/"2"' }, true],
];

for (const [name, { etag = 'W/"1"', fetchedInMs }, isInstalled] of ENTRIES) {
  Deno.test(`An entry that is ${name} ${isInstalled ? "replaces" : "never replaces"} what the isolate holds (FLD-036)`, async () => {
    let isElected = true;
    const store: { entry?: FlagDefinitionCacheData } = {};
    const cache = createSpyCache({
      shouldFetchFlagDefinitions: () => isElected,
      getFlagDefinitions: () => store.entry,
    });
    const on = definitionsOf([flag([{}])], { headers: { ETag: 'W/"2"' } });
    const harness = createHarness({ cache, definitions: [on] });
    await harness.reloadFeatureFlags();
    isElected = false;
    const { flags: [row], fetchedAt: _fetchedAt, ...rest } = entry;
    store.entry = {
      ...rest,
      etag,
      flags: [{ ...row, active: false }],
      ...(fetchedInMs !== undefined &&
        { fetchedAt: harness.clock.now() + fetchedInMs }),
    };
    await harness.clock.advance(30_000);
    await harness.reloadFeatureFlags();
    const flags = await harness.evaluateFlags("ada");
    assertEquals(flags.getFlag("f"), !isInstalled);
    assertEquals(harness.paths(), ["/flags/definitions"]);
  });
}

Deno.test("Of two entries the younger one stays, and the cache is asked once an interval (FLD-036)", async () => {
  let fetchedAt = 2000;
  let active = true;
  const cache = createSpyCache({
    shouldFetchFlagDefinitions: () => false,
    getFlagDefinitions: () => ({
      ...entry,
      etag: `W/"${fetchedAt}"`,
      fetchedAt,
      flags: [{ ...entry.flags[0], active }],
    }),
  });
  const harness = createHarness({ cache });
  const read = async () => {
    await harness.evaluateFlags("ada");
    await harness.clock.settle();
    return (await harness.evaluateFlags("ada")).getFlag("f");
  };
  const seen = [await read()];
  [fetchedAt, active] = [1000, false];
  await harness.clock.advance(30_000);
  const before = cache.calls.length;
  seen.push(await read(), await read());
  assertEquals(cache.calls.length, before + 2);
  fetchedAt = 3000;
  await harness.clock.advance(30_000);
  seen.push(await read());
  assertEquals(seen, [true, true, true, false]);
});
