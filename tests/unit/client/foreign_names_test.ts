import { assertEquals } from "@std/assert";
import { createTestClient } from "edgehog/testing";

/** A client, and what it warned of. */
function create() {
  const { posthog, emulator, clock, logs } = createTestClient({
    flags: { f: true },
  });
  const warnings = () =>
    logs.filter(({ level }) => level === "warn").map(({ message }) => message);
  return { posthog, emulator, clock, warnings };
}

const line = (name: string, meant: string) =>
  `Cannot use '${name}': it is '${meant}' here`;

type Client = ReturnType<typeof create>["posthog"];

/** Each place that takes members by name, in JavaScript's liberty. */
const CALLS: Readonly<
  Record<string, (posthog: Client, given: never) => unknown>
> = {
  capture: (posthog, given: object) =>
    posthog.capture({ event: "paid", distinctId: "u", ...given }),
  captureAi: (posthog, given: object) =>
    posthog.captureAi({ event: "$ai_span", distinctId: "u", ...given }),
  identify: (posthog, given: object) =>
    posthog.identify({ distinctId: "u", ...given }),
  alias: (posthog, given: object) =>
    posthog.alias({ distinctId: "u", alias: "v", ...given }),
  evaluateFlags: (posthog, given: object) => posthog.evaluateFlags("u", given),
  getFeatureFlag: (posthog, given: object) =>
    posthog.getFeatureFlag("f", "u", given),
  captureException: (posthog, given: object) =>
    posthog.captureException(new Error("x"), "u", {}, given),
  forRequest: (posthog, given: object) =>
    posthog.forRequest(undefined, undefined, given),
  withContext: (posthog, given: object) =>
    posthog.forRequest().withContext(given, () => {}),
  setContext: (posthog, given: object) =>
    posthog.forRequest().setContext(given),
  "scope's capture": (posthog, given: object) =>
    posthog.forRequest().capture({ event: "paid", ...given }),
};

for (const [verb, call] of Object.entries(CALLS)) {
  Deno.test(`${verb}() warns once of a member under another SDK's name (EDGE-440, FLD-022)`, async () => {
    const { posthog, warnings } = create();
    for (let round = 0; round < 3; round++) {
      await call(posthog, { "person_properties": 1 } as never);
    }
    assertEquals(warnings(), [line("person_properties", "personProperties")]);
  });
}

const NAMES: readonly [given: string, meant: string][] = [
  ["distinct_id", "distinctId"],
  ["distinctID", "distinctId"],
  ["distinctid", "distinctId"],
  ["DistinctId", "distinctId"],
  ["flag_keys", "flagKeys"],
  ["group_properties", "groupProperties"],
  ["send_feature_flags", "sendFeatureFlags"],
  ["only_evaluate_locally", "onlyEvaluateLocally"],
  ["disable_geoip", "disableGeoip"],
  ["disableGeoIP", "disableGeoip"],
  ["device_id", "deviceId"],
  ["group_type", "groupType"],
];

for (const [name, meant] of NAMES) {
  Deno.test(`the member '${name}' is called '${meant}' (FLD-022)`, () => {
    const { posthog, warnings } = create();
    posthog.capture({ distinctId: "u", event: "paid", [name]: "x" });
    assertEquals(warnings(), [line(name, meant)]);
  });
}

Deno.test("an event under another SDK's names is sent as it is (EDGE-442, FLD-022)", async () => {
  const { posthog, emulator, warnings } = create();
  const message = { event: "paid", "distinct_id": "u", properties: { a: 1 } };
  posthog.capture(message);
  await posthog.flush();
  assertEquals(emulator.events.map(({ event }) => event), ["paid"]);
  assertEquals(emulator.events[0]?.properties["a"], 1);
  assertEquals(warnings(), [line("distinct_id", "distinctId")]);
});

Deno.test("options inside sendFeatureFlags are looked at too (FLD-022)", async () => {
  const { posthog, clock, warnings } = create();
  const sendFeatureFlags: object = { "flag_keys": ["f"] };
  posthog.capture({ distinctId: "u", event: "paid", sendFeatureFlags });
  await Promise.all([posthog.flush(), clock.advance(20_000)]);
  assertEquals(warnings().slice(1), [line("flag_keys", "flagKeys")]);
});

Deno.test("properties, $ names, and inherited and unknown members are nobody's business (EDGE-442, FLD-022)", () => {
  const { posthog, warnings } = create();
  const data = { "distinct_id": "u", "person_properties": {} };
  posthog.register(data);
  posthog.setPersonPropertiesForFlags(data);
  posthog.identify({ distinctId: "u", properties: data });
  posthog.captureException(Object.assign(new Error("x"), data), "u", data);
  posthog.capture(
    Object.assign(Object.create({ "distinct_id": "u" }), {
      event: "paid",
      distinctId: "u",
      $distinct_id: "u",
      color: "red",
    }),
  );
  assertEquals(warnings(), []);
});

Deno.test("a message that refuses to list its members is captured (FLD-022)", () => {
  const { posthog } = create();
  const message = new Proxy({ event: "paid", distinctId: "u" }, {
    ownKeys() {
      throw new Error("no");
    },
  });
  assertEquals(typeof posthog.capture(message), "string");
});
