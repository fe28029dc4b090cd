// deno-lint-ignore-file no-boolean-literal-for-arguments -- they are expected values here
import { assertEquals } from "@std/assert";
import { memoryCache } from "edgehog";
import { cacheApiCache } from "../../../src/caches/cache_api.ts";
import { denoKvCache } from "../../../src/caches/deno_kv.ts";
import { tieredCache } from "../../../src/caches/tiered.ts";
import { workersKvCache } from "../../../src/caches/workers_kv.ts";
import { createFakeClock } from "../../../src/testing/fake_clock.ts";
import { createSeededRandom } from "../../../src/testing/seeded_random.ts";
import { createVirtualKv } from "../../_kit/virtual_kv.ts";
import { buildData, elect } from "./_isolates.ts";

const HOUR_MS = 3_600_000;

/** An isolate's clock, which can be set by itself: that of the store goes on. */
function createClocks() {
  const clock = createFakeClock();
  const step = { ms: 0 };
  const seams = {
    now: () => clock.now() + step.ms,
    sleep: clock.sleep,
    random: createSeededRandom(1),
  };
  return { clock, step, seams };
}

/** An isolate over a KV, which has stored definitions. */
async function createKvIsolate() {
  const world = createClocks();
  const kv = createVirtualKv(world.clock);
  const cache = workersKvCache(() => kv.at("paris"), world.seams);
  assertEquals(await cache.shouldFetchFlagDefinitions(), true);
  await cache.getFlagDefinitions();
  await cache.onFlagDefinitionsReceived(buildData('W/"1"'));
  return { ...world, kv, cache };
}

Deno.test("memoryCache() keeps its lease when its clock is set back a little, and frees it after more than the lease (FLD-081)", () => {
  for (
    const [backMs, isFree] of [[1, false], [27_000, false], [
      27_001,
      true,
    ]] as const
  ) {
    let now = 1_000_000;
    const cache = memoryCache({ now: () => now });
    cache.onFlagDefinitionsReceived(buildData('W/"1"'));
    now -= backMs;
    assertEquals(cache.shouldFetchFlagDefinitions(), isFree, `${backMs} ms`);
  }
});

Deno.test("memoryCache() does not forget what it was handed when its clock is set back a little (FLD-081)", () => {
  let now = 1_000_000;
  const data = buildData('W/"1"');
  const cache = memoryCache({ now: () => now, ttlMs: 60_000 });
  cache.onFlagDefinitionsReceived(data);
  now -= 1000;
  assertEquals(cache.getFlagDefinitions(), data);
  now -= 60_000;
  assertEquals(cache.getFlagDefinitions(), undefined);
});

Deno.test("workersKvCache() does not put off a write for as long as its clock was set back (FLD-081)", async () => {
  const { clock, step, kv, cache } = await createKvIsolate();
  await clock.advance(1000);
  step.ms = -HOUR_MS;
  const written = cache.onFlagDefinitionsReceived(buildData('W/"2"'));
  await clock.advance(2000);
  await written;
  assertEquals(
    kv.stored("edgehog:flag_definitions")?.metadata?.includes('"2'),
    true,
  );
});

Deno.test("workersKvCache() does not put off its lease for as long as its clock was set back (FLD-081)", async () => {
  const { clock, step, kv, cache } = await createKvIsolate();
  await clock.advance(30_000);
  assertEquals(await cache.shouldFetchFlagDefinitions(), true);
  step.ms = -HOUR_MS;
  const { writes } = kv.counts("edgehog:flag_definitions:lease");
  const told = cache.onFlagDefinitionsUnchanged?.();
  await clock.advance(2000);
  await told;
  assertEquals(kv.counts("edgehog:flag_definitions:lease").writes, writes + 1);
});

Deno.test("workersKvCache() looks whether a write is seen though its clock was set back since (FLD-081)", async () => {
  const { clock, step, kv, cache } = await createKvIsolate();
  await clock.advance(1000);
  const other = workersKvCache(() => kv.at("tokyo"), {
    now: clock.now,
    sleep: clock.sleep,
    random: createSeededRandom(2),
  });
  await other.onFlagDefinitionsReceived(buildData('W/"older"'));
  step.ms = -HOUR_MS;
  for (let i = 0; i < 5; i++) {
    await clock.advance(30_000);
    const told = cache.onFlagDefinitionsUnchanged?.();
    await clock.advance(1000);
    await told;
  }
  assertEquals(
    kv.stored("edgehog:flag_definitions")?.metadata?.includes('"1'),
    true,
  );
});

Deno.test("workersKvCache() asks KV again though its clock was set back since its first look (FLD-081)", async () => {
  const { clock, seams, step, kv } = await createKvIsolate();
  const second = workersKvCache(() => kv.at("paris"), seams);
  await second.shouldFetchFlagDefinitions();
  await clock.advance(2000);
  step.ms = -HOUR_MS;
  const { reads } = kv.counts("edgehog:flag_definitions");
  await second.getFlagDefinitions();
  assertEquals(kv.counts("edgehog:flag_definitions").reads, reads + 1);
});

Deno.test("tieredCache() asks its shared tier though its clock was set back, and not for a millisecond (FLD-081)", async () => {
  for (const [backMs, expected] of [[1, "1"], [HOUR_MS, "2"]] as const) {
    const { step, seams } = createClocks();
    const [fast, shared] = [memoryCache(seams), memoryCache(seams)];
    const cache = tieredCache([fast, shared], seams);
    const [one, two] = [buildData("1"), buildData("2")];
    await shared.onFlagDefinitionsReceived(one);
    assertEquals(await cache.getFlagDefinitions(), one);
    await shared.onFlagDefinitionsReceived(two);
    step.ms = -backMs;
    assertEquals((await cache.getFlagDefinitions())?.etag, expected);
  }
});

Deno.test("cacheApiCache() prolongs an entry though its clock was set back since it was put (FLD-081)", async () => {
  const { clock, step, seams } = createClocks();
  const responses = new Map<string, Response>();
  let puts = 0;
  const location = {
    match: (url: string) => Promise.resolve(responses.get(url)?.clone()),
    put(url: string, response: Response) {
      if (url.endsWith("flag_definitions")) puts++;
      responses.set(url, response);
      return Promise.resolve();
    },
  };
  const cache = cacheApiCache(() => location, {
    url: "https://shop.example/edgehog",
    maxAgeMs: 100_000,
    ...seams,
  });
  await cache.shouldFetchFlagDefinitions();
  await cache.onFlagDefinitionsReceived(buildData('W/"1"'));
  await clock.advance(1000);
  step.ms = -60_000;
  await cache.onFlagDefinitionsUnchanged?.();
  assertEquals(puts, 2);
});

Deno.test("denoKvCache() takes over a lease once it was looked at for its length, however far its holder's clock is ahead (FLD-081)", async () => {
  const { clock, step, seams } = createClocks();
  const kv = await Deno.openKv(":memory:");
  try {
    const holder = denoKvCache(() => kv, seams);
    const other = denoKvCache(() => kv, { ...seams, now: clock.now });
    step.ms = HOUR_MS;
    assertEquals(await elect([holder]), [0]);
    const taken: number[] = [];
    for (let i = 0; i < 4; i++) {
      // One that lives renews it.
      await holder.onFlagDefinitionsUnchanged?.();
      assertEquals(await elect([holder]), [0]);
      taken.push(...await elect([other]));
      await clock.advance(30_000);
    }
    assertEquals(taken, []);
    assertEquals(await elect([other]), []);
    await clock.advance(30_000);
    assertEquals(await elect([other]), [0]);
  } finally {
    kv.close();
  }
});
