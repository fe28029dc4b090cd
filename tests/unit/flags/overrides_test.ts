// deno-lint-ignore-file no-boolean-literal-for-arguments -- they are expected values here
import { assertEquals } from "@std/assert";
import type { OverrideFeatureFlagsOptions } from "../../../src/flags/overrides.ts";
import {
  createHarness,
  definitionsOf,
  flag,
  type Harness,
  type HarnessOptions,
  logged,
  remoteOf,
} from "./_helpers.ts";

const on = { ...flag([{}], { payloads: { true: "1" } }), key: "on" };
const off = { ...flag([]), key: "off" };
const open = {
  ...flag([{ properties: [{ key: "plan", value: "pro" }] }]),
  key: "open",
};

function create(options: HarnessOptions = {}): Harness {
  return createHarness({ definitions: [definitionsOf([on, off])], ...options });
}

const FORMS: readonly (readonly [
  name: string,
  overrides: readonly OverrideFeatureFlagsOptions[],
  flags: Record<string, boolean | string>,
  payloads?: Record<string, unknown>,
])[] = [
  ["nothing", [], { on: true, off: false }, { on: 1 }],
  ["a list", [["off", "x"]], { on: true, off: true, x: true }, { on: 1 }],
  ["an empty list", [["x"], []], { on: true, off: false }, { on: 1 }],
  ["an empty object", [["x"], {}], { on: true, off: false }, { on: 1 }],
  ["values", [{ on: false, off: "v", e: "" }], { on: false, off: "v", e: "" }],
  ["a simulated missing flag", [{ on: undefined }], { off: false }],
  [
    "false",
    [{ flags: ["x"], payloads: { on: 2 } }, false],
    { on: true, off: false },
    { on: 1 },
  ],
  [
    "flags and payloads",
    [{ flags: { x: "v" }, payloads: { x: { a: [0] } } }],
    { on: true, off: false, x: "v" },
    { on: 1, x: { a: [0] } },
  ],
  [
    "payloads alone",
    [{ payloads: { on: 2, nobody: 3 } }],
    { on: true, off: false },
    { on: 2 },
  ],
  [
    "flags cleared, payloads kept",
    [{ flags: ["x"], payloads: { on: 2 } }, { flags: false }],
    { on: true, off: false },
    { on: 2 },
  ],
  [
    "payloads cleared, flags kept",
    [{ flags: ["x"], payloads: { x: 2 } }, { payloads: false }],
    { on: true, off: false, x: true },
    { on: 1 },
  ],
  [
    'flags called "flags" and "payloads"',
    [{ flags: true, payloads: "v" }],
    { on: true, off: false, flags: true, payloads: "v" },
    { on: 1 },
  ],
];

for (const [name, given, featureFlags, featureFlagPayloads = {}] of FORMS) {
  Deno.test(`overrideFeatureFlags() takes ${name}`, async () => {
    const harness = create();
    for (const overrides of given) {
      harness.overrideFeatureFlags(overrides);
    }
    assertEquals(await harness.getAllFlagsAndPayloads("ada"), {
      featureFlags,
      featureFlagPayloads,
    });
    const flags = await harness.evaluateFlags("ada");
    assertEquals(flags.keys.sort(), Object.keys(featureFlags).sort());
    for (const [key, value] of Object.entries(featureFlags)) {
      assertEquals(flags.getFlag(key), value);
      assertEquals(await harness.getFeatureFlag(key, "ada"), value);
    }
    assertEquals(harness.paths(), ["/flags/definitions"]);
  });
}

Deno.test("Where all flags asked for are overridden, nothing is loaded or asked", async () => {
  const harness = create({ remote: [remoteOf({ x: { enabled: true } })] });
  harness.overrideFeatureFlags({ x: "v", gone: undefined });
  const flags = await harness.evaluateFlags("ada", { flagKeys: ["x", "gone"] });
  assertEquals([flags.getFlag("x"), flags.getFlag("gone")], ["v", undefined]);
  assertEquals(await harness.getFeatureFlag("x", "ada"), "v");
  assertEquals(await harness.isFeatureEnabled("gone", "ada"), undefined);
  assertEquals(await harness.getFeatureFlagPayload("x", "ada", "w"), null);
  assertEquals(
    await harness.getFeatureFlagPayload("gone", "ada", "w"),
    undefined,
  );
  harness.overrideFeatureFlags({ payloads: { any: { a: 1 } } });
  assertEquals(await harness.getFeatureFlagPayload("any", "ada"), { a: 1 });
  assertEquals(harness.requests, []);
});

Deno.test("An override suppresses evaluation of its flag alone", async () => {
  const half = { ...flag([{ "rollout_percentage": 50 }]), key: "half" };
  const other = { ...half, key: "other" };
  const harness = create({ definitions: [definitionsOf([half, other])] });
  harness.overrideFeatureFlags(["half"]);
  await harness.evaluateFlags("ada");
  await harness.evaluateFlags("bob", { flagKeys: ["half", "other"] });
  assertEquals(harness.hasher.requests, [["other.ada"], ["other.bob"]]);
});

Deno.test("An override wins over the server, and over its absence there", async () => {
  const harness = create({
    definitions: [definitionsOf([open])],
    remote: [remoteOf({
      open: { enabled: true },
      x: { enabled: false },
      gone: { enabled: true },
    })],
  });
  harness.overrideFeatureFlags({ x: "v", gone: undefined, y: true });
  const { featureFlags } = await harness.getAllFlagsAndPayloads("ada");
  assertEquals(featureFlags, { x: "v", y: true, open: true });
  const flagKeys = ["x", "open"];
  assertEquals(await harness.getAllFlags("ada", { flagKeys }), {
    x: "v",
    open: true,
  });
  assertEquals(harness.remoteBody(1)["flag_keys_to_evaluate"], flagKeys);
});

Deno.test("An overridden flag asks nothing of the server on its own account", async () => {
  const harness = create({ definitions: [definitionsOf([on, open])] });
  harness.overrideFeatureFlags({ open: false });
  await harness.evaluateFlags("ada");
  await harness.evaluateFlags("ada", { flagKeys: ["on", "open"] });
  assertEquals(harness.paths(), ["/flags/definitions"]);
});

Deno.test("Reading an overridden flag is no exposure, but a use", async () => {
  const harness = create();
  harness.overrideFeatureFlags({ x: "v", gone: undefined });
  const flags = await harness.evaluateFlags("ada");
  assertEquals([flags.getFlag("x"), flags.isEnabled("gone")], ["v", false]);
  await harness.getFeatureFlag("x", "ada");
  await harness.getFeatureFlagResult("gone", "ada");
  assertEquals([harness.drafts, flags.onlyAccessed().keys], [[], ["x"]]);
  flags.getFlag("on");
  assertEquals(harness.drafts.length, 1);
});

Deno.test("Where only the payload is overridden, reading the flag is an exposure", async () => {
  const harness = create();
  harness.overrideFeatureFlags({ payloads: { on: 2 } });
  const flags = await harness.evaluateFlags("ada");
  assertEquals(flags.detail<number>("on", 0), {
    value: 2,
    reason: "condition_match",
    variant: undefined,
    payload: 2,
    ruleId: 0,
    flagVersion: undefined,
    configVersion: 1,
    source: "local",
  });
  assertEquals(harness.drafts.length, 1);
});

Deno.test("detail() and getResult() say that a value is an override (FLG-108)", async () => {
  const harness = create({ remote: [{ status: 500 }] });
  harness.overrideFeatureFlags({ x: "v", gone: undefined });
  const flags = await harness.evaluateFlags("ada", {
    flagKeys: ["x", "gone", "unknown"],
  });
  const read = (key: string) => {
    const { value, reason, source } = flags.detail(key, "d");
    return [value, reason, source];
  };
  assertEquals(read("x"), ["v", "override", "override"]);
  assertEquals(read("gone"), ["d", "flag_missing", "default"]);
  assertEquals(read("unknown"), ["d", "api_error_500", "default"]);
  assertEquals(flags.getResult("x")?.source, "override");
});

Deno.test("A snapshot and a call under way keep the overrides they began with (FLG-107)", async () => {
  const harness = create({
    definitions: [{ ...definitionsOf([on]), afterMs: 10 }],
  });
  harness.overrideFeatureFlags({ x: "v" });
  const call = harness.evaluateFlags("ada");
  harness.overrideFeatureFlags(false);
  await harness.clock.advance(10);
  const flags = await call;
  assertEquals([flags.getFlag("x"), flags.getFlag("on")], ["v", true]);
});

Deno.test("A payload is copied and frozen", async () => {
  const harness = create();
  const payload = { list: [1] };
  harness.overrideFeatureFlags({
    flags: ["x"],
    payloads: { x: payload },
  });
  payload.list.push(2);
  const read = (await harness.evaluateFlags("ada")).getFlagPayload("x");
  assertEquals([read, Object.isFrozen(read)], [{ list: [1] }, true]);
});

const UNUSABLE: readonly (readonly [name: string, given: unknown])[] = [
  ["nothing", undefined],
  ["null", null],
  ["true", true],
  ["a key", "x"],
  ["a list with a number", ["off", 3]],
  ["a value that is none", { off: true, x: 3 }],
];

for (const [name, given] of UNUSABLE) {
  Deno.test(`overrideFeatureFlags() warns of ${name} and takes what it can`, async () => {
    const harness = create();
    harness.overrideFeatureFlags(given as false);
    const isPart = typeof given === "object" && given !== null;
    assertEquals(await harness.getAllFlags("ada"), { on: true, off: isPart });
    assertEquals(logged(harness, "warn").length, 1);
  });
}
