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
  return { queue, items, evicted: queue.admit(items) };
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

Deno.test("Queue.takeFree() leaves leased items where they are", () => {
  const { queue } = createFilled("abc");
  queue.claim({ expiresAt: 100 }, 0, { maxItems: 1, maxBytes: 1000 }, ANY);
  assertEquals([names(queue.takeFree(0)), queue.size], ["bc", 1]);
});
