import { assertEquals } from "@std/assert";
import type { FlagDefinitionCache, FlagDefinitionCacheData } from "edgehog";
import { createTestClient } from "edgehog/testing";

/** Longer than the interval of any isolate. */
const REFRESH_MS = 30_001;

/** One isolate over a cache that may elect it or not, and what it asked of PostHog. */
function createIsolate() {
  const world = {
    isElected: false,
    isFull: false,
    entry: undefined as FlagDefinitionCacheData | undefined,
    reads: 0,
    /** The ETags stored, in order. */
    stored: [] as (string | undefined)[],
  };
  const cache: FlagDefinitionCache = {
    getFlagDefinitions() {
      world.reads++;
      return world.entry;
    },
    shouldFetchFlagDefinitions: () => world.isElected,
    onFlagDefinitionsReceived(data) {
      if (world.isFull) throw new Error("full");
      world.entry = data;
      world.stored.push(data.etag);
    },
    shutdown() {},
  };
  const { posthog, emulator, clock } = createTestClient({
    flags: { f: true },
    flagDefinitionCache: cache,
  });
  return {
    world,
    emulator,
    /** Evaluates, and refreshes where that is due. */
    async use() {
      const flags = await posthog.evaluateFlags("ada");
      assertEquals(flags.getFlag("f"), true);
      await clock.settle();
      await clock.advance(REFRESH_MS);
    },
    /** The answers to requests for definitions, and whether each was asked for conditionally. */
    loads: () =>
      emulator.requests.filter(({ path }) => path === "/flags/definitions").map(
        ({ status, headers }) =>
          `${status}${headers["if-none-match"] === undefined ? "" : " if new"}`,
      ),
  };
}

Deno.test("definitions that were fetched without storing are stored by the first refresh that the isolate is elected for (FLG-033)", async () => {
  const { world, use, loads } = createIsolate();
  await use();
  assertEquals([loads(), world.stored], [["200"], []]);
  // Not elected still, and nobody fills the cache meanwhile: it asks for itself, and stores nothing.
  await use();
  await use();
  assertEquals([loads(), world.stored], [["200", "304 if new"], []]);
  world.isElected = true;
  await use();
  // A conditional request would be answered with 304, and the cache stay empty for good.
  assertEquals(loads().slice(2), ["200"]);
  assertEquals([world.stored.length, typeof world.stored[0]], [1, "string"]);
  world.reads = 0;
  await use();
  await use();
  assertEquals(loads().slice(3), ["304 if new", "304 if new"]);
  assertEquals([world.stored.length, world.reads], [1, 0]);
});

Deno.test("definitions that were fetched without storing are not fetched again once another isolate has stored them (FLG-033)", async () => {
  const [late, early] = [createIsolate(), createIsolate()];
  await late.use();
  early.world.isElected = true;
  await early.use();
  late.world.entry = early.world.entry;
  Object.assign(late.world, { isElected: true, reads: 0 });
  await late.use();
  await late.use();
  assertEquals(late.loads(), ["200", "304 if new", "304 if new"]);
  // Read once, to find that it is there.
  assertEquals([late.world.stored, late.world.reads], [[], 1]);
});

Deno.test("definitions read from the cache count as stored: the isolate that is elected next asks conditionally (FLG-033)", async () => {
  const [late, early] = [createIsolate(), createIsolate()];
  await late.use();
  early.world.isElected = true;
  await early.use();
  late.world.entry = early.world.entry;
  await late.use();
  assertEquals(late.loads(), ["200"]);
  Object.assign(late.world, { isElected: true, reads: 0 });
  await late.use();
  assertEquals(late.loads(), ["200", "304 if new"]);
  assertEquals([late.world.stored, late.world.reads], [[], 0]);
});

Deno.test("definitions that a provider refused are stored by the next refresh that the isolate is elected for (FLD-035)", async () => {
  const { world, use, loads } = createIsolate();
  Object.assign(world, { isElected: true, isFull: true });
  await use();
  assertEquals([loads(), world.stored], [["200"], []]);
  world.isFull = false;
  // A provider without a fifth method hears nothing of a 304.
  await use();
  await use();
  assertEquals(loads(), ["200", "200", "304 if new"]);
  assertEquals(world.stored.length, 1);
});
