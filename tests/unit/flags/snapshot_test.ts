// deno-lint-ignore-file no-boolean-literal-for-arguments -- they are expected values here
import { assertEquals } from "@std/assert";
import type { JsonValue } from "../../../src/core/json.ts";
import {
  createHarness,
  definitionsOf,
  flag,
  logged,
  remoteOf,
} from "./_helpers.ts";

const withPayload = (value: unknown) =>
  flag([{}], { payloads: { true: JSON.stringify(value) } });
const arm = flag([{}], {
  multivariate: { variants: [{ key: "blue", "rollout_percentage": 100.1 }] },
  payloads: { blue: '{"hex":"#00f"}' },
});
const FLAGS = [
  { ...flag([{}]), key: "on", version: 4, id: 11 },
  { ...flag([]), key: "off" },
  { ...arm, key: "arm" },
  { ...withPayload(7), key: "seven" },
  { ...withPayload([1]), key: "list" },
  { ...withPayload(0), key: "zero" },
  { ...withPayload(null), key: "null" },
];

async function createSnapshot(settings = {}) {
  const harness = createHarness({
    definitions: [definitionsOf(FLAGS)],
    settings,
  });
  return { harness, flags: await harness.evaluateFlags("ada") };
}

Deno.test("isEnabled() gives its default for absent flags only (FLG-108)", async () => {
  const { flags } = await createSnapshot();
  assertEquals([
    flags.isEnabled("on"),
    flags.isEnabled("arm"),
    flags.isEnabled("off"),
    flags.isEnabled("nope"),
  ], [
    true,
    true,
    false,
    false,
  ]);
  assertEquals([
    flags.isEnabled("nope", true),
    flags.isEnabled("nope", { defaultValue: true }),
  ], [true, true]);
  assertEquals([
    flags.isEnabled("off", true),
    flags.isEnabled("off", { defaultValue: true }),
  ], [false, false]);
});

Deno.test("getFlag() and getFlagPayload() give values, falsy ones too (FLG-085)", async () => {
  const { flags } = await createSnapshot();
  assertEquals(["on", "off", "arm", "nope"].map((key) => flags.getFlag(key)), [
    true,
    false,
    "blue",
    undefined,
  ]);
  const payloads = ["on", "arm", "zero", "null", "nope"].map((key) =>
    flags.getFlagPayload(key)
  );
  assertEquals(payloads, [undefined, { hex: "#00f" }, 0, null, undefined]);
});

type TypedRead = readonly [
  key: string,
  defaultValue: JsonValue,
  value: JsonValue,
  reason: string,
  source: string,
];

const READS: readonly TypedRead[] = [
  ["on", false, true, "condition_match", "local"],
  ["off", true, false, "no_condition_match", "local"],
  ["arm", "red", "blue", "condition_match", "local"],
  ["on", "red", "red", "type_mismatch", "default"],
  ["seven", 1, 7, "condition_match", "local"],
  ["zero", 1, 0, "condition_match", "local"],
  ["list", 1, 1, "type_mismatch", "default"],
  ["list", [], [1], "condition_match", "local"],
  ["list", {}, {}, "type_mismatch", "default"],
  ["arm", {}, { hex: "#00f" }, "condition_match", "local"],
  ["null", {}, {}, "type_mismatch", "default"],
  ["null", null, null, "condition_match", "local"],
  ["nope", 3, 3, "flag_missing", "default"],
];

for (const [key, defaultValue, value, reason, source] of READS) {
  Deno.test(`detail("${key}", ${JSON.stringify(defaultValue)}) (FLG-108)`, async () => {
    const { flags } = await createSnapshot();
    const detail = flags.detail(key, defaultValue);
    assertEquals([detail.value, detail.reason, detail.source], [
      value,
      reason,
      source,
    ]);
    if (typeof defaultValue === "boolean") {
      assertEquals(flags.boolean(key, defaultValue), value);
    } else if (typeof defaultValue === "string") {
      assertEquals(flags.string(key, defaultValue), value);
    } else if (typeof defaultValue === "number") {
      assertEquals(flags.number(key, defaultValue), value);
    } else assertEquals(flags.json(key, defaultValue), value);
  });
}

Deno.test("getResult() and detail() say everything that is known (FLG-108, UPS-125)", async () => {
  const { flags } = await createSnapshot();
  assertEquals(flags.getResult("on"), {
    key: "on",
    enabled: true,
    variant: undefined,
    payload: undefined,
    reason: "condition_match",
    ruleId: 0,
    flagVersion: 4,
    configVersion: 1,
    source: "local",
  });
  assertEquals(flags.getResult("nope"), undefined);
});

Deno.test("A remote record reads like a local one (FLG-108)", async () => {
  const record = {
    enabled: true,
    variant: "",
    reason: { code: "condition_match", "condition_index": 2 },
    metadata: { version: 9 },
  };
  const harness = createHarness({
    settings: { secretKey: undefined },
    remote: [remoteOf({ f: record })],
  });
  const flags = await harness.evaluateFlags("ada");
  const { value, reason, ruleId, flagVersion, source } = flags.detail("f", "d");
  assertEquals([value, reason, ruleId, flagVersion, source], [
    "",
    "condition_match",
    2,
    9,
    "remote",
  ]);
  assertEquals([flags.getFlag("f"), flags.isEnabled("f")], ["", true]);
});

Deno.test("Silent reads emit nothing and count as no use (FLG-109)", async () => {
  const { harness, flags } = await createSnapshot();
  flags.getFlagPayload("on");
  flags.getResult("on");
  assertEquals(flags.keys.length, FLAGS.length);
  flags.only(["on"]);
  flags.toBootstrap();
  flags.toEventProperties();
  assertEquals(flags.onlyAccessed().keys, []);
  assertEquals(harness.drafts, []);
});

Deno.test("onlyAccessed() depends on order and is never written back to (FLG-110)", async () => {
  const { flags } = await createSnapshot();
  const before = flags.onlyAccessed();
  flags.isEnabled("on");
  flags.getFlag("nope");
  const after = flags.onlyAccessed();
  assertEquals([before.keys, after.keys], [[], ["on"]]);
  flags.only(["off"]).isEnabled("off");
  assertEquals(flags.onlyAccessed().keys, ["on"]);
});

Deno.test("only() drops unknown keys with one warning, which can be switched off (FLG-110)", async () => {
  for (
    const [featureFlagsLogWarnings, warnings] of [[true, 1], [
      false,
      0,
    ]] as const
  ) {
    const { harness, flags } = await createSnapshot({
      featureFlagsLogWarnings,
    });
    assertEquals(flags.only(["on", "nope", "nada"]).keys, ["on"]);
    assertEquals(logged(harness, "warn").length, warnings);
  }
});

Deno.test("A slice reports no missing key (FLG-110)", async () => {
  const { harness, flags } = await createSnapshot();
  const slice = flags.only(["on"]);
  assertEquals([slice.getFlag("off"), slice.isEnabled("nope")], [
    undefined,
    false,
  ]);
  assertEquals(harness.drafts, []);
  slice.getFlag("on");
  assertEquals(harness.drafts.length, 1);
});

Deno.test("toEventProperties() gives every value and the active keys, sorted (FLG-111)", async () => {
  const { flags } = await createSnapshot();
  assertEquals(flags.only(["on", "off", "arm"]).toEventProperties(), {
    "$feature/on": true,
    "$feature/off": false,
    "$feature/arm": "blue",
    $active_feature_flags: ["arm", "on"],
  });
  assertEquals(flags.only(["off"]).toEventProperties(), {
    "$feature/off": false,
  });
});

Deno.test("toBootstrap() gives every flag and the payloads of those that are on (FLD-044)", async () => {
  const { flags } = await createSnapshot();
  assertEquals(flags.only(["on", "off", "arm"]).toBootstrap(), {
    distinctID: "ada",
    isIdentifiedID: true,
    featureFlags: { on: true, off: false, arm: "blue" },
    featureFlagPayloads: { arm: { hex: "#00f" } },
  });
});

Deno.test("A snapshot is frozen", async () => {
  const { flags } = await createSnapshot();
  assertEquals([
    Object.isFrozen(flags),
    Object.isFrozen(flags.getFlagPayload("arm")),
  ], [true, true]);
});

for (
  const [name, key] of [
    ["a symbol", Symbol("x")],
    ["an object", Object.create(null)],
  ] as const
) {
  Deno.test(`${name} in place of a key reads as no flag, and emits nothing`, async () => {
    const { harness, flags } = await createSnapshot();
    const odd = key as string;
    assertEquals(
      [
        flags.isEnabled(odd, true),
        flags.getFlag(odd),
        flags.string(odd, "x"),
        flags.detail(odd, 1).reason,
        flags.only([odd]).keys,
        flags.only(odd as unknown as []).keys,
      ],
      [true, undefined, "x", "flag_missing", [], []],
    );
    assertEquals(harness.drafts, []);
  });
}
