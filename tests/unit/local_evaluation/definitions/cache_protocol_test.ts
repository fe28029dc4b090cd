// deno-lint-ignore-file no-boolean-literal-for-arguments -- they are expected values here
import { assertEquals } from "@std/assert";
import { memoryCache } from "../../../../src/caches/memory.ts";
import type {
  FlagDefinitionCache,
  FlagDefinitionCacheData,
} from "../../../../src/core/flag_definition_cache.ts";
import type { FlagPort } from "../../../../src/flags/port.ts";
import type { MaybePromise } from "../../../../src/core/platform.ts";
import {
  createFakeClock,
  type FakeClock,
} from "../../../../src/testing/fake_clock.ts";
import { createHarness, definitionsOf, flag } from "../../flags/_helpers.ts";
import { createSpyCache, entry, fresh, namesOf } from "./_spy_cache.ts";

Deno.test("Memory has definitions before the cache is told of them (FLG-031)", async () => {
  const ready: boolean[] = [];
  const cache = createSpyCache({
    onFlagDefinitionsReceived: () =>
      void ready.push(harness.isLocalEvaluationReady()),
  });
  const harness = createHarness({ cache, definitions: [fresh] });
  await harness.reloadFeatureFlags();
  assertEquals(ready, [true]);
});

Deno.test("Every load asks the cache first, whatever memory holds (FLG-030)", async () => {
  const cache = createSpyCache();
  const harness = createHarness({ cache, definitions: [fresh] });
  for (let load = 0; load < 3; load++) {
    const { length } = cache.calls;
    const requests = harness.requests.length;
    const reload = harness.reloadFeatureFlags();
    assertEquals([cache.calls[length]?.[0], harness.requests.length], [
      "shouldFetchFlagDefinitions",
      requests,
    ]);
    await reload;
  }
});

const VERDICTS: readonly (readonly [verdict: unknown, requests: number])[] = [
  ["OK", 1],
  [1, 1],
  [undefined, 0],
  [0, 0],
  [null, 0],
];

for (const [verdict, requests] of VERDICTS) {
  Deno.test(`A cache that elects with ${verdict} means ${requests ? "yes" : "no"} (3.3)`, async () => {
    const cache = createSpyCache({
      shouldFetchFlagDefinitions: () => verdict as boolean,
      getFlagDefinitions: () => entry,
    });
    const harness = createHarness({ cache, definitions: [fresh] });
    assertEquals((await harness.evaluateFlags("ada")).getFlag("f"), true);
    assertEquals(harness.requests.length, requests);
  });
}

Deno.test("A cache that hangs costs two seconds a call, and no flag (3.3)", async () => {
  const hang = () => new Promise<never>(() => {});
  const cache: FlagDefinitionCache = {
    shouldFetchFlagDefinitions: () => false,
    getFlagDefinitions: hang,
    onFlagDefinitionsReceived: hang,
    shutdown: hang,
  };
  const cold = createHarness({ cache, definitions: [fresh] });
  const readiness = cold.waitForLocalEvaluationReady();
  await cold.clock.advance(1999);
  assertEquals(cold.requests.length, 0);
  await cold.clock.advance(1);
  assertEquals(await readiness, true);

  const writer = createHarness({
    cache: { ...cache, shouldFetchFlagDefinitions: () => true },
    definitions: [fresh],
  });
  let isSettled = false;
  writer.reloadFeatureFlags().then(() => isSettled = true);
  await writer.clock.advance(3999);
  assertEquals([isSettled, writer.isLocalEvaluationReady()], [false, true]);
  await writer.clock.advance(1);
  assertEquals(isSettled, true);
  assertEquals(writer.errors.map(({ code }) => code), ["callback", "callback"]);
});

for (
  const [name, overrides] of [
    ["that hangs", {}],
    ["whose reading hangs", { shouldFetchFlagDefinitions: () => false }],
    ["that is slow, and then hangs", {
      shouldFetchFlagDefinitions: async (clock: FakeClock) => {
        await clock.sleep(500);
        return true;
      },
    }],
  ] as const
) {
  Deno.test(`A cold evaluation spends a quarter of its time on a cache ${name}, and asks PostHog (FLD-086)`, async () => {
    const hang = () => new Promise<never>(() => {});
    const { shouldFetchFlagDefinitions = hang }: {
      shouldFetchFlagDefinitions?: (clock: FakeClock) => MaybePromise<boolean>;
    } = overrides;
    const harness = createHarness({
      cache: {
        getFlagDefinitions: hang,
        shouldFetchFlagDefinitions: () =>
          shouldFetchFlagDefinitions(harness.clock),
        onFlagDefinitionsReceived: hang,
        shutdown: hang,
      },
      definitions: [fresh],
    });
    const evaluation = harness.evaluateFlags("ada");
    await harness.clock.advance(749);
    assertEquals(harness.requests.length, 0);
    await harness.clock.advance(1);
    assertEquals((await evaluation).getFlag("f"), true);
    assertEquals(harness.paths(), ["/flags/definitions"]);
    assertEquals(harness.errors.length, 1);
    await harness.clock.advance(10_000);
  });
}

Deno.test("reloadFeatureFlags() loads although an earlier load is still writing to the cache (FLG-026, FLD-031)", async () => {
  const cache = createSpyCache({
    onFlagDefinitionsReceived: () => new Promise(() => {}),
  });
  const harness = createHarness({ cache, definitions: [fresh] });
  await harness.evaluateFlags("ada");
  const reload = harness.reloadFeatureFlags();
  await harness.clock.advance(4000);
  await reload;
  assertEquals(harness.requests.length, 2);
});

Deno.test("Definitions from a cache are fresh for an interval, and end a wait (3.3)", async () => {
  let hasEntry = false;
  const cache = createSpyCache({
    shouldFetchFlagDefinitions: () => !hasEntry,
    getFlagDefinitions: () => hasEntry ? entry : undefined,
  });
  const harness = createHarness({ cache, definitions: [{ status: 401 }] });
  await harness.evaluateFlags("ada", { onlyEvaluateLocally: true });
  hasEntry = true;
  await harness.reloadFeatureFlags();
  const { length } = cache.calls;
  await harness.clock.advance(29_999);
  assertEquals((await harness.evaluateFlags("ada")).getFlag("f"), true);
  assertEquals(cache.calls.length, length);
  // The refusal had asked for a minute.
  await harness.clock.advance(1);
  await harness.evaluateFlags("ada");
  await harness.clock.settle();
  assertEquals(namesOf(cache).slice(length), [
    "shouldFetchFlagDefinitions",
    "getFlagDefinitions",
  ]);
});

Deno.test("A slow older answer is neither installed nor stored over a newer one (FLG-019, 3.3)", async () => {
  const older = definitionsOf([{ ...flag([{}]), active: false }], {
    headers: { ETag: 'W/"0"' },
  });
  const cache = createSpyCache();
  const harness = createHarness({
    cache,
    definitions: [{ ...older, afterMs: 2000 } as typeof older, fresh],
  });
  const slow = harness.createMethods().reloadFeatureFlags();
  // Its time has run out: the other does not wait for it any more.
  await harness.clock.advance(1500);
  await harness.createMethods().reloadFeatureFlags();
  await harness.clock.advance(500);
  await slow;
  const stored = cache.calls.filter(([name]) =>
    name === "onFlagDefinitionsReceived"
  );
  assertEquals(
    stored.map(([, data]) => (data as FlagDefinitionCacheData).etag),
    ['W/"1"'],
  );
  assertEquals((await harness.evaluateFlags("ada")).getFlag("f"), true);
});

Deno.test("Of two answers at once the older one is not stored (3.3)", async () => {
  const older = definitionsOf([], { headers: { ETag: 'W/"0"' } });
  const cache = createSpyCache();
  const harness = createHarness({ cache, definitions: [older, fresh] });
  const refresh = () =>
    (harness.made.port as FlagPort).local?.refresh() ?? Promise.resolve();
  await Promise.all([refresh(), refresh()]);
  const stored = cache.calls.filter(([name]) =>
    name === "onFlagDefinitionsReceived"
  );
  assertEquals(
    stored.map(([, data]) => (data as FlagDefinitionCacheData).etag),
    ['W/"1"'],
  );
});

Deno.test("A slow older read of the cache never replaces a newer answer (FLG-019)", async () => {
  let isElected = false;
  const cache = createSpyCache({
    shouldFetchFlagDefinitions: () => isElected,
    getFlagDefinitions: async () => {
      await harness.clock.sleep(1800);
      return { ...entry, flags: [{ ...entry.flags[0], active: false }] };
    },
  });
  const harness = createHarness({ cache, definitions: [fresh] });
  const slow = harness.reloadFeatureFlags();
  await harness.clock.advance(1500);
  isElected = true;
  const newer = harness.reloadFeatureFlags();
  await harness.clock.advance(2000);
  await Promise.all([slow, newer]);
  assertEquals((await harness.evaluateFlags("ada")).getFlag("f"), true);
});

for (
  const [name, answer, waitMs] of [
    ["is unreachable", { kind: "network" }, 30_000],
    ["refuses", { status: 402 }, 60_000],
    ["sends garbage", { status: 200, body: "<html>" }, 30_000],
    ["hangs", { kind: "hang" }, 40_000],
  ] as const
) {
  Deno.test(`A cold isolate uses the entry it has read when PostHog ${name} (3.3)`, async () => {
    const cache = createSpyCache({ getFlagDefinitions: () => entry });
    const harness = createHarness({ cache, definitions: [answer] });
    const load = harness.reloadFeatureFlags();
    if ("kind" in answer) await harness.clock.advance(10_000);
    await load;
    const flags = await harness.evaluateFlags("ada");
    assertEquals([flags.getFlag("f"), harness.paths()], [true, [
      "/flags/definitions",
    ]]);
    assertEquals(harness.errors.length, 1);
    // The wait after the failure holds, and the next request is conditional.
    await harness.clock.advance(waitMs - ("kind" in answer ? 10_000 : 0) - 1);
    await harness.evaluateFlags("ada");
    await harness.clock.settle();
    assertEquals(harness.requests.length, 1);
    await harness.clock.advance(10_001);
    harness.definitionAnswers = [{ status: 304 }];
    await harness.evaluateFlags("ada");
    await harness.clock.settle();
    assertEquals(
      harness.requests.map(({ headers }) => headers?.["If-None-Match"]),
      ['W/"1"', 'W/"1"'],
    );
    assertEquals(namesOf(cache).includes("onFlagDefinitionsReceived"), false);
  });
}

for (
  const [name, held, statuses] of [
    ["an empty", undefined, [200]],
    ["a warm", entry, [304]],
  ] as const
) {
  Deno.test(`Of eight cold requests over ${name} cache ${statuses.length} ask PostHog (FLD-031)`, async () => {
    const clock = createFakeClock();
    const cache = memoryCache({ now: clock.now });
    if (held) cache.onFlagDefinitionsReceived(held);
    await clock.advance(60_000);
    const given = definitionsOf([flag([{}])], { headers: { ETag: 'W/"1"' } });
    const answers = statuses.map((status) =>
      status === 304 ? { status } : given
    );
    const harness = createHarness({ cache, definitions: answers });
    const flags = await Promise.all(
      Array.from(
        { length: 8 },
        () => harness.createMethods({ isScope: true }).evaluateFlags("ada"),
      ),
    );
    assertEquals(
      flags.map((each) => each.getFlag("f")),
      Array(8).fill(true),
    );
    assertEquals(harness.requests.length, statuses.length);
  });
}

Deno.test("Definitions fetched without storing are stored once the isolate is elected (3.3)", async () => {
  let isElected = false;
  const cache = createSpyCache({
    shouldFetchFlagDefinitions: () => isElected,
  });
  const harness = createHarness({
    cache,
    definitions: [fresh, fresh, { status: 304 }],
  });
  // Another isolate was elected, and never came to store anything.
  await harness.evaluateFlags("ada");
  assertEquals(namesOf(cache).includes("onFlagDefinitionsReceived"), false);
  isElected = true;
  await harness.reloadFeatureFlags();
  assertEquals(namesOf(cache).at(-1), "onFlagDefinitionsReceived");
  // PostHog's "unchanged" would have left the cache empty; from here on it is welcome.
  await harness.reloadFeatureFlags();
  assertEquals(namesOf(cache).at(-1), "onFlagDefinitionsUnchanged");
  assertEquals(
    harness.requests.map(({ headers }) => headers?.["If-None-Match"]),
    [undefined, undefined, 'W/"1"'],
  );
});
