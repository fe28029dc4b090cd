import { assertEquals, assertRejects } from "@std/assert";
import {
  cacheApiCache,
  type CacheApiCacheOptions,
  type CacheLike,
  type FlagDefinitionCache,
  type FlagDefinitionCacheData,
} from "../../../src/caches/cache_api.ts";
import { createFakeClock } from "../../../src/testing/fake_clock.ts";
import { createSeededRandom } from "../../../src/testing/seeded_random.ts";

const URL_OF_ENTRY = "https://shop.example/edgehog/flag_definitions";

const DATA: FlagDefinitionCacheData = {
  flags: [{ key: "a", active: true }],
  groupTypeMapping: { "0": "company" },
  cohorts: {},
  etag: 'W/"a"',
  fetchedAt: 1000,
};

/** A location's cache: responses by URL, each put as it came. */
function createLocation() {
  const clock = createFakeClock();
  const responses = new Map<string, Response>();
  const puts: string[] = [];
  const cache: CacheLike = {
    match: (url) => Promise.resolve(responses.get(url)?.clone()),
    put(url, response) {
      puts.push(url.slice(url.lastIndexOf("/") + 1));
      responses.set(url, response);
      return Promise.resolve();
    },
  };
  const isolate = (
    seed: number,
    options: Partial<CacheApiCacheOptions> = {},
  ): FlagDefinitionCache =>
    cacheApiCache(() => Promise.resolve(cache), {
      url: "https://shop.example/edgehog",
      now: clock.now,
      sleep: clock.sleep,
      random: createSeededRandom(seed),
      ...options,
    });
  return { clock, responses, puts, isolate };
}

async function refresh(cache: FlagDefinitionCache): Promise<void> {
  assertEquals(await cache.shouldFetchFlagDefinitions(), true);
  await cache.getFlagDefinitions();
  await cache.onFlagDefinitionsReceived(DATA);
}

Deno.test("cacheApiCache() looks for no cache and draws nothing at construction", () => {
  const fail = () => {
    throw new Error("touched");
  };
  cacheApiCache(fail, {
    url: "nonsense",
    now: fail,
    sleep: fail,
    random: fail,
  });
});

Deno.test("another isolate of the location gets the definitions as they were", async () => {
  const { responses, puts, isolate } = createLocation();
  await refresh(isolate(1));
  const second = isolate(2);
  assertEquals(await second.shouldFetchFlagDefinitions(), false);
  assertEquals(await second.getFlagDefinitions(), DATA);
  assertEquals(puts, ["holder", "lease", "flag_definitions"]);
  assertEquals(
    responses.get(URL_OF_ENTRY)?.headers.get("cache-control"),
    "max-age=86400",
  );
});

Deno.test("the lease is taken over after two intervals, and one of spread at most", async () => {
  const { clock, isolate } = createLocation();
  const [first, second] = [isolate(1), isolate(2)];
  await refresh(first);
  await second.shouldFetchFlagDefinitions();
  await clock.advance(59_999);
  assertEquals(await second.shouldFetchFlagDefinitions(), false);
  await clock.advance(30_001);
  assertEquals(await second.shouldFetchFlagDefinitions(), true);
  assertEquals(await first.shouldFetchFlagDefinitions(), false);
});

Deno.test("the definitions are put once while nothing changes", async () => {
  const { clock, puts, isolate } = createLocation();
  const cache = isolate(1);
  await refresh(cache);
  for (let i = 0; i < 3; i++) {
    await clock.advance(30_000);
    assertEquals(await cache.shouldFetchFlagDefinitions(), true);
    await cache.onFlagDefinitionsUnchanged?.();
  }
  assertEquals(puts.filter((name) => name === "flag_definitions").length, 1);
});

Deno.test("an entry that the location dropped is put again after the next 304", async () => {
  const { clock, responses, isolate } = createLocation();
  const cache = isolate(1);
  await refresh(cache);
  responses.delete(URL_OF_ENTRY);
  await clock.advance(30_000);
  await cache.shouldFetchFlagDefinitions();
  await cache.onFlagDefinitionsUnchanged?.();
  assertEquals(await isolate(2).getFlagDefinitions(), DATA);
});

Deno.test("an entry is prolonged while PostHog says that it is current, and missing afterwards (T34)", async () => {
  const { clock, puts, isolate } = createLocation();
  const cache = isolate(1, { maxAgeMs: 100_000 });
  await refresh(cache);
  for (let i = 0; i < 6; i++) {
    await clock.advance(30_000);
    assertEquals(await cache.shouldFetchFlagDefinitions(), true);
    await cache.onFlagDefinitionsUnchanged?.();
  }
  assertEquals(puts.filter((name) => name === "flag_definitions").length, 4);
  const late = isolate(2, { maxAgeMs: 100_000 });
  assertEquals(await late.getFlagDefinitions(), DATA);
  await clock.advance(100_000);
  assertEquals(await late.getFlagDefinitions(), undefined);
});

for (
  const [name, text] of [
    ["no JSON", "<html>"],
    ["no object", "5"],
    ["no age", JSON.stringify({ definitions: DATA })],
    ["no definitions", JSON.stringify({ storedAt: 1_767_225_600_000 })],
    [
      "flags that are no list",
      JSON.stringify({
        storedAt: 1_767_225_600_000,
        definitions: { flags: 1 },
      }),
    ],
    [
      "an age out of a far future",
      JSON.stringify({ storedAt: 9_767_225_600_000, definitions: DATA }),
    ],
  ] as const
) {
  Deno.test(`an entry with ${name} counts as missing`, async () => {
    const { responses, isolate } = createLocation();
    responses.set(URL_OF_ENTRY, new Response(text));
    assertEquals(await isolate(1).getFlagDefinitions(), undefined);
  });
}

for (const url of ["", "shop.example", "ftp://shop.example/"]) {
  Deno.test(`a URL like '${url}' is refused when it is used`, async () => {
    const { isolate } = createLocation();
    await assertRejects(
      async () => await isolate(1, { url }).getFlagDefinitions(),
      TypeError,
    );
  });
}

Deno.test("each response is read to its end", async () => {
  const { responses, isolate } = createLocation();
  await refresh(isolate(1));
  const taken: Response[] = [];
  const cache: CacheLike = {
    match(url) {
      const response = responses.get(url)?.clone();
      if (response) taken.push(response);
      return Promise.resolve(response);
    },
    put: () => Promise.resolve(),
  };
  const other = cacheApiCache(() => cache, {
    url: "https://shop.example/edgehog/",
  });
  await other.shouldFetchFlagDefinitions();
  assertEquals(taken.map(({ bodyUsed }) => bodyUsed), [true, true]);
});
