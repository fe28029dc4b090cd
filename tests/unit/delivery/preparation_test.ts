import { assertEquals } from "@std/assert";
import type { Send } from "../../../src/delivery/delivery.ts";
import { Queue } from "../../../src/delivery/queue.ts";
import { createPipeline } from "../events/_pipeline.ts";
import { createPending } from "./_preparation.ts";
import {
  createItem,
  createStoreBench,
  type Settings,
  toNames,
} from "./_store.ts";

/** A store of plain events, but for P, which is being prepared for 100 ms at most. */
function createFilled(
  names: string,
  settings: Partial<Settings> = {},
  makeText: ((text: string) => string | undefined) | undefined = undefined,
) {
  const bench = createStoreBench(settings);
  const { store, evicted } = bench;
  const pending = createPending("P", makeText);
  const add = (name: string) =>
    evicted(() => store.admit(name === "P" ? pending.item : createItem(name)));
  for (const name of names) add(name);
  return { ...bench, add, pending };
}

Deno.test("Store lets nothing overtake an event in preparation (CAP-040)", () => {
  const { store, claim, pending } = createFilled("aPbc");
  const isPreparing = () => store.isPreparing(store.findFree(store.nobodys));
  assertEquals(isPreparing(), false);
  assertEquals([claim(), isPreparing(), claim()], [
    "a",
    true,
    "",
  ]);
  pending.open();
  store.finish(pending.item);
  assertEquals([claim(), pending.item.text], ["Pbc", '"P with flags"']);
});

Deno.test("Store lets events overtake one that is prepared to be sent by itself (CAP-269)", () => {
  const { store, add, claim, lease } = createFilled("a");
  store.admit(createPending("N").item, undefined, lease(100));
  add("b");
  assertEquals(claim(), "ab");
});

Deno.test("Store.claim() finishes what had its time, as it is and once (CAP-266)", () => {
  const { store, clock, claim, pending } = createFilled("Pb");
  const claimed = [99, 100].map((now) => {
    clock.set(now);
    return claim();
  });
  assertEquals(claimed, ["", "Pb"]);
  assertEquals([pending.item.bytes, pending.made()], [10, 1]);
  pending.open();
  store.finish(pending.item);
  assertEquals([pending.item.text, pending.made()], ["xxxxxxxxxx", 1]);
});

for (
  const [how, take] of [
    ["claim", ({ clock, claim }) => {
      clock.set(100);
      return claim();
    }],
    ["finish", ({ store, pending, nobodys }) => {
      store.finish(pending.item);
      return nobodys();
    }],
    ["close", ({ store, drops }) => {
      store.close();
      return drops.map(({ event }) => event).join();
    }],
  ] satisfies [string, (filled: ReturnType<typeof createFilled>) => string][]
) {
  Deno.test(`Store.${how}() drops an event that makes no text`, () => {
    const filled = createFilled("aP", {}, () => undefined);
    assertEquals(take(filled), "a");
    assertEquals(filled.pending.item.fate, "dropped");
    filled.store.finish(filled.pending.item);
    assertEquals(filled.pending.made(), 1);
  });
}

Deno.test("Store counts the bytes of a text when it arrives, and reports what makes room for it (CAP-116, CAP-117)", () => {
  const { store, add, evicted, nobodys, pending } = createFilled(
    "aPb",
    { maxQueueBytes: 40 },
    () => "x".repeat(25),
  );
  assertEquals(evicted(() => store.finish(pending.item)), "a");
  assertEquals([nobodys(), store.bytes], ["Pb", 35]);
  assertEquals([add("c"), store.bytes], ["P", 20]);
});

Deno.test("Store evicts an event in preparation as any other, and makes nothing of it then (CAP-115)", () => {
  const { store, add, nobodys, pending } = createFilled("Pa", {
    maxQueueSize: 2,
  });
  assertEquals([add("b"), nobodys(), pending.item.fate], [
    "P",
    "ab",
    "dropped",
  ]);
  store.finish(pending.item);
  assertEquals([pending.made(), store.bytes], [0, 20]);
});

Deno.test("Store stands a hook that takes its event out while it is finished", () => {
  const filled = createFilled("aP", {}, (text) => {
    const { store } = filled;
    for (const item of store.held) store.settle(item, "dropped");
    return text;
  });
  const { store, pending } = filled;
  store.finish(pending.item);
  assertEquals([store.held.size, store.bytes], [0, 0]);
});

for (const [does, evicted] of [["keeps", "bP"], ["drops", "b"]] as const) {
  Deno.test(`Store tells once what becomes of an event whose hook captures into a full queue and ${does} it (CAP-296)`, () => {
    const filled = createFilled("P", { maxQueueSize: 1 }, (text) => {
      filled.add("b");
      filled.add("c");
      // Who drops it has told of it.
      return does === "keeps" ? text : undefined;
    });
    const { store, drops, nobodys, pending } = filled;
    store.finish(pending.item);
    assertEquals(drops.map(({ event }) => event).join(""), evicted);
    assertEquals([nobodys(), pending.item.fate], ["c", "dropped"]);
  });
}

Deno.test("Store.claim() leaves an event alone while a hook finishes it, and what stands behind it", () => {
  const claimed: string[] = [];
  const filled = createFilled("Pb", {}, (text) => {
    claimed.push(filled.claim());
    return text;
  });
  filled.clock.set(100);
  assertEquals([filled.claim(), claimed], ["Pb", [""]]);
});

Deno.test("Store.close() reports what is being prepared, and nothing is made of it later (CAP-274)", () => {
  const { store, drops, pending, lease } = createFilled("P");
  const alone = createPending("N");
  store.admit(alone.item, undefined, lease(100));
  store.close();
  const made = [pending, alone].map((one) => one.made());
  for (const one of [pending, alone]) {
    one.open();
    store.finish(one.item);
  }
  assertEquals(drops.map(({ event, reason }) => `${event} ${reason}`), [
    "P shutdown",
    "N shutdown",
  ]);
  assertEquals([pending, alone].map((one) => one.made()), made);
  assertEquals(store.held.size, 0);
});

for (
  const [given, expected] of [[3000, 3000], [20_000, 20_000], [
    60_000,
    20_000,
  ]] as const
) {
  Deno.test(`an event whose flags may take ${given} ms is finished after ${expected} ms`, () => {
    const { store, clock, claim } = createStoreBench();
    const item = createPipeline({}).build({
      event: "P",
      message: { distinctId: "user-1" },
      preparation: {
        evaluate: () => new Promise(() => {}),
        withinMs: given,
      },
    }, undefined);
    if (!item) throw new Error("The event was dropped");
    store.admit(item);
    const claimed = [expected - 1, expected].map((ms) => {
      clock.set(item.admittedAt + ms);
      return claim();
    });
    assertEquals(claimed, ["", "P"]);
  });
}

Deno.test("a drain sends together what is ready at one moment, and a flush ends with that (CAP-262, CAP-280)", async () => {
  const sent: string[] = [];
  const { clock, store } = createStoreBench();
  const keeper = { keepAlive: () => true };
  const send: Send = (batch) => {
    sent.push(toNames(batch));
    return Promise.resolve(() => ({ kind: "delivered" }));
  };
  const client = new Queue({ ...store.deps, send }, keeper);
  for (const queue of [client, client.createScopes(keeper)]) {
    const [first, second] = [createPending("P"), createPending("Q")];
    const { preparation } = first.item;
    const owner = queue.owner("analytics");
    owner.admit(first.item);
    owner.admit({ ...second.item, preparation });
    const flushed = queue.flush();
    first.open();
    await clock.settle();
    assertEquals(sent.splice(0), ["PQ"]);
    assertEquals(await flushed, { delivered: 2, dropped: 0, retained: 0 });
    assertEquals(clock.pending, 0);
  }
});
