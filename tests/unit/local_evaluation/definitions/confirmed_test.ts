// deno-lint-ignore-file no-boolean-literal-for-arguments -- they are expected values here
import { assertEquals } from "@std/assert";
import type { FlagDefinitionCache, FlagDefinitionCacheData } from "edgehog";
import { buildFlagDefinitions, createTestClient } from "edgehog/testing";
import { onDroppingRuntime } from "../../delivery/_gone.ts";

const PATH = "/flags/definitions";
const MINUTE_MS = 60_000;

/** What a test says about the entry of a cache that elects nobody. Ages in ms; negative: ahead of our clock. */
interface Entry {
  readonly ageMs?: number;
  readonly confirmedAgeMs?: number;
  readonly delayMs?: number;
}

/** An isolate that reads "old" in the cache, while PostHog has "new". */
function createIsolate(
  { ageMs, confirmedAgeMs, delayMs }: Entry,
  options: Parameters<typeof createTestClient>[0] = {},
) {
  const world = { reads: 0, stored: 0, isFilled: true };
  const cache: FlagDefinitionCache = {
    getFlagDefinitions() {
      world.reads++;
      const { flags } = buildFlagDefinitions({ f: "old" });
      return world.isFilled
        ? {
          flags: flags as FlagDefinitionCacheData["flags"],
          groupTypeMapping: {},
          cohorts: {},
          etag: 'W/"old"',
          ...(fetchedAt !== undefined && { fetchedAt }),
        }
        : undefined;
    },
    shouldFetchFlagDefinitions: () => false,
    onFlagDefinitionsReceived: () => void world.stored++,
    shutdown() {},
    ...(confirmedAgeMs !== undefined &&
      { getConfirmedAt: () => confirmedAt }),
    ...(delayMs !== undefined && { delayMs }),
  };
  const client = createTestClient({
    flags: { f: "new" },
    flagDefinitionCache: cache,
    ...options,
  });
  const { posthog, emulator, clock } = client;
  const fetchedAt = ageMs === undefined ? undefined : clock.now() - ageMs;
  const confirmedAt = clock.now() - (confirmedAgeMs ?? 0);
  const read = async () => (await posthog.evaluateFlags("ada")).getFlag("f");
  return {
    ...client,
    world,
    read,
    /** What an evaluation answers, and the one after what it began. */
    async readTwice() {
      const first = await read();
      await clock.settle();
      return [first, await read()];
    },
    loads: () => emulator.requests.filter(({ path }) => path === PATH),
  };
}

/** What a cold isolate answers at once, and when PostHog was asked where the cache is too old. */
const ENTRIES: readonly (readonly [
  name: string,
  entry: Entry,
  answers: readonly [string, string],
])[] = [
  ["fetched just now", { ageMs: 0 }, ["old", "old"]],
  ["fetched less than two intervals ago", { ageMs: 59_999 }, ["old", "old"]],
  ["fetched two intervals ago", { ageMs: MINUTE_MS }, ["old", "new"]],
  ["of ten intervals ago", { ageMs: 5 * MINUTE_MS }, ["new", "new"]],
  ["of long ago, and confirmed", {
    ageMs: 1e9,
    confirmedAgeMs: 59_999,
  }, ["old", "old"]],
  ["of long ago, confirmed two intervals ago", {
    ageMs: 1e9,
    confirmedAgeMs: MINUTE_MS,
  }, ["old", "new"]],
  ["within the store's delay", { ageMs: 89_999, delayMs: 30_000 }, [
    "old",
    "old",
  ]],
  ["past the store's delay", { ageMs: 90_000, delayMs: 30_000 }, [
    "old",
    "new",
  ]],
  ["without any moment", {}, ["old", "old"]],
];

for (const [name, entry, answers] of ENTRIES) {
  Deno.test(`A cold isolate with a key trusts an entry ${name}: ${answers} (FLD-035, FLD-037)`, async () => {
    const { readTwice, world } = createIsolate(entry);
    assertEquals(await readTwice(), [...answers]);
    // Not elected, it stores nothing.
    assertEquals(world.stored, 0);
  });
}

Deno.test("Without a key the cache's word is all there is, and it is asked once an interval (FLD-035, FLD-037)", async () => {
  const { readTwice, world, loads, clock } = createIsolate({ ageMs: 1e9 }, {
    personalApiKey: undefined,
  });
  assertEquals(await readTwice(), ["old", "old"]);
  assertEquals([world.reads, loads()], [1, []]);
  await clock.advance(30_000);
  assertEquals(await readTwice(), ["old", "old"]);
  assertEquals(world.reads, 2);
});

Deno.test("Too old by the last confirmation is refreshed before it answers, however late it was loaded (FLD-037)", async () => {
  const { read, loads, clock } = createIsolate({ ageMs: 0 }, {
    maxDefinitionAgeMs: 45_000,
  });
  assertEquals(await read(), "old");
  // Read again from the cache, which makes it no younger.
  await clock.advance(30_000);
  assertEquals([await read(), loads().length], ["old", 0]);
  await clock.advance(15_000);
  assertEquals([await read(), loads().length], ["new", 1]);
});

Deno.test("A moment ahead of our clock counts as that at which it was first seen, and holds nobody (FLD-035, FLD-036)", async () => {
  const hour = 60 * MINUTE_MS;
  const skewed: readonly Entry[] = [
    { ageMs: -hour },
    { ageMs: 1e9, confirmedAgeMs: -hour },
  ];
  for (const entry of skewed) {
    const { readTwice, read, loads, clock } = createIsolate(entry);
    assertEquals(await readTwice(), ["old", "old"]);
    await clock.advance(59_999);
    assertEquals(await readTwice(), ["old", "old"]);
    await clock.advance(1);
    assertEquals([await readTwice(), loads().length], [["old", "new"], 1]);
    // The entry is still ahead, and does not come back.
    for (let turn = 0; turn < 5; turn++) {
      await clock.advance(30_001);
      assertEquals([await read(), await read()], ["new", "new"]);
    }
  }
});

Deno.test("An isolate asks for itself at most once an interval, conditionally where nothing changes (FLD-035)", async () => {
  const { read, loads, clock, world } = createIsolate({ ageMs: 1e9 });
  for (let second = 0; second < 300; second++) {
    await read();
    await clock.advance(1000);
  }
  const statuses = loads().map(({ status }) => status);
  assertEquals(statuses[0], 200);
  assertEquals(statuses.slice(1).every((status) => status === 304), true);
  // Every second or third interval.
  assertEquals([statuses.length >= 4, statuses.length <= 6], [true, true]);
  assertEquals(world.stored, 0);
});

Deno.test("A cache that has become empty makes an isolate ask no later (FLD-035)", async () => {
  const { read, loads, clock, world } = createIsolate({ ageMs: 0 });
  await read();
  world.isFilled = false;
  // Looked at in vain, it would be left alone for an interval.
  await clock.advance(59_000);
  await read();
  await clock.advance(1000);
  await read();
  await clock.settle();
  assertEquals([await read(), loads().length], ["new", 1]);
});

Deno.test("Where PostHog can't be asked an old entry answers, and is asked about once an interval (FLD-035)", async () => {
  const { read, emulator, clock } = createIsolate({ ageMs: 1e9 });
  emulator.setFaultPolicy(({ path }) =>
    path === PATH ? { status: 503 } : undefined
  );
  for (let second = 0; second < 60; second++) {
    assertEquals(await read(), "old");
    await clock.advance(1000);
  }
  const { length } = emulator.requests.filter(({ path }) => path === PATH);
  assertEquals([length >= 2, length <= 3], [true, true]);
});

Deno.test("A caller that nothing keeps alive waits for PostHog's word where unfinished work is dropped (FLD-035, FLD-080)", async () => {
  await onDroppingRuntime(async () => {
    const { read } = createIsolate({ ageMs: 2 * MINUTE_MS });
    assertEquals(await read(), "new");
  });
});
