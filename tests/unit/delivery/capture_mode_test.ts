import { assertEquals } from "@std/assert";
import type { CaptureMessage } from "edgehog";
import type { ReceivedRequest } from "edgehog/dev";
import { consumeQueue, queueTransport } from "edgehog/queue";
import { createTestClient, type TestClientOptions } from "edgehog/testing";
import { CAPTURE_PATHS } from "../../_kit/capture_paths.ts";

const HOST = "https://us.i.posthog.com";
const MODES = ["v0", "v1"] as const;

/** What a client with these options sends for one event of each lane. */
async function send(
  options: TestClientOptions = {},
): Promise<readonly ReceivedRequest[]> {
  const { posthog, emulator } = createTestClient({ host: HOST, ...options });
  posthog.capture({ distinctId: "u", event: "a" });
  posthog.captureAi({ distinctId: "u", event: "$ai_generation" });
  await posthog.flush();
  assertEquals(emulator.events.map(({ lane }) => lane), ["analytics", "ai"]);
  return emulator.requests;
}

function membersOf({ body }: ReceivedRequest): string[] {
  return Object.keys(body ?? {}).toSorted();
}

Deno.test("a client that is not told which speaks v1 on both lanes (UPS-001, UPS-002, UPS-003, R1, R2)", async () => {
  const requests = await send();
  assertEquals(requests.map(({ method, url }) => `${method} ${url}`), [
    `POST ${HOST}/i/v1/analytics/events`,
    `POST ${HOST}/i/v1/ai/events`,
  ]);
  for (const request of requests) {
    assertEquals(request.headers["authorization"], "Bearer phc_test");
    assertEquals(request.headers["posthog-attempt"], "1");
    assertEquals(membersOf(request), ["batch", "created_at"]);
    const { batch } = request.body as { batch: { options: unknown }[] };
    assertEquals(batch.map(({ options }) => options), [{}]);
  }
});

Deno.test("captureMode 'v0' sends as ever on both lanes (UPS-004, R3)", async () => {
  const requests = await send({ captureMode: "v0" });
  assertEquals(requests.map(({ url }) => url), [
    `${HOST}/batch/`,
    `${HOST}/i/v0/ai/batch/`,
  ]);
  for (const request of requests) {
    assertEquals(request.headers["authorization"], undefined);
    assertEquals(membersOf(request), ["api_key", "batch", "sent_at"]);
  }
});

Deno.test("a captureMode that is none is told, and v1 is used (UPS-001, R4)", async () => {
  const options: string[] = [];
  const requests = await send({
    captureMode: "auto" as "v1",
    onError: (error) => {
      if (error.name === "ConfigError") options.push(error.option);
    },
  });
  assertEquals(requests.map(({ path }) => path), [
    CAPTURE_PATHS.v1.analytics,
    CAPTURE_PATHS.v1.ai,
  ]);
  assertEquals(options, ["captureMode"]);
});

Deno.test("an AI event of another name goes by the method's lane, with one warning a client that PostHog drops it; in v0 a debug line (UPS-005, R5)", async () => {
  const told = async (captureMode?: "v0") => {
    const { posthog, emulator, errors, logs } = createTestClient({
      captureMode,
      debug: true,
    });
    for (let i = 0; i < 2; i++) {
      posthog.captureAi({ event: "note", distinctId: "u" });
    }
    const lines = logs.filter(({ message }) => message.includes("AI event"))
      .map(({ level, message }) => `${level} ${message}`);
    await posthog.flush();
    const paths = new Set(emulator.requests.map(({ path }) => path));
    const refused = errors.flatMap((error) =>
      error.name === "DeliveryError" ? error.events : []
    );
    return { lines, paths: [...paths], refused };
  };
  const { lines, paths, refused } = await told();
  const text = "The name of 'note' is not that of an AI event";
  assertEquals([lines, paths], [
    [`warn ${text}: PostHog drops it`],
    [CAPTURE_PATHS.v1.ai],
  ]);
  const details = "misrouted_event";
  assertEquals(
    refused.map(({ result, details }) => [result, details]),
    Array(2).fill(["drop", details]),
  );
  const v0 = await told("v0");
  assertEquals([v0.lines, v0.paths, v0.refused], [
    Array(2).fill(`debug ${text}`),
    [CAPTURE_PATHS.v0.ai],
    [],
  ]);
});

for (const captureMode of MODES) {
  Deno.test(`historicalMigration marks the bodies of both lanes in ${captureMode}, and nothing else does (UPS-008)`, async () => {
    for (const historicalMigration of [true, undefined]) {
      const requests = await send({ captureMode, historicalMigration });
      assertEquals(
        requests.map(({ body }) =>
          (body as { historical_migration?: true }).historical_migration
        ),
        [historicalMigration, historicalMigration],
      );
    }
  });
}

/** What a client of that protocol puts into a queue service for an event, on both lanes if it is one of AI. */
async function queue(
  captureMode: "v0" | "v1",
  message: CaptureMessage,
): Promise<readonly unknown[]> {
  const bodies: unknown[] = [];
  const { posthog, emulator } = createTestClient({
    captureMode,
    transport: queueTransport({
      sendBatch: (messages) =>
        Promise.resolve(
          bodies.push(...Array.from(messages, ({ body }) => body)),
        ),
    }),
  });
  posthog.capture(message);
  if (message.event.startsWith("$ai_")) posthog.captureAi(message);
  await posthog.flush();
  assertEquals(emulator.requests, []);
  return bodies;
}

/** Delivers from the queue, by a client of its own. */
async function consume(
  bodies: readonly unknown[],
  options: TestClientOptions = {},
) {
  const consumer = createTestClient(options);
  const messages = bodies.map((body) => ({ body, ack() {}, retry() {} }));
  await consumeQueue({ messages }, consumer.posthog);
  return consumer;
}

for (const [from, to] of [["v0", "v1"], ["v1", "v0"]] as const) {
  Deno.test(`what a ${from} client queues elsewhere arrives by ${to} where a ${to} client delivers it (UPS-009)`, async () => {
    const bodies = await queue(from, {
      distinctId: "u",
      event: "$ai_generation",
      properties: { $session_id: "s", $process_person_profile: false },
    });
    const { emulator } = await consume(bodies, { captureMode: to });
    assertEquals(
      emulator.requests.map(({ path }) => path).toSorted(),
      Object.values(CAPTURE_PATHS[to]).toSorted(),
    );
    assertEquals(emulator.events.length, 2);
    for (const { properties } of emulator.events) {
      assertEquals(
        [properties["$session_id"], properties["$process_person_profile"]],
        ["s", false],
      );
    }
  });
}

Deno.test("options that a v0 client queues elsewhere arrive by v1 where a default client delivers them (UPS-009, UPS-029, R70)", async () => {
  const options = { beta: 1, "cookieless_mode": true };
  const bodies = await queue("v0", { event: "a", distinctId: "u", options });
  const { emulator } = await consume(bodies);
  assertEquals(
    emulator.requests.map(({ path, body }) => [
      path,
      (body as { batch: { options: unknown }[] }).batch[0]?.options,
    ]),
    [[CAPTURE_PATHS.v1.analytics, options]],
  );
});
