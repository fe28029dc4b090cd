import { assertEquals } from "@std/assert";
import { createTestClient } from "../../../src/testing/mod.ts";

Deno.test("'events' has what was captured without a flush, as the emulator has it after one", async () => {
  const { posthog, emulator, events } = createTestClient({
    flags: { on: true },
    beforeSend: (event) => ({
      ...event,
      properties: { ...event.properties, hooked: true },
    }),
  });
  const flags = await posthog.evaluateFlags("user-1");
  flags.isEnabled("on");
  const uuid = posthog.capture({
    distinctId: "user-1",
    event: "order placed",
    properties: { total: 12, $session_id: "s" },
    flags,
  });
  posthog.capture({ event: "page viewed" });
  posthog.capture({
    distinctId: "user-1",
    event: "$ai_generation",
    properties: { $ai_model: "m" },
    options: { cookieless_mode: true },
  });
  posthog.captureException(new RangeError("too many"), "user-1");
  assertEquals(events.map(({ event }) => event), [
    "$feature_flag_called",
    "order placed",
    "page viewed",
    "$ai_generation",
    "$exception",
  ]);
  assertEquals([events[1]?.uuid, events[1]?.properties["hooked"]], [
    uuid,
    true,
  ]);
  await posthog.flush();
  const arrived = emulator.events.map((
    { lane: _lane, receivedAt: _at, arrival: _arrival, ...event },
  ) => event);
  const byUuid = (a: { uuid: string }, b: { uuid: string }) =>
    a.uuid < b.uuid ? -1 : 1;
  assertEquals(arrived.sort(byUuid), [...events].sort(byUuid));
});

Deno.test("'events' lacks what is not captured: a dropped event, a preview, an event of a closed client", async () => {
  const { posthog, events } = createTestClient({
    beforeSend: (event) => event.event === "secret" ? null : event,
  });
  posthog.capture({ distinctId: "user-1", event: "secret" });
  await posthog.prepareEventMessage({ distinctId: "user-1", event: "preview" });
  await posthog.captureImmediate({ distinctId: "user-1", event: "now" });
  await posthog.shutdown();
  posthog.capture({ distinctId: "user-1", event: "late" });
  assertEquals(events.map(({ event }) => event), ["now"]);
});

Deno.test("'events' has what a scope captures, and 'eventsNamed' and 'lastEvent' find it", () => {
  const { posthog, eventsNamed, lastEvent } = createTestClient();
  assertEquals([lastEvent(), eventsNamed("a")], [undefined, []]);
  const hog = posthog.forRequest(new Request("https://a.example/"), undefined, {
    distinctId: "user-1",
  });
  hog.capture({ event: "a", properties: { n: 1 } });
  hog.capture({ event: "b" });
  hog.capture({ event: "a", properties: { n: 2 } });
  assertEquals(lastEvent()?.properties["n"], 2);
  assertEquals(lastEvent("b")?.distinctId, "user-1");
  assertEquals(lastEvent("c"), undefined);
  assertEquals(eventsNamed("a").map(({ properties }) => properties["n"]), [
    1,
    2,
  ]);
});

Deno.test("'exposures' says which values were used, 'exceptions' what was thrown", async () => {
  const { posthog, exposures, exceptions, lastEvent } = createTestClient({
    flags: { on: true, off: false, arm: "annual" },
  });
  const flags = await posthog.evaluateFlags("user-1");
  for (const key of ["on", "on", "off", "arm", "missing"]) flags.getFlag(key);
  assertEquals(
    exposures.map(({ flag, value, distinctId }) => [flag, value, distinctId]),
    [
      ["on", true, "user-1"],
      ["off", false, "user-1"],
      ["arm", "annual", "user-1"],
      ["missing", undefined, "user-1"],
    ],
  );
  posthog.captureException(new RangeError("too many"), "user-2");
  const [exception] = exceptions;
  assertEquals(
    [exception?.type, exception?.message, exception?.distinctId],
    ["RangeError", "too many", "user-2"],
  );
  assertEquals(exception?.event, lastEvent("$exception"));
  assertEquals(exceptions.length, 1);
});
