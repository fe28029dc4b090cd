import { assert, assertEquals } from "./_assert.ts";
import type { ContractLibrary, ContractRunner } from "./_runner.ts";
import { createWireClient } from "./_wire.ts";

const distinctId = "user-1";
const OWN = ["$geoip_disable", "$is_server", "$lib", "$lib_version"];

/** Whose properties an event carries. */
export function properties(t: ContractRunner, lib: ContractLibrary): void {
  // By v0 an event leaves as it is kept.
  const create = (options = {}) =>
    createWireClient(lib, { captureMode: "v0", ...options });

  for (const properties of [[1], "text", 5, new Map()]) {
    t.test(`properties of the kind ${Object.prototype.toString.call(properties)} are left out, with one warning (CAP-028)`, async () => {
      const { posthog, sent, warnings } = create();
      posthog.capture({
        distinctId,
        event: "paid",
        properties: properties as never,
      });
      const [event] = await sent();
      assertEquals(Object.keys(event?.properties ?? {}).sort(), OWN);
      assertEquals(warnings.length, 1);
    });
  }

  t.test("$lib, $lib_version and $is_server are the client's to say (CAP-029, CAP-030)", async () => {
    const { posthog, sent } = create();
    const mine = { $lib: "mine", $lib_version: "0", $is_server: false };
    posthog.capture({ distinctId, event: "paid", properties: mine });
    const { $lib, $lib_version, $is_server } = (await sent())[0]?.properties ??
      {};
    assertEquals([$lib, $is_server], ["edgehog", true]);
    assert(/^\d+\.\d+\.\d+/.test(String($lib_version)), "No version");
    const browser = create({ isServer: false });
    browser.posthog.capture({ distinctId, event: "paid" });
    const [event] = await browser.sent();
    assert(!("$is_server" in (event?.properties ?? {})), "$is_server is sent");
  });

  t.test("what the caller changes after the call stays out of the event (CAP-041)", async () => {
    const { posthog, sent } = create();
    const when = new Date(0);
    const properties = { list: [1], inner: { a: 1 }, when };
    const groups = { company: "a" };
    posthog.capture({ distinctId, event: "paid", properties, groups });
    properties.list.push(2);
    properties.inner.a = 2;
    when.setTime(1);
    groups.company = "b";
    const sentProperties = (await sent())[0]?.properties ?? {};
    assertEquals(
      ["list", "inner", "when", "$groups"].map((key) => sentProperties[key]),
      [[1], { a: 1 }, "1970-01-01T00:00:00.000Z", { company: "a" }],
    );
  });

  t.test("a deep-frozen message is taken and left as it is (CAP-041)", async () => {
    const { posthog, sent, warnings } = create();
    const properties = Object.freeze({ inner: Object.freeze({ a: 1 }) });
    const message = Object.freeze({ distinctId, event: "paid", properties });
    posthog.capture(message);
    assertEquals([(await sent()).length, warnings.length], [1, 0]);
    assertEquals(message, {
      distinctId,
      event: "paid",
      properties: { inner: { a: 1 } },
    });
  });

  t.test("texts that look like timestamps are sent verbatim inside properties (CAP-051)", async () => {
    const { posthog, sent } = create();
    const at = "2025-01-02T08:34:05+05:30";
    posthog.capture({ distinctId, event: "paid", properties: { at } });
    assertEquals((await sent())[0]?.properties["at"], at);
  });

  t.test("$set and $set_once stay in the properties, and a page view gets nothing more (CAP-061, CAP-062)", async () => {
    const { posthog, sent } = create();
    const sets = { $set: { plan: "pro" }, $set_once: { source: "ad" } };
    const page = { $current_url: "https://shop.example/" };
    posthog.capture({ distinctId, event: "paid", properties: sets });
    posthog.capture({ distinctId, event: "$pageview", properties: page });
    const [paid, viewed] = await sent();
    const { $set, $set_once } = paid?.properties ?? {};
    assertEquals({ $set, $set_once }, sets);
    assertEquals(
      Object.keys(viewed?.properties ?? {}).sort(),
      [...OWN, "$current_url"].sort(),
    );
  });

  t.test("register() adds to every later event, below its own properties; unregister() ends it (CAP-064)", async () => {
    const { posthog, sent, emulator } = create();
    posthog.capture({ distinctId, event: "before" });
    posthog.register({ region: "eu", plan: "free", gone: 1 });
    posthog.register({ region: "us" });
    posthog.unregister("gone");
    posthog.unregister("unknown");
    assertEquals([posthog.queueSize, emulator.requests.length], [1, 0]);
    posthog.capture({ distinctId, event: "own", properties: { plan: "pro" } });
    posthog.identify({ distinctId });
    posthog.unregister("region");
    posthog.capture({ distinctId, event: "after" });
    const layers = (await sent()).map(({ event, properties }) => [
      event,
      properties["region"],
      properties["plan"],
      properties["gone"],
    ]);
    assertEquals(layers, [
      ["before", undefined, undefined, undefined],
      ["own", "us", "pro", undefined],
      ["$identify", "us", "free", undefined],
      ["after", undefined, "free", undefined],
    ]);
  });

  t.test("each layer wins over the one below: super, scope, flags, caller, the client, the hook (CAP-034, CAP-035, CAP-036)", async () => {
    const { posthog, sent, emulator } = create({
      flags: { "new-nav": true, "off": false },
    });
    const layer = (name: string) => ({ "$feature/new-nav": name });
    const none = posthog.forRequest();
    const hog = posthog.forRequest(undefined, undefined, {
      properties: layer("scope"),
    });
    const flags = await posthog.evaluateFlags(distinctId);
    const requests = emulator.requests.length;
    const off = flags.only(["off"]);
    posthog.register(layer("super"));
    none.capture({ distinctId, event: "super" });
    hog.capture({ distinctId, event: "scope" });
    hog.capture({ distinctId, event: "flags", flags });
    const properties = { ...layer("caller"), $lib: "mine" };
    hog.capture({ distinctId, event: "caller", flags, properties });
    posthog.setBeforeSend((event) => {
      event.properties["$lib"] = "hook";
      return event;
    });
    hog.capture({ distinctId, event: "hook", flags: off, properties });
    assertEquals(emulator.requests.length, requests);
    assertEquals(
      (await sent()).map(({ event, properties: sentProperties }) => [
        event,
        sentProperties["$feature/new-nav"],
        sentProperties["$active_feature_flags"],
        sentProperties["$feature/off"],
        sentProperties["$lib"],
      ]),
      [
        ["super", "super", undefined, undefined, "edgehog"],
        ["scope", "scope", undefined, undefined, "edgehog"],
        ["flags", true, ["new-nav"], false, "edgehog"],
        ["caller", "caller", ["new-nav"], false, "edgehog"],
        ["hook", "caller", undefined, false, "hook"],
      ],
    );
  });

  t.test("flags that are no snapshot, or a broken one, are left out with one warning", async () => {
    const { posthog, sent, warnings } = create();
    const toEventProperties = () => {
      throw new Error("no");
    };
    for (const flags of [{ a: true }, "flags", { toEventProperties }]) {
      posthog.capture({ distinctId, event: "paid", flags: flags as never });
    }
    assertEquals([(await sent()).length, warnings.length], [3, 3]);
  });
}
