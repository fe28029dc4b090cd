import { assert, assertEquals } from "@std/assert";
import {
  type Answer,
  type Attempt,
  createBench,
  createGate,
} from "./_bench.ts";
import { createFakeClock } from "../../../src/testing/fake_clock.ts";

/** A v0 client that sends at once, whose server asks for a rest of `afterMs` while that is set. */
function createFixture() {
  const server: { afterMs: number | undefined } = { afterMs: 120_000 };
  const bench = createBench((attempt) => {
    const { afterMs } = server;
    return afterMs === undefined ? 200 : askRest(attempt, afterMs);
  }, { flushAt: 1, captureMode: "v0" });
  const { attempts, capture, clock, count, posthog } = bench;
  /** The result of a flush, and the ms it took. */
  const flush = async (timeoutMs: number | undefined, advanceMs: number) => {
    const began = clock.now();
    let tookMs = NaN;
    const flushed = posthog.flush(timeoutMs)
      .finally(() => tookMs = clock.now() - began);
    const [delivered, , retained] = await count(flushed, advanceMs);
    return [delivered, retained, tookMs];
  };
  /** Brings the lane to rest: 1 s of it is over afterwards. */
  const beginRest = async () => {
    capture("a");
    assertEquals(await flush(1000, 1000), [0, 1, 1000]);
  };
  /** Holds that captures send nothing for so long, and do then. */
  const assertRests = async (ms: number) => {
    const before = attempts.length;
    if (ms > 0) await clock.advance(ms - 1);
    if (ms > 0) capture("x".repeat(200));
    await clock.settle();
    assertEquals(attempts.length, before, "the lane rests");
    if (ms > 0) await clock.advance(1);
    capture("y");
    await clock.settle();
    assert(attempts.length > before, "the rest is over");
  };
  return { ...bench, server, flush, beginRest, assertRests };
}

function askRest({ batch }: Attempt, afterMs: number): Answer {
  const reason = { code: "http" as const, status: 429 };
  return batch.map(({ uuid }) => ({ kind: "retry", uuid, reason, afterMs }));
}

Deno.test("a Retry-After that outlasts a flush lets the lane rest for what is left of it, scopes too (CAP-232)", async () => {
  const { assertRests, attempts, capture, clock, createScope, flush, queued } =
    createFixture();
  capture("a");
  assertEquals(await flush(5000, 5000), [0, 1, 5000]);
  const scope = createScope();
  scope.capture("s");
  await Promise.all(scope.kept);
  await clock.advance(5000);
  assertEquals([attempts.length, queued()], [1, "as"]);
  await assertRests(110_000);
});

Deno.test("a capture right after the deadline of a flush that met a Retry-After sends nothing (CAP-232)", async () => {
  const { attempts, capture, clock, posthog } = createFixture();
  capture("a");
  const flushed = posthog.flush(5000).then(() => capture("b"));
  await clock.advance(5000);
  await flushed;
  await clock.settle();
  assertEquals(attempts.length, 1);
});

const FLUSHES: readonly [
  name: string,
  leftMs: number,
  timeoutMs: number | undefined,
  expected: [delivered: number, retained: number, tookMs: number],
][] = [
  ["waits when its deadline is later", 100_000, 200_000, [1, 0, 100_000]],
  ["gives up at once when its deadline is earlier", 100_000, 99_999, [0, 1, 0]],
  ["without a deadline waits for the longest delay", 30_000, undefined, [
    1,
    0,
    30_000,
  ]],
  ["without a deadline waits for no longer than that", 30_001, undefined, [
    0,
    1,
    0,
  ]],
];
for (const [name, leftMs, timeoutMs, expected] of FLUSHES) {
  Deno.test(`flush() in a rest that the server asked for: ${name} (CAP-232)`, async () => {
    const { attempts, beginRest, clock, flush, server } = createFixture();
    await beginRest();
    server.afterMs = undefined;
    await clock.advance(119_000 - leftMs);
    assertEquals(await flush(timeoutMs, 300_000), expected);
    assertEquals(attempts.length, 1 + expected[0]);
  });
}

Deno.test("a success ends the rest that the server asked for (CAP-232)", async () => {
  const { assertRests, beginRest, queued, sendNow, sent, server } =
    createFixture();
  await beginRest();
  server.afterMs = undefined;
  await sendNow("now");
  await assertRests(0);
  assertEquals([sent(), queued()], [["a", "now", "ay"], ""]);
});

Deno.test("a rest is five minutes at most (CAP-232)", async () => {
  const { assertRests, beginRest, server } = createFixture();
  server.afterMs = 86_400_000;
  await beginRest();
  await assertRests(299_000);
});

Deno.test("a clock that is set back makes a rest no longer than twice (FLD-081)", async () => {
  const { assertRests, beginRest, clock } = createFixture();
  await beginRest();
  clock.set(clock.now() - 86_400_000);
  await assertRests(0);
});

Deno.test("an outage elsewhere does not shorten what the server asked for (CAP-232)", async () => {
  const { assertRests, beginRest, clock, flush, sendNow, server } =
    createFixture();
  await beginRest();
  server.afterMs = 1;
  const sent = sendNow("now");
  await clock.advance(20_000);
  await sent;
  // It is still the server's wish, which a flush does not ignore.
  assertEquals(await flush(undefined, 0), [0, 2, 0]);
  server.afterMs = undefined;
  await assertRests(99_000);
});

Deno.test("exhausted attempts let the lane rest for a Retry-After that is longer than the usual rest (CAP-235)", async () => {
  const { assertRests, attempts, capture, flush } = createFixture();
  capture("a");
  // Three waits of 30 s each: while it is tried no wait is longer.
  assertEquals(await flush(undefined, 90_000), [0, 1, 90_000]);
  assertEquals(attempts.length, 4);
  await assertRests(120_000);
});

Deno.test("an explicit flush, a scope's too, sends although the lane rests after an outage (CAP-235)", async () => {
  const { attempts, capture, count, createScope, flush, server } =
    createFixture();
  server.afterMs = 1;
  capture("a");
  await flush(undefined, 10_000);
  const scope = createScope();
  scope.capture("s");
  assertEquals(await count(scope.hog.flush(), 10_000), [0, 0, 1]);
  assertEquals(attempts.length, 8);
  server.afterMs = undefined;
  assertEquals(await flush(undefined, 0), [2, 0, 0]);
});

Deno.test("a scope's flush waits out the server's rest (CAP-232)", async () => {
  const { attempts, beginRest, clock, count, createScope, server } =
    createFixture();
  await beginRest();
  server.afterMs = undefined;
  await clock.advance(99_000);
  const scope = createScope();
  scope.capture("s");
  const flushed = scope.hog.flush();
  await clock.advance(19_999);
  assertEquals(attempts.length, 1);
  assertEquals(await count(flushed, 1), [1, 0, 0]);
});

Deno.test("a Retry-After that was waited for leaves no rest behind (CAP-232)", async () => {
  const { assertRests, capture, clock, count, posthog, server } =
    createFixture();
  capture("a");
  const flushed = posthog.flush();
  await clock.advance(1);
  server.afterMs = undefined;
  assertEquals(await count(flushed, 30_000), [1, 0, 0]);
  await assertRests(0);
});

/** A server that refuses "a", once it has asked another request for 20 s of rest. */
function createInterrupted() {
  const gate = createGate();
  const bench = createBench((attempt) => {
    if (attempt.names === "a") return gate.promise;
    return attempt.names === "n" ? askRest(attempt, 20_000) : 200;
  }, { maxBatchSize: 1, fetchRetryCount: 0, captureMode: "v1" });
  const { clock, count, sendNow, sent } = bench;
  /** The result of a flush that began before the server asked for that. */
  const interrupt = async (
    flushed: ReturnType<typeof bench.posthog.flush>,
    advanceMs: number,
  ) => {
    await clock.settle();
    // In v1 429 is no outage but a wish.
    await sendNow("n");
    gate.resolve(400);
    await clock.settle();
    assertEquals(sent(), ["a", "n"]);
    return await count(flushed, advanceMs);
  };
  return { ...bench, interrupt };
}

Deno.test("flush() stops where the server asks for a rest meanwhile (CAP-232)", async () => {
  const { capture, interrupt, posthog, sent } = createInterrupted();
  capture("ab");
  assertEquals(await interrupt(posthog.flush(), 0), [0, 1, 1]);
  assertEquals(sent(), ["a", "n"]);
});

Deno.test("a scope's flush waits for a rest that begins while its drain sends (CAP-232, CAP-281)", async () => {
  const { clock, createScope, interrupt, queued, sent } = createInterrupted();
  const { capture, hog } = createScope();
  capture("ab");
  // The drain's first batch is on its way; only now somebody flushes.
  await clock.settle();
  assertEquals(await interrupt(hog.flush(), 20_000), [1, 1, 0]);
  assertEquals([sent(), queued()], [["a", "n", "b", "n"], "n"]);
});

Deno.test("the server's rest holds when the flush of the scope that was asked for it runs out (CAP-232)", async () => {
  const { assertRests, attempts, clock, count, createScope, queued } =
    createFixture();
  const scope = createScope();
  scope.capture("s");
  await clock.advance(6000);
  assertEquals(await count(scope.hog.flush(1000), 1000), [0, 0, 1]);
  // Its drain goes on until its time is up, and then the event is nobody's.
  await clock.advance(18_000);
  assertEquals([attempts.length, queued()], [1, "s"]);
  await assertRests(95_000);
});

Deno.test("the server's rest holds although the events that it answered were taken out meanwhile (CAP-182, CAP-232)", async () => {
  const gate = createGate();
  const { attempts, capture, clock, posthog, sent } = createBench(
    () => attempts.length > 1 ? 200 : gate.promise,
    { captureMode: "v1", flushAt: 1 },
  );
  capture("a");
  await clock.settle();
  posthog.clearQueue();
  capture("b");
  const [attempt] = attempts;
  if (attempt) gate.resolve(askRest(attempt, 10_000));
  await clock.advance(9999);
  assertEquals(sent(), ["a"]);
  await clock.advance(1);
  capture("c");
  await clock.settle();
  assertEquals(sent(), ["a", "bc"]);
});

/** A v1 lane that rests after an outage; the server asks whoever sends "w" for 10 s of rest. */
function createOutage() {
  const server = { isUp: false };
  const bench = createBench((attempt) => {
    if (server.isUp) return 200;
    return attempt.names === "w" ? askRest(attempt, 10_000) : 503;
  }, { captureMode: "v1", fetchRetryCount: 0 });
  return { ...bench, server };
}

for (const order of ["ow", "wo"]) {
  Deno.test(`flush() waits for the rest that the server asked for, although the lane rests after an outage: ${order} (CAP-232, CAP-235)`, async () => {
    const { clock, count, posthog, sendNow, sent, server } = createOutage();
    for (const name of order) await sendNow(name);
    server.isUp = true;
    await clock.advance(1000);
    assertEquals(await count(posthog.flush(5000), 0), [0, 0, 2]);
    const flushed = posthog.flush(9000);
    await clock.advance(8999);
    assertEquals(sent(), [...order]);
    assertEquals(await count(flushed, 1), [2, 0, 0]);
  });
}

Deno.test("a clock that is set back in a wait makes the rest that follows no longer than was asked (CAP-232, FLD-081)", async () => {
  const clock = createFakeClock();
  const { sleep } = clock;
  let skewMs = 0;
  const { attempts, capture, posthog } = createBench(
    (attempt) => attempts.length > 1 ? 200 : askRest(attempt, 20_000),
    {
      captureMode: "v0",
      flushAt: 1,
      sleep,
      now: () => clock.now() + skewMs,
    },
  );
  capture("a");
  const flushed = posthog.flush(5000);
  await clock.advance(1000);
  skewMs = -3_600_000;
  await clock.advance(4000);
  assertEquals((await flushed).retained, 1);
  await clock.advance(19_999);
  capture("b");
  await clock.settle();
  assertEquals(attempts.length, 1, "the lane rests");
  await clock.advance(1);
  capture("c");
  await clock.settle();
  assertEquals(attempts.length, 2, "the rest is over");
});
