import { assertEquals } from "@std/assert";
import { matchOutcomes } from "../../../src/transport/outcomes.ts";
import type { QueueItem } from "../../../src/transport/queue.ts";

const ITEMS: readonly QueueItem[] = ["a", "b"].map((uuid) => ({
  uuid,
  event: uuid,
  text: "{}",
  bytes: 2,
  admittedAt: 0,
  fate: "queued",
}));

/** What became of each item, and why it is left. */
function fates(outcomes: unknown) {
  const { delivered, dropped, left, reason } = matchOutcomes(ITEMS, outcomes);
  const names = (items: Iterable<QueueItem>) =>
    [...items].map(({ uuid }) => uuid).join("");
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
  Deno.test(`matchOutcomes() copes with ${name} (CAP-301)`, () => {
    assertEquals(fates(outcomes), expected);
  });
}

for (const afterMs of [NaN, -1, 0, Infinity, "3"]) {
  Deno.test(`matchOutcomes() ignores the wait ${afterMs} (CAP-226)`, () => {
    const outcomes = [{ uuid: "a", ...PARTIAL, afterMs }, {
      uuid: "b",
      ...PARTIAL,
    }];
    assertEquals(matchOutcomes(ITEMS, outcomes).afterMs, undefined);
  });
}

Deno.test("matchOutcomes() takes the longest wait and the first reason of what is left", () => {
  const { afterMs, reason } = matchOutcomes(ITEMS, [
    { uuid: "a", kind: "retry", reason: { code: "http", status: 503 } },
    { uuid: "b", ...PARTIAL, afterMs: 3000 },
  ]);
  assertEquals([afterMs, reason?.status], [3000, 503]);
});

Deno.test("matchOutcomes() keeps what the server remarked on what it took (CAP-147)", () => {
  const reason = { code: "quota_limited", status: 200, details: "events" };
  const { remarks } = matchOutcomes(ITEMS, [
    { uuid: "a", kind: "delivered", reason },
    { uuid: "b", kind: "delivered" },
  ]);
  assertEquals([...remarks].map(([item, why]) => [item.uuid, why.code]), [
    ["a", "quota_limited"],
  ]);
});
