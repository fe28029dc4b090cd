import { assert, assertEquals } from "@std/assert";
import { isUuid } from "../../../src/core/uuid.ts";
import type { BeforeSend } from "edgehog";
import { createSender } from "./_sent.ts";

const V1 = { captureMode: "v1" } as const;
const R31 = { event: "a", distinctId: "u", properties: { p: 1 } };

Deno.test("prepareEventMessage() gives the event that capture would queue, and queues nothing (R31, UPS-068)", async () => {
  const { posthog, emulator } = createSender(V1);
  const captured: unknown[] = [];
  posthog.on("capture", (event) => captured.push(event));
  const message = await posthog.prepareEventMessage(R31);
  assert(message);
  const { uuid, properties, ...rest } = message;
  assert(isUuid(uuid));
  assertEquals(rest, {
    event: "a",
    distinctId: "u",
    options: {},
    timestamp: "2026-01-01T00:00:00.000Z",
  });
  assertEquals([properties["p"], properties["$lib"]], [1, "edgehog"]);
  await posthog.flush();
  assertEquals(
    [emulator.requests.length, posthog.queueSize, captured],
    [0, 0, []],
  );
});

Deno.test("prepareEventMessage() gives undefined where capture does (R32, UPS-068)", async () => {
  const { posthog, warnings } = createSender({
    ...V1,
    beforeSend: (event) => event.event === "a" ? null : event,
  });
  assertEquals(await posthog.prepareEventMessage(R31), undefined);
  assertEquals(warnings(), []);
  assertEquals(
    await posthog.prepareEventMessage({ ...R31, event: " " }),
    undefined,
  );
  assertEquals(await posthog.prepareEventMessage("b" as never), undefined);
  await posthog.optOut();
  assertEquals(
    await posthog.prepareEventMessage({ ...R31, event: "b" }),
    undefined,
  );
});

Deno.test("prepareEventMessage() on a scope has what the scope, hooks, options and flags add, and capture takes it (UPS-068)", async () => {
  const beforeSend: BeforeSend = (event) => {
    event.properties["hooked"] = true;
    return event;
  };
  const { posthog, send, clock } = createSender({
    ...V1,
    beforeSend,
    flags: { f: true },
  });
  await posthog.registerOptions({ beta: 1 });
  posthog.register({ area: "pay" });
  const scope = posthog.forRequest(
    new Request("https://shop.example/cart"),
    undefined,
    { distinctId: "u", properties: { plan: "pro" } },
  );
  const preparing = scope.prepareEventMessage({
    event: "a",
    options: { process_person_profile: false },
    groups: { company: "acme" },
    disableGeoip: false,
    sendFeatureFlags: true,
  });
  await clock.advance(10_000);
  const message = await preparing;
  assert(message);
  const { properties, options, disableGeoip, distinctId } = message;
  assertEquals(
    ["area", "plan", "hooked", "$feature/f", "$request_path"].map((name) =>
      properties[name]
    ),
    ["pay", "pro", true, true, "/cart"],
  );
  assertEquals(properties["$groups"], { company: "acme" });
  assertEquals([options, disableGeoip, distinctId], [
    { beta: 1, process_person_profile: false },
    false,
    "u",
  ]);
  scope.capture(message);
  const again = await scope.prepareEventMessage(message);
  assertEquals(again, message);
  await scope.flush();
  const event = (await send()).at(-1);
  assertEquals(
    [event?.["uuid"], event?.["timestamp"], event?.options],
    [message.uuid, message.timestamp, options],
  );
  const { $lib: _, $lib_version: __, ...sent } = properties;
  assertEquals(event?.properties, sent);
});

Deno.test("prepareEventMessage() of an event about nobody gives the same event, too (UPS-068)", async () => {
  const { posthog } = createSender(V1);
  const message = await posthog.prepareEventMessage({ event: "a" });
  assert(message && isUuid(message.distinctId));
  assertEquals(message.properties["$process_person_profile"], false);
  assertEquals(await posthog.prepareEventMessage(message), message);
});
