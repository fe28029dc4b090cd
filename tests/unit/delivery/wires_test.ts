import { assertEquals } from "@std/assert";
import type { Lane } from "../../../src/core/delivery.ts";
import {
  createDelivery,
  type DeliveryOptions,
} from "../../../src/delivery/delivery.ts";
import type { HttpRequest } from "../../../src/delivery/http.ts";
import { drain } from "../../../src/delivery/drain.ts";
import { Lease, Store } from "../../../src/delivery/store.ts";
import { createBench } from "./_delivery.ts";

function createFixture(given: Partial<DeliveryOptions> = {}) {
  const { deps, attempts, clock, createItem } = createBench(() => 200, given);
  const requests: HttpRequest[] = [];
  const server = { status: 200, headers: new Headers() };
  const state = { isClosed: false };
  const delivery = createDelivery({
    ...deps,
    options: {
      ...deps.options,
      apiKey: "phc_x",
      host: "https://host.example/path",
      compression: "gzip",
      disableCompression: false,
      historicalMigration: false,
      transport: undefined,
      ...given,
    },
    door: {
      send(request) {
        requests.push(request);
        const { status, headers } = server;
        const kind = status < 300 ? "ok" : "status";
        const text = '{"results":{}}';
        return Promise.resolve({ kind, status, headers, text });
      },
    },
    isClosed: () => state.isClosed,
  });
  return {
    delivery,
    deps,
    requests,
    server,
    state,
    attempts,
    clock,
    createItem,
  };
}

const WIRES: readonly (readonly [
  lane: Lane,
  options: Partial<DeliveryOptions>,
  path: string,
  encoding: string | undefined,
])[] = [
  ["analytics", { captureMode: "v0" }, "/batch/", "gzip"],
  [
    "analytics",
    { captureMode: "v0", compression: "deflate" },
    "/batch/",
    "gzip",
  ],
  [
    "analytics",
    { captureMode: "v0", disableCompression: true },
    "/batch/",
    undefined,
  ],
  ["analytics", { captureMode: "v1" }, "/i/v1/analytics/events", "gzip"],
  [
    "analytics",
    { captureMode: "v1", compression: "deflate" },
    "/i/v1/analytics/events",
    "deflate",
  ],
  [
    "analytics",
    { captureMode: "v1", compression: "deflate", disableCompression: true },
    "/i/v1/analytics/events",
    undefined,
  ],
  ["ai", { captureMode: "v0" }, "/i/v0/ai/batch/", "gzip"],
  [
    "ai",
    { captureMode: "v1", compression: "deflate" },
    "/i/v0/ai/batch/",
    "gzip",
  ],
];
for (const [lane, options, path, encoding] of WIRES) {
  Deno.test(`the ${lane} lane with ${JSON.stringify(options)} goes to ${path}, encoded by ${encoding}`, async () => {
    const { delivery, requests, createItem } = createFixture(options);
    delivery.queue.admit(lane, { ...createItem("a"), text: "{}" });
    await delivery.queue.flush();
    const sent = requests.map(({ url, headers }) => [
      url,
      headers?.["Content-Encoding"],
      headers?.["Authorization"],
    ]);
    const isV1 = path.includes("v1");
    assertEquals(sent, [[
      `https://host.example/path${path}`,
      encoding,
      isV1 ? "Bearer phc_x" : undefined,
    ]]);
  });
}

for (
  const [captureMode, lane, expected] of [
    ["v1", "analytics", 1],
    ["v0", "analytics", 4],
    ["v1", "ai", 4],
  ] as const
) {
  Deno.test(`429 is answered with ${expected} attempts in the ${lane} lane in ${captureMode}`, async () => {
    const { delivery, requests, server, clock, createItem } = createFixture({
      captureMode,
    });
    server.status = 429;
    delivery.queue.admit(lane, { ...createItem("a"), text: "{}" });
    const flushed = delivery.queue.flush();
    await clock.advance(20_000);
    assertEquals([(await flushed).retained, requests.length], [1, expected]);
  });
}

Deno.test("with a transport of the application's nothing of the client's goes over HTTP, but what is made of the port", async () => {
  const sent: string[] = [];
  const { delivery, requests, createItem } = createFixture({
    transport: {
      send: (batch) => {
        sent.push(...batch.map(({ event }) => event));
        return Promise.resolve(
          batch.map(({ uuid }) => ({ kind: "delivered", uuid })),
        );
      },
    },
  });
  const kept: Promise<unknown>[] = [];
  const scope = delivery.createScopeQueue((promise) => kept.push(promise) > 0);
  delivery.queue.admit("analytics", createItem("a"));
  scope.admit("analytics", createItem("b"));
  await Promise.all(kept);
  assertEquals([sent, requests], [["b", "a"], []]);

  const { deps, transport } = delivery.port;
  const store = new Store("analytics", deps, transport);
  store.admit(createItem("c"), store.ownerless);
  await drain(new Lease(store), store.ownerless);
  assertEquals([sent.length, requests.length], [2, 1]);
});

Deno.test("the port is closed with its client, and in testMode", () => {
  const { delivery, state } = createFixture();
  assertEquals(delivery.port.isClosed(), false);
  state.isClosed = true;
  assertEquals(delivery.port.isClosed(), true);
  assertEquals(
    createFixture({ testMode: true }).delivery.port.isClosed(),
    true,
  );
});
