import { assert, assertEquals } from "@std/assert";
import {
  createFlagsAdapter,
  type FlagsAdapter,
  type FlagsSdkAdapter,
} from "edgehog/flags-sdk";
import {
  cookies,
  createTestAdapter,
  decide,
  entities,
  mapPrice,
} from "./_adapter.ts";

interface ValueRow {
  readonly name: string;
  readonly take: (adapter: FlagsAdapter) => FlagsSdkAdapter<unknown>;
  readonly key: string;
  readonly whom?: unknown;
  readonly expected: unknown;
}

const VALUES: readonly ValueRow[] = [
  ["a flag that is on", "isFeatureEnabled", "on", true],
  ["a flag that is off", "isFeatureEnabled", "off", false],
  ["a variant, as enabled", "isFeatureEnabled", "pricing", true],
  ["an unknown flag, as enabled", "isFeatureEnabled", "nobody", undefined],
  ["a variant", "featureFlagValue", "pricing", "annual"],
  ["a boolean flag's value", "featureFlagValue", "on", true],
  ["a value of a flag that is off", "featureFlagValue", "off", false],
  ["an unknown flag's value", "featureFlagValue", "nobody", undefined],
  ["a key with a suffix", "featureFlagValue", "pricing.label.x", "annual"],
].map(([name, method, key, expected]) => ({
  name: String(name),
  take: (adapter: FlagsAdapter) =>
    adapter[method as "isFeatureEnabled" | "featureFlagValue"](),
  key: String(key),
  expected,
}));

const OTHER_VALUES: readonly ValueRow[] = [
  { name: "a payload", take: mapPrice, key: "pricing", expected: 120 },
  {
    name: "a flag without a payload",
    take: mapPrice,
    key: "on",
    expected: undefined,
  },
  {
    name: "no entities",
    take: (adapter) => adapter.isFeatureEnabled(),
    key: "on",
    whom: null,
    expected: undefined,
  },
  {
    name: "entities that are text",
    take: (adapter) => adapter.isFeatureEnabled(),
    key: "on",
    whom: "user-1",
    expected: undefined,
  },
  {
    name: "a blank distinct id",
    take: (adapter) => adapter.isFeatureEnabled(),
    key: "on",
    whom: { distinctId: " " },
    expected: undefined,
  },
  {
    name: "a person's properties",
    take: (adapter) => adapter.isFeatureEnabled(),
    key: "pro-only",
    whom: { distinctId: "user-1", personProperties: { plan: "pro" } },
    expected: true,
  },
  {
    name: "another person's properties",
    take: (adapter) => adapter.isFeatureEnabled(),
    key: "pro-only",
    whom: { distinctId: "user-1", personProperties: { plan: "free" } },
    expected: false,
  },
];

for (
  const { name, take, key, whom, expected } of [...VALUES, ...OTHER_VALUES]
) {
  Deno.test(`an adapter decides ${name}, alone and in bulk (EDGE-381)`, async () => {
    const { adapter, countRequests, logs } = createTestAdapter();
    const one = take(adapter);
    assertEquals(await decide(one, key, whom), expected);
    const values = await one.bulkDecide({
      flags: [{ key }],
      entities: (whom === undefined ? entities : whom) as never,
      headers: new Headers(),
      cookies,
    });
    assertEquals(values, { [key]: expected });
    assertEquals(logs, [], "that nobody is named is no mistake");
    // Nothing proves to definitions that a flag does not exist, and they lack a property for another one.
    if (key !== "nobody") assertEquals(countRequests("/flags"), 0);
  });
}

Deno.test("a 'map' that throws is told of, and the flag has no value (EDGE-381)", async () => {
  const { adapter, errors } = createTestAdapter();
  const failing = adapter.featureFlagPayload(() => {
    throw new Error("no");
  });
  assertEquals(await decide(failing, "pricing"), undefined);
  assertEquals(errors.map(({ code }) => code), ["callback"]);
});

Deno.test("a client that rejects gives no value (EDGE-381)", async () => {
  const adapter = createFlagsAdapter({
    evaluateFlags: () => Promise.reject(new Error("no")),
  });
  assertEquals(await decide(adapter.isFeatureEnabled(), "on"), undefined);
});

Deno.test("adapters of one kind have one id, and each kind its own (EDGE-380)", () => {
  const { adapter } = createTestAdapter();
  const other = createTestAdapter().adapter;
  const ids = [
    adapter.isFeatureEnabled().adapterId,
    adapter.featureFlagValue().adapterId,
    mapPrice(adapter).adapterId,
    mapPrice(adapter).adapterId,
    other.isFeatureEnabled().adapterId,
  ];
  assertEquals(new Set(ids).size, ids.length);
  assert(adapter.isFeatureEnabled().adapterId === ids[0]);
  assert(adapter.featureFlagValue().adapterId === ids[1]);
});

Deno.test("'identify' and 'origin' are the SDK's where they are given, and not there otherwise (EDGE-380)", () => {
  const identify = () => entities;
  const origin = (key: string) => `https://flags.example/${key}`;
  const { adapter } = createTestAdapter({ identify, origin });
  assert(adapter.isFeatureEnabled().identify === identify);
  assert(adapter.featureFlagValue().origin === origin);
  const bare = createTestAdapter().adapter.isFeatureEnabled();
  assertEquals(["identify" in bare, "origin" in bare], [false, false]);
});

Deno.test("declaring flags asks nobody anything; decisions share the definitions (EDGE-384)", async () => {
  const { adapter, emulator, clock, countRequests } = createTestAdapter();
  const [enabled, value] = [
    adapter.isFeatureEnabled(),
    adapter.featureFlagValue(),
  ];
  await clock.advance(600_000);
  assertEquals(emulator.requests.length, 0);
  for (let n = 0; n < 1000; n++) {
    const headers = new Headers();
    assertEquals(await decide(enabled, "on", undefined, headers), true);
    assertEquals(await decide(value, "pricing", undefined, headers), "annual");
    if (n % 50 === 0) await clock.advance(3000);
  }
  assert(countRequests("/flags/definitions") <= 3);
  assertEquals(countRequests("/flags"), 0);
});

for (const isSent of [true, false, undefined]) {
  Deno.test(`with sendFeatureFlagEvents ${isSent} an adapter captures ${isSent === false ? "no exposure" : "an exposure for each person and value"}`, async () => {
    const { adapter, posthog, emulator } = createTestAdapter({
      sendFeatureFlagEvents: isSent,
    });
    for (let n = 0; n < 3; n++) await decide(adapter.isFeatureEnabled(), "on");
    await posthog.flush();
    assertEquals(
      emulator.events.map(({ event, properties }) => [
        event,
        properties["$feature_flag"],
      ]),
      isSent === false ? [] : [["$feature_flag_called", "on"]],
    );
  });
}
