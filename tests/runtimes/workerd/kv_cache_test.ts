import { assertEquals, assertNotEquals } from "@std/assert";
import type { KvNamespaceLike } from "edgehog/caches/workers-kv";
import { parseLease } from "../../../src/caches/lease.ts";
import { digestText } from "../../../src/core/digest.ts";
import { workerTest } from "../../_kit/workerd.ts";
import { type CacheFleet, createCacheFleet } from "./_cache_fleet.ts";

/** The digest is that of the Worker's token. */
const KEY = `edgehog:flag_definitions:${digestText("phc_x").toString(36)}`;
const LOCAL_HELLO = { value: "hello", source: "local" };
const FULL = "/flags/definitions 200";
const CONDITIONAL = "/flags/definitions conditional";

/** What KV has under a key, with its metadata. */
async function readKv({ worker }: CacheFleet, key: string): Promise<{
  readonly value: unknown;
  readonly metadata: unknown;
}> {
  const namespace: unknown = await worker.miniflare.getKVNamespace("FLAGS");
  const { getWithMetadata } = namespace as KvNamespaceLike;
  return await getWithMetadata.call(namespace, key, {
    type: "json",
    cacheTtl: 30,
  });
}

/** Who holds the lease. */
async function readHolder(fleet: CacheFleet): Promise<string | undefined> {
  const { value } = await readKv(fleet, `${KEY}:lease`);
  return parseLease(value)?.holder;
}

workerTest(
  "a cold start from a warm KV asks PostHog for nothing, with a key or without (FLG-032, FLG-038)",
  async () => {
    await using fleet = await createCacheFleet("kv");
    assertEquals(await fleet.evaluate("writer"), LOCAL_HELLO);
    assertEquals(fleet.takeRequests(), [FULL]);
    assertEquals(await fleet.evaluate("keyed"), LOCAL_HELLO);
    await fleet.skip(86_400_000);
    assertEquals(await fleet.evaluate("reader"), LOCAL_HELLO);
    assertEquals(fleet.takeRequests(), []);
  },
);

workerTest(
  "the first refresh of an isolate with a key is conditional, and KV keeps what it has (FLG-036)",
  async () => {
    await using fleet = await createCacheFleet("kv");
    await fleet.evaluate("writer");
    const before = await readKv(fleet, KEY);
    await fleet.skip(180_000);
    fleet.takeRequests();
    assertEquals(await fleet.evaluate("second"), LOCAL_HELLO);
    assertEquals(fleet.takeRequests(), [`${CONDITIONAL} 304`]);
    // A second write would have a later `fetchedAt`.
    assertEquals(await readKv(fleet, KEY), before);
  },
);

workerTest("a change reaches the readers through KV", async () => {
  await using fleet = await createCacheFleet("kv");
  await fleet.evaluate("writer");
  await fleet.evaluate("reader");
  fleet.setGreeting("hi");
  await fleet.skip(33_000);
  fleet.takeRequests();
  assertEquals(await fleet.evaluate("writer"), LOCAL_HELLO, "stale first");
  assertEquals(fleet.takeRequests(), [`${CONDITIONAL} 200`]);
  await fleet.evaluate("reader");
  const changed = { value: "hi", source: "local" };
  assertEquals(
    [await fleet.evaluate("writer"), await fleet.evaluate("reader")],
    [changed, changed],
  );
  assertEquals(fleet.takeRequests(), []);
});

workerTest(
  "the lease passes on after two intervals and KV's delay, and stays with the new holder",
  async () => {
    await using fleet = await createCacheFleet("kv");
    await fleet.evaluate("first");
    await fleet.evaluate("second");
    const before = await readHolder(fleet);
    fleet.takeRequests();
    await fleet.skip(110_000);
    await fleet.evaluate("second");
    assertEquals(fleet.takeRequests(), [], "the lease is still good");
    await fleet.skip(70_000);
    await fleet.evaluate("second");
    assertEquals(fleet.takeRequests(), [`${CONDITIONAL} 304`]);
    assertNotEquals(await readHolder(fleet), before);
    await fleet.skip(33_000);
    await fleet.evaluate("first");
    assertEquals(fleet.takeRequests(), [], "the former holder reads KV");
    await fleet.evaluate("second");
    assertEquals(fleet.takeRequests(), [`${CONDITIONAL} 304`]);
  },
);

workerTest(
  "a client at module scope refreshes after its TTL (FLG-021)",
  async () => {
    await using fleet = await createCacheFleet("kv");
    const requests: (readonly string[])[] = [];
    for (let i = 0; i < 3; i++) {
      assertEquals(await fleet.evaluate(), LOCAL_HELLO);
      requests.push(fleet.takeRequests());
      await fleet.skip(33_000);
    }
    const unchanged = [`${CONDITIONAL} 304`];
    assertEquals(requests, [[FULL], unchanged, unchanged]);
  },
);

workerTest(
  "ten requests on a cold isolate are answered although the first one's context ends in the middle of its load (FLD-031, FLD-032)",
  async () => {
    await using fleet = await createCacheFleet("kv");
    const { ended } = await fleet.lose();
    const answers = await Promise.all(
      Array.from({ length: 9 }, () => fleet.evaluate()),
    );
    // Locally or, where nothing came within half of the time, by PostHog.
    assertEquals(answers.map(({ value }) => value), Array(9).fill("hello"));
    await ended;
    // The load that was lost stored nothing: the next isolate that finds nothing makes up for it.
    await fleet.skip(10_000);
    assertEquals(await fleet.evaluate("second"), LOCAL_HELLO);
    fleet.takeRequests();
    assertEquals(await fleet.evaluate("reader"), LOCAL_HELLO);
    assertEquals(fleet.takeRequests(), []);
  },
);

workerTest(
  "a cache that hangs costs a quarter of the time: the flag comes from definitions, the next one from memory (FLD-086)",
  async () => {
    await using fleet = await createCacheFleet("kv");
    assertEquals(await fleet.evaluate("hanging"), LOCAL_HELLO);
    assertEquals(fleet.takeRequests(), [FULL]);
    assertEquals(await fleet.evaluate("hanging"), LOCAL_HELLO);
    assertEquals(fleet.takeRequests(), []);
  },
);
