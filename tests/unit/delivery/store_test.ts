import { assertEquals } from "@std/assert";
import type { QueueItem } from "../../../src/delivery/delivery.ts";
import type { Lease } from "../../../src/delivery/lease.ts";
import { createItem, createStoreBench, type Settings } from "./_store.ts";

const TWO = { maxQueueSize: 2, maxQueueBytes: 1000 };

function createFilled(names: string, settings: Partial<Settings> = {}) {
  const bench = createStoreBench(settings);
  const { store, evicted, warnings } = bench;
  const items = [...names].map((name) => createItem(name));
  const add = (name: string, bytes?: number) =>
    evicted(() => store.admit(createItem(name, bytes)));
  /** Adds one event, and says whether that warned. */
  const warns = (name: string, bytes?: number) => {
    const before = warnings.length;
    add(name, bytes);
    return warnings.length > before;
  };
  const first = evicted(() => {
    for (const item of items) store.admit(item);
  });
  /** Settles items as delivered; the result leaves out those that are not here any more. */
  const settleAll = (list: readonly QueueItem[]) =>
    list.filter((item) => store.settle(item, "delivered"))
      .map(({ event }) => event).join("");
  return { ...bench, items, evictedFirst: first, add, warns, settleAll };
}

/** A scope's events, and the lease of its drain. */
function createOwner(lease?: Lease) {
  return { events: new Set<QueueItem>(), lease };
}

Deno.test("Store evicts the oldest for the newest, and reports it (CAP-115)", () => {
  const { nobodys, evictedFirst, items, errors } = createFilled("abc", TWO);
  assertEquals([nobodys(), evictedFirst, items[0]?.fate], [
    "bc",
    "a",
    "dropped",
  ]);
  assertEquals(errors.map(({ code }) => code), ["overflow"]);
});

Deno.test("Store evicts by bytes (CAP-117)", () => {
  const { nobodys } = createFilled("abc", { maxQueueBytes: 25 });
  assertEquals(nobodys(), "bc");
});

Deno.test("Store.claim() takes in order, up to both limits (CAP-112, CAP-113)", () => {
  const { claim, settings } = createFilled("abcde");
  const claimWithin = (maxBatchSize: number, maxBatchBytes: number) => {
    Object.assign(settings, { maxBatchSize, maxBatchBytes });
    return claim();
  };
  assertEquals(
    [claimWithin(2, 1000), claimWithin(9, 21), claimWithin(9, 1)],
    ["ab", "cd", "e"],
  );
});

Deno.test("Store.claim() counts separators", () => {
  assertEquals(createFilled("abc", { maxBatchBytes: 20 }).claim(), "a");
});

Deno.test("Store.claim() never puts a uuid twice in one batch, whatever its case (CAP-120)", () => {
  const { claim } = createFilled("aAb");
  assertEquals([claim(), claim()], ["a", "Ab"]);
});

Deno.test("Store frees what an expired lease held, and the late owner no longer holds it (CAP-266)", () => {
  const { items, clock, lease, claim, settings } = createFilled("ab");
  const [first, second] = [lease(100), lease(900)];
  const free = () => items.filter((item) => !item.lease?.isLive).length;
  claim(first);
  clock.set(99);
  assertEquals(free(), 0);
  clock.set(100);
  assertEquals(free(), 2);
  settings.maxBatchSize = 1;
  claim(second);
  assertEquals(
    items.map((item) => [item.lease === first, item.lease === second]),
    [
      [false, true],
      // Nobody wanted it: should the first holder be alive after all, it may go on.
      [true, false],
    ],
  );
});

Deno.test("Store.settle() removes by identity; what came meanwhile stays (CAP-118)", () => {
  const { store, items, claim, add, settleAll, nobodys } = createFilled(
    "ab",
    TWO,
  );
  claim();
  add("a");
  settleAll(items);
  assertEquals([nobodys(), store.bytes], ["a", 10]);
});

Deno.test("Store keeps the order of what a lease gives back (CAP-221)", () => {
  const { store, claim, add, lease, settings } = createFilled("abc");
  const held = lease(100);
  settings.maxBatchSize = 2;
  claim(held);
  add("d");
  store.end(held);
  settings.maxBatchSize = 9;
  assertEquals(claim(), "abcd");
});

Deno.test("Store makes nobody's what an owner left that was not heard of for too long (CAP-266)", () => {
  const { store, clock, lease, nobodys } = createFilled("x");
  const owners = [100, 300, 900].map((ms, at) => {
    const owner = createOwner(lease(ms, true));
    store.admit(createItem("abc".charAt(at)), owner);
    return owner;
  });
  const seen = [249, 250, 499, 500].map((now) => {
    clock.set(now);
    return nobodys();
  });
  assertEquals(seen, ["x", "xa", "xa", "xab"]);
  assertEquals(owners.map(({ events }) => events.size), [0, 0, 1]);
});

Deno.test("Store.disown() puts what was a scope's where it was captured (CAP-221, CAP-283)", () => {
  const { store, nobodys } = createStoreBench();
  const owner = createOwner();
  for (const [at, name] of [..."abcde"].entries()) {
    const item = { ...createItem(name), admittedAt: at };
    store.admit(item, "bd".includes(name) ? owner : undefined);
  }
  assertEquals(nobodys(), "ace");
  assertEquals(store.disown(owner), true);
  assertEquals([nobodys(), owner.events.size], ["abcde", 0]);
  assertEquals(store.disown(owner), false);
  const [first] = store.nobodys;
  if (first) store.settle(first, "delivered");
  assertEquals(nobodys(), "bcde");
});

Deno.test("Store.disown() keeps the order of capture although the clock was set back (CAP-221, FLD-081)", () => {
  const { store, nobodys } = createStoreBench();
  const owners = [createOwner(), createOwner()];
  for (const [index, name] of [..."abcdef"].entries()) {
    const item = { ...createItem(name), admittedAt: 100 - index };
    store.admit(item, owners["bdce".includes(name) ? index % 2 : 2]);
  }
  assertEquals(nobodys(), "af");
  for (const owner of owners) store.disown(owner);
  assertEquals(nobodys(), "abcdef");
});

Deno.test("Store leases to its owner what an owner has, and to others what nobody has", () => {
  const { store, claim, lease, add } = createFilled("a");
  const owner = createOwner(lease(9, true));
  for (const name of "bc") store.admit(createItem(name), owner);
  add("d");
  assertEquals([
    claim(lease(9), owner.events),
    claim(lease(9), owner.events),
    claim(),
    claim(),
  ], ["bc", "", "ad", ""]);
});

Deno.test("Store holds its limits over all owners, and evicts what nobody sends first, the oldest first (FLD-012)", () => {
  const { store, clock, claim, lease, add, nobodys, settings } = createFilled(
    "a",
    { maxQueueSize: 4 },
  );
  const owner = createOwner(lease(1000, true));
  for (const name of "bc") store.admit(createItem(name), owner);
  add("d");
  settings.maxBatchSize = 1;
  claim(lease(9));
  assertEquals([..."efgh"].map((name) => add(name)), ["b", "c", "d", "e"]);
  assertEquals([nobodys(), owner.events.size], ["afgh", 0]);
  // Where all are being sent, the oldest.
  settings.maxBatchSize = 9;
  claim(lease(9));
  assertEquals(add("i"), "a");
  // A lease that has lapsed protects nothing.
  clock.set(9);
  assertEquals(add("j"), "f");
});

Deno.test("Store.admit() refuses an item larger than the queue, and evicts nothing for it (CAP-117)", () => {
  const { store, add, evicted, nobodys } = createFilled("ab", {
    maxQueueBytes: 50,
  });
  const large = createItem("L", 51);
  assertEquals(evicted(() => store.admit(large)), "L");
  add("c");
  assertEquals([nobodys(), large.fate], ["abc", "dropped"]);
  assertEquals(add("d", 50), "abc");
});

Deno.test("Store tells an episode of overflow from the next, which begins below half (CAP-116)", () => {
  const { store, settleAll, warns, warnings } = createFilled("abcde", {
    maxQueueSize: 4,
  });
  assertEquals([warnings.length, warns("x")], [1, false]);
  const settle = (count: number) =>
    settleAll([...store.nobodys].slice(0, count));
  settle(2);
  assertEquals([..."uvw"].map((name) => warns(name)), [false, false, false]);
  settle(3);
  assertEquals([..."uvwx"].map((name) => warns(name)), [
    false,
    false,
    false,
    true,
  ]);
});

Deno.test("Store does not end an episode of overflow by what it evicts (CAP-116)", () => {
  const { nobodys, warns, warnings } = createFilled("abcde", {
    maxQueueBytes: 40,
  });
  assertEquals([warnings.length, warns("L", 40), nobodys()], [1, false, "L"]);
});

Deno.test("Store.settle() leaves an item that was evicted meanwhile as it is (CAP-118)", () => {
  const { items, add, claim, settleAll } = createFilled("ab", TWO);
  claim();
  add("c");
  assertEquals(settleAll(items), "b");
  assertEquals(items.map(({ fate }) => fate), ["dropped", "delivered"]);
});

Deno.test("Store.close() reports what is nobody's as lost, and what becomes nobody's later (CAP-272)", () => {
  const { store, drops, errors, lease } = createFilled("ab");
  const owner = createOwner(lease(1000, true));
  store.admit(createItem("c"), owner);
  store.close();
  const told = () => drops.map(({ event, reason }) => `${event} ${reason}`);
  assertEquals(told(), ["a shutdown", "b shutdown"]);
  store.disown(owner);
  assertEquals(told(), ["a shutdown", "b shutdown", "c shutdown"]);
  assertEquals(errors.map(({ code }) => code), [
    "shutdown_timeout",
    "shutdown_timeout",
  ]);
  assertEquals([store.held.size, store.bytes], [0, 0]);
});

Deno.test("Lease.isOver is about leases that ended, not about those that ran out (CAP-266)", () => {
  const { store, clock, claim, lease, settings } = createFilled("ab");
  settings.maxBatchSize = 1;
  const [ended, silent] = [lease(100), lease(100)];
  for (const one of [ended, silent]) claim(one);
  store.end(ended);
  const isLive = [99, 100].map((now) => {
    clock.set(now);
    return silent.isLive;
  });
  assertEquals(isLive, [true, false]);
  assertEquals([ended.isOver, silent.isOver], [true, false]);
});
