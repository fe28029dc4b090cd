import { assertEquals } from "@std/assert";
import { runWithin } from "../../../src/core/clock.ts";
import { webCryptoHasher } from "../../../src/core/hash.ts";
import { createFakeClock } from "../../../src/testing/fake_clock.ts";

Deno.test("advance() ends the waits that come due, in order, each at its own moment", async () => {
  const clock = createFakeClock(1000);
  const ended: [string, number][] = [];
  for (
    const [name, ms] of [["c", 30], ["a", 10], ["b", 20], ["a2", 10], [
      "later",
      41,
    ]] as const
  ) {
    clock.sleep(ms).then(() => ended.push([name, clock.now()]));
  }
  await clock.advance(40);
  assertEquals(ended, [["a", 1010], ["a2", 1010], ["b", 1020], ["c", 1030]]);
  assertEquals([clock.now(), clock.pending], [1040, 1]);
});

Deno.test("advance() does the work between two waits, however long the chain, and the waits it starts", async () => {
  const clock = createFakeClock(0);
  const log: string[] = [];
  const worker = async () => {
    for (let round = 1; round <= 3; round++) {
      await clock.sleep(100);
      for (let i = 0; i < 2000; i++) await Promise.resolve();
      log.push(`round ${round} at ${clock.now()}`);
    }
  };
  worker();
  clock.sleep(150).then(() => log.push(`between at ${clock.now()}`));
  await clock.advance(300);
  assertEquals(log, [
    "round 1 at 100",
    "between at 150",
    "round 2 at 200",
    "round 3 at 300",
  ]);
});

Deno.test("advance() lets streams finish, compressed ones too", async () => {
  const clock = createFakeClock();
  let text = "";
  clock.sleep(1).then(async () => {
    text = await new Response(
      new Response("hello").body?.pipeThrough(new TextDecoderStream())
        .pipeThrough(new TextEncoderStream()),
    ).text();
  });
  await clock.advance(1);
  assertEquals(text, "hello");
});

Deno.test("advance() waits for tracked work outside of the clock", async () => {
  const clock = createFakeClock();
  const lengths: number[] = [];
  clock.sleep(5).then(async () => {
    for (let i = 0; i < 20; i++) {
      const digests = await clock.track(
        webCryptoHasher.digest(["a".repeat(10_000 * i)]) as Promise<
          Uint8Array[]
        >,
      );
      lengths.push(digests[0]?.byteLength ?? 0);
    }
  });
  await clock.advance(5);
  assertEquals(lengths, Array(20).fill(20));
});

Deno.test("a rejection of tracked work is its owner's business", async () => {
  const clock = createFakeClock();
  const caught = clock.track(Promise.reject(new Error("broken"))).catch((
    error: Error,
  ) => error.message);
  await clock.settle();
  assertEquals(await caught, "broken");
});

Deno.test("sleep() ends early when its signal aborts, and at once when it has aborted before", async () => {
  const clock = createFakeClock();
  const controller = new AbortController();
  const first = clock.sleep(1000, controller.signal);
  assertEquals(clock.pending, 1);
  controller.abort();
  await first;
  await clock.sleep(1000, controller.signal);
  assertEquals(clock.pending, 0);
});

Deno.test("a wait of a part of a millisecond ends with it, as with real clocks", async () => {
  const clock = createFakeClock(0);
  let endedAt = 0;
  clock.sleep(10.4).then(() => endedAt = clock.now());
  await clock.advance(20);
  assertEquals(endedAt, 11);
});

Deno.test("a wait of nothing still waits to be advanced", async () => {
  const clock = createFakeClock(0);
  let isOver = false;
  clock.sleep(-5).then(() => isOver = true);
  await clock.settle();
  assertEquals([isOver, clock.pending], [false, 1]);
  await clock.advance(0);
  assertEquals([isOver, clock.now()], [true, 0]);
});

Deno.test("set() moves the time both ways and ends nothing; advance() never moves it back", async () => {
  const clock = createFakeClock(1000);
  let endedAt = 0;
  clock.sleep(100).then(() => endedAt = clock.now());
  clock.set(5000);
  await clock.settle();
  assertEquals([clock.now(), clock.pending], [5000, 1]);
  await clock.advance(0);
  assertEquals(endedAt, 5000);
  clock.set(10);
  assertEquals(clock.now(), 10);
});

Deno.test("a fake clock drives the deadlines of the core", async () => {
  const clock = createFakeClock();
  const bounded = runWithin(clock, 3000, () => new Promise(() => {}));
  await clock.advance(2999);
  assertEquals(clock.pending, 1);
  await clock.advance(1);
  assertEquals([await bounded, clock.pending], [{ kind: "timeout" }, 0]);
});

Deno.test("a fake clock starts with 2026 and does not move by itself", () => {
  const clock = createFakeClock();
  assertEquals(new Date(clock.now()).toISOString(), "2026-01-01T00:00:00.000Z");
  assertEquals(clock.now(), clock.now());
});
