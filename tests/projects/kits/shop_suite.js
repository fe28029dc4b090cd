/** The shop's tests: the same under every runner, whose `test` is handed in. */
import {
  assertCaptured,
  assertExceptionCaptured,
  assertExposed,
  assertNotCaptured,
  createTestClient,
  mockPostHog,
} from "edgehog/testing";
import worker, { createShop, posthog, warehouse } from "./shop.js";

const flags = { sale: true, layout: "wide" };
const payloads = { sale: { percent: 20 } };

/** Whatever asks the network fails, and is counted. */
let requests = 0;

function cutNetwork() {
  globalThis.fetch = () => {
    requests++;
    throw new Error("A test asked the network");
  };
}

function assertEqual(actual, expected) {
  const [is, wanted] = [actual, expected].map((it) => JSON.stringify(it));
  if (is !== wanted) throw new Error(`Expected ${wanted}, got ${is}`);
}

/** What a visitor gets, once the work after the answer is done. */
async function visit(shop, path, order) {
  const pending = [];
  const ctx = { waitUntil: (promise) => void pending.push(promise) };
  const request = new Request(`https://shop.example${path}`, {
    headers: { "X-POSTHOG-DISTINCT-ID": "visitor-1" },
    ...(order && { method: "POST", body: JSON.stringify(order) }),
  });
  const response = await shop.fetch(request, {}, ctx);
  const text = await response.text();
  await Promise.all(pending);
  return [response.status, text];
}

/** Declares the tests. */
export function testShop(test) {
  test("a client of the test's own: flags, events, exposures", async () => {
    cutNetwork();
    const kit = createTestClient({ flags, payloads });
    const shop = createShop(kit.posthog);
    assertEqual(await visit(shop, "/"), [200, "Sale: 20 % off"]);
    assertCaptured(kit, {
      event: "shop viewed",
      distinctId: "visitor-1",
      properties: { isSale: true, "$feature/layout": "wide" },
    });
    assertExposed(kit, { flag: "sale", value: true });
    assertEqual(kit.exposures.map(({ flag }) => flag), ["sale"]);
    assertEqual(kit.emulator.events.length, kit.events.length);
    assertEqual([kit.logs, kit.errors], [[], []]);
  });

  test("the Worker's own clients: an order, without a flush", async () => {
    const kit = mockPostHog(posthog, { flags, payloads });
    const depot = mockPostHog(warehouse);
    try {
      const order = { total: 12, items: ["tea", "mug"] };
      assertEqual(await visit(worker, "/orders", order), [201, "Thank you"]);
      assertCaptured(kit, { event: "order placed", properties: order });
      assertEqual(kit.eventsNamed("order placed").length, 1);
      assertEqual(depot.lastEvent()?.properties["items"], 2);
      assertNotCaptured(kit, "order received");
      posthog.capture({ distinctId: "visitor-1", event: "noise" });
      assertNotCaptured(kit, "noise");
      assertEqual(kit.logs, []);
    } finally {
      kit.restore();
      depot.restore();
    }
  });

  test("the Worker's own client: an error is captured once", async () => {
    const kit = mockPostHog(posthog, { flags: { sale: false } });
    try {
      assertEqual(await visit(worker, "/"), [200, "Welcome"]);
      assertEqual(await visit(worker, "/orders", { total: 0 }), [500, "Sorry"]);
      assertExceptionCaptured(kit, {
        type: "RangeError",
        message: "An order needs a total",
        distinctId: "visitor-1",
      });
      assertEqual(kit.exceptions.length, 1);
      assertNotCaptured(kit, "order placed");
    } finally {
      kit.restore();
    }
  });

  test("the Worker's own client: an outage takes no real time", async () => {
    const kit = mockPostHog(posthog);
    try {
      kit.emulator.failNext({ status: 503, times: 2 });
      posthog.capture({ distinctId: "visitor-1", event: "shop closed" });
      const flushed = posthog.flush();
      await kit.clock.advance(60_000);
      assertEqual((await flushed).delivered, 1);
      assertCaptured(kit.emulator, "shop closed");
    } finally {
      kit.restore();
    }
  });

  test("a mock knows nothing of the one before", async () => {
    for (const percent of [10, 30]) {
      const kit = mockPostHog(posthog, {
        flags,
        payloads: { sale: { percent } },
      });
      try {
        assertEqual(await visit(worker, "/"), [200, `Sale: ${percent} % off`]);
        assertEqual(kit.exposures.length, 1);
        assertEqual(kit.events.length, 2);
      } finally {
        kit.restore();
      }
    }
  });

  test("a failed assertion says in what the event differs", () => {
    const kit = createTestClient();
    kit.posthog.capture({
      distinctId: "visitor-1",
      event: "order placed",
      properties: { total: 12 },
    });
    let message = "";
    try {
      assertCaptured(kit, { event: "order placed", properties: { total: 13 } });
    } catch (error) {
      message = error.message;
    }
    assertEqual(message.split("\n").slice(1), [
      '  event: "order placed"',
      "- properties.total: 13",
      "+ properties.total: 12",
    ]);
  });

  test("nothing asked the network", () => assertEqual(requests, 0));
}
