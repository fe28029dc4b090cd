import { assertEquals } from "@std/assert";
import {
  isFinished,
  type QueueItem,
} from "../../../src/delivery/event_queue.ts";
import { ScopeQueue } from "../../../src/transport/scope_queue.ts";
import { type Answer, type Attempt, createClientBench } from "./_delivery.ts";
import { createPending } from "./_preparation.ts";
import { createStore, type QueueLimits } from "./_store.ts";

const BATCH = { maxBatchSize: 100, maxBatchBytes: 10_000 };

function createItem(event: string, bytes = 10): QueueItem {
  const text = "x".repeat(bytes);
  return { uuid: event, event, text, bytes, admittedAt: 0, fate: "retained" };
}

const names = (items: readonly QueueItem[]) =>
  items.map(({ event }) => event).join("");

/** A queue of plain events, but for P, which is being prepared. */
function createFilled(
  events: string,
  limits: QueueLimits = { maxQueueSize: 100, maxQueueBytes: 10_000 },
  makeText: ((text: string) => string | undefined) | undefined = undefined,
  isOwned = false,
) {
  const queue = createStore("analytics", limits);
  const lease = queue.lease(100, true);
  const pending = createPending(createItem("P"), makeText);
  const owner = new Set<QueueItem>();
  for (const event of events) {
    if (event === "P" && isOwned) queue.admit([pending.item], lease, owner);
    else if (event === "P") queue.admit([pending.item], lease);
    else queue.admit([createItem(event)]);
  }
  const claim = (now = 0) => names(queue.claim(queue.lease(1000), now, BATCH));
  return { queue, owner, lease, pending, claim };
}

Deno.test("Store lets nothing overtake an event in preparation, and counts nothing behind it as free (CAP-040)", () => {
  const { queue, lease, pending, claim } = createFilled("aPbc");
  assertEquals(queue.free(0), { count: 1, bytes: 10, oldestAt: 0 });
  assertEquals([claim(), claim()], ["a", ""]);
  pending.open();
  queue.finish(pending.item);
  lease.end();
  assertEquals([claim(), pending.item.text], ["Pbc", '"P with flags"']);
});

Deno.test("Store lets events overtake one that is prepared to be sent by itself (CAP-269)", () => {
  const { queue, claim } = createFilled("a");
  queue.admit([createPending(createItem("N")).item], queue.lease(100));
  queue.admit([createItem("b")]);
  assertEquals([queue.free(0).count, claim()], [2, "ab"]);
});

Deno.test("Store.claim() finishes what nobody prepares any more, as it is and once (CAP-266)", () => {
  const { queue, pending, claim } = createFilled("Pb");
  assertEquals([claim(99), claim(100)], ["", "Pb"]);
  assertEquals([pending.item.bytes, pending.made()], [10, 1]);
  pending.open();
  queue.finish(pending.item);
  assertEquals([pending.item.text, pending.made()], ["xxxxxxxxxx", 1]);
});

for (
  const [how, take] of [
    ["claim", ({ queue }) => queue.claim(queue.lease(900), 100, BATCH)],
    ["ownerless", ({ queue, owner }) => {
      queue.keep(owner, 50);
      return queue.items(50);
    }],
    ["finish", ({ queue, pending }) => {
      queue.finish(pending.item);
      return queue.items();
    }],
  ] satisfies [
    string,
    (filled: ReturnType<typeof createFilled>) => QueueItem[],
  ][]
) {
  Deno.test(`Store.${how}() drops an event that makes no text`, () => {
    const filled = createFilled(
      "aP",
      undefined,
      () => undefined,
      how === "ownerless",
    );
    assertEquals(names(take(filled)), "a");
    assertEquals(filled.pending.item.fate, "dropped");
    filled.queue.finish(filled.pending.item);
    assertEquals(filled.pending.made(), 1);
  });
}

Deno.test("Store counts the bytes of a text when it arrives, and makes room for it (CAP-117)", () => {
  const limits = { maxQueueSize: 100, maxQueueBytes: 40 };
  const { queue, pending, lease } = createFilled(
    "aPb",
    limits,
    () => "x".repeat(25),
  );
  assertEquals(names(queue.finish(pending.item)?.evicted ?? []), "a");
  lease.end();
  assertEquals(queue.free(0), { count: 2, bytes: 35, oldestAt: 0 });
  assertEquals(names(queue.admit([createItem("c")])?.evicted ?? []), "P");
  assertEquals(queue.free(0).bytes, 20);
});

Deno.test("Store counts an event in preparation, which may be evicted and is not made then (CAP-115)", () => {
  const limits = { maxQueueSize: 2, maxQueueBytes: 1000 };
  const { queue, pending } = createFilled("Pab", limits);
  // As what is being sent, it makes room only where there is nothing else (FLD-012).
  assertEquals(names(queue.items()), "Pb");
  queue.admit([createItem("c")], queue.lease(100));
  queue.admit([createItem("d")], queue.lease(100));
  assertEquals([names(queue.items()), pending.item.fate], ["cd", "dropped"]);
  queue.finish(pending.item);
  assertEquals([pending.made(), queue.free(100).bytes], [0, 20]);
});

Deno.test("Store stands a hook that takes its event out while it is finished", () => {
  const filled = createFilled("aP", undefined, (text) => {
    for (const item of filled.queue.items()) {
      filled.queue.settle(item, "dropped");
    }
    return text;
  });
  const { queue, pending } = filled;
  queue.finish(pending.item);
  assertEquals([queue.items().length, queue.free(0).bytes], [0, 0]);
});

function createBench(
  answer: (attempt: Attempt) => Answer | Promise<Answer>,
  settings = {},
) {
  const bench = createClientBench(answer, settings);
  const { clock, createItem, queue } = bench;
  const createScope = () => {
    const kept: Promise<unknown>[] = [];
    const keepAlive = (promise: Promise<unknown>) => kept.push(promise) > 0;
    const scope = new ScopeQueue(queue, keepAlive);
    return { scope, kept };
  };
  const pend = (name: string, into: typeof createPending = createPending) =>
    into(createItem(name));
  const texts = () =>
    bench.attempts.map(({ batch }) => batch.map(({ text }) => text).join());
  /** The runtime freezes whoever begins something in `work`: no wait of theirs ever ends. */
  const freeze = (work: () => unknown) => {
    const { sleep } = clock;
    clock.sleep = () => new Promise(() => {});
    work();
    clock.sleep = sleep;
  };
  return { ...bench, createScope, pend, texts, freeze };
}

Deno.test("ClientQueue.reserve() triggers a drain once the event is ready, and keeps the order (CAP-040, CAP-111)", async () => {
  const { admit, clock, pend, queue, texts } = createBench(() => 200, {
    flushAt: 2,
  });
  const pending = pend("P");
  void queue.reserve("analytics", pending.item, pending.preparation);
  admit("bc");
  await clock.advance(1000);
  assertEquals(texts(), []);
  pending.open();
  await clock.settle();
  assertEquals([texts(), clock.pending], [['"P with flags","b","c"'], 0]);
});

Deno.test("ClientQueue.flush() sends what is ready, then waits for what is not (CAP-262)", async () => {
  const { admit, clock, pend, queue, texts } = createBench(() => 200);
  admit("a");
  const pending = pend("P");
  void queue.reserve("analytics", pending.item, pending.preparation);
  admit("b");
  const flushed = queue.flush();
  await clock.advance(1000);
  assertEquals(texts(), ['"a"']);
  pending.open();
  await clock.advance(250);
  assertEquals(texts(), ['"a"', '"P with flags","b"']);
  assertEquals(await flushed, { delivered: 3, dropped: 0, retained: 0 });
});

Deno.test("ClientQueue.flush() waits for a cycle that sends what it saw in preparation (CAP-262)", async () => {
  let isOver = false;
  const { attempts, clock, pend, queue } = createBench(() => 503, {
    flushAt: 1,
  });
  const pending = pend("P");
  void queue.reserve("analytics", pending.item, pending.preparation);
  const flushed = queue.flush().finally(() => isOver = true);
  pending.open();
  await clock.advance(1000);
  assertEquals([attempts.length, isOver], [2, false]);
  await clock.advance(30_000);
  assertEquals(await flushed, { delivered: 0, dropped: 0, retained: 1 });
  assertEquals(attempts.length, 4, "what a cycle retained is not tried again");
});

Deno.test("ClientQueue.flush(ms) retains what is not ready by its deadline (CAP-265)", async () => {
  const { clock, pend, queue, texts } = createBench(() => 200);
  const pending = pend("P");
  void queue.reserve("analytics", pending.item, pending.preparation);
  const flushed = queue.flush(500);
  await clock.advance(500);
  assertEquals(await flushed, { delivered: 0, dropped: 0, retained: 1 });
  pending.open();
  await clock.settle();
  await queue.flush();
  assertEquals(texts(), ['"P with flags"']);
});

Deno.test("ClientQueue.flush() counts an event that a hook drops as dropped (CAP-261)", async () => {
  const { clock, createItem, queue } = createBench(() => 200);
  const pending = createPending(createItem("P"), () => undefined);
  void queue.reserve("analytics", pending.item, pending.preparation);
  const flushed = queue.flush();
  pending.open();
  await clock.advance(250);
  assertEquals(await flushed, { delivered: 0, dropped: 1, retained: 0 });
});

Deno.test("ClientQueue finishes an event that takes too long as it is (CAP-038)", async () => {
  const { clock, pend, queue, texts } = createBench(() => 200, { flushAt: 1 });
  const { item, preparation } = pend("P");
  void queue.reserve("analytics", item, preparation);
  await clock.advance(8999);
  assertEquals(texts(), []);
  await clock.advance(1);
  assertEquals([texts(), clock.pending], [['"P"'], 0]);
});

Deno.test("ClientQueue waits for the events of a request that is gone until its claim runs out (CAP-266)", async () => {
  const { admit, clock, freeze, pend, queue, texts } = createBench(() => 200);
  const pending = pend("P");
  freeze(() => queue.reserve("analytics", pending.item, pending.preparation));
  admit("b");
  const flushed = queue.flush();
  await clock.advance(9999);
  assertEquals(texts(), []);
  await clock.advance(251);
  assertEquals(texts(), ['"P","b"']);
  assertEquals(await flushed, { delivered: 2, dropped: 0, retained: 0 });
  pending.open();
  await clock.settle();
  assertEquals([pending.made(), queue.items().length], [1, 0]);
});

Deno.test("ClientQueue.sendNow() of an event in preparation holds up no other and is covered by a flush (CAP-124, CAP-269)", async () => {
  const { admit, clock, pend, queue, texts } = createBench(() => 200);
  const pending = pend("N");
  const sent = queue.sendNow("analytics", pending.item, pending.preparation);
  admit("b");
  const flushed = queue.flush();
  await clock.advance(1000);
  assertEquals(texts(), ['"b"']);
  pending.open();
  await clock.advance(250);
  await sent;
  assertEquals(texts(), ['"b"', '"N with flags"']);
  assertEquals(await flushed, { delivered: 2, dropped: 0, retained: 0 });
});

Deno.test("ClientQueue.sendNow() of an event that a hook drops sends nothing", async () => {
  const { attempts, createItem, queue } = createBench(() => 200);
  const pending = createPending(createItem("N"), () => undefined);
  const sent = queue.sendNow("analytics", pending.item, pending.preparation);
  pending.open();
  await sent;
  assertEquals([attempts.length, queue.items()], [0, []]);
});

Deno.test("ClientQueue.close() reports what was in preparation, makes nothing of it and leaves no timer (CAP-274)", async () => {
  const { clock, drops, pend, queue } = createBench(() => 200);
  const pending = [pend("P"), pend("N")];
  for (const [index, { item, preparation }] of pending.entries()) {
    if (index === 0) void queue.reserve("analytics", item, preparation);
    else void queue.sendNow("analytics", item, preparation);
  }
  queue.close();
  await clock.settle();
  assertEquals(clock.pending, 0);
  for (const { open } of pending) open();
  await clock.settle();
  const told = drops.map(({ event, reason }) => `${event} ${reason}`);
  assertEquals(told, ["P shutdown", "N shutdown"]);
  assertEquals(pending.map(({ made }) => made()), [0, 0]);
});

Deno.test("ClientQueue reports what had to make room for a text (CAP-116, CAP-117)", async () => {
  const { admit, clock, createItem, drops, queue } = createBench(() => 200, {
    maxQueueSize: 10,
    maxQueueBytes: 20,
  });
  const pending = createPending(createItem("P"), () => "x".repeat(19));
  admit("a");
  void queue.reserve("analytics", pending.item, pending.preparation);
  pending.open();
  await clock.settle();
  assertEquals(drops.map(({ event, reason }) => [event, reason]), [[
    "a",
    "overflow",
  ]]);
});

Deno.test("ClientQueue in testMode holds what was prepared (CAP-122)", async () => {
  const { clock, pend, queue } = createBench(() => 200, { testMode: true });
  const pending = [pend("P"), pend("N")];
  const [first, second] = pending;
  if (first) void queue.reserve("analytics", first.item, first.preparation);
  if (second) void queue.sendNow("analytics", second.item, second.preparation);
  for (const { open } of pending) open();
  await clock.settle();
  assertEquals(queue.items().map(({ text }) => text), [
    '"P with flags"',
    '"N with flags"',
  ]);
});

Deno.test("ScopeQueue's drain waits for what is prepared, in order (CAP-040, CAP-280)", async () => {
  const { clock, createItem, createScope, pend, texts } = createBench(() =>
    200
  );
  const { scope, kept } = createScope();
  const pending = pend("P");
  scope.admit("analytics", createItem("a"));
  void scope.reserve("analytics", pending.item, pending.preparation);
  scope.admit("analytics", createItem("b"));
  const flushed = scope.flush();
  await clock.advance(1000);
  assertEquals(texts(), ['"a"']);
  pending.open();
  await clock.settle();
  assertEquals(texts(), ['"a"', '"P with flags","b"']);
  await clock.advance(250);
  assertEquals(await flushed, { delivered: 3, dropped: 0, retained: 0 });
  await Promise.all(kept);
  assertEquals(texts(), ['"a"', '"P with flags","b"']);
  assertEquals([kept.length, clock.pending], [3, 0], "two drains and a flush");
});

Deno.test("ScopeQueue hands over what is prepared only when it is finished (CAP-283)", async () => {
  const { clock, createItem, createScope, pend, queue } = createBench(() =>
    503
  );
  const { scope, kept } = createScope();
  scope.admit("analytics", createItem("a"));
  await clock.advance(10_000);
  await Promise.all(kept);
  const pending = pend("P");
  void scope.reserve("analytics", pending.item, pending.preparation);
  await clock.settle();
  assertEquals(queue.items().map(({ event }) => event), ["a"]);
  pending.open();
  await clock.settle();
  await Promise.all(kept);
  assertEquals(queue.items().map(({ text }) => text), [
    '"a"',
    '"P with flags"',
  ]);
});

Deno.test("ScopeQueue.reserve() lasts until its event is sent, so that whoever keeps it alive keeps that alive (CAP-267)", async () => {
  const { promise, resolve } = Promise.withResolvers<Answer>();
  const { clock, createScope, pend, texts } = createBench(() => promise);
  const { scope } = createScope();
  const pending = pend("P");
  let isOver = false;
  const reserved = scope.reserve(
    "analytics",
    pending.item,
    pending.preparation,
  );
  reserved.then(() => isOver = true);
  pending.open();
  await clock.settle();
  assertEquals([texts(), isOver], [['"P with flags"'], false]);
  resolve(200);
  await reserved;
});

Deno.test("ScopeQueue hands over in order what stands behind an event in preparation (CAP-040, CAP-283)", async () => {
  const { clock, createItem, createScope, pend, queue } = createBench(() =>
    503
  );
  const { scope, kept } = createScope();
  const pending = pend("P");
  scope.admit("analytics", createItem("a"));
  void scope.reserve("analytics", pending.item, pending.preparation);
  scope.admit("analytics", createItem("b"));
  await clock.advance(8000);
  await Promise.all(kept);
  assertEquals(queue.items().map(({ event }) => event), ["a"]);
  pending.open();
  await clock.settle();
  await Promise.all(kept);
  const texts = queue.items().map(({ text }) => text);
  assertEquals(texts, ['"a"', '"P with flags"', '"b"']);
});

Deno.test("ScopeQueue sends together what is ready at one moment, and its flush ends with that (CAP-280, CAP-262)", async () => {
  const { clock, createScope, pend, texts } = createBench(() => 200);
  const { scope, kept } = createScope();
  const [first, second] = [pend("P"), pend("Q")];
  const { preparation } = first;
  void scope.reserve("analytics", first.item, preparation);
  void scope.reserve("analytics", second.item, preparation);
  const flushed = scope.flush();
  await clock.advance(180);
  first.open();
  await clock.settle();
  assertEquals(texts(), ['"P with flags","Q"']);
  assertEquals(await flushed, { delivered: 2, dropped: 0, retained: 0 });
  await Promise.all(kept);
  assertEquals(clock.pending, 0);
});

Deno.test("ScopeQueue without a waitUntil that works hands over what is prepared, finished (CAP-268)", async () => {
  const { clock, pend, queue } = createBench(() => 200);
  const keepAlive = () => false;
  const scope = new ScopeQueue(queue, keepAlive);
  const pending = pend("P");
  void scope.reserve("analytics", pending.item, pending.preparation);
  await clock.settle();
  pending.open();
  await clock.settle();
  assertEquals(queue.items().map(({ text }) => text), ['"P with flags"']);
});

Deno.test("ScopeQueue.flush(ms) leaves what is not ready by its deadline to the scope, which sends it when it is (CAP-265)", async () => {
  const { clock, createScope, pend, queue, texts } = createBench(() => 200);
  const { scope } = createScope();
  const pending = pend("P");
  void scope.reserve("analytics", pending.item, pending.preparation);
  const flushed = scope.flush(500);
  await clock.advance(500);
  assertEquals(await flushed, { delivered: 0, dropped: 0, retained: 1 });
  pending.open();
  await clock.settle();
  assertEquals([texts(), queue.items()], [['"P with flags"'], []]);
  assertEquals([pending.made(), clock.pending], [1, 0]);
});

Deno.test("what a scope was preparing when its request ended travels with the drain of a later one (CAP-266)", async () => {
  const { clock, createItem, createScope, freeze, pend, queue, texts } =
    createBench(() => 200);
  const pending = pend("P");
  const gone = createScope();
  freeze(() =>
    gone.scope.reserve("analytics", pending.item, pending.preparation)
  );
  freeze(() => gone.scope.admit("analytics", createItem("b")));
  const { sleep } = clock;
  clock.sleep = () => new Promise(() => {});
  await clock.settle();
  clock.sleep = sleep;
  await clock.advance(30_000);
  const later = createScope();
  later.scope.admit("analytics", createItem("y"));
  await Promise.all(later.kept);
  assertEquals(texts(), ['"y"', '"P","b"']);
  assertEquals([pending.made(), queue.items()], [1, []]);
});

for (
  const [withinMs, endsAfterMs] of [[3000, 3000], [20_000, 20_000], [
    60_000,
    20_000,
  ]] as const
) {
  Deno.test(`ClientQueue.reserve() of a preparation within ${withinMs} ms gives it ${endsAfterMs} ms`, async () => {
    const { clock, pend, queue } = createBench(() => 200);
    const { item, preparation: { ready } } = pend("P");
    let isOver = false;
    const reserved = queue.reserve("analytics", item, { ready, withinMs });
    reserved.then(() => isOver = true);
    await clock.advance(endsAfterMs - 1);
    assertEquals([isOver, isFinished(item)], [false, false]);
    await clock.advance(1);
    assertEquals([isOver, isFinished(item)], [true, true]);
  });
}

Deno.test("ClientQueue sends no event while a hook finishes it, whatever the hook captures", async () => {
  const { attempts, clock, createItem, freeze, queue } = createBench(
    () => 200,
    { flushAt: 1 },
  );
  const pending = createPending(createItem("P"), (text) => {
    queue.admit("analytics", createItem("h"));
    return text;
  });
  freeze(() => queue.reserve("analytics", pending.item, pending.preparation));
  await clock.advance(30_000);
  queue.admit("analytics", createItem("b"));
  await clock.settle();
  const sent = attempts.flatMap(({ batch }) => batch.map(({ text }) => text));
  assertEquals(sent.toSorted(), ['"P"', '"b"', '"h"']);
});
