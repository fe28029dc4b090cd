import { assert, assertEquals } from "@std/assert";
import { type Counts, createBench, createGate, LEASE_MS } from "./_bench.ts";

Deno.test("flush(ms) leaves its events free for whoever comes next, at once (CAP-265)", async () => {
  const { attempts, capture, clock, posthog } = createBench(() =>
    attempts.length === 1 ? "hang" : 200
  );
  capture("ab");
  const both = posthog.flush(50).then(async (first) => [
    first,
    await posthog.flush(),
  ]);
  await clock.advance(50);
  assertEquals(await both, [
    { delivered: 0, dropped: 0, retained: 2 },
    { delivered: 2, dropped: 0, retained: 0 },
  ]);
  assertEquals([attempts[0]?.signal.aborted, attempts.length], [true, 2]);
});

Deno.test("flush(ms) starts no attempt after its deadline, and warns (CAP-265, CAP-276)", async () => {
  const { attempts, capture, clock, count, posthog, warnings } = createBench(
    () => 503,
  );
  capture("a");
  assertEquals(await count(posthog.flush(2999), 2999), [0, 0, 1]);
  await clock.advance(60_000);
  assertEquals([attempts.length, clock.pending], [2, 0]);
  assertEquals(warnings(), ["Cannot finish the flush within 2999 ms"]);
});

// The later ends during the last attempt.
for (const timeoutMs of [50, 40_000]) {
  Deno.test(`flush(${timeoutMs}) does not take its deadline for an outage: the lane does not rest (CAP-265)`, async () => {
    let isHung = true;
    const { capture, clock, count, errors, posthog, sent } = createBench(
      () => isHung ? "hang" : 200,
      { flushAt: 1 },
    );
    capture("a");
    assertEquals(await count(posthog.flush(timeoutMs), timeoutMs), [0, 0, 1]);
    isHung = false;
    capture("b");
    await clock.settle();
    assertEquals([sent().at(-1), errors], ["ab", []]);
  });
}

const TIMEOUTS: readonly [timeoutMs: unknown, endsAfterMs: number][] = [
  [-1, 0],
  [0, 0],
  [-Infinity, 0],
  // No deadline: four attempts of 10 s each, and the waits between them.
  [NaN, 47_000],
  ["50", 47_000],
  [null, 47_000],
  [1e300, 47_000],
  [Infinity, 47_000],
];
for (const [timeoutMs, endsAfterMs] of TIMEOUTS) {
  Deno.test(`flush(${timeoutMs}) against a hung server ends after ${endsAfterMs} ms (CAP-265)`, async () => {
    const { capture, clock, count, posthog } = createBench(() => "hang");
    capture("a");
    let isOver = false;
    const flushed = posthog.flush(timeoutMs as number);
    flushed.then(() => isOver = true);
    await clock.advance(endsAfterMs > 0 ? endsAfterMs - 1 : 0);
    assertEquals(isOver, endsAfterMs === 0);
    assertEquals(await count(flushed, 1), [0, 0, 1]);
    assertEquals(clock.pending, 0);
  });
}

Deno.test("flush() waits for what others hold although its own attempts are used up (CAP-262, CAP-277)", async () => {
  const gate = createGate();
  const { capture, clock, count, posthog, sendNow, sent } = createBench(
    ({ names }) => names === "a" ? gate.promise : 503,
    { fetchRetryCount: 0 },
  );
  const sending = sendNow("a");
  capture("b");
  let isOver = false;
  const flushed = posthog.flush().finally(() => isOver = true);
  await clock.advance(9000);
  assert(!isOver);
  gate.resolve(200);
  assertEquals(await count(flushed, 0), [1, 0, 1]);
  await sending;
  assertEquals(sent(), ["a", "b"]);
});

Deno.test("shutdown() goes on when a send can't be reached, as with another request's on Workers (CAP-274)", async () => {
  let isElsewhere = false;
  const Own = AbortController;
  class Foreign extends Own {
    override abort(reason?: unknown) {
      if (isElsewhere) throw new Error("Cannot perform I/O of another request");
      super.abort(reason);
    }
  }
  const { capture, clock, count, drops, posthog } = createBench(() => "hang");
  capture("a");
  globalThis.AbortController = Foreign;
  const flushed = posthog.flush();
  try {
    await clock.settle();
  } finally {
    globalThis.AbortController = Own;
  }
  const done = posthog.shutdown(1000);
  await clock.advance(999);
  isElsewhere = true;
  await clock.advance(1);
  await done;
  isElsewhere = false;
  assertEquals(drops.map(({ reason }) => reason), ["shutdown"]);
  assertEquals(await count(flushed), [0, 1, 0]);
});

for (
  const [own, expected] of [
    ["", ["gone", "a", "a", "a", "a", "gone"]],
    ["b", ["gone", "a", "b", "a", "b", "a", "b", "a", "b"]],
  ] as const
) {
  Deno.test(`flush() of "${own}" tries again what a vanished owner held, not what another retained (CAP-266, CAP-277)`, async () => {
    const { abandon, attempts, capture, clock, count, posthog, sendNow, sent } =
      createBench(
        ({ names }) =>
          names !== "gone" ? 503 : attempts.length === 1 ? "hang" : 200,
      );
    // Nobody waits for it any more.
    await abandon(() => void sendNow("gone"));
    void sendNow("a");
    await clock.settle();
    capture(own);
    const [, , retained] = await count(posthog.flush());
    assertEquals(sent(), [...expected]);
    assertEquals(retained, own ? 3 : 1);
  });
}

Deno.test("an answer that comes after the lease ran out does not count twice (CAP-266)", async () => {
  const gate = createGate();
  const { abandon, attempts, capture, clock, count, drops, posthog, told } =
    createBench(() => attempts.length === 1 ? gate.promise : 200);
  capture("a");
  const { first } = await abandon(() => ({ first: posthog.flush() }));
  await clock.advance(LEASE_MS);
  assertEquals(await count(posthog.flush(), 0), [1, 0, 0]);
  gate.resolve(400);
  assertEquals(await count(first, 0), [1, 0, 0]);
  assertEquals([attempts.length, told, drops], [2, ["a"], []]);
});

Deno.test("on('flush') is called once a flush, an immediate send or a drain, with all it delivered (CAP-296)", async () => {
  const { capture, clock, count, posthog, sendNow, told } = createBench(
    ({ names }) => names === "b" ? 503 : 200,
    { flushAt: 102 },
  );
  const many = "a".repeat(100) + "c";
  capture(many);
  await count(posthog.flush());
  await sendNow("i");
  assertEquals(told, [many, "i"]);
  capture("b");
  assertEquals(await count(posthog.flush()), [0, 0, 1]);
  assertEquals(told.length, 2);
  capture(many);
  await clock.settle();
  assertEquals(told.slice(2), ["b" + many]);
});

Deno.test("a quota that is used up is one error a flush, one warning until it is over, and no loss (CAP-147)", async () => {
  const quota = { code: "quota_limited" as const, status: 200 };
  let isLimited = true;
  const { capture, count, drops, errors, posthog, warnings } = createBench(
    ({ batch }) =>
      batch.map(({ uuid }) => {
        return { kind: "delivered", uuid, ...(isLimited && { reason: quota }) };
      }),
  );
  const flush = () => {
    capture("a".repeat(150));
    return count(posthog.flush());
  };
  const none: Counts = [150, 0, 0];
  assertEquals([await flush(), await flush(), drops], [none, none, []]);
  const reported = errors.map((error) =>
    error.name === "DeliveryError" &&
    [error.code, error.status, error.retained, error.events.length]
  );
  assertEquals<unknown>(reported, [
    ["quota_limited", 200, false, 150],
    ["quota_limited", 200, false, 150],
  ]);
  assertEquals(warnings().length, 1);
  isLimited = false;
  await flush();
  isLimited = true;
  await flush();
  assertEquals([errors.length, warnings().length], [3, 2]);
});
