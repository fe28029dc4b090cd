import { assertEquals } from "@std/assert";
import type { QueueItem } from "../../../src/delivery/event_queue.ts";
import { createStore, type TimedStore } from "./_store.ts";

const LIMITS = { maxQueueSize: 100, maxQueueBytes: 10_000 };

function createItem(uuid: string, bytes = 10): QueueItem {
  return {
    uuid,
    event: "e",
    text: "x".repeat(bytes),
    bytes,
    admittedAt: 0,
    fate: "retained",
  };
}

const names = (items: readonly QueueItem[]) =>
  items.map(({ uuid }) => uuid).join("");

/** Settles items as delivered; the result leaves out those that are not here any more. */
const settleAll = (queue: TimedStore, items: readonly QueueItem[]) =>
  items.filter((item) => queue.settle(item, "delivered"));

function createFilled(uuids: string, limits = LIMITS) {
  const queue = createStore("analytics", limits);
  const items = [...uuids].map((uuid) => createItem(uuid));
  const overflow = queue.admit(items);
  return { queue, items, overflow, evicted: overflow?.evicted ?? [] };
}

Deno.test("Store evicts the oldest for the newest (CAP-115)", () => {
  const { queue, evicted } = createFilled("abc", {
    maxQueueSize: 2,
    maxQueueBytes: 1000,
  });
  assertEquals([names(queue.items()), names(evicted), evicted[0]?.fate], [
    "bc",
    "a",
    "dropped",
  ]);
});

Deno.test("Store evicts by bytes (CAP-117)", () => {
  const { queue } = createFilled("abc", {
    maxQueueSize: 100,
    maxQueueBytes: 25,
  });
  assertEquals(names(queue.items()), "bc");
});

Deno.test("Store.claim() takes in order, up to both limits (CAP-112, CAP-113)", () => {
  const { queue } = createFilled("abcde");
  const claim = (maxBatchSize: number, maxBatchBytes: number) =>
    names(
      queue.claim(queue.lease(1), 0, { maxBatchSize, maxBatchBytes }),
    );
  assertEquals([claim(2, 1000), claim(9, 21), claim(9, 1)], ["ab", "cd", "e"]);
});

Deno.test("Store.claim() counts separators", () => {
  const { queue } = createFilled("abc");
  assertEquals(
    names(
      queue.claim(queue.lease(1), 0, { maxBatchSize: 9, maxBatchBytes: 20 }),
    ),
    "a",
  );
});

Deno.test("Store.claim() never puts a uuid twice in one batch, whatever its case (CAP-120)", () => {
  const { queue } = createFilled("aAb");
  assertEquals(
    names(
      queue.claim(queue.lease(1), 0, { maxBatchSize: 9, maxBatchBytes: 1000 }),
    ),
    "a",
  );
  assertEquals(
    names(
      queue.claim(queue.lease(1), 0, { maxBatchSize: 9, maxBatchBytes: 1000 }),
    ),
    "Ab",
  );
});

Deno.test("Store frees what an expired lease held, and the late owner no longer holds it (CAP-266)", () => {
  const { queue, items } = createFilled("ab");
  const [first, second] = [queue.lease(100), queue.lease(900)];
  queue.claim(first, 0, { maxBatchSize: 9, maxBatchBytes: 1000 });
  assertEquals(queue.free(99).count, 0);
  assertEquals(queue.free(100), { count: 2, bytes: 20, oldestAt: 0 });
  queue.claim(second, 100, { maxBatchSize: 1, maxBatchBytes: 1000 });
  assertEquals(
    items.map((
      item,
    ) => [item.lease === first, item.lease === second]),
    [
      [false, true],
      // Nobody wanted it: should the first holder be alive after all, it may go on.
      [true, false],
    ],
  );
});

Deno.test("Store.settle() removes by identity; what came meanwhile stays (CAP-118)", () => {
  const { queue, items } = createFilled("ab", {
    maxQueueSize: 2,
    maxQueueBytes: 1000,
  });
  queue.claim(queue.lease(1), 0, { maxBatchSize: 9, maxBatchBytes: 1000 });
  queue.admit([createItem("a")]);
  settleAll(queue, items);
  assertEquals(names(queue.items()), "a");
  assertEquals(queue.free(0).bytes, 10);
});

Deno.test("Store.release() keeps the order of what comes back (CAP-221)", () => {
  const { queue } = createFilled("abc");
  const lease = queue.lease(100);
  queue.claim(lease, 0, { maxBatchSize: 2, maxBatchBytes: 1000 });
  queue.admit([createItem("d")]);
  lease.end();
  assertEquals(
    names(
      queue.claim(queue.lease(9), 0, { maxBatchSize: 9, maxBatchBytes: 1000 }),
    ),
    "abcd",
  );
});

Deno.test("Store makes nobody's what an owner left, once its time is over, and ends its leases (CAP-266)", () => {
  const { queue } = createFilled("x");
  const [early, late, done] = [10, 20, 30].map((goneAt, at) => {
    const owner = new Set<QueueItem>();
    queue.admit([createItem("abc".charAt(at))], undefined, owner);
    queue.keep(owner, goneAt);
    return owner;
  });
  const lease = queue.lease(100);
  queue.claim(lease, 0, { maxBatchSize: 9, maxBatchBytes: 1000 }, early);
  if (done) queue.keep(done);
  assertEquals([9, 10, 25, 30].map((now) => names(queue.items(now))), [
    "x",
    "xa",
    "xab",
    "xab",
  ]);
  assertEquals([early?.size, late?.size, done?.size], [0, 0, 1]);
  assertEquals([lease.isOver, queue.free(30).count], [true, 3]);
});

Deno.test("Store leases to its owner what an owner has, and to others what nobody has", () => {
  const { queue } = createFilled("a");
  const owner = new Set<QueueItem>();
  queue.admit([createItem("b"), createItem("c")], undefined, owner);
  queue.admit([createItem("d")]);
  const claim = (from?: Set<QueueItem>) =>
    names(queue.claim(
      queue.lease(9),
      0,
      { maxBatchSize: 9, maxBatchBytes: 1000 },
      from,
    ));
  assertEquals([claim(owner), claim(owner), claim(), claim()], [
    "bc",
    "",
    "ad",
    "",
  ]);
});

Deno.test("Store holds its limits over all owners, and evicts what nobody sends first, the oldest first (FLD-012)", () => {
  const limits = { maxQueueSize: 4, maxQueueBytes: 1000 };
  const { queue } = createFilled("a", limits);
  const owner = new Set<QueueItem>();
  queue.admit([createItem("b"), createItem("c")], undefined, owner);
  queue.admit([createItem("d")]);
  const BATCH = { maxBatchSize: 1, maxBatchBytes: 1000 };
  queue.claim(queue.lease(9), 0, BATCH);
  const evict = (uuid: string) =>
    names(queue.admit([createItem(uuid)])?.evicted ?? []);
  assertEquals([..."efgh"].map(evict), ["b", "c", "d", "e"]);
  assertEquals([names(queue.items()), owner.size], ["afgh", 0]);
  // Where all are being sent, the oldest.
  queue.claim(queue.lease(9), 0, { ...BATCH, maxBatchSize: 9 });
  assertEquals(evict("i"), "a");
  // A lease that has lapsed protects nothing.
  queue.items(9);
  assertEquals(evict("j"), "f");
});

Deno.test("Store.admit() refuses an item larger than the queue, and evicts nothing for it (CAP-117)", () => {
  const { queue } = createFilled("ab", { maxQueueSize: 9, maxQueueBytes: 50 });
  const large = createItem("L", 51);
  const overflow = queue.admit([large, createItem("c")]);
  assertEquals([names(overflow?.evicted ?? []), large.fate], ["L", "dropped"]);
  assertEquals(names(queue.items()), "abc");
  assertEquals(queue.admit([createItem("d", 50)])?.evicted.length, 3);
});

Deno.test("Store tells an episode of overflow from the next, which begins below half (CAP-116)", () => {
  const { queue, overflow } = createFilled("abcde", {
    maxQueueSize: 4,
    maxQueueBytes: 1000,
  });
  const more = () => queue.admit([createItem("x")])?.startsEpisode;
  const settle = (count: number) =>
    settleAll(queue, queue.items().slice(0, count));
  assertEquals([overflow?.startsEpisode, more()], [true, false]);
  settle(2);
  assertEquals([more(), more(), more()], [undefined, undefined, false]);
  settle(3);
  assertEquals([more(), more(), more(), more()], [
    undefined,
    undefined,
    undefined,
    true,
  ]);
});

Deno.test("Store does not end an episode of overflow by what it evicts (CAP-116)", () => {
  const limits = { maxQueueSize: 100, maxQueueBytes: 40 };
  const { queue, overflow } = createFilled("abcde", limits);
  const more = queue.admit([createItem("L", 40)]);
  assertEquals([overflow?.startsEpisode, more?.startsEpisode], [true, false]);
  assertEquals(names(queue.items()), "L");
});

Deno.test("Store.settle() leaves an item that was evicted meanwhile as it is (CAP-118)", () => {
  const { queue, items } = createFilled("ab", {
    maxQueueSize: 2,
    maxQueueBytes: 1000,
  });
  queue.claim(queue.lease(1), 0, { maxBatchSize: 9, maxBatchBytes: 1000 });
  queue.admit([createItem("c")]);
  assertEquals(names(settleAll(queue, items)), "b");
  assertEquals(items.map(({ fate }) => fate), ["dropped", "delivered"]);
});

Deno.test("Lease.isOver is about leases that ended, not about those that ran out (CAP-266)", () => {
  const { queue } = createFilled("ab");
  const [ended, silent] = [queue.lease(100), queue.lease(100)];
  for (const lease of [ended, silent]) {
    queue.claim(lease, 0, { maxBatchSize: 1, maxBatchBytes: 1000 });
  }
  ended.end();
  assertEquals([queue.isLive(silent, 99), queue.isLive(silent, 100)], [
    true,
    false,
  ]);
  assertEquals([ended.isOver, silent.isOver], [true, false]);
});
