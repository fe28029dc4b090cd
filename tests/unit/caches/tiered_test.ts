// deno-lint-ignore-file no-boolean-literal-for-arguments -- they are expected values here
import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  type CacheTiers,
  tieredCache,
  type TieredCacheOptions,
} from "../../../src/caches/tiered.ts";
import type {
  FlagDefinitionCache,
  FlagDefinitionCacheData,
} from "../../../src/core/flag_definition_cache.ts";
import {
  createFakeClock,
  type FakeClock,
} from "../../../src/testing/fake_clock.ts";
import { buildData } from "./_isolates.ts";

const [ONE, TWO] = [buildData('W/"1"'), buildData('W/"2"')];

/** How a tier behaves at the moment. */
type Mood = "works" | "throws" | "hangs";

interface SpyTier extends FlagDefinitionCache {
  data: FlagDefinitionCacheData | undefined;
  mood: Mood;
  isElected: boolean;
  /** The methods called, in short. */
  readonly calls: string[];
}

function createTier(data?: FlagDefinitionCacheData): SpyTier {
  const calls: string[] = [];
  const act = async <T>(call: string, run: () => T): Promise<T> => {
    calls.push(call);
    if (tier.mood === "throws") throw new Error(`${call} failed`);
    if (tier.mood === "hangs") await new Promise(() => {});
    return run();
  };
  const tier: SpyTier = {
    data,
    mood: "works",
    isElected: false,
    calls,
    getFlagDefinitions: () => act("get", () => tier.data),
    shouldFetchFlagDefinitions: () => act("should", () => tier.isElected),
    onFlagDefinitionsReceived: (given) =>
      act("set", () => {
        tier.data = given;
      }),
    onFlagDefinitionsUnchanged: () => act("unchanged", () => {}),
    shutdown: () => act("shutdown", () => {}),
  };
  return tier;
}

interface World {
  readonly clock: FakeClock;
  readonly fast: SpyTier;
  readonly shared: SpyTier;
  readonly cache: FlagDefinitionCache;
  /** The calls of each tier since the last look. */
  takeCalls(): (readonly string[])[];
}

function createWorld(
  options: TieredCacheOptions = {},
  fast: SpyTier = createTier(),
  shared: SpyTier = createTier(ONE),
): World {
  const clock = createFakeClock();
  const { now, sleep } = clock;
  const cache = tieredCache([fast, shared], { now, sleep, ...options });
  const takeCalls = () => [fast, shared].map(({ calls }) => calls.splice(0));
  return { clock, fast, shared, cache, takeCalls };
}

Deno.test("tieredCache() reads the shared tier once a TTL and fills the fast one", async () => {
  for (const ttlMs of [undefined, [4000]]) {
    const { clock, shared, cache, takeCalls } = createWorld({ ttlMs });
    assertEquals(await cache.getFlagDefinitions(), ONE);
    assertEquals(takeCalls(), [["get", "set"], ["get"]]);
    shared.data = TWO;
    await clock.advance((ttlMs?.[0] ?? 10_000) - 1);
    assertEquals(await cache.getFlagDefinitions(), ONE);
    assertEquals(takeCalls(), [["get"], []]);
    await clock.advance(1);
    assertEquals(await cache.getFlagDefinitions(), TWO);
    assertEquals(takeCalls(), [["set"], ["get"]]);
    assertEquals(await cache.getFlagDefinitions(), TWO);
    assertEquals(takeCalls(), [["get"], []]);
  }
});

Deno.test("tieredCache() trusts what it finds in a fast tier for one TTL from when it saw it", async () => {
  const { clock, cache, takeCalls } = createWorld({}, createTier(TWO));
  await clock.advance(60_000);
  assertEquals(await cache.getFlagDefinitions(), TWO);
  await clock.advance(9999);
  assertEquals(await cache.getFlagDefinitions(), TWO);
  takeCalls();
  await clock.advance(1);
  assertEquals(await cache.getFlagDefinitions(), ONE);
  assertEquals(takeCalls(), [["set"], ["get"]]);
});

Deno.test("tieredCache() has a TTL for each tier", async () => {
  const clock = createFakeClock();
  const tiers = [createTier(), createTier(), createTier(ONE)] as const;
  const cache = tieredCache(tiers, { ttlMs: [1000, 5000], now: clock.now });
  const callsAt = async (ms: number) => {
    await clock.advance(ms);
    await cache.getFlagDefinitions();
    return tiers.map(({ calls }) => calls.splice(0).join());
  };
  assertEquals(await callsAt(0), ["get,set", "get,set", "get"]);
  assertEquals(await callsAt(1000), ["set", "get", ""]);
  assertEquals(await callsAt(999), ["get", "", ""]);
  assertEquals(await callsAt(3001), ["set", "set", "get"]);
});

interface FailureRow {
  readonly name: string;
  readonly fast?: Mood;
  readonly shared?: Mood;
  /** What the tiers hold. */
  readonly fastData?: FlagDefinitionCacheData;
  readonly sharedData?: FlagDefinitionCacheData;
  /** Whether the fast tier's entry is past its time. */
  readonly isExpired?: boolean;
  readonly read: FlagDefinitionCacheData | undefined | Error;
}

const FAILURES: readonly FailureRow[] = [
  {
    name: "a fast tier that throws",
    fast: "throws",
    sharedData: ONE,
    read: ONE,
  },
  { name: "a fast tier that hangs", fast: "hangs", sharedData: ONE, read: ONE },
  {
    name: "a shared tier that throws, behind an old copy",
    shared: "throws",
    fastData: ONE,
    isExpired: true,
    read: ONE,
  },
  {
    name: "a shared tier that hangs, behind an old copy",
    shared: "hangs",
    fastData: ONE,
    isExpired: true,
    read: ONE,
  },
  {
    name: "a shared tier that lost its entry, behind an old copy",
    fastData: ONE,
    isExpired: true,
    read: ONE,
  },
  { name: "empty tiers", read: undefined },
  {
    name: "a shared tier that throws, with nothing before it",
    shared: "throws",
    read: new Error("get failed"),
  },
  {
    name: "tiers that all fail",
    fast: "throws",
    shared: "hangs",
    read: new AggregateError([], "Several tiers failed"),
  },
];

for (const row of FAILURES) {
  Deno.test(`tieredCache() reads through ${row.name}`, async () => {
    const { clock, fast, shared, cache } = createWorld(
      {},
      createTier(row.fastData),
      createTier(row.sharedData),
    );
    if (row.isExpired) {
      await cache.getFlagDefinitions();
      await clock.advance(10_000);
    }
    fast.mood = row.fast ?? "works";
    shared.mood = row.shared ?? "works";
    const outcome = Promise.resolve(cache.getFlagDefinitions())
      .catch((error: Error) => error);
    // Within the client's bound of a call.
    await clock.advance(1999);
    const read = await Promise.race([outcome, Promise.resolve("too late")]);
    if (row.read instanceof Error) {
      assertEquals((read as Error).message, row.read.message);
    } else assertEquals(read, row.read);
  });
}

Deno.test("tieredCache() bounds each tier by 'timeoutMs'", async () => {
  const { clock, fast, cache } = createWorld({ timeoutMs: 100 });
  fast.mood = "hangs";
  let read: unknown;
  Promise.resolve(cache.getFlagDefinitions()).then((data) => read = data);
  await clock.advance(99);
  assertEquals(read, undefined);
  await clock.advance(1);
  assertEquals(read, ONE);
});

Deno.test("tieredCache() gives what it read though a fast tier can't keep it", async () => {
  const fast = createTier();
  const { clock, shared, cache } = createWorld({}, {
    ...fast,
    onFlagDefinitionsReceived: () => Promise.reject(new Error("full")),
  });
  assertEquals(await cache.getFlagDefinitions(), ONE);
  shared.data = TWO;
  await clock.advance(1);
  assertEquals(await cache.getFlagDefinitions(), TWO);
});

Deno.test("tieredCache() writes to all tiers and reads its own write", async () => {
  const { fast, shared, cache, takeCalls } = createWorld();
  await cache.onFlagDefinitionsReceived(TWO);
  assertEquals(takeCalls(), [["set"], ["set"]]);
  assertEquals([fast.data, shared.data], [TWO, TWO]);
  assertEquals(await cache.getFlagDefinitions(), TWO);
  assertEquals(takeCalls(), [["get"], []]);
});

for (const broken of ["fast", "shared"] as const) {
  Deno.test(`tieredCache() reports that the ${broken} tier was not written, after it wrote the other`, async () => {
    const world = createWorld();
    const { cache } = world;
    const other = broken === "fast" ? world.shared : world.fast;
    world[broken].mood = "throws";
    await assertRejects(
      async () => await cache.onFlagDefinitionsReceived(TWO),
      Error,
      "set failed",
    );
    assertEquals(other.data, TWO);
    world[broken].mood = "works";
    assertEquals(await cache.getFlagDefinitions(), TWO);
  });
}

Deno.test("tieredCache() does not answer from a fast tier that missed a write", async () => {
  const { fast, cache } = createWorld();
  await cache.getFlagDefinitions();
  fast.mood = "throws";
  await assertRejects(async () => await cache.onFlagDefinitionsReceived(TWO));
  fast.mood = "works";
  assertEquals(fast.data, ONE);
  assertEquals(await cache.getFlagDefinitions(), TWO);
  assertEquals(fast.data, TWO);
});

Deno.test("tieredCache() asks the shared tier alone who fetches", async () => {
  const { fast, shared, cache, takeCalls } = createWorld();
  fast.isElected = true;
  assertEquals(await cache.shouldFetchFlagDefinitions(), false);
  shared.isElected = true;
  assertEquals(await cache.shouldFetchFlagDefinitions(), true);
  assertEquals(takeCalls(), [[], ["should", "should"]]);
  shared.mood = "throws";
  await assertRejects(
    async () => await cache.shouldFetchFlagDefinitions(),
    Error,
    "should failed",
  );
});

Deno.test("tieredCache() hands 'unchanged' and shutdown to every tier, whatever becomes of the others", async () => {
  const { fast, shared, cache, takeCalls } = createWorld();
  for (
    const [call, run] of [
      ["unchanged", () => cache.onFlagDefinitionsUnchanged?.()],
      ["shutdown", () => cache.shutdown()],
    ] as const
  ) {
    fast.mood = shared.mood = "works";
    await run();
    assertEquals(takeCalls(), [[call], [call]]);
    fast.mood = shared.mood = "throws";
    const error = await assertRejects(async () => await run(), AggregateError);
    assertEquals(error.errors.map(({ message }) => message), [
      `${call} failed`,
      `${call} failed`,
    ]);
    assertEquals(takeCalls(), [[call], [call]]);
  }
});

Deno.test("tieredCache() takes tiers without a method for 'unchanged'", async () => {
  const { onFlagDefinitionsUnchanged: _, ...plain } = createTier(ONE);
  const shared = createTier(ONE);
  await tieredCache([plain, shared]).onFlagDefinitionsUnchanged?.();
  assertEquals(shared.calls, ["unchanged"]);
});

Deno.test("tieredCache() contains a tier that throws at once", async () => {
  const broken = new Proxy(createTier(), {
    get: (target, name) =>
      name === "mood" ? target.mood : () => {
        throw new Error("at once");
      },
  });
  const shared = createTier(ONE);
  const tiers: CacheTiers = [broken, shared];
  const cache = tieredCache(tiers);
  assertEquals(await cache.getFlagDefinitions(), ONE);
  await assertRejects(
    async () => await cache.onFlagDefinitionsReceived(TWO),
    Error,
    "at once",
  );
  assertEquals(shared.data, TWO);
  await assertRejects(async () => await cache.shutdown(), Error, "at once");
  assertEquals(shared.calls.at(-1), "shutdown");
  assertThrows(
    () => tieredCache([broken]).shouldFetchFlagDefinitions(),
    Error,
    "at once",
  );
});
