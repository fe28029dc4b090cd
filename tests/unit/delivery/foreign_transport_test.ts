import { assertEquals } from "@std/assert";
import type { QueuedEvent, Transport } from "../../../src/core/delivery.ts";
import type { DeliveryError } from "../../../src/core/errors.ts";
import { send } from "../../../src/delivery/drain.ts";
import { createForeignSend } from "../../../src/delivery/transport.ts";
import { createItem, createStoreBench, toNames } from "./_store.ts";

/** Lets a transport that gives these outcomes send two events, "a" and "b", once. */
async function attempt(outcomes: unknown) {
  const batches: (readonly QueuedEvent[])[] = [];
  const transport = {
    send(batch: readonly QueuedEvent[]) {
      batches.push(batch);
      return Promise.resolve(outcomes);
    },
  } as Transport;
  const { store, lease, errors } = createStoreBench(
    { fetchRetryCount: 0 },
    createForeignSend(transport),
  );
  const held = lease(1000);
  const items = ["a", "b"].map((name) => createItem(name));
  for (const item of items) store.admit(item, undefined, held);
  await send(store, held, items);
  store.end(held);
  const delivered = items.filter(({ fate }) => fate === "delivered");
  const dropped = items.filter(({ fate }) => fate === "dropped");
  const told = errors as DeliveryError[];
  const outage = told.find(({ retained }) => retained);
  return { batches, delivered, dropped, told, outage, left: store.held };
}

/** What became of each event, and why it is left. */
async function fates(outcomes: unknown) {
  const { delivered, dropped, left, outage } = await attempt(outcomes);
  return [toNames(delivered), toNames(dropped), toNames(left), outage?.code];
}

Deno.test("a transport is given the events as they are, and the request they travel in (CAP-162)", async () => {
  const { batches } = await attempt([]);
  assertEquals(
    batches[0]?.map(({ request: { attempt }, ...event }) => ({
      ...event,
      attempt,
    })),
    ["a", "b"].map((uuid) => ({
      uuid,
      event: uuid,
      lane: "analytics",
      text: "xxxxxxxxxx",
      bytes: 10,
      attempt: 1,
    })),
  );
});

const PARTIAL = { kind: "retry", reason: { code: "partial" } };
const ROWS: readonly [name: string, outcomes: unknown, expected: unknown[]][] =
  [
    ["nothing", undefined, ["", "", "ab", "unparseable"]],
    ["null", null, ["", "", "ab", "unparseable"]],
    ["a number", 200, ["", "", "ab", "unparseable"]],
    ["one outcome without a list", { kind: "delivered", uuid: "a" }, [
      "",
      "",
      "ab",
      "unparseable",
    ]],
    ["an empty list", [], ["", "", "ab", "partial"]],
    ["junk among outcomes", [
      null,
      7,
      { kind: "delivered" },
      { uuid: 5, kind: "delivered" },
      { uuid: "b", kind: "delivered" },
    ], ["b", "", "a", "partial"]],
    ["unknown uuids", [{ uuid: "x", kind: "delivered" }], [
      "",
      "",
      "ab",
      "partial",
    ]],
    ["an unknown kind", [{ uuid: "a", kind: "lost" }, {
      uuid: "b",
      kind: "delivered",
    }], ["b", "", "a", "partial"]],
    ["two outcomes for one uuid: the last counts", [
      { uuid: "a", ...PARTIAL },
      { uuid: "A", kind: "delivered" },
      { uuid: "b", kind: "delivered" },
      { uuid: "b", ...PARTIAL },
    ], ["a", "", "b", "partial"]],
    ["a drop without a reason", [{ uuid: "a", kind: "dropped" }, {
      uuid: "b",
      kind: "dropped",
      reason: "no",
    }], ["", "ab", "", undefined]],
    ["a reason of the wrong kind", [{
      uuid: "a",
      kind: "retry",
      reason: { code: 5, status: "x" },
    }, { uuid: "b", kind: "delivered" }], ["b", "", "a", "partial"]],
  ];

for (const [name, outcomes, expected] of ROWS) {
  Deno.test(`a transport may answer with ${name} (CAP-301)`, async () => {
    assertEquals(await fates(outcomes), expected);
  });
}

for (const afterMs of [NaN, -1, 0, Infinity, "3"]) {
  Deno.test(`the wait ${afterMs} of a transport is ignored (CAP-226)`, async () => {
    const { outage } = await attempt([{ uuid: "a", ...PARTIAL, afterMs }, {
      uuid: "b",
      ...PARTIAL,
    }]);
    assertEquals([outage?.events.length, outage?.retryAfterMs], [2, undefined]);
  });
}

Deno.test("the longest wait and the first reason of what is left count", async () => {
  const { outage } = await attempt([
    { uuid: "a", kind: "retry", reason: { code: "http", status: 503 } },
    { uuid: "b", ...PARTIAL, afterMs: 3000 },
  ]);
  assertEquals(outage?.retryAfterMs, 3000);
  const { told } = await attempt([
    { uuid: "b", ...PARTIAL, afterMs: 3000 },
    { uuid: "a", kind: "retry", reason: { code: "http", status: 503 } },
  ]);
  assertEquals(told.map(({ code, status }) => [code, status]), [["http", 503]]);
});

Deno.test("what a transport remarks on what was taken is told (CAP-147)", async () => {
  const reason = { code: "quota_limited", status: 200, details: "events" };
  const { delivered, told } = await attempt([
    { kind: "delivered", uuid: "a", reason },
    { kind: "delivered", uuid: "b" },
  ]);
  assertEquals(toNames(delivered), "ab");
  assertEquals(
    told.map(({ code, events }) => [code, events.map(({ uuid }) => uuid)]),
    [["quota_limited", ["a"]]],
  );
});
