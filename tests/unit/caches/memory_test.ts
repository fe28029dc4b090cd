// deno-lint-ignore-file no-boolean-literal-for-arguments -- they are expected values here
import { assertEquals } from "@std/assert";
import { memoryCache, type MemoryCacheOptions } from "edgehog";
import { createTestClient, type TestClientOptions } from "edgehog/testing";

const DATA = { flags: [], groupTypeMapping: {}, cohorts: {}, etag: 'W/"1"' };

function createCache(options: MemoryCacheOptions = {}) {
  const time = { now: 1_000_000 };
  const cache = memoryCache({ now: () => time.now, ...options });
  return { cache, time };
}

Deno.test("memoryCache() gives back what it was handed, untouched, the newest alone", () => {
  const { cache } = createCache();
  assertEquals(cache.getFlagDefinitions(), undefined);
  cache.onFlagDefinitionsReceived(DATA);
  const newer = { ...DATA, etag: 'W/"2"' };
  cache.onFlagDefinitionsReceived(newer);
  assertEquals(cache.getFlagDefinitions() === newer, true);
});

Deno.test("memoryCache() elects whoever asks first, once in nine tenths of the interval", () => {
  const { cache, time } = createCache({ intervalMs: 10_000 });
  cache.onFlagDefinitionsReceived(DATA);
  const asked = [0, 8999, 1, 0, 8999, 1].map((ms) => {
    time.now += ms;
    return cache.shouldFetchFlagDefinitions();
  });
  assertEquals(asked, [false, false, true, false, false, true]);
});

Deno.test("memoryCache() elects one while it is empty, and the others look for what that one brings (FLD-031)", async () => {
  const { cache } = createCache();
  assertEquals(cache.shouldFetchFlagDefinitions(), true);
  const others = [1, 2, 3].map(() => cache.shouldFetchFlagDefinitions());
  cache.onFlagDefinitionsReceived(DATA);
  assertEquals(await Promise.all(others), [false, false, false]);
});

Deno.test("memoryCache() elects another one where the first brought nothing (FLD-031)", async () => {
  const { cache, time } = createCache();
  cache.shouldFetchFlagDefinitions();
  const other = cache.shouldFetchFlagDefinitions();
  time.now += 500;
  assertEquals(await other, true);
});

Deno.test("memoryCache() counts a 304 as a refresh", () => {
  const { cache, time } = createCache({ intervalMs: 10_000, ttlMs: 15_000 });
  cache.onFlagDefinitionsReceived(DATA);
  time.now += 14_000;
  cache.onFlagDefinitionsUnchanged?.();
  time.now += 8000;
  assertEquals([
    cache.shouldFetchFlagDefinitions(),
    cache.getFlagDefinitions(),
  ], [false, DATA]);
});

Deno.test("memoryCache() forgets definitions after their TTL, and by default never", () => {
  for (const [ttlMs, expected] of [[60_000, undefined], [undefined, DATA]]) {
    const { cache, time } = createCache({ ttlMs: ttlMs as number | undefined });
    cache.onFlagDefinitionsReceived(DATA);
    time.now += 59_999;
    assertEquals(cache.getFlagDefinitions(), DATA);
    time.now += 1;
    assertEquals(cache.getFlagDefinitions(), expected as typeof DATA);
  }
});

for (const value of [NaN, -1, 0, "30000", null]) {
  Deno.test(`memoryCache() takes its default for an interval of ${value}`, () => {
    const { cache, time } = createCache({ intervalMs: value as number });
    cache.onFlagDefinitionsReceived(DATA);
    time.now += 26_999;
    assertEquals(cache.shouldFetchFlagDefinitions(), false);
    time.now += 1;
    assertEquals(cache.shouldFetchFlagDefinitions(), true);
  });
}

function createClients(count: number) {
  const first = createTestClient({ flags: { pricing: "annual" } });
  const { emulator, clock } = first;
  const options: TestClientOptions = {
    flagDefinitionCache: memoryCache({ now: clock.now }),
    fetch: emulator.fetch,
    now: clock.now,
    sleep: clock.sleep,
  };
  const clients = Array.from(
    { length: count },
    (_, index) => createTestClient({ ...options, seed: index + 1 }).posthog,
  );
  const statuses = () =>
    emulator.requests.filter(({ path }) => path === "/flags/definitions")
      .map(({ status }) => status);
  return { clients, clock, statuses };
}

Deno.test("Clients with one memory cache make one request an interval together (T36)", async () => {
  const { clients, clock, statuses } = createClients(5);
  const evaluate = () =>
    Promise.all(clients.map(async (posthog) => {
      const flags = await posthog.evaluateFlags("user-1");
      assertEquals(flags.getFlag("pricing"), "annual");
    }));
  for (const posthog of clients) await posthog.evaluateFlags("user-1");
  assertEquals(statuses(), [200]);
  // Half a second apart, each in its own rhythm, for five minutes.
  for (let i = 0; i < 600; i++) {
    await evaluate();
    await clock.advance(500);
  }
  const [full, ...later] = statuses();
  assertEquals([full, later.every((status) => status === 304)], [200, true]);
  assertEquals(later.length <= 11, true, `${later.length} refreshes`);
});

Deno.test("Clients that begin at once over one memory cache make one request together (FLD-031)", async () => {
  const { clients, statuses } = createClients(5);
  const flags = await Promise.all(
    clients.map((posthog) => posthog.evaluateFlags("user-1")),
  );
  assertEquals(
    flags.map((each) => each.getFlag("pricing")),
    Array(5).fill("annual"),
  );
  assertEquals(statuses(), [200]);
});

Deno.test("A client's shutdown leaves a memory cache to the others", async () => {
  const { clients: [one, other], statuses } = createClients(2);
  await one?.evaluateFlags("user-1");
  await one?.shutdown();
  const flags = await other?.evaluateFlags("user-1");
  assertEquals([flags?.getFlag("pricing"), statuses()], ["annual", [200]]);
});
