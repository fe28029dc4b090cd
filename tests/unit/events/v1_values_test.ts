import { assertEquals, assertStringIncludes } from "@std/assert";
import type { BeforeSend } from "edgehog";
import { createTestClient } from "edgehog/testing";
import { createSender, ownProperties, sendOne } from "./_sent.ts";

const V0 = { captureMode: "v0" } as const;
const V1 = { captureMode: "v1" } as const;
const R22 = { $session_id: 5, $window_id: null };

Deno.test("v1 takes out a session or window id that is no string, with one warning for each name and type (R22, UPS-033)", async () => {
  const { posthog, send, warnings } = createSender(V1);
  const rows = [R22, R22, { $session_id: [5] }, { $window_id: true }];
  for (const properties of rows) {
    posthog.capture({ event: "a", distinctId: "u", properties });
  }
  for (const { properties } of posthog.queuedEvents()) {
    assertEquals("$session_id" in Object(properties), false);
  }
  for (const event of await send()) {
    assertEquals(["session_id" in event, "window_id" in event], [false, false]);
    assertEquals(ownProperties(event), {});
  }
  const told = warnings();
  assertEquals(
    told.map((text) => [
      text.includes("$session_id"),
      /number|array|boolean/.exec(text)?.[0],
      /5|true/.test(text),
    ]),
    [[true, "number", false], [true, "array", false], [
      false,
      "boolean",
      false,
    ]],
  );
});

Deno.test("v1 sends ids of session and window that are strings, an empty one too (R23, UPS-033)", async () => {
  const properties = { $session_id: "", $window_id: "w" };
  const { event, warnings } = await sendOne({ properties }, V1);
  assertEquals([event["session_id"], event["window_id"]], ["", "w"]);
  assertEquals([ownProperties(event), warnings()], [{}, []]);
});

Deno.test("v1 looks at session ids after the hooks (UPS-033)", async () => {
  const beforeSend: BeforeSend = (event) => {
    event.properties["$session_id"] = 5;
    return event;
  };
  const { event, warnings } = await sendOne({}, { ...V1, beforeSend });
  assertEquals(["session_id" in event, warnings().length], [false, 1]);
});

Deno.test("v0 sends session ids as they are (R24, UPS-034)", async () => {
  const { event, warnings } = await sendOne({ properties: R22 }, V0);
  assertEquals([ownProperties(event), warnings()], [{ $session_id: 5 }, []]);
});

for (
  const [mode, words] of [[V0, "may cut or refuse"], [
    V1,
    "PostHog drops",
  ]] as const
) {
  Deno.test(`names and ids of over 200 bytes are sent as they are in ${mode.captureMode}, with a warning each that says what becomes of them (UPS-035)`, async () => {
    const event = "é".repeat(101);
    const distinctId = "x".repeat(201);
    const { posthog, emulator, logs } = createTestClient(mode);
    for (const _ of "12") posthog.capture({ event, distinctId });
    await posthog.flush();
    const { batch } = emulator.requests[0]?.body as {
      batch: Record<string, unknown>[];
    };
    assertEquals(
      batch.map((sent) => [sent["event"], sent["distinct_id"]]),
      [[event, distinctId], [event, distinctId]],
    );
    const told = logs.filter(({ message }) => message.includes("200 bytes"));
    assertEquals(told.length, 2);
    for (const { message } of told) assertStringIncludes(message, words);
  });
}
