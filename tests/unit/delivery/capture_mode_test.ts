import { assertEquals } from "@std/assert";
import { createTestClient, type TestClientOptions } from "edgehog/testing";
import type { ReceivedRequest } from "edgehog/dev";

const HOST = "https://us.i.posthog.com";

/** What a client with these options sends for one event. */
async function send(
  options: TestClientOptions = {},
): Promise<ReceivedRequest | undefined> {
  const { posthog, emulator } = createTestClient({ host: HOST, ...options });
  posthog.capture({ distinctId: "u", event: "a" });
  await posthog.flush();
  assertEquals(emulator.requests.length, 1);
  return emulator.requests[0];
}

function membersOf(request: ReceivedRequest | undefined): string[] {
  return Object.keys(request?.body ?? {}).toSorted();
}

Deno.test("a client that is not told which speaks v1 (UPS-001, UPS-002, R1)", async () => {
  const request = await send();
  assertEquals([request?.method, request?.url], [
    "POST",
    `${HOST}/i/v1/analytics/events`,
  ]);
  assertEquals(request?.headers["authorization"], "Bearer phc_test");
  assertEquals(membersOf(request), ["batch", "created_at"]);
  const { batch } = request?.body as { batch: { options: unknown }[] };
  assertEquals(batch.map(({ options }) => options), [{}]);
});

Deno.test("captureMode 'v0' sends as ever (UPS-004, R3)", async () => {
  const request = await send({ captureMode: "v0" });
  assertEquals(request?.url, `${HOST}/batch/`);
  assertEquals(request?.headers["authorization"], undefined);
  assertEquals(membersOf(request), ["api_key", "batch", "sent_at"]);
});

Deno.test("a captureMode that is none is told, and v1 is used (UPS-001, R4)", async () => {
  const options: string[] = [];
  const request = await send({
    captureMode: "auto" as "v1",
    onError: (error) => {
      if (error.name === "ConfigError") options.push(error.option);
    },
  });
  assertEquals([request?.url, options], [
    `${HOST}/i/v1/analytics/events`,
    ["captureMode"],
  ]);
});
