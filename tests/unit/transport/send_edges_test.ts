import { assertEquals } from "@std/assert";
import { type Answer, createClientBench } from "./_delivery.ts";

const FOUR = { maxQueueSize: 4, maxQueueBytes: 1000 };

Deno.test("an event evicted from a batch in flight stays dropped, although the batch arrives (CAP-118)", async () => {
  const { admit, attempts, queue, drops, deps } = createClientBench(() => {
    if (attempts.length === 1) admit("e");
    return 200;
  }, FOUR);
  const delivered: string[] = [];
  deps.reporter.on("flush", (uuids) => void delivered.push(...uuids));
  admit("abcd");
  assertEquals(await queue.flush(), { delivered: 3, dropped: 1, retained: 0 });
  assertEquals([drops.map(({ event }) => event), delivered.length], [["a"], 3]);
  assertEquals(queue.items().map(({ event }) => event), ["e"]);
});

Deno.test("an event evicted from a batch that fails is not sent again (CAP-118)", async () => {
  const { admit, attempts, clock, queue } = createClientBench(() => {
    if (attempts.length > 1) return 200;
    admit("e");
    return 503;
  }, FOUR);
  admit("abcd");
  const flushed = queue.flush();
  await clock.advance(1000);
  await flushed;
  assertEquals(attempts.map(({ names }) => names), ["abcd", "bcd"]);
});

Deno.test("captures while the first half of a split travels evict themselves before the second half (CAP-230, FLD-012)", async () => {
  const { admit, attempts, drops, queue } = createClientBench(({ names }) => {
    if (names === "abcd") return 413;
    // What is being sent makes room only where there is nothing else.
    if (names === "ab") admit("xyz");
    return 200;
  }, FOUR);
  admit("abcd");
  assertEquals(await queue.flush(), { delivered: 3, dropped: 1, retained: 0 });
  assertEquals(attempts.map(({ names }) => names), ["abcd", "ab", "cd"]);
  assertEquals(drops.map(({ event }) => event), ["a", "x", "y"]);
});

Deno.test("an event that was refused in company travels alone once before it is dropped (CAP-230)", async () => {
  const { attempts, createItem, queue } = createClientBench(({ names }) => {
    if (names !== "abcd") return 200;
    // Sent by themselves these are leased, and so the oldest of all make room.
    for (const name of "xyz") {
      void queue.sendNow("analytics", createItem(name));
    }
    return 413;
  }, FOUR);
  for (const name of "abcd") queue.admit("analytics", createItem(name));
  assertEquals((await queue.flush()).delivered, 1);
  const names = attempts.map(({ names }) => names);
  assertEquals(names.toSorted(), ["abcd", "d", "x", "y", "z"]);
});

Deno.test("split halves that fail have four attempts each, and stay queued in order (CAP-231)", async () => {
  const { admit, attempts, clock, queue } = createClientBench(
    ({ batch }) => batch.length > 2 ? 413 : 503,
  );
  admit("abcd");
  const flushed = queue.flush();
  await clock.advance(60_000);
  assertEquals((await flushed).retained, 4);
  const [whole = "", ...halves] = attempts.map(({ names }) => names);
  assertEquals([whole, halves], ["abcd", ["ab", "ab", "ab", "ab"]]);
  assertEquals(attempts.at(-1)?.number, 4);
});

Deno.test("a lease lives as long as its owner is heard of, however long it retries (CAP-266)", async () => {
  const bench = createClientBench(() => "hang", { flushAt: 1 });
  bench.admit("a");
  // The last attempt begins after 37 s, and the lease of the first would have ended after 40.
  await bench.clock.advance(45_000);
  const flushed = bench.queue.flush();
  await bench.clock.advance(1999);
  assertEquals(bench.attempts.length, 4);
  await bench.clock.advance(60_000);
  assertEquals((await flushed).retained, 1);
  assertEquals(bench.attempts.length, 4);
});

for (
  const [name, answer] of [
    ["is no list", 5 as unknown as Answer],
    ["is a list of nothing", [null] as unknown as Answer],
    ["names strangers", [{ kind: "delivered", uuid: "x" }] as Answer],
  ] as const
) {
  Deno.test(`an answer that ${name} is tried again, and reported as retained (CAP-301)`, async () => {
    const { admit, attempts, clock, errors, queue } = createClientBench((
      { batch },
    ) => typeof answer === "number" ? { batch } as unknown as Answer : answer);
    admit("a");
    const flushed = queue.flush();
    await clock.advance(60_000);
    assertEquals((await flushed).retained, 1);
    assertEquals([attempts.length, errors.length], [4, 1]);
    const [error] = errors;
    assertEquals(error?.name === "DeliveryError" && error.retained, true);
  });
}

Deno.test("10,000 captures while a cycle runs are one warning and one report each once the queue is full (CAP-116)", () => {
  const { admit, drops, errors, warnings } = createClientBench(() => "hang", {
    maxQueueSize: 100,
    maxQueueBytes: 1_000_000,
  });
  admit("x".repeat(1100));
  assertEquals([warnings.length, errors.length, drops.length], [1, 1000, 1000]);
  assertEquals(new Set(errors.map(({ code }) => code)), new Set(["overflow"]));
});

Deno.test("the next episode of overflow warns again (CAP-116)", async () => {
  const { admit, queue, warnings } = createClientBench(() => 200, {
    maxQueueSize: 10,
    maxQueueBytes: 1000,
  });
  admit("x".repeat(30));
  await queue.flush();
  admit("x".repeat(30));
  assertEquals(warnings.length, 2);
});

Deno.test("an immediate send in testMode that overflows the queue is reported (CAP-122)", async () => {
  const { queue, createItem, drops } = createClientBench(() => 200, {
    maxQueueSize: 1,
    maxQueueBytes: 1000,
    testMode: true,
  });
  await queue.sendNow("analytics", createItem("a"));
  await queue.sendNow("analytics", createItem("b"));
  assertEquals(drops.map(({ event, reason }) => [event, reason]), [
    ["a", "overflow"],
  ]);
});

Deno.test("the words of a custom transport's error are in no message (CAP-294)", async () => {
  const { admit, clock, errors, queue } = createClientBench(() =>
    new Error("cannot send order 12")
  );
  admit("a");
  const flushed = queue.flush();
  await clock.advance(60_000);
  assertEquals((await flushed).retained, 1);
  assertEquals(errors.map(({ message }) => message), [
    "Cannot deliver 1 event now, kept for the next try: the request failed",
  ]);
});
