import { assertEquals } from "@std/assert";
import { type BeforeSend, PostHog } from "edgehog";
import { createSender, ownProperties, sendOne } from "./_sent.ts";

const LEFT_OUT: Record<string, unknown> = {
  gone: null,
  box: { gone: null },
  list: ["a", null, 3, { gone: null }, [null]],
  blank: "",
  off: false,
  zero: 0,
  word: "null",
  none: [],
  undefined,
  nan: NaN,
  infinite: [-Infinity],
  invalid: new Date(NaN),
  map: new Map([["gone", null], ["deep", { gone: null } as never]]),
  model: { toJSON: () => ({ gone: null, kept: 1 }) },
};
const KEPT = {
  box: {},
  list: ["a", null, 3, {}, [null]],
  blank: "",
  off: false,
  zero: 0,
  word: "null",
  none: [],
  infinite: [null],
  map: { deep: {} },
  model: { kept: 1 },
};

for (const captureMode of ["v0", "v1"] as const) {
  Deno.test(`members that would be null are left out in ${captureMode}, at any depth, and items stay (R20, UPS-030)`, async () => {
    const { event } = await sendOne({ properties: LEFT_OUT }, { captureMode });
    assertEquals(ownProperties(event), KEPT);
  });
}

Deno.test("null is a value directly in $set, $set_once and $group_set, and only there (R21, UPS-032)", async () => {
  const set = { x: null, n: NaN, y: { z: null }, list: [{ z: null }] };
  const kept = { x: null, n: null, y: {}, list: [{}] };
  const { event } = await sendOne({
    properties: {
      a: NaN,
      b: [NaN],
      $set: set,
      $set_once: new Map(Object.entries(set)),
      $group_set: set,
      box: { $set: set },
      $unset: null,
    },
  }, { captureMode: "v0" });
  assertEquals(ownProperties(event), {
    b: [null],
    $set: kept,
    $set_once: kept,
    $group_set: kept,
    box: { $set: { y: {}, list: [{}] } },
  });
});

Deno.test("identity verbs store null, as a person's or a group's value (UPS-032)", async () => {
  const { posthog, send } = createSender({ captureMode: "v0" });
  const properties = { x: null, y: { z: null } };
  const kept = { x: null, y: {} };
  posthog.identify({ distinctId: "u", properties });
  posthog.identify({
    distinctId: "u",
    properties: { $set: properties, $set_once: properties },
  });
  posthog.groupIdentify({ groupType: "t", groupKey: "k", properties });
  posthog.setPersonProperties({
    distinctId: "u",
    properties,
    propertiesOnce: properties,
  });
  const [plain, explicit, group, set] = (await send()).map((event) =>
    ownProperties(event)
  );
  assertEquals(plain, { $set: kept });
  assertEquals(explicit, { $set: kept, $set_once: kept });
  assertEquals(group?.["$group_set"], kept);
  assertEquals(set, { $set: kept, $set_once: kept });
});

Deno.test("null members of registered, scope and exception properties go, in both lanes and at once (UPS-031)", async () => {
  const { posthog, send } = createSender({ captureMode: "v0" });
  const bag = { gone: null, box: { gone: null } };
  posthog.register({ registered: bag, nothing: null });
  const scope = posthog.forRequest(undefined, undefined, {
    distinctId: "u",
    properties: { scope: bag, nobody: null },
  });
  scope.capture({ event: "a" });
  scope.captureAi({ event: "$ai_span" });
  scope.captureException(new Error("x"), undefined, {
    caught: bag,
    $issue_name: null,
  });
  await scope.captureImmediate({ event: "a" });
  await scope.flush();
  for (const { event, properties } of await send()) {
    const { registered, scope } = properties;
    assertEquals([registered, scope], [{ box: {} }, { box: {} }]);
    if (event === "$exception") assertEquals(properties["caught"], { box: {} });
    assertEquals(
      ["nothing", "nobody", "$issue_name"].some((name) => name in properties),
      false,
    );
  }
});

Deno.test("null takes a lower layer's value away, undefined leaves it (UPS-030)", async () => {
  const { posthog, send } = createSender({ captureMode: "v0" });
  posthog.register({ plan: "pro", area: "pay", $ip: "192.0.2.1" });
  posthog.capture({
    distinctId: "u",
    event: "a",
    properties: { plan: undefined, area: null, $ip: null },
  });
  const [event] = await send();
  assertEquals(event && ownProperties(event), { plan: "pro" });
});

Deno.test("null takes a lower layer's value away from an event that waits for flags, too (UPS-030)", async () => {
  const { posthog, emulator, clock } = createSender({
    captureMode: "v0",
    flags: { f: true },
  });
  posthog.register({ area: "pay" });
  posthog.capture({
    distinctId: "u",
    event: "a",
    properties: { area: null },
    sendFeatureFlags: true,
  });
  const flushed = posthog.flush();
  await clock.advance(10_000);
  await flushed;
  const { properties } = emulator.events[0] ?? {};
  assertEquals([properties?.["$feature/f"], properties?.["area"]], [
    true,
    undefined,
  ]);
});

Deno.test("a hook removes a member by null, and nothing brings it back (UPS-031)", async () => {
  const beforeSend: BeforeSend = (event) => {
    delete event.properties["removed"];
    event.properties["emptied"] = null;
    event.properties["box"] = { gone: null, list: [null, { gone: null }] };
    event.properties["$set"] = { x: null };
    return event;
  };
  const { event } = await sendOne(
    { properties: { removed: 1, emptied: 1 } },
    { captureMode: "v0", beforeSend },
  );
  assertEquals(ownProperties(event), {
    box: { list: [null, {}] },
    $set: { x: null },
  });
});

Deno.test("null members are gone before hooks, and from queued events (UPS-031)", () => {
  const seen: unknown[] = [];
  const posthog = new PostHog("phc_x", {
    testMode: true,
    beforeSend: (event) => {
      seen.push("gone" in event.properties);
      return event;
    },
  });
  posthog.capture({ distinctId: "u", event: "a", properties: LEFT_OUT });
  const [event] = posthog.queuedEvents();
  assertEquals([seen, "gone" in Object(event?.["properties"])], [
    [false],
    false,
  ]);
});
