import { assertEquals } from "@std/assert";
import { send } from "../../../src/delivery/drain.ts";
import { Lease, Store } from "../../../src/delivery/store.ts";
import { type Answer, type Attempt, createBench } from "./_delivery.ts";

function createShipment(answer: (attempt: Attempt) => Answer, names: string) {
  const bench = createBench(answer);
  const store = new Store("analytics", bench.deps, bench.transport);
  const lease = new Lease(store);
  const admit = (name: string) =>
    store.admit(bench.createItem(name), store.ownerless);
  for (const name of names) admit(name);
  lease.renew();
  const items = store.claim(lease, store.ownerless);
  const run = () => send(lease, items);
  return { ...bench, store, items, lease, send: run };
}

Deno.test("send() waits 1, 2 and 4 s, then leaves the events queued (CAP-220 to CAP-222)", async () => {
  const times: number[] = [];
  const shipment = createShipment(() => {
    times.push(shipment.clock.now());
    return 503;
  }, "ab");
  const start = shipment.clock.now();
  const end = shipment.send();
  await shipment.clock.advance(60_000);
  assertEquals(await end, false);
  assertEquals(times.map((time) => time - start), [0, 1000, 3000, 7000]);
  assertEquals([
    shipment.store.ownerless.size,
    shipment.store.pausedUntil > shipment.clock.now() - 30_001,
  ], [2, true]);
});

Deno.test("send() reports an exhausted request once, as retained (CAP-233)", async () => {
  const shipment = createShipment(() => 503, "ab");
  const end = shipment.send();
  await shipment.clock.advance(60_000);
  await end;
  const [error] = shipment.errors;
  assertEquals(shipment.errors.length, 1);
  assertEquals(
    error?.name === "DeliveryError" &&
      [
        error.code,
        error.status,
        error.attempts,
        error.retained,
        error.events.length,
      ],
    ["http", 503, 4, true, 2],
  );
  assertEquals(shipment.drops, []);
});

Deno.test("send() keeps the request's id and counts attempts (CAP-162)", async () => {
  const shipment = createShipment(({ number }) => number < 3 ? 500 : 200, "a");
  const end = shipment.send();
  await shipment.clock.advance(10_000);
  assertEquals(await end, true);
  assertEquals(shipment.attempts.map(({ number }) => number), [1, 2, 3]);
  assertEquals(
    new Set(shipment.attempts.map(({ batch }) => batch[0]?.request.id)).size,
    1,
  );
});

Deno.test("send() tries again only what an outcome says, in order (CAP-174, CAP-301)", async () => {
  const shipment = createShipment(({ batch, number }) => {
    if (number > 1) return 200;
    return [
      { kind: "delivered", uuid: batch[1]?.uuid.toUpperCase() ?? "" },
      {
        kind: "dropped",
        uuid: batch[2]?.uuid ?? "",
        reason: { code: "partial", result: "drop", details: "why" },
      },
      { kind: "delivered", uuid: "unknown" },
    ];
  }, "abcd");
  const end = shipment.send();
  await shipment.clock.advance(10_000);
  assertEquals(await end, true);
  assertEquals(shipment.attempts.map(({ names }) => names), ["abcd", "ad"]);
  assertEquals(shipment.items.map(({ fate }) => fate), [
    "delivered",
    "delivered",
    "dropped",
    "delivered",
  ]);
  assertEquals(
    shipment.drops.map((
      { event, reason, details },
    ) => [event, reason, details]),
    [["c", "rejected", "why"]],
  );
});

Deno.test("send() treats a transport that rejects or hangs as a retry (CAP-301)", async () => {
  const answers: Answer[] = [new Error("socket"), "hang", 200];
  const shipment = createShipment(() => answers.shift() ?? 200, "a");
  const end = shipment.send();
  await shipment.clock.advance(60_000);
  assertEquals([await end, shipment.attempts.length, shipment.clock.pending], [
    true,
    3,
    0,
  ]);
  assertEquals(shipment.attempts[1]?.signal.aborted, true);
});

Deno.test("send() halves on 413 with fresh budgets, and drops one that is refused alone (CAP-230, CAP-231)", async () => {
  const shipment = createShipment(
    ({ names }) => names.length > 2 || names === "c" ? 413 : 200,
    "abcd",
  );
  const end = shipment.send();
  await shipment.clock.advance(60_000);
  assertEquals(await end, true);
  assertEquals(shipment.attempts.map(({ names }) => names), [
    "abcd",
    "ab",
    "cd",
  ]);
  assertEquals(
    new Set(shipment.attempts.map(({ batch }) => batch[0]?.request.id)).size,
    3,
  );
});

Deno.test("send() drops one event that is refused for its size alone (CAP-144)", async () => {
  const shipment = createShipment(
    ({ names }) => names.includes("b") ? 413 : 200,
    "ab",
  );
  assertEquals(await shipment.send(), true);
  assertEquals(shipment.items.map(({ fate }) => fate), [
    "delivered",
    "dropped",
  ]);
  assertEquals(shipment.errors.map((error) => error.code), ["http"]);
});

Deno.test("send() stops sending items whose lease it lost (CAP-266)", async () => {
  const shipment = createShipment(() => 503, "ab");
  const end = shipment.send();
  await shipment.clock.advance(500);
  // As if another had claimed them after the lease ran out.
  for (const item of shipment.items) {
    item.lease = new Lease(shipment.store);
  }
  await shipment.clock.advance(60_000);
  assertEquals([
    await end,
    shipment.attempts.length,
    shipment.store.ownerless.size,
  ], [
    true,
    1,
    2,
  ]);
});

Deno.test("send() starts no attempt after its signal (CAP-276)", async () => {
  const shipment = createShipment(() => 503, "a");
  const end = shipment.send();
  await shipment.clock.advance(500);
  shipment.lease.abort();
  assertEquals([await end, shipment.attempts.length, shipment.clock.pending], [
    false,
    1,
    0,
  ]);
});

Deno.test("send() names the request and its attempts when an event is refused in the end (CAP-297)", async () => {
  const shipment = createShipment(({ number }) => number < 3 ? 503 : 400, "a");
  const end = shipment.send();
  await shipment.clock.advance(10_000);
  await end;
  const [error] = shipment.errors;
  const id = shipment.attempts[0]?.batch[0]?.request.id;
  assertEquals<unknown>(
    error?.name === "DeliveryError" && [error.attempts, error.requestId],
    [3, id],
  );
});

Deno.test("send() does not take its signal for an outage, in the last attempt either (CAP-265)", async () => {
  const shipment = createShipment(() => "hang", "a");
  const end = shipment.send();
  await shipment.clock.advance(40_000);
  shipment.lease.abort();
  assertEquals([await end, shipment.attempts.length], [false, 4]);
  const isPaused = shipment.store.pausedUntil > shipment.clock.now();
  assertEquals([isPaused, shipment.errors], [false, []]);
});

Deno.test("send() warns once an outage, again after a success (CAP-300)", async () => {
  let status = 503;
  const shipment = createShipment(() => status, "a");
  const run = async () => {
    const end = shipment.send();
    await shipment.clock.advance(60_000);
    await end;
    const { items, lease, store } = shipment;
    for (const item of items) {
      store.settle(item, "dropped");
      item.fate = "retained";
      store.admit(item, store.ownerless, lease);
    }
  };
  await run();
  await run();
  assertEquals(shipment.warnings.length, 1);
  status = 200;
  await run();
  status = 503;
  await run();
  assertEquals(shipment.warnings.length, 2);
});
