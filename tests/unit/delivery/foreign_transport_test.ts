import { assertEquals } from "@std/assert";
import type { DeliveryReason } from "../../../src/core/delivery.ts";
import type { QueueItem } from "../../../src/delivery/event_queue.ts";
import { settleOutcomes } from "../../../src/transport/outcomes.ts";
import { Lease, Store } from "../../../src/delivery/store.ts";
import { createBench } from "./_delivery.ts";

/** Settles what outcomes say of two events, "a" and "b". */
function settle(outcomes: unknown) {
  const { deps, transport, errors } = createBench(() => "hang");
  const store = new Store("analytics", deps, transport);
  const lease = new Lease(store);
  const items = ["a", "b"].map((uuid): QueueItem => {
    const text = { text: "{}", bytes: 2 };
    return { uuid, event: uuid, ...text, admittedAt: 0, fate: "retained" };
  });
  for (const item of items) store.admit(item, store.ownerless, lease);
  const dropped = new Map<QueueItem, DeliveryReason>();
  const left = settleOutcomes(
    lease,
    items,
    { kind: "done", value: outcomes },
    dropped,
  );
  lease.end();
  return { ...left, left: left.items, dropped, errors, all: items };
}

/** What became of each item, and why it is left. */
function fates(outcomes: unknown) {
  const { all, dropped, left, reason } = settle(outcomes);
  const names = (items: Iterable<QueueItem>) =>
    [...items].map(({ uuid }) => uuid).join("");
  const delivered = all.filter(({ fate }) => fate === "delivered");
  return [names(delivered), names(dropped.keys()), names(left), reason?.code];
}

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
  Deno.test(`settleOutcomes() copes with ${name} (CAP-301)`, () => {
    assertEquals(fates(outcomes), expected);
  });
}

for (const afterMs of [NaN, -1, 0, Infinity, "3"]) {
  Deno.test(`settleOutcomes() ignores the wait ${afterMs} (CAP-226)`, () => {
    const outcomes = [{ uuid: "a", ...PARTIAL, afterMs }, {
      uuid: "b",
      ...PARTIAL,
    }];
    assertEquals(settle(outcomes).afterMs, 0);
  });
}

Deno.test("settleOutcomes() takes the longest wait and the first reason of what is left", () => {
  const { afterMs, reason } = settle([
    { uuid: "a", kind: "retry", reason: { code: "http", status: 503 } },
    { uuid: "b", ...PARTIAL, afterMs: 3000 },
  ]);
  assertEquals([afterMs, reason?.status], [3000, 503]);
});

Deno.test("settleOutcomes() keeps what the server remarked on what it took (CAP-147)", () => {
  const reason = { code: "quota_limited", status: 200, details: "events" };
  const { all, errors } = settle([
    { kind: "delivered", uuid: "a", reason },
    { kind: "delivered", uuid: "b" },
  ]);
  assertEquals(all.map(({ fate }) => fate), ["delivered", "delivered"]);
  assertEquals(
    errors.map((error) =>
      error.name === "DeliveryError" &&
      [error.code, error.events.map(({ uuid }) => uuid)]
    ),
    [["quota_limited", ["a"]]],
  );
});
