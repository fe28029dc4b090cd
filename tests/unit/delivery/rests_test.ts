import { assertEquals } from "@std/assert";
import type { DeliveryOutcome } from "../../../src/core/delivery.ts";
import { ClientQueue } from "../../../src/transport/client_queue.ts";
import { ScopeQueue } from "../../../src/transport/scope_queue.ts";
import { type Attempt, createBench } from "./_delivery.ts";

/** A client's queue whose server asks, while `afterMs` is set, for a pause of that length. */
function createFixture() {
  const server: { afterMs: number | undefined } = { afterMs: 120_000 };
  const answer = ({ batch }: Attempt): number | DeliveryOutcome[] => {
    const { afterMs } = server;
    if (afterMs === undefined) return 200;
    const reason = { code: "http" as const, status: 429 };
    return batch.map(({ uuid }) => ({ kind: "retry", uuid, reason, afterMs }));
  };
  const bench = createBench(answer, { flushAt: 100 });
  const queue = new ClientQueue(bench.deps, bench.transport);
  const admit = (names: string) => {
    for (const name of names) queue.admit("analytics", bench.createItem(name));
  };
  const { clock } = bench;
  /** The result of a flush, and the ms it took. */
  const flush = async (timeoutMs: number | undefined, advanceMs: number) => {
    const began = clock.now();
    const flushed = queue.flush(timeoutMs).then((result) => {
      return [result.delivered, result.retained, clock.now() - began];
    });
    await clock.advance(advanceMs);
    return await flushed;
  };
  const createScope = () => {
    const kept: Promise<unknown>[] = [];
    const keepAlive = (promise: Promise<unknown>) => kept.push(promise) > 0;
    const scope = new ScopeQueue(queue, keepAlive);
    return { scope, kept };
  };
  return { ...bench, server, queue, admit, flush, createScope };
}

Deno.test("a Retry-After that outlasts a flush pauses the lane for the rest of it (CAP-232)", async () => {
  const { admit, attempts, clock, createItem, createScope, flush, queue } =
    createFixture();
  admit("a");
  assertEquals(await flush(5000, 5000), [0, 1, 5000]);
  assertEquals(
    queue.store("analytics").pausedUntil - clock.now(),
    115_000,
  );
  // Neither a trigger nor a scope's drain sends anything now.
  admit("b".repeat(200));
  const { scope, kept } = createScope();
  scope.admit("analytics", createItem("s"));
  await Promise.all(kept);
  await clock.advance(114_999);
  assertEquals([attempts.length, queue.items().length], [1, 202]);
});

Deno.test("the trigger works at once when the deadline of a flush met a Retry-After: the pause is there (CAP-232)", async () => {
  const { admit, attempts, clock, queue } = createFixture();
  admit("a");
  const flushed = queue.flush(5000).then(() => admit("b".repeat(200)));
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
  Deno.test(`ClientQueue.flush() in a pause that the server asked for: ${name} (CAP-232)`, async () => {
    const { admit, attempts, clock, flush, server } = createFixture();
    admit("a");
    await flush(1000, 1000);
    server.afterMs = undefined;
    await clock.advance(119_000 - leftMs);
    assertEquals(await flush(timeoutMs, 300_000), expected);
    assertEquals(attempts.length, 1 + expected[0]);
  });
}

Deno.test("a success ends the pause that the server asked for (CAP-232)", async () => {
  const { admit, attempts, clock, createItem, flush, queue, server } =
    createFixture();
  admit("a");
  await flush(1000, 1000);
  server.afterMs = undefined;
  await queue.sendNow("analytics", createItem("now"));
  admit("b".repeat(200));
  await clock.settle();
  assertEquals([attempts.length, queue.items().length], [5, 0]);
});

Deno.test("a pause is five minutes at most (CAP-232)", async () => {
  const { admit, clock, flush, queue, server } = createFixture();
  server.afterMs = 86_400_000;
  admit("a");
  await flush(1000, 1000);
  assertEquals(
    queue.store("analytics").pausedUntil - clock.now(),
    299_000,
  );
});

Deno.test("an outage elsewhere does not shorten what the server asked for (CAP-232)", async () => {
  const { admit, clock, createItem, flush, queue, server } = createFixture();
  admit("a");
  await flush(1000, 1000);
  const until = queue.store("analytics").pausedUntil;
  server.afterMs = 1;
  const sent = queue.sendNow("analytics", createItem("now"));
  await clock.advance(20_000);
  await sent;
  const { pausedUntil, isServerWish } = queue.store("analytics");
  assertEquals([pausedUntil, isServerWish], [until, true]);
});

Deno.test("an exhausted cycle rests for a Retry-After that is longer than the usual rest (CAP-235)", async () => {
  const { admit, attempts, clock, flush, queue, server } = createFixture();
  admit("a");
  // Three waits of 30 s each: inside a cycle no wait is longer.
  assertEquals(await flush(undefined, 90_000), [0, 1, 90_000]);
  assertEquals(
    queue.store("analytics").pausedUntil - clock.now(),
    120_000,
  );
  server.afterMs = undefined;
  assertEquals([attempts.length, await flush(undefined, 0)], [4, [1, 0, 0]]);
});

Deno.test("ScopeQueue.flush() waits out the server's pause as its drain allows (CAP-232)", async () => {
  const { admit, attempts, clock, createItem, createScope, flush, server } =
    createFixture();
  admit("a");
  await flush(1000, 1000);
  server.afterMs = undefined;
  await clock.advance(99_000);
  const { scope } = createScope();
  scope.admit("analytics", createItem("s"));
  const flushed = scope.flush();
  await clock.advance(19_999);
  assertEquals(attempts.length, 1);
  await clock.advance(1);
  assertEquals((await flushed).delivered, 1);
});

Deno.test("ScopeQueue.flush() sends although the lane rests after an outage (CAP-235)", async () => {
  const { attempts, clock, createItem, createScope, queue, server } =
    createFixture();
  queue.store("analytics").pause(clock.now() + 30_000, false);
  server.afterMs = undefined;
  const { scope } = createScope();
  scope.admit("analytics", createItem("s"));
  assertEquals((await scope.flush()).delivered, 1);
  assertEquals(attempts.length, 1);
});

Deno.test("a Retry-After that was waited for leaves no pause behind (CAP-232)", async () => {
  const { admit, clock, queue, server } = createFixture();
  admit("a");
  const flushed = queue.flush();
  await clock.advance(1);
  server.afterMs = undefined;
  await clock.advance(30_000);
  assertEquals((await flushed).delivered, 1);
  assertEquals(queue.store("analytics").pausedUntil > clock.now(), false);
});

/** A server that refuses "a", while another cycle is told to wait for 20 s. */
function createInterrupted() {
  const bench = createBench(({ names }) => {
    if (names !== "a") return 200;
    queue.store("analytics").pause(bench.clock.now() + 20_000, true);
    return 400;
  }, { maxBatchSize: 1, maxBatchBytes: 1000 });
  const queue = new ClientQueue(bench.deps, bench.transport);
  const scope = new ScopeQueue(queue, bench.deps.keepAlive);
  const admit = (to: typeof queue | typeof scope) => {
    for (const name of "ab") to.admit("analytics", bench.createItem(name));
  };
  return { ...bench, queue, scope, admit };
}

Deno.test("ClientQueue.flush() stops where the server asks for a pause meanwhile (CAP-232)", async () => {
  const { admit, attempts, queue } = createInterrupted();
  admit(queue);
  assertEquals(await queue.flush(), { delivered: 0, dropped: 1, retained: 1 });
  assertEquals(attempts.length, 1);
});

Deno.test("ScopeQueue.flush() waits for a pause that begins after it did (CAP-232)", async () => {
  const { admit, attempts, clock, scope } = createInterrupted();
  admit(scope);
  // The drain's first batch is on its way; only now somebody flushes.
  await Promise.resolve().then(() => {}).then(() => {});
  const flushed = scope.flush();
  assertEquals(attempts.length, 1);
  await clock.advance(19_999);
  assertEquals(attempts.length, 1);
  await clock.advance(1);
  assertEquals(await flushed, { delivered: 1, dropped: 1, retained: 0 });
});

Deno.test("the server's pause holds when the flush of the scope that was asked for it runs out (CAP-232)", async () => {
  const { attempts, clock, createItem, createScope, queue } = createFixture();
  const { scope } = createScope();
  scope.admit("analytics", createItem("s"));
  await clock.advance(6000);
  const flushed = scope.flush(1000);
  await clock.advance(1000);
  assertEquals((await flushed).retained, 1);
  // The event is old enough for the client's drain.
  await clock.advance(10_000);
  assertEquals([attempts.length, queue.items().length], [1, 1]);
  assertEquals(queue.store("analytics").pausedUntil - clock.now(), 103_000);
});
