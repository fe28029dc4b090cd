import { assertEquals } from "@std/assert";
import {
  createRecordingFetch,
  createTestClient,
  type TestClient,
  type TestClientOptions,
} from "edgehog/testing";
import { createBench } from "./_bench.ts";

const V1 = "/i/v1/analytics/events";
const AI_V1 = "/i/v1/ai/events";

const WIRES: readonly (readonly [
  lane: "analytics" | "ai",
  options: TestClientOptions,
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
  ["analytics", { captureMode: "v1" }, V1, "gzip"],
  ["analytics", { captureMode: "v1", compression: "deflate" }, V1, "deflate"],
  [
    "analytics",
    { captureMode: "v1", compression: "deflate", disableCompression: true },
    V1,
    undefined,
  ],
  ["ai", { captureMode: "v0" }, "/i/v0/ai/batch/", "gzip"],
  [
    "ai",
    { captureMode: "v0", compression: "deflate" },
    "/i/v0/ai/batch/",
    "gzip",
  ],
  ["ai", { captureMode: "v1" }, AI_V1, "gzip"],
  ["ai", { captureMode: "v1", compression: "deflate" }, AI_V1, "deflate"],
];
const EVENT = { distinctId: "user-1", event: "a" };

for (const [lane, options, path, encoding] of WIRES) {
  Deno.test(`the ${lane} lane with ${JSON.stringify(options)} goes to ${path}, encoded by ${encoding} (CAP-140, CAP-160, CAP-252, UPS-002, UPS-003, UPS-004, UPS-007)`, async () => {
    const urls: string[] = [];
    const { fetch, requests } = createRecordingFetch(() =>
      Response.json({ results: {} })
    );
    const client: TestClient = createTestClient({
      host: "https://host.example/path",
      disableCompression: false,
      ...options,
      fetch(url, init) {
        urls.push(url);
        return clock.track(fetch(url, init));
      },
    });
    const { posthog, clock } = client;
    if (lane === "ai") posthog.captureAi(EVENT);
    else posthog.capture(EVENT);
    const flushed = posthog.flush(1);
    await clock.advance(1);
    await flushed;
    const headers = requests[0]?.headers ?? {};
    assertEquals(
      [urls[0], headers["content-encoding"], headers["authorization"]],
      [
        `https://host.example/path${path}`,
        encoding,
        path.startsWith("/i/v1/") ? "Bearer phc_test" : undefined,
      ],
    );
  });
}

for (
  const [captureMode, lane, expected] of [
    ["v1", "analytics", 1],
    ["v0", "analytics", 4],
    ["v1", "ai", 1],
    ["v0", "ai", 4],
  ] as const
) {
  Deno.test(`429 is answered with ${expected} attempts in the ${lane} lane in ${captureMode} (CAP-182, UPS-012)`, async () => {
    const { posthog, emulator, clock } = createTestClient({ captureMode });
    emulator.setFaultPolicy(() => ({ status: 429 }));
    if (lane === "ai") posthog.captureAi(EVENT);
    else posthog.capture(EVENT);
    const flushed = posthog.flush();
    await clock.advance(20_000);
    const { retained } = await flushed;
    assertEquals([retained, emulator.requests.length], [1, expected]);
  });
}

Deno.test("with a transport of the application's nothing of a client and its scopes goes over HTTP", async () => {
  const { capture, createScope, emulator, sent } = createBench(() => 200);
  capture("a");
  const scope = createScope();
  scope.capture("b");
  scope.hog.captureAi(EVENT);
  await Promise.all(scope.kept);
  assertEquals(sent().toSorted(), ["a", "a", "b"]);
  assertEquals(emulator.requests, []);
});
