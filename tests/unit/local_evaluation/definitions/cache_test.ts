// deno-lint-ignore-file no-boolean-literal-for-arguments -- they are expected values here
import { assertEquals } from "@std/assert";
import type {
  FlagDefinitionCache,
  FlagDefinitionCacheData,
} from "../../../../src/core/flag_definition_cache.ts";
import { createHarness, logged } from "../../flags/_helpers.ts";
import { createSpyCache, entry, fresh, namesOf } from "./_spy_cache.ts";

Deno.test("A cache that says so has definitions fetched and then stored (FLG-030, FLG-031)", async () => {
  const cache = createSpyCache({
    onFlagDefinitionsReceived: () => Promise.reject(new Error("full")),
  });
  const harness = createHarness({ cache, definitions: [fresh] });
  assertEquals((await harness.evaluateFlags("ada")).getFlag("f"), true);
  await Promise.all(harness.kept);
  assertEquals(namesOf(cache), [
    "shouldFetchFlagDefinitions",
    "getFlagDefinitions",
    "onFlagDefinitionsReceived",
  ]);
  assertEquals((cache.calls[2]?.[1] as FlagDefinitionCacheData).etag, 'W/"1"');
  assertEquals(logged(harness, "warn").length, 1);
  assertEquals(harness.errors.map(({ code }) => code), ["callback"]);
  assertEquals((await harness.evaluateFlags("ada")).getFlag("f"), true);
});

Deno.test("reloadFeatureFlags() resolves after the cache was written, evaluateFlags() before (FLG-031)", async () => {
  let isStored = false;
  const cache = createSpyCache({
    onFlagDefinitionsReceived: async () => {
      await harness.clock.sleep(100);
      isStored = true;
    },
  });
  const harness = createHarness({ cache, definitions: [fresh] });
  await harness.evaluateFlags("ada");
  assertEquals(isStored, false);
  const reload = harness.reloadFeatureFlags();
  await harness.clock.advance(100);
  await reload;
  assertEquals(isStored, true);
});

Deno.test("A cache that says no is read, without a request or a store (FLG-032)", async () => {
  const cache = createSpyCache({
    shouldFetchFlagDefinitions: () => false,
    getFlagDefinitions: () => entry,
  });
  const harness = createHarness({ cache });
  const flags = await harness.evaluateFlags("ada");
  assertEquals(flags.getFlag("f"), true);
  assertEquals(namesOf(cache), [
    "shouldFetchFlagDefinitions",
    "getFlagDefinitions",
  ]);
  assertEquals(harness.requests.length, 0);
  const { $feature_flag_definitions_loaded_at: loadedAt } = harness.drafts[0]
    ?.properties as Record<string, unknown>;
  assertEquals(loadedAt, entry.fetchedAt);
});

for (
  const [name, shouldFetch] of [["throws", () => fail()], [
    "hangs",
    () => new Promise<boolean>(() => {}),
  ]] as const
) {
  Deno.test(`A cache whose election ${name} counts as saying yes, with a warning (FLG-030)`, async () => {
    const cache = createSpyCache({ shouldFetchFlagDefinitions: shouldFetch });
    const harness = createHarness({ cache, definitions: [fresh] });
    const evaluation = harness.evaluateFlags("ada");
    await harness.clock.advance(2000);
    assertEquals((await evaluation).getFlag("f"), true);
    assertEquals(namesOf(cache).at(-1), "onFlagDefinitionsReceived");
    assertEquals(logged(harness, "warn").length, 1);
  });
}

const UNUSABLE: readonly (readonly [name: string, get: () => unknown])[] = [
  ["empty", () => null],
  ["failing", () => fail()],
  ["malformed", () => ({ flags: {} })],
  ["hostile", () => new Proxy({}, { getOwnPropertyDescriptor: fail })],
];

for (const [name, get] of UNUSABLE) {
  Deno.test(`An ${name} cache keeps memory, and with none the API is used and not stored (FLG-033)`, async () => {
    const cache = createSpyCache({
      shouldFetchFlagDefinitions: () => false,
      getFlagDefinitions: get as FlagDefinitionCache["getFlagDefinitions"],
    });
    const harness = createHarness({ cache, definitions: [fresh] });
    assertEquals((await harness.evaluateFlags("ada")).getFlag("f"), true);
    await harness.clock.advance(30_000);
    assertEquals((await harness.evaluateFlags("ada")).getFlag("f"), true);
    await harness.clock.settle();
    assertEquals((await harness.evaluateFlags("ada")).getFlag("f"), true);
    assertEquals(harness.requests.length, 1);
    assertEquals(namesOf(cache).includes("onFlagDefinitionsReceived"), false);
  });
}

Deno.test("A cold isolate sends the cache's ETag, and a 304 installs the entry (3.3)", async () => {
  const cache = createSpyCache({ getFlagDefinitions: () => entry });
  const harness = createHarness({ cache, definitions: [{ status: 304 }] });
  assertEquals((await harness.evaluateFlags("ada")).getFlag("f"), true);
  assertEquals(harness.requests[0]?.headers?.["If-None-Match"], 'W/"1"');
  await Promise.all(harness.kept);
  assertEquals(namesOf(cache).slice(2), ["onFlagDefinitionsUnchanged"]);
});

Deno.test("A 304 calls onFlagDefinitionsUnchanged where there is one, never the store (FLG-036)", async () => {
  const cache = createSpyCache();
  const { onFlagDefinitionsUnchanged: _, ...plain } = cache;
  for (const each of [cache, plain]) {
    const harness = createHarness({
      cache: each,
      definitions: [fresh, { status: 304 }],
    });
    await harness.reloadFeatureFlags();
    await harness.reloadFeatureFlags();
    assertEquals(logged(harness, "warn"), []);
  }
  const count = (name: string) =>
    namesOf(cache).filter((called) => called === name).length;
  assertEquals([
    count("onFlagDefinitionsUnchanged"),
    count("onFlagDefinitionsReceived"),
  ], [1, 2]);
});

Deno.test("A cache serves local evaluation without any key (FLG-038)", async () => {
  const cache = createSpyCache({ getFlagDefinitions: () => entry });
  const harness = createHarness({ cache, settings: { secretKey: undefined } });
  assertEquals((await harness.evaluateFlags("ada")).getFlag("f"), true);
  assertEquals(harness.requests.length, 0);
  await harness.clock.advance(30_000);
  await harness.evaluateFlags("ada");
  await harness.clock.settle();
  assertEquals(harness.requests.length, 0);
  // Parity: posthog-node. A reader that took a lease would keep it from those who can use it.
  assertEquals(namesOf(cache), ["getFlagDefinitions", "getFlagDefinitions"]);
});

Deno.test("shutdown() reaches the cache, bounded by its deadline (FLG-037)", async () => {
  const cache = createSpyCache({ shutdown: () => new Promise<void>(() => {}) });
  const harness = createHarness({ cache });
  const deadline = new AbortController();
  const shutdown = harness.shutdown(deadline.signal);
  deadline.abort();
  await shutdown;
  assertEquals(namesOf(cache), ["shutdown"]);
});

function fail(): never {
  throw new Error("broken");
}
