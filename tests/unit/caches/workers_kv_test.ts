import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  type FlagDefinitionCache,
  type FlagDefinitionCacheData,
  type KvNamespaceLike,
  workersKvCache,
  type WorkersKvCacheOptions,
} from "../../../src/caches/workers_kv.ts";
import {
  createFakeClock,
  type FakeClock,
} from "../../../src/testing/fake_clock.ts";
import { createSeededRandom } from "../../../src/testing/seeded_random.ts";
import { createVirtualKv, type VirtualKv } from "../../_kit/virtual_kv.ts";

const KEY = "edgehog:flag_definitions";
const LEASE = `${KEY}:lease`;

function definitions(etag: string): FlagDefinitionCacheData {
  return {
    flags: [{ key: `flag-${etag}`, active: true }],
    groupTypeMapping: { "0": "company" },
    cohorts: {},
    minimalFlagCalledEvents: true,
    propertyMatchingVersion: 2,
    etag,
    fetchedAt: 1000,
  };
}

interface World {
  readonly clock: FakeClock;
  readonly kv: VirtualKv;
  /** A cache of an isolate of its own. */
  isolate(seed: number, location?: string): FlagDefinitionCache;
}

function createWorld(options: WorkersKvCacheOptions = {}): World {
  const clock = createFakeClock();
  const kv = createVirtualKv(clock);
  return {
    clock,
    kv,
    isolate: (seed, location) =>
      workersKvCache(() => kv.at(location), {
        now: clock.now,
        sleep: clock.sleep,
        random: createSeededRandom(seed),
        ...options,
      }),
  };
}

/** What the client does with a 200. */
async function refresh(
  cache: FlagDefinitionCache,
  data: FlagDefinitionCacheData,
): Promise<void> {
  assertEquals(await cache.shouldFetchFlagDefinitions(), true);
  await cache.getFlagDefinitions();
  await cache.onFlagDefinitionsReceived(data);
}

Deno.test("workersKvCache() looks for no binding and draws nothing at construction", () => {
  const fail = () => {
    throw new Error("touched");
  };
  workersKvCache(fail, { now: fail, sleep: fail, random: fail });
});

Deno.test("a cold isolate gets definitions and ETag in one read, as they were stored", async () => {
  const { kv, isolate } = createWorld();
  await refresh(isolate(1), definitions('W/"a"'));
  const before = kv.counts(KEY).reads;
  const second = isolate(2);
  assertEquals(await second.shouldFetchFlagDefinitions(), false);
  assertEquals(await second.getFlagDefinitions(), definitions('W/"a"'));
  assertEquals(kv.counts(KEY).reads - before, 1);
  const { value, metadata } = kv.stored(KEY) ?? {};
  assertEquals(JSON.parse(metadata ?? ""), {
    etag: 'W/"a"',
    fetchedAt: 1000,
  });
  assertEquals(Object.keys(JSON.parse(value ?? "")), [
    "flags",
    "groupTypeMapping",
    "cohorts",
    "minimalFlagCalledEvents",
    "propertyMatchingVersion",
  ]);
});

Deno.test("a read later than the first one asks KV again", async () => {
  const { clock, kv, isolate } = createWorld();
  await refresh(isolate(1), definitions("a"));
  const second = isolate(2);
  await second.shouldFetchFlagDefinitions();
  await clock.advance(2000);
  const before = kv.counts(KEY).reads;
  await second.getFlagDefinitions();
  await second.getFlagDefinitions();
  assertEquals(kv.counts(KEY).reads - before, 2);
});

Deno.test("definitions are written when they changed, the lease once a refresh", async () => {
  const { clock, kv, isolate } = createWorld();
  const cache = isolate(1);
  await refresh(cache, definitions("a"));
  for (let i = 0; i < 4; i++) {
    await clock.advance(30_000);
    assertEquals(await cache.shouldFetchFlagDefinitions(), true);
    await cache.onFlagDefinitionsUnchanged?.();
  }
  // The first look, and the one that confirms the write.
  assertEquals(kv.counts(KEY).reads, 2);
  await clock.advance(30_000);
  await cache.shouldFetchFlagDefinitions();
  await cache.onFlagDefinitionsReceived(definitions("a"));
  assertEquals([kv.counts(KEY).writes, kv.counts(LEASE).writes], [1, 6]);
  await clock.advance(30_000);
  await cache.shouldFetchFlagDefinitions();
  await cache.onFlagDefinitionsReceived(definitions("b"));
  assertEquals([kv.counts(KEY).writes, kv.counts(LEASE).writes], [2, 7]);
});

Deno.test("an isolate that found the same definitions in KV does not write them again", async () => {
  const { clock, kv, isolate } = createWorld();
  await refresh(isolate(1), definitions("a"));
  await clock.advance(200_000);
  await refresh(isolate(2), definitions("a"));
  assertEquals(kv.counts(KEY).writes, 1);
});

Deno.test("the holder is not asked for a refresh between its own", async () => {
  const { clock, kv, isolate } = createWorld();
  const cache = isolate(1);
  await refresh(cache, definitions("a"));
  await clock.advance(20_000);
  assertEquals(await cache.shouldFetchFlagDefinitions(), false);
  assertEquals(kv.counts(LEASE).writes, 1);
});

Deno.test("others leave the lease key alone while it is good, and take over when it has run out", async () => {
  const { clock, kv, isolate } = createWorld();
  const [first, second] = [isolate(1), isolate(2)];
  await refresh(first, definitions("a"));
  await second.shouldFetchFlagDefinitions();
  const before = kv.counts(LEASE).reads;
  for (let i = 0; i < 3; i++) {
    await clock.advance(30_000);
    assertEquals(await second.shouldFetchFlagDefinitions(), false);
    await second.getFlagDefinitions();
  }
  assertEquals(kv.counts(LEASE).reads, before);
  await clock.advance(29_999);
  assertEquals(await second.shouldFetchFlagDefinitions(), false);
  await clock.advance(60_001);
  assertEquals(await second.shouldFetchFlagDefinitions(), true);
  assertEquals(await first.shouldFetchFlagDefinitions(), false);
});

Deno.test("one of a thousand takes over, in one location", async () => {
  const { clock, kv, isolate } = createWorld();
  await refresh(isolate(1), definitions("a"));
  const crowd = Array.from({ length: 1000 }, (_, seed) => isolate(seed + 2));
  let claims = 0;
  for (let ms = 0; ms < 200_000; ms += 10_000) {
    await clock.advance(10_000);
    for (const cache of crowd) {
      if (await cache.shouldFetchFlagDefinitions()) claims++;
    }
  }
  // The first take-over, and its holder's refreshes until the end.
  assertEquals([claims <= 4, kv.counts().refused], [true, 0]);
  assert(claims >= 1);
});

Deno.test("locations that claim before they see each other end with one holder", async () => {
  const { clock, isolate } = createWorld();
  const caches = ["paris", "tokyo", "lima", "oslo", "delhi"].map(
    (location, seed) => isolate(seed, location),
  );
  const turns: number[] = [];
  for (let turn = 0; turn < 20; turn++) {
    let claims = 0;
    for (const cache of caches) {
      // One write a second, whoever makes it.
      await clock.advance(1000);
      if (!await cache.shouldFetchFlagDefinitions()) continue;
      claims++;
      await cache.onFlagDefinitionsReceived(definitions("a"));
    }
    turns.push(claims);
    await clock.advance(25_000);
  }
  assertEquals(turns[0], 5);
  assertEquals(turns.slice(-16), Array(16).fill(1));
});

Deno.test("reads are cached for the least that KV takes, or longer if it is said", async () => {
  const ttls: number[] = [];
  const spy: KvNamespaceLike = {
    getWithMetadata(_, { cacheTtl }) {
      ttls.push(cacheTtl);
      return Promise.resolve({ value: null, metadata: null });
    },
    put: () => Promise.resolve(),
  };
  for (const cacheTtlSeconds of [undefined, 5, 300, NaN]) {
    await workersKvCache(() => spy, { cacheTtlSeconds }).getFlagDefinitions();
  }
  assertEquals(ttls, [30, 30, 300, 30]);
});

Deno.test("a second change within a second waits for its turn", async () => {
  const { clock, kv, isolate } = createWorld();
  const cache = isolate(1);
  await refresh(cache, definitions("a"));
  await clock.advance(400);
  const stored = ["b", "c"].map((etag) =>
    cache.onFlagDefinitionsReceived(definitions(etag))
  );
  await clock.advance(599);
  assertEquals(kv.counts(KEY).writes, 1);
  await clock.advance(1);
  await Promise.all(stored);
  assertEquals(kv.counts(), { ...kv.counts(), refused: 0 });
  assertEquals(kv.counts(KEY).writes, 2);
  assertEquals(kv.stored(KEY)?.metadata?.includes('"c"'), true);
});

Deno.test("definitions that could not be written are written after the next 304", async () => {
  const { clock, kv } = createWorld();
  const state = { isDown: true };
  const namespace: KvNamespaceLike = {
    ...kv.at(),
    put(key, ...rest) {
      return state.isDown && key === KEY
        ? Promise.reject(new Error("down"))
        : kv.at().put(key, ...rest);
    },
  };
  const cache = workersKvCache(() => namespace, {
    now: clock.now,
    sleep: clock.sleep,
    random: createSeededRandom(1),
  });
  await cache.shouldFetchFlagDefinitions();
  const refused = assertRejects(
    async () => await cache.onFlagDefinitionsReceived(definitions("a")),
    Error,
    "down",
  );
  // The lease is given back, which KV takes a second after it was taken.
  await clock.advance(1000);
  await refused;
  state.isDown = false;
  await clock.advance(30_000);
  assertEquals(await cache.shouldFetchFlagDefinitions(), true);
  const told = cache.onFlagDefinitionsUnchanged?.();
  await clock.advance(1000);
  await told;
  assertEquals(kv.counts(KEY).writes, 1);
});

Deno.test("a write that failed after it was carried out is not taken for one that was not", async () => {
  const { clock, kv } = createWorld();
  const state = { isBroken: false };
  const namespace: KvNamespaceLike = {
    ...kv.at(),
    async put(...given) {
      await kv.at().put(...given);
      if (state.isBroken) throw new Error("lost answer");
    },
  };
  const cache = workersKvCache(() => namespace, {
    now: clock.now,
    sleep: clock.sleep,
    random: createSeededRandom(1),
  });
  await cache.onFlagDefinitionsReceived(definitions("a"));
  await clock.advance(30_000);
  state.isBroken = true;
  await assertRejects(
    async () => await cache.onFlagDefinitionsReceived(definitions("b")),
    Error,
    "lost answer",
  );
  await clock.advance(30_000);
  state.isBroken = false;
  await cache.onFlagDefinitionsReceived(definitions("a"));
  assertEquals(kv.stored(KEY)?.metadata?.includes('"a"'), true);
});

Deno.test("older definitions that a slower isolate stored last are replaced once it shows", async () => {
  const { clock, kv, isolate } = createWorld();
  const cache = isolate(1, "paris");
  await refresh(cache, definitions("new"));
  await clock.advance(1000);
  await isolate(2, "tokyo").onFlagDefinitionsReceived(definitions("old"));
  for (let i = 0; i < 5; i++) {
    await clock.advance(30_000);
    assertEquals(await cache.shouldFetchFlagDefinitions(), true);
    await cache.onFlagDefinitionsUnchanged?.();
  }
  assertEquals(kv.stored(KEY)?.metadata?.includes('"new"'), true);
  assertEquals(kv.counts(KEY).writes, 3);
});

Deno.test("a former holder does not undo what the present one stored", async () => {
  const { clock, kv, isolate } = createWorld();
  const [first, second] = [isolate(1), isolate(2)];
  await refresh(first, definitions("a"));
  await second.shouldFetchFlagDefinitions();
  await clock.advance(200_000);
  await refresh(second, definitions("b"));
  assertEquals(await first.shouldFetchFlagDefinitions(), false);
  await clock.advance(400_000);
  assertEquals(await first.shouldFetchFlagDefinitions(), true);
  const told = first.onFlagDefinitionsUnchanged?.();
  await clock.advance(1000);
  await told;
  assertEquals(kv.stored(KEY)?.metadata?.includes('"b"'), true);
});

Deno.test("definitions too large for KV are refused here, and not tried again", async () => {
  const { clock, kv, isolate } = createWorld();
  const cache = isolate(1);
  await cache.shouldFetchFlagDefinitions();
  const huge = {
    ...definitions("a"),
    flags: [{ key: "ä".repeat(13 * 1024 * 1024) }],
  };
  const refused = assertRejects(
    async () => await cache.onFlagDefinitionsReceived(huge),
    RangeError,
    "at most 26214400 fit",
  );
  await clock.advance(1000);
  await refused;
  await clock.advance(30_000);
  await cache.shouldFetchFlagDefinitions();
  await cache.onFlagDefinitionsUnchanged?.();
  assertEquals([kv.counts(KEY).writes, kv.counts(KEY).refused], [0, 0]);
});

Deno.test("an ETag too long for metadata comes back all the same", async () => {
  const { isolate } = createWorld();
  const data = definitions(`W/"${"x".repeat(2000)}"`);
  await refresh(isolate(1), data);
  assertEquals(await isolate(2).getFlagDefinitions(), data);
});

Deno.test("entries without metadata, or with odd one, are read", async () => {
  const { etag: _, fetchedAt: __, ...bare } = definitions("a");
  const { clock, kv, isolate } = createWorld();
  for (
    const metadata of [undefined, "x", [], {
      etag: 5,
      fetchedAt: "x",
      flags: 1,
    }]
  ) {
    await kv.at().put(KEY, JSON.stringify(bare), { metadata });
    assertEquals(await isolate(1).getFlagDefinitions(), bare);
    await clock.advance(30_000);
  }
  for (const value of [1, "x", [], { flags: {} }]) {
    await kv.at().put(KEY, JSON.stringify(value));
    assertEquals(await isolate(1).getFlagDefinitions(), undefined);
    await clock.advance(30_000);
  }
});

Deno.test("an isolate that starts during the first load waits for its definitions", async () => {
  const { clock, kv, isolate } = createWorld();
  const [first, second] = [isolate(1), isolate(2)];
  assertEquals(await first.shouldFetchFlagDefinitions(), true);
  const before = clock.now();
  assertEquals(await first.getFlagDefinitions(), undefined);
  assertEquals(clock.now(), before, "the claimer waits for nobody");
  assertEquals(await second.shouldFetchFlagDefinitions(), false);
  const read = second.getFlagDefinitions();
  await clock.advance(700);
  await first.onFlagDefinitionsReceived(definitions("a"));
  await clock.advance(300);
  assertEquals((await read)?.etag, "a");
  assertEquals(kv.counts(LEASE).writes, 1);
});

Deno.test("nobody waits longer than one and a half seconds for a first load, nor for one that failed", async () => {
  const { clock, isolate } = createWorld();
  const [first, second, third] = [isolate(1), isolate(2), isolate(3)];
  await first.shouldFetchFlagDefinitions();
  await second.shouldFetchFlagDefinitions();
  const before = clock.now();
  const read = Promise.resolve(second.getFlagDefinitions());
  let waitedMs = -1;
  read.then(() => waitedMs = clock.now() - before);
  await clock.advance(1600);
  assertEquals([await read, waitedMs], [undefined, 1500]);
  await clock.advance(3400);
  assertEquals(await third.shouldFetchFlagDefinitions(), true);
});

Deno.test("definitions that were lost come back with the next isolate that finds none", async () => {
  const { clock, kv, isolate } = createWorld();
  await refresh(isolate(1), definitions("a"));
  kv.remove(KEY);
  await clock.advance(10_000);
  await refresh(isolate(2), definitions("a"));
  assertEquals(kv.counts(KEY).writes, 2);
});

Deno.test("requests of one cold isolate claim once", async () => {
  const { kv, isolate } = createWorld();
  const cache = isolate(1);
  const answers = await Promise.all(
    Array.from({ length: 10 }, () => cache.shouldFetchFlagDefinitions()),
  );
  assertEquals(answers.filter(Boolean).length, 1);
  assertEquals([kv.counts(LEASE).writes, kv.counts(LEASE).refused], [1, 0]);
});

Deno.test("of isolates that claim at once, those that KV refuses yield", async () => {
  const { kv, isolate } = createWorld();
  const claims = Array.from(
    { length: 10 },
    (_, seed) => isolate(seed).shouldFetchFlagDefinitions(),
  );
  assertEquals((await Promise.all(claims)).filter(Boolean).length, 1);
  assertEquals(kv.counts(LEASE).writes, 1);
});

Deno.test("a holder whose lease KV refuses says so", async () => {
  const { kv, clock } = createWorld();
  const put = kv.at().put;
  let isDown = false;
  const cache = workersKvCache(
    () => ({
      ...kv.at(),
      put: (...given) =>
        isDown ? Promise.reject(new Error("KV is down")) : put(...given),
    }),
    { now: clock.now, random: createSeededRandom(1) },
  );
  await refresh(cache, definitions("a"));
  isDown = true;
  await clock.advance(30_000);
  assertEquals(await cache.shouldFetchFlagDefinitions(), true);
  await assertRejects(
    async () => await cache.onFlagDefinitionsUnchanged?.(),
    Error,
    "KV is down",
  );
});

Deno.test("two projects share a namespace under two keys", async () => {
  const { kv, isolate } = createWorld({ key: "shop" });
  await refresh(isolate(1), definitions("a"));
  assertEquals([kv.counts("shop").writes, kv.counts("shop:lease").writes], [
    1,
    1,
  ]);
});
