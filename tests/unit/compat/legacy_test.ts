// deno-lint-ignore-file no-boolean-literal-for-arguments -- they are expected values here
import { assertEquals } from "@std/assert";
import {
  createHarness,
  definitionsOf,
  flag,
  type Harness,
  type HarnessOptions,
  remoteOf,
} from "../flags/_helpers.ts";

const withPayload = (value: unknown) =>
  flag([{}], { payloads: { true: JSON.stringify(value) } });
const arm = {
  ...flag([{}], {
    multivariate: { variants: [{ key: "blue", "rollout_percentage": 100.1 }] },
    payloads: { blue: '{"hex":"#00f"}', red: '{"hex":"#f00"}' },
  }),
  key: "arm",
};
const FLAGS = [
  { ...withPayload(0), key: "on" },
  { ...flag([{}]), key: "plain" },
  { ...flag([]), key: "off" },
  { ...withPayload(null), key: "null" },
  arm,
];
const open = {
  ...flag([{ properties: [{ key: "plan", value: "pro" }] }]),
  key: "open",
};

/** What the five answers of section 11 are for one flag, and whether the emitting ones emit. */
interface Row {
  readonly name: string;
  readonly key: string;
  readonly isEnabled: boolean | undefined;
  readonly value: boolean | string | undefined;
  readonly result: unknown;
  readonly payload: unknown;
  readonly options?: HarnessOptions;
}

const BLUE = { hex: "#00f" };
const ROWS: readonly Row[] = [
  {
    name: "enabled",
    key: "on",
    isEnabled: true,
    value: true,
    result: { key: "on", enabled: true, payload: 0 },
    payload: 0,
  },
  {
    name: "enabled, without payload",
    key: "plain",
    isEnabled: true,
    value: true,
    result: { key: "plain", enabled: true },
    payload: null,
  },
  {
    name: "enabled, with a payload of null",
    key: "null",
    isEnabled: true,
    value: true,
    result: { key: "null", enabled: true, payload: null },
    payload: null,
  },
  {
    name: "disabled",
    key: "off",
    isEnabled: false,
    value: false,
    result: { key: "off", enabled: false },
    payload: null,
  },
  {
    name: "a variant",
    key: "arm",
    isEnabled: true,
    value: "blue",
    result: { key: "arm", enabled: true, variant: "blue", payload: BLUE },
    payload: BLUE,
  },
  {
    name: "missing",
    key: "nope",
    isEnabled: undefined,
    value: undefined,
    result: undefined,
    payload: undefined,
  },
  {
    name: "failed",
    key: "nope",
    isEnabled: undefined,
    value: undefined,
    result: undefined,
    payload: undefined,
    options: { remote: [{ status: 500 }] },
  },
];

function create(options: HarnessOptions = {}): Harness {
  return createHarness({ definitions: [definitionsOf(FLAGS)], ...options });
}

const IDENTITY = "ada";

for (const { name, key, options, ...expected } of ROWS) {
  Deno.test(`The methods for one flag, ${name} (FLG-130)`, async () => {
    const harness = create(options);
    assertEquals(
      await harness.isFeatureEnabled(key, IDENTITY),
      expected.isEnabled,
    );
    assertEquals(await harness.getFeatureFlag(key, IDENTITY), expected.value);
    assertEquals(
      await harness.getFeatureFlagResult(key, IDENTITY),
      expected.result,
    );
    assertEquals(
      await harness.getFeatureFlagPayload(key, IDENTITY),
      expected.payload,
    );
    // One use, whatever the method: they share the memory of exposures.
    assertEquals(
      harness.drafts.map(({ event, distinctId }) => [event, distinctId]),
      [["$feature_flag_called", IDENTITY]],
    );
  });
}

Deno.test("The methods for all flags give what is known (FLG-130, FLG-132)", async () => {
  const featureFlags = {
    on: true,
    plain: true,
    off: false,
    null: true,
    arm: "blue",
  };
  const featureFlagPayloads = { on: 0, null: null, arm: BLUE };
  const harness = create();
  assertEquals(await harness.getAllFlags(IDENTITY), featureFlags);
  assertEquals(await harness.getAllFlagsAndPayloads(IDENTITY), {
    featureFlags,
    featureFlagPayloads,
  });
  assertEquals(await harness.getAllFlags(IDENTITY, { flagKeys: ["off"] }), {
    off: false,
  });
  assertEquals([harness.paths(), harness.drafts], [["/flags/definitions"], []]);
});

Deno.test("The methods for all flags give nothing when PostHog fails and nothing is known (FLG-130)", async () => {
  const harness = createHarness({
    settings: { secretKey: undefined },
    remote: [{ status: 503 }],
  });
  assertEquals(await harness.getAllFlags(IDENTITY), {});
  assertEquals(await harness.getAllFlagsAndPayloads(IDENTITY), {
    featureFlags: {},
    featureFlagPayloads: {},
  });
});

const DEFAULTS: readonly (readonly [
  key: string,
  defaultValue: unknown,
  answer: boolean | undefined,
])[] = [
  ["nope", true, true],
  ["nope", false, false],
  ["nope", undefined, undefined],
  ["nope", "yes", undefined],
  ["off", true, false],
  ["arm", false, true],
];

for (const [key, defaultValue, answer] of DEFAULTS) {
  Deno.test(`isFeatureEnabled("${key}") with the default ${defaultValue} (FLG-131)`, async () => {
    const options = { defaultValue: defaultValue as boolean };
    const harness = create();
    assertEquals(
      await harness.isFeatureEnabled(key, IDENTITY, options),
      answer,
    );
    const inPlace = { ...options, distinctId: IDENTITY };
    assertEquals(await harness.isFeatureEnabled(key, inPlace), answer);
  });
}

Deno.test("A local value survives a differing answer, in each method (FLG-133)", async () => {
  const remote = remoteOf({
    arm: { enabled: true, variant: "red", metadata: { payload: "1" } },
    open: { enabled: true, variant: "r", metadata: { payload: "2" } },
  });
  const harness = create({
    definitions: [definitionsOf([arm, open])],
    remote: [remote],
  });
  assertEquals(await harness.getAllFlagsAndPayloads(IDENTITY), {
    featureFlags: { arm: "blue", open: "r" },
    featureFlagPayloads: { arm: BLUE, open: 2 },
  });
  assertEquals(harness.remoteBody()["flag_keys_to_evaluate"], undefined);
  assertEquals(harness.paths(), ["/flags/definitions", "/flags/"]);
});

Deno.test("The methods for one flag ask for exactly that flag, once a call (FLG-101)", async () => {
  const harness = create({
    definitions: [definitionsOf([open, arm])],
    remote: [remoteOf({ open: { enabled: true }, other: { enabled: true } })],
  });
  const options = { flagKeys: ["arm"], personProperties: { country: "NZ" } };
  await harness.isFeatureEnabled("open", IDENTITY, options);
  await harness.getFeatureFlag("open", IDENTITY);
  await harness.getFeatureFlagResult("open", IDENTITY);
  await harness.getFeatureFlagPayload("open", IDENTITY);
  const bodies = [0, 1, 2, 3].map((index) => harness.remoteBody(index));
  assertEquals(
    bodies.map((body) => body["flag_keys_to_evaluate"]),
    bodies.map(() => ["open"]),
  );
  assertEquals(bodies[0]?.["person_properties"], { country: "NZ" });
  assertEquals(harness.requests.length, 5);
});

Deno.test("A method for one flag evaluates that flag alone (FLG-130)", async () => {
  const half = { ...flag([{ "rollout_percentage": 50 }]), key: "half" };
  const other = { ...flag([{ "rollout_percentage": 50 }]), key: "other" };
  const harness = create({ definitions: [definitionsOf([half, other])] });
  await harness.getFeatureFlag("half", IDENTITY);
  assertEquals(harness.hasher.requests, [["half.ada"]]);
});

Deno.test("sendFeatureFlagEvents: false emits nothing and leaves no memory (FLG-125)", async () => {
  const harness = create();
  const options = { sendFeatureFlagEvents: false };
  await harness.isFeatureEnabled("on", IDENTITY, options);
  await harness.getFeatureFlag("on", IDENTITY, options);
  await harness.getFeatureFlagResult("nope", IDENTITY, options);
  assertEquals(harness.drafts, []);
  await harness.getFeatureFlag("on", IDENTITY);
  assertEquals(harness.drafts.length, 1);
});

Deno.test("Legacy methods and snapshots share the memory of exposures (FLG-122)", async () => {
  const harness = create();
  (await harness.evaluateFlags(IDENTITY)).getFlag("arm");
  await harness.getFeatureFlag("arm", IDENTITY);
  const scope = harness.createMethods({
    isScope: true,
    distinctId: () => IDENTITY,
  });
  await scope.getFeatureFlagResult("arm");
  assertEquals(harness.drafts.length, 1);
});

const MATCHES: readonly (readonly [
  key: string,
  matchValue: unknown,
  payload: unknown,
  requests: readonly string[],
])[] = [
  ["arm", "red", { hex: "#f00" }, ["/flags/definitions"]],
  ["arm", "green", null, ["/flags/definitions"]],
  ["open", true, null, ["/flags/definitions"]],
  ["arm", false, null, []],
  ["nope", false, null, []],
  ["nope", "red", "served", ["/flags/definitions", "/flags/"]],
  ["arm", 7, BLUE, ["/flags/definitions"]],
];

for (const [key, matchValue, payload, requests] of MATCHES) {
  Deno.test(`getFeatureFlagPayload("${key}") for ${JSON.stringify(matchValue)} looks up, and evaluates where there is no definition (FLG-132)`, async () => {
    const served = {
      enabled: true,
      variant: "s",
      metadata: { payload: "served" },
    };
    const harness = create({
      definitions: [definitionsOf([arm, open])],
      remote: [remoteOf({ nope: served })],
    });
    assertEquals(
      await harness.getFeatureFlagPayload(key, IDENTITY, matchValue as string),
      payload,
    );
    assertEquals([harness.paths(), harness.drafts], [[...requests], []]);
  });
}

Deno.test("getFeatureFlagPayload() without definition waits for definitions once (FLD-032)", async () => {
  const harness = create({
    definitions: [{ kind: "hang" }],
    remote: [{ kind: "hang" }],
  });
  const payload = harness.getFeatureFlagPayload("arm", IDENTITY, "blue");
  await harness.clock.advance(3000);
  assertEquals(await payload, undefined);
  // The last one is the retry.
  assertEquals(harness.paths(), ["/flags/definitions", "/flags/", "/flags/"]);
});

Deno.test("On a scope the distinct id comes from the request (FLG-130)", async () => {
  const harness = create();
  const scope = harness.createMethods({
    isScope: true,
    distinctId: () => "ctx",
  });
  assertEquals(await scope.getFeatureFlag("arm"), "blue");
  assertEquals(
    await scope.isFeatureEnabled("nope", { defaultValue: true }),
    true,
  );
  assertEquals(
    await scope.getFeatureFlagPayload("arm", undefined, "red"),
    { hex: "#f00" },
  );
  assertEquals(Object.keys(await scope.getAllFlags()).length, FLAGS.length);
  assertEquals(harness.drafts[0]?.distinctId, "ctx");
});

Deno.test("Names of the language are flag names in the methods for all flags (FLG-004)", async () => {
  const names = ["__proto__", "constructor", "toString"];
  const flags = names.map((key) => ({ ...withPayload(key), key }));
  const harness = create({ definitions: [definitionsOf(flags)] });
  const { featureFlags, featureFlagPayloads } = await harness
    .getAllFlagsAndPayloads(IDENTITY);
  assertEquals(Object.keys(featureFlags), names);
  assertEquals(Object.values(featureFlagPayloads), names);
});
