import { assertEquals } from "@std/assert";
import { createQueue, type QueueItem } from "../../../src/transport/queue.ts";

const LIMITS = { maxItems: 100, maxBytes: 10_000 };
const ANY = () => true;

function createItem(uuid: string, bytes = 10): QueueItem {
  return {
    uuid,
    event: "e",
    text: "x".repeat(bytes),
    bytes,
    admittedAt: 0,
    fate: "queued",
  };
}

const names = (items: readonly QueueItem[]) =>
  items.map(({ uuid }) => uuid).join("");

function createFilled(uuids: string, limits = LIMITS) {
  const queue = createQueue("analytics", limits);
  const items = [...uuids].map((uuid) => createItem(uuid));
  const overflow = queue.admit(items);
  return { queue, items, overflow, evicted: overflow?.evicted ?? [] };
}

Deno.test("Queue evicts the oldest for the newest (CAP-115)", () => {
  const { queue, evicted } = createFilled("abc", {
    maxItems: 2,
    maxBytes: 1000,
  });
  assertEquals([names(queue.items()), names(evicted), evicted[0]?.fate], [
    "bc",
    "a",
    "dropped",
  ]);
});

Deno.test("Queue evicts by bytes (CAP-117)", () => {
  const { queue } = createFilled("abc", { maxItems: 100, maxBytes: 25 });
  assertEquals(names(queue.items()), "bc");
});

Deno.test("Queue.claim() takes in order, up to both limits (CAP-112, CAP-113)", () => {
  const { queue } = createFilled("abcde");
  const claim = (maxItems: number, maxBytes: number) =>
    names(queue.claim({ expiresAt: 1 }, 0, { maxItems, maxBytes }, ANY));
  assertEquals([claim(2, 1000), claim(9, 21), claim(9, 1)], ["ab", "cd", "e"]);
});

Deno.test("Queue.claim() counts separators", () => {
  const { queue } = createFilled("abc");
  assertEquals(
    names(queue.claim({ expiresAt: 1 }, 0, { maxItems: 9, maxBytes: 20 }, ANY)),
    "a",
  );
});

Deno.test("Queue.claim() never puts a uuid twice in one batch, whatever its case (CAP-120)", () => {
  const { queue } = createFilled("aAb");
  assertEquals(
    names(
      queue.claim({ expiresAt: 1 }, 0, { maxItems: 9, maxBytes: 1000 }, ANY),
    ),
    "a",
  );
  assertEquals(
    names(
      queue.claim({ expiresAt: 1 }, 0, { maxItems: 9, maxBytes: 1000 }, ANY),
    ),
    "Ab",
  );
});

Deno.test("Queue frees what an expired lease held, and the late owner no longer holds it (CAP-266)", () => {
  const { queue, items } = createFilled("ab");
  const [first, second] = [{ expiresAt: 100 }, { expiresAt: 900 }];
  queue.claim(first, 0, { maxItems: 9, maxBytes: 1000 }, ANY);
  assertEquals(queue.free(99).count, 0);
  assertEquals(queue.free(100), { count: 2, bytes: 20, oldestAt: 0 });
  queue.claim(second, 100, { maxItems: 1, maxBytes: 1000 }, ANY);
  assertEquals(
    items.map((
      item,
    ) => [queue.isHeld(item, first), queue.isHeld(item, second)]),
    [
      [false, true],
      [false, false],
    ],
  );
});

Deno.test("Queue.settle() removes by identity; what came meanwhile stays (CAP-118)", () => {
  const { queue, items } = createFilled("ab", { maxItems: 2, maxBytes: 1000 });
  queue.claim({ expiresAt: 1 }, 0, { maxItems: 9, maxBytes: 1000 }, ANY);
  queue.admit([createItem("a")]);
  queue.settle(items, "delivered");
  assertEquals(names(queue.items()), "a");
  assertEquals(queue.free(0).bytes, 10);
});

Deno.test("Queue.release() keeps the order of what comes back (CAP-221)", () => {
  const { queue } = createFilled("abc");
  const lease = { expiresAt: 100 };
  queue.claim(lease, 0, { maxItems: 2, maxBytes: 1000 }, ANY);
  queue.admit([createItem("d")]);
  queue.release(lease);
  assertEquals(
    names(
      queue.claim({ expiresAt: 9 }, 0, { maxItems: 9, maxBytes: 1000 }, ANY),
    ),
    "abcd",
  );
});

Deno.test("Queue.takeAll() leaves nothing, and the owner of a lease holds nothing any more", () => {
  const { queue, items } = createFilled("abc");
  const lease = { expiresAt: 100 };
  const leased = queue.claim(lease, 0, { maxItems: 1, maxBytes: 1000 }, ANY);
  assertEquals([names(leased), names(queue.takeAll())], ["a", "abc"]);
  assertEquals(queue.free(0), { count: 0, bytes: 0, oldestAt: undefined });
  assertEquals(items.some((item) => queue.isHeld(item, lease)), false);
});

Deno.test("Queue.admit() refuses an item larger than the queue, and evicts nothing for it (CAP-117)", () => {
  const { queue } = createFilled("ab", { maxItems: 9, maxBytes: 50 });
  const large = createItem("L", 51);
  const overflow = queue.admit([large, createItem("c")]);
  assertEquals([names(overflow?.evicted ?? []), large.fate], ["L", "dropped"]);
  assertEquals(names(queue.items()), "abc");
  assertEquals(queue.admit([createItem("d", 50)])?.evicted.length, 3);
});

Deno.test("Queue tells an episode of overflow from the next, which begins below half (CAP-116)", () => {
  const { queue, overflow } = createFilled("abcde", {
    maxItems: 4,
    maxBytes: 1000,
  });
  const more = () => queue.admit([createItem("x")])?.startsEpisode;
  const settle = (count: number) =>
    queue.settle(queue.items().slice(0, count), "delivered");
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

Deno.test("Queue.settle() leaves an item that was evicted meanwhile as it is (CAP-118)", () => {
  const { queue, items } = createFilled("ab", { maxItems: 2, maxBytes: 1000 });
  queue.claim({ expiresAt: 1 }, 0, { maxItems: 9, maxBytes: 1000 }, ANY);
  queue.admit([createItem("c")]);
  assertEquals(names(queue.settle(items, "delivered")), "b");
  assertEquals(items.map(({ fate }) => fate), ["dropped", "delivered"]);
});

Deno.test("Queue.hasLapsed() is about leases that ran out, not about released ones (CAP-266)", () => {
  const { queue } = createFilled("ab");
  const [released, silent] = [{ expiresAt: 100 }, { expiresAt: 100 }];
  for (const lease of [released, silent]) {
    queue.claim(lease, 0, { maxItems: 1, maxBytes: 1000 }, ANY);
  }
  queue.release(released);
  assertEquals([queue.isLive(silent, 99), queue.isLive(silent, 100)], [
    true,
    false,
  ]);
  assertEquals([queue.hasLapsed(released), queue.hasLapsed(silent)], [
    false,
    true,
  ]);
});
