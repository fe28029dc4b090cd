import { assertEquals } from "@std/assert";
import { ScopeQueue } from "../../../src/transport/scope_queue.ts";
import { createClientBench } from "./_delivery.ts";

/** A gate that a test opens: answers wait at it. */
function createGate() {
  const { promise, resolve } = Promise.withResolvers<number>();
  return { promise, open: (status = 200) => resolve(status) };
}

Deno.test("ClientQueue sends nothing below flushAt, however long it takes (CAP-110)", async () => {
  const { attempts, clock, admit } = createClientBench(() => 200, {
    flushInterval: 0,
  });
  admit("abc");
  await clock.advance(3_600_000);
  assertEquals([attempts.length, clock.pending], [0, 0]);
});

Deno.test("ClientQueue sends at flushAt (CAP-111)", async () => {
  const { attempts, clock, admit, queue } = createClientBench(() => 200, {
    flushAt: 3,
  });
  admit("abc");
  await clock.settle();
  assertEquals([attempts.map(({ names }) => names), queue.items().length], [[
    "abc",
  ], 0]);
});

Deno.test("ClientQueue sends when a capture finds the oldest event old (CAP-119)", async () => {
  const { attempts, clock, admit } = createClientBench(() => 200);
  admit("a");
  await clock.advance(5000);
  assertEquals([attempts.length, clock.pending], [0, 0]);
  admit("b");
  await clock.settle();
  assertEquals(attempts.map(({ names }) => names), ["ab"]);
});

Deno.test("ClientQueue runs one drain of its own at a time, and the next when a trigger still holds (CAP-121)", async () => {
  const gates = [createGate(), createGate(), createGate()];
  const { attempts, clock, admit } = createClientBench(
    ({ batch }) =>
      gates[batch.length === 0 ? 0 : attempts.length - 1]?.promise ?? 200,
    {
      flushAt: 2,
    },
  );
  admit("abcdef");
  await clock.settle();
  assertEquals(attempts.map(({ names }) => names), ["ab"]);
  gates[0]?.open();
  await clock.settle();
  assertEquals(attempts.map(({ names }) => names), ["ab", "cdef"]);
  gates[1]?.open();
  await clock.settle();
});

Deno.test("ClientQueue.flush() joins a running drain and sends nothing twice (CAP-125, CAP-263, CAP-277)", async () => {
  const { attempts, clock, admit, queue } = createClientBench(() => 503, {
    flushAt: 1,
  });
  admit("a");
  const flushed = queue.flush();
  await clock.advance(60_000);
  assertEquals(await flushed, { delivered: 0, dropped: 0, retained: 1 });
  assertEquals(attempts.length, 4);
});

Deno.test("ClientQueue.flush() twice at once sends each event once (CAP-263)", async () => {
  const gate = createGate();
  const { attempts, clock, admit, queue } = createClientBench(() =>
    gate.promise
  );
  admit("ab");
  const both = [queue.flush(), queue.flush()];
  await clock.settle();
  gate.open();
  await clock.advance(1000);
  assertEquals(await Promise.all(both), [
    { delivered: 2, dropped: 0, retained: 0 },
    { delivered: 2, dropped: 0, retained: 0 },
  ]);
  assertEquals(attempts.length, 1);
});

Deno.test("ClientQueue.flush() ends although captures go on (CAP-264)", async () => {
  const { admit, queue } = createClientBench(() => {
    admit("x");
    return 200;
  });
  admit("a");
  assertEquals(await queue.flush(), { delivered: 1, dropped: 0, retained: 0 });
  assertEquals(queue.items().map(({ event }) => event), ["x"]);
});

Deno.test("ClientQueue.flush() takes over what a vanished owner had leased (CAP-266)", async () => {
  let isGone = true;
  const { attempts, clock, admit, queue } = createClientBench(
    () => isGone ? "hang" : 200,
    { flushAt: 1 },
  );
  // The runtime froze the first owner: none of its timers fires any more.
  const { sleep } = clock;
  clock.sleep = () => new Promise(() => {});
  admit("a");
  clock.sleep = sleep;
  isGone = false;
  const flushed = queue.flush();
  await clock.advance(120_000);
  assertEquals(await flushed, { delivered: 1, dropped: 0, retained: 0 });
  assertEquals(attempts.length, 2);
});

Deno.test("ClientQueue.sendNow() leaves other events alone, and keeps its own on an outage (CAP-269, CAP-270)", async () => {
  let status = 200;
  const { attempts, clock, admit, queue, createItem } = createClientBench(() =>
    status
  );
  admit("a");
  await queue.sendNow("analytics", createItem("now"));
  assertEquals([attempts.map(({ names }) => names), queue.items().length], [[
    "now",
  ], 1]);
  status = 503;
  const sent = queue.sendNow("analytics", createItem("kept"));
  await clock.advance(60_000);
  await sent;
  assertEquals(queue.items().map(({ event }) => event), ["a", "kept"]);
});

Deno.test("ClientQueue rests after an outage, until an explicit flush works (CAP-235)", async () => {
  let status = 503;
  const { attempts, clock, admit, queue } = createClientBench(() => status, {
    flushAt: 1,
  });
  admit("a");
  await clock.advance(10_000);
  admit("bcd");
  await clock.advance(10_000);
  assertEquals(attempts.length, 4);
  status = 200;
  assertEquals(await queue.flush(), { delivered: 4, dropped: 0, retained: 0 });
  admit("e");
  await clock.settle();
  assertEquals(attempts.at(-1)?.names, "e");
});

Deno.test("ClientQueue goes on after a batch that is refused for good (CAP-149)", async () => {
  const { queue, admit, deps } = createClientBench(
    ({ names }) => names.startsWith("a") ? 400 : 200,
    { flushAt: 1000 },
  );
  admit("a".repeat(deps.options.maxBatchSize) + "b");
  assertEquals(await queue.flush(), {
    delivered: 1,
    dropped: 100,
    retained: 0,
  });
});

Deno.test("ClientQueue reports each eviction, and warns once (CAP-115, CAP-116)", () => {
  const { admit, errors, warnings, drops } = createClientBench(() => 200, {
    maxQueueSize: 2,
    maxQueueBytes: 1000,
  });
  admit("abcd");
  assertEquals(errors.map(({ code }) => code), ["overflow", "overflow"]);
  assertEquals(drops.map(({ event, reason }) => [event, reason]), [[
    "a",
    "overflow",
  ], ["b", "overflow"]]);
  assertEquals(warnings.length, 1);
});

Deno.test("ClientQueue sends in batches, in order (CAP-112)", async () => {
  const { attempts, admit, queue } = createClientBench(() => 200, {
    flushAt: 1000,
  });
  admit("x".repeat(250));
  await queue.flush();
  assertEquals(attempts.map(({ names }) => names.length), [100, 100, 50]);
});

Deno.test("ClientQueue starts anew when the owner of a drain has vanished (CAP-266)", async () => {
  let isGone = true;
  const { attempts, clock, admit, queue } = createClientBench(
    () => isGone ? "hang" : 200,
    { flushAt: 1 },
  );
  const { sleep } = clock;
  clock.sleep = () => new Promise(() => {});
  admit("a");
  clock.sleep = sleep;
  isGone = false;
  await clock.advance(39_999);
  admit("b");
  await clock.settle();
  assertEquals(attempts.map(({ names }) => names), ["a"]);
  await clock.advance(1);
  admit("c");
  await clock.settle();
  assertEquals([attempts.at(-1)?.names, queue.items().length], ["abc", 0]);
});

Deno.test("ClientQueue.close() ends what it is sending and reports the rest as lost (CAP-272, CAP-274)", async () => {
  const { attempts, clock, admit, queue, drops, errors, createItem } =
    createClientBench(() => "hang", { flushAt: 1 });
  admit("ab");
  await clock.advance(1);
  queue.close();
  await clock.settle();
  assertEquals([attempts[0]?.signal.aborted, clock.pending], [true, 0]);
  const scope = new ScopeQueue(queue, () => true);
  scope.admit("analytics", createItem("c"));
  await clock.advance(25_000);
  assertEquals(drops.map(({ event, reason }) => [event, reason]), [
    ["a", "shutdown"],
    ["b", "shutdown"],
    [
      "c",
      "shutdown",
    ],
  ]);
  assertEquals(errors.map(({ code }) => code), [
    "shutdown_timeout",
    "shutdown_timeout",
  ]);
});
