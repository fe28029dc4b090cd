import { assert, assertEquals } from "@std/assert";
import { assertCaptured, createTestClient } from "edgehog/testing";
import { openScope, REQUEST } from "./_scope.ts";

const FLAGS = { beta: { value: true, payload: 7 } };

Deno.test("an event's own identity, session and properties win over the scope's (CTX-003, CTX-021)", async () => {
  const { hog, sent } = openScope({ init: { properties: { plan: "free" } } });
  hog.capture({
    event: "viewed",
    distinctId: "user-1",
    properties: {
      "$session_id": "s2",
      "$current_url": "app://cart",
      plan: "pro",
    },
  });
  const [event] = await sent();
  assertEquals(event?.distinctId, "user-1");
  const { $session_id, $current_url, plan } = event?.properties ?? {};
  assertEquals([$session_id, $current_url, plan], ["s2", "app://cart", "pro"]);
});

const PROFILE = "$process_person_profile";

for (
  const [name, init, properties, registered] of [
    ["the event", {}, { [PROFILE]: true }, {}],
    ["the scope", { properties: { [PROFILE]: true } }, {}, {}],
    ["a super property", {}, {}, { [PROFILE]: true }],
  ] as const
) {
  Deno.test(`a scope leaves ${name}'s word on person processing alone (CTX-005)`, async () => {
    const { posthog, hog, sent } = openScope({ request: {}, init });
    posthog.register(registered);
    hog.capture({ event: "viewed", properties });
    assertEquals((await sent())[0]?.properties[PROFILE], true);
  });
}

Deno.test("setContext() changes what comes later on that scope, and nothing else (CTX-014)", async () => {
  const { posthog, hog, sent } = openScope();
  const other = posthog.forRequest(REQUEST);
  hog.capture({ event: "before" });
  hog.setContext({ distinctId: "user-1", properties: { plan: "pro" } });
  hog.capture({ event: "after" });
  other.capture({ event: "elsewhere" });
  const seen = (await sent()).map(({ distinctId, properties }) => [
    distinctId,
    properties["plan"],
    properties["$session_id"],
  ]);
  assertEquals(seen, [
    ["visitor-1", undefined, "s1"],
    ["user-1", "pro", "s1"],
    ["visitor-1", undefined, "s1"],
  ]);
});

Deno.test("the client knows nothing of a request that is over (CTX-017)", async () => {
  const { posthog, hog, sent } = openScope();
  const client = (event: string) =>
    posthog.capture({ event, distinctId: "cron" });
  client("before");
  hog.capture({ event: "during" });
  await hog.flush();
  client("after");
  const [before, , after] = await sent();
  assertEquals(after?.properties, before?.properties);
  assertEquals(
    Object.keys(after?.properties ?? {}).sort(),
    ["$geoip_disable", "$is_server", "$lib", "$lib_version"],
  );
});

Deno.test("a scope of nothing is as good as the client (CTX-030)", async () => {
  const { posthog, sent } = openScope();
  const hog = posthog.forRequest();
  hog.capture({ event: "viewed", distinctId: "user-1" });
  assertEquals(posthog.queueSize, 1);
  assertEquals([hog.distinctId, hog.sessionId, hog.properties], [
    undefined,
    undefined,
    {},
  ]);
  const [event] = await sent();
  assertEquals(event?.properties["$current_url"], undefined);
});

Deno.test("waitUntil is called as a method of its context, with promises that never reject (CTX-032, CTX-034)", async () => {
  const owners: unknown[] = [];
  const pending: Promise<unknown>[] = [];
  const ctx = {
    waitUntil(promise: Promise<unknown>) {
      owners.push(this);
      pending.push(promise);
    },
  };
  const { posthog, emulator, clock } = createTestClient({
    transport: { send: () => Promise.reject(new Error("no transport")) },
    flags: FLAGS,
  });
  emulator.setFaultPolicy(() => ({ path: "/flags", status: 500 }));
  const hog = posthog.forRequest(REQUEST, ctx);
  hog.capture({ event: "viewed", sendFeatureFlags: true });
  hog.captureAi({ event: "$ai_generation" });
  const open = [
    hog.evaluateFlags(),
    hog.captureImmediate({ event: "now" }),
    hog.flush(),
    hog.withContext({}, (inner) => inner.flush()),
  ];
  await clock.advance(10 * 60_000);
  await Promise.all(open);
  const ends = await Promise.allSettled(pending);
  assert(pending.length > 1, "more than one promise was handed over");
  assertEquals(
    ends.filter(({ status }) => status === "rejected"),
    [],
  );
  assert(owners.every((owner) => owner === ctx), "never detached");
});

Deno.test("every verb of a scope is about who asks, with what the request told (CTX-035)", async () => {
  const { hog, sent } = openScope({ flags: FLAGS });
  hog.capture({ event: "capture" });
  await hog.captureImmediate({ event: "captureImmediate" });
  hog.captureAi({ event: "$ai_generation" });
  hog.identify({ properties: { plan: "pro" } });
  hog.setPersonProperties({ properties: { plan: "pro" } });
  hog.unsetPersonProperties({ properties: ["plan"] });
  hog.alias({ alias: "mail@example.com" });
  hog.groupIdentify({ groupType: "company", groupKey: "acme" });
  (await hog.evaluateFlags()).isEnabled("beta");
  await hog.getFeatureFlag("gone");
  hog.captureException(new Error("broken"));
  const events = await sent();
  assertEquals(events.length, 11);
  for (const { event, distinctId, properties } of events) {
    const group = event === "$groupidentify";
    assertEquals([event, distinctId], [
      event,
      group ? "$company_acme" : "visitor-1",
    ]);
    const { $session_id, $request_path } = properties;
    assertEquals([event, $session_id, $request_path], [event, "s1", "/cart"]);
  }
});

Deno.test("a scope's properties are a copy (CTX-038)", async () => {
  const list = [1];
  const { hog, sent } = openScope({ init: { properties: { list } } });
  (hog.properties["list"] as number[]).push(2);
  Object.assign(hog.properties, { more: true });
  list.push(3);
  hog.capture({ event: "viewed" });
  const [event] = await sent();
  assertEquals(event?.properties["list"], [1]);
  assertEquals(event?.properties["more"], undefined);
});

Deno.test("a scope property named __proto__ is sent as data (CTX-039)", async () => {
  const properties = JSON.parse('{"__proto__":{"polluted":1},"a":1}');
  const { hog, posthog, emulator } = openScope({ init: { properties } });
  hog.setContext({ properties: JSON.parse('{"__proto__":{"polluted":2}}') });
  hog.capture({ event: "viewed" });
  await posthog.flush();
  const text = JSON.stringify(emulator.requests[0]?.body);
  assert(text.includes('"__proto__":{"polluted":2}'), text);
  assertEquals(({} as { polluted?: unknown }).polluted, undefined);
});

Deno.test("requests to PostHog carry no identity in their headers (CTX-050)", async () => {
  const { hog, emulator, clock } = openScope({ flags: FLAGS, flushAt: 1 });
  hog.capture({ event: "viewed" });
  hog.captureAi({ event: "$ai_generation" });
  const open = [
    hog.evaluateFlags(),
    hog.getRemoteConfigPayload("beta"),
    hog.captureImmediate({ event: "now" }),
    hog.flush(),
  ];
  await clock.advance(60_000);
  await Promise.all(open);
  const paths = new Set(emulator.requests.map(({ path }) => path));
  assert(paths.size >= 3, `requests of every kind: ${[...paths]}`);
  const names = emulator.requests.flatMap(({ headers }) =>
    Object.keys(headers)
  );
  assertEquals(names.filter((name) => /x-posthog/i.test(name)), []);
});

for (
  const [name, options, perCall, expected] of [
    ["by default", {}, undefined, undefined],
    ["with the client's true", { disableGeoip: true }, undefined, true],
    ["with the client's false", { disableGeoip: false }, undefined, undefined],
    ["with the call's true", {}, true, true],
    ["with the call's false", { disableGeoip: true }, false, undefined],
  ] as const
) {
  Deno.test(`an event with the visitor's address ${name}: $geoip_disable ${expected} (CTX-054)`, async () => {
    const { hog, sent } = openScope(options);
    hog.identify({ properties: {}, disableGeoip: perCall });
    const [event] = await sent();
    const { $ip, $geoip_disable } = event?.properties ?? {};
    assertEquals([$ip, $geoip_disable], ["203.0.113.7", expected]);
  });
}

for (
  const init of [{ ip: false as const }, { captureRequestProperties: false }]
) {
  Deno.test(`an event without the visitor's address, by ${Object.keys(init)}, has $geoip_disable (CTX-027, CTX-028, CTX-054)`, async () => {
    const { hog, sent } = openScope({ init });
    hog.identify({ properties: {} });
    assertCaptured(await sent(), {
      event: "$identify",
      properties: { "$geoip_disable": true },
    });
  });
}
