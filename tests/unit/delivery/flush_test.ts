import { assertEquals } from "@std/assert";
import { ClientQueue } from "../../../src/transport/client_queue.ts";
import { type Answer, type Attempt, createBench } from "./_delivery.ts";

function createFixture(
  answer: (attempt: Attempt) => Answer | Promise<Answer>,
  settings = {},
) {
  const bench = createBench(answer, { flushAt: 1000, ...settings });
  const queue = new ClientQueue(bench.deps, bench.transport);
  const admit = (names: string) => {
    for (const name of names) queue.admit("analytics", bench.createItem(name));
  };
  const flushed: string[][] = [];
  bench.deps.reporter.on("flush", (uuids) => {
    flushed.push(uuids.map((uuid) => uuid.slice(-1)));
  });
  return { ...bench, queue, admit, flushed };
}

Deno.test("ClientQueue.flush(ms) leaves its events free for whoever comes next, at once (CAP-265)", async () => {
  let isHung = true;
  const { attempts, admit, clock, queue } = createFixture(() =>
    isHung ? "hang" : 200
  );
  admit("ab");
  const again = queue.flush(50).then((first) => {
    isHung = false;
    return queue.flush().then((second) => [first, second]);
  });
  await clock.advance(50);
  assertEquals(await again, [
    { delivered: 0, dropped: 0, retained: 2 },
    { delivered: 2, dropped: 0, retained: 0 },
  ]);
  assertEquals([attempts[0]?.signal.aborted, attempts.length], [true, 2]);
});

Deno.test("ClientQueue.flush(ms) starts no attempt after its deadline, and warns (CAP-265, CAP-276)", async () => {
  const { attempts, admit, clock, queue, warnings } = createFixture(() => 503);
  admit("a");
  const flushed = queue.flush(2999);
  await clock.advance(2999);
  assertEquals((await flushed).retained, 1);
  await clock.advance(60_000);
  assertEquals([attempts.length, clock.pending], [2, 0]);
  assertEquals(warnings, ["Cannot finish the flush within 2999 ms"]);
});

for (const timeoutMs of [50, 40_000]) {
  Deno.test(`ClientQueue.flush(${timeoutMs}) does not take its deadline for an outage: the lane does not rest (CAP-265)`, async () => {
    const { admit, clock, queue, errors } = createFixture(() => "hang");
    admit("a");
    const flushed = queue.flush(timeoutMs);
    await clock.advance(timeoutMs);
    await flushed;
    const isPaused = queue.store("analytics").pausedUntil > clock.now();
    assertEquals([isPaused, errors], [false, []]);
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
  Deno.test(`ClientQueue.flush(${timeoutMs}) against a hung server ends after ${endsAfterMs} ms (CAP-265)`, async () => {
    const { admit, clock, queue } = createFixture(() => "hang");
    admit("a");
    let isOver = false;
    const flushed = queue.flush(timeoutMs as number);
    flushed.then(() => isOver = true);
    await clock.advance(endsAfterMs > 0 ? endsAfterMs - 1 : 0);
    assertEquals(isOver, endsAfterMs === 0);
    await clock.advance(1);
    assertEquals((await flushed).retained, 1);
    assertEquals(clock.pending, 0);
  });
}

Deno.test("ClientQueue.flush() waits for what others hold although its own attempts are used up (CAP-262, CAP-277)", async () => {
  const slow = Promise.withResolvers<Answer>();
  const { admit, attempts, clock, createItem, queue } = createFixture(
    ({ names }) => names === "a" ? slow.promise : 503,
    { fetchRetryCount: 0 },
  );
  const sent = queue.sendNow("analytics", createItem("a"));
  admit("b");
  let endedAt = 0;
  const began = clock.now();
  const flushed = queue.flush().finally(() => endedAt = clock.now());
  await clock.advance(9000);
  assertEquals(endedAt, 0);
  slow.resolve(200);
  await clock.advance(1000);
  assertEquals(await flushed, { delivered: 1, dropped: 0, retained: 1 });
  assertEquals([endedAt - began, await sent], [9125, undefined]);
  assertEquals(attempts.map(({ names }) => names), ["a", "b"]);
});

Deno.test("ClientQueue.close() ends a flush that has no deadline (CAP-274)", async () => {
  const { attempts, admit, clock, queue, drops } = createFixture(() => "hang");
  admit("a");
  const flushed = queue.flush();
  await clock.advance(1);
  queue.close();
  assertEquals([clock.pending, attempts[0]?.signal.aborted], [0, true]);
  assertEquals(await flushed, { delivered: 0, dropped: 1, retained: 0 });
  assertEquals(drops.map(({ reason }) => reason), ["shutdown"]);
});

Deno.test("ClientQueue.close() goes on when a cycle can't be reached, as with another request's on Workers", async () => {
  const { admit, clock, queue, drops } = createFixture(() => "hang");
  const { abort } = AbortController.prototype;
  admit("a");
  const flushed = queue.flush(1000);
  await clock.advance(1);
  AbortController.prototype.abort = () => {
    throw new Error("Cannot perform I/O on behalf of a different request");
  };
  try {
    queue.close();
  } finally {
    AbortController.prototype.abort = abort;
  }
  assertEquals(drops.map(({ reason }) => reason), ["shutdown"]);
  await clock.advance(1000);
  assertEquals((await flushed).dropped, 1);
});

for (
  const [own, expected] of [
    ["", ["gone", "a", "a", "a", "a", "gone"]],
    ["b", ["gone", "a", "b", "a", "b", "a", "b", "a", "b"]],
  ] as const
) {
  Deno.test(`ClientQueue.flush() of "${own}" tries again what a vanished owner held, not what a cycle retained (CAP-266, CAP-277)`, async () => {
    const { attempts, admit, clock, queue, createItem } = createFixture(
      ({ names }) =>
        names !== "gone" ? 503 : attempts.length === 1 ? "hang" : 200,
    );
    const { sleep } = clock;
    clock.sleep = () => new Promise(() => {});
    void queue.sendNow("analytics", createItem("gone"));
    clock.sleep = sleep;
    void queue.sendNow("analytics", createItem("a"));
    await clock.settle();
    admit(own);
    const flushed = queue.flush();
    await clock.advance(200_000);
    assertEquals(attempts.map(({ names }) => names), [...expected]);
    assertEquals((await flushed).retained, 1 + (own ? 2 : 0));
  });
}

Deno.test("an answer that comes after the lease ran out does not count twice (CAP-266)", async () => {
  const { promise, resolve } = Promise.withResolvers<number>();
  const { attempts, admit, clock, queue, flushed, drops } = createFixture(
    ({ batch }) => batch.length > 0 && attempts.length === 1 ? promise : 200,
  );
  // Frozen with its attempt under way: no wait of the first owner ends.
  const { sleep } = clock;
  clock.sleep = () => new Promise(() => {});
  admit("a");
  const first = queue.flush();
  await clock.settle();
  clock.sleep = sleep;
  await clock.advance(40_000);
  assertEquals(await queue.flush(), { delivered: 1, dropped: 0, retained: 0 });
  resolve(400);
  assertEquals((await first).delivered, 1);
  assertEquals([attempts.length, flushed, drops], [2, [["1"]], []]);
});

Deno.test("on('flush') is called once a cycle, with all it delivered (CAP-296)", async () => {
  const { admit, queue, flushed, createItem, clock } = createFixture(
    ({ names }) => names === "b" ? 503 : 200,
  );
  admit("a".repeat(100) + "c");
  await queue.flush();
  await queue.sendNow("analytics", createItem("i"));
  assertEquals(flushed.map((uuids) => uuids.length), [101, 1]);
  admit("b");
  const failing = queue.flush();
  await clock.advance(60_000);
  await failing;
  assertEquals(flushed.length, 2);
  // What the client sends by itself is a cycle too: the oldest event is old enough.
  admit("c");
  await clock.settle();
  assertEquals(flushed.slice(2).map((uuids) => uuids.length), [2]);
});

Deno.test("a quota that is used up is one error a cycle, one warning until it is over, and no loss (CAP-147)", async () => {
  const quota = { code: "quota_limited" as const, status: 200 };
  let isLimited = true;
  const { admit, queue, errors, warnings, drops } = createFixture(
    ({ batch }) =>
      batch.map(({ uuid }) => {
        return { kind: "delivered", uuid, ...(isLimited && { reason: quota }) };
      }),
  );
  const cycle = () => {
    admit("a".repeat(150));
    return queue.flush();
  };
  const { delivered } = await cycle();
  await cycle();
  assertEquals([delivered, queue.items().length, drops], [150, 0, []]);
  const reported = errors.map((error) =>
    error.name === "DeliveryError" &&
    [error.code, error.status, error.retained, error.events.length]
  );
  assertEquals<unknown>(reported, [
    ["quota_limited", 200, false, 150],
    ["quota_limited", 200, false, 150],
  ]);
  assertEquals(warnings.length, 1);
  isLimited = false;
  await cycle();
  isLimited = true;
  await cycle();
  assertEquals([errors.length, warnings.length], [3, 2]);
});

Deno.test("ClientQueue hands every promise of its own work to waitUntil, and none rejects (CAP-267)", async () => {
  const { admit, clock, queue, kept } = createFixture(() => new Error("down"), {
    flushAt: 2,
  });
  admit("a");
  assertEquals(kept.length, 0, "a capture below the threshold");
  admit("b");
  assertEquals(kept.length, 1, "a drain");
  const flushed = queue.flush(100);
  assertEquals(kept.length, 2, "a flush");
  await clock.advance(60_000);
  await flushed;
  const ends = await Promise.allSettled(kept);
  assertEquals(ends.map(({ status }) => status), ["fulfilled", "fulfilled"]);
});
