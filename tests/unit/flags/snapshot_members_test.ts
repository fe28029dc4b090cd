import { assertEquals, assertThrows } from "@std/assert";
import type { FeatureFlagEvaluations } from "../../../src/flags/snapshot.ts";
import {
  createHarness,
  definitionsOf,
  flag,
  logged,
  remoteOf,
} from "./_helpers.ts";

const on = { ...flag([{}]), key: "on" };
const off = { ...flag([]), key: "off" };
const open = {
  ...flag([{ properties: [{ key: "plan", value: "pro" }] }]),
  key: "open",
};
const remote = [remoteOf({ open: { enabled: true } }, { evaluatedAt: 77 })];

function readMembers(flags: FeatureFlagEvaluations) {
  const { distinctId, groups, deviceId } = flags;
  const { requestId, evaluatedAt, flagDefinitionsLoadedAt } = flags;
  return [
    distinctId,
    groups,
    deviceId,
    requestId,
    evaluatedAt,
    flagDefinitionsLoadedAt,
  ];
}

Deno.test("A snapshot says whom and when it is about: local, mixed, remote, failed, of nobody (EDGE-432, FLD-042)", async () => {
  const options = { groups: { company: 7 }, deviceId: "d1" };
  const local = createHarness({ definitions: [definitionsOf([on])] });
  const loadedAt = local.clock.now();
  const flags = await local.evaluateFlags("ada", options);
  const whom = ["ada", { company: 7 }, "d1"];
  assertEquals(readMembers(flags), [...whom, undefined, loadedAt, loadedAt]);
  await local.clock.advance(1000);
  assertEquals(
    readMembers(await local.evaluateFlags("ada", options)).slice(4),
    [loadedAt + 1000, loadedAt],
  );

  const mixed = createHarness({
    definitions: [definitionsOf([on, open])],
    remote,
  });
  assertEquals(readMembers(await mixed.evaluateFlags("ada", options)), [
    ...whom,
    "r1",
    77,
    loadedAt,
  ]);

  const settings = { secretKey: undefined };
  const asked = createHarness({ settings, remote });
  assertEquals(readMembers(await asked.evaluateFlags("ada")), [
    "ada",
    {},
    undefined,
    "r1",
    77,
    undefined,
  ]);
  const failed = createHarness({ settings, remote: [{ status: 500 }] });
  assertEquals(readMembers(await failed.evaluateFlags("ada")), [
    "ada",
    {},
    undefined,
    undefined,
    loadedAt,
    undefined,
  ]);
  assertEquals(readMembers(await failed.evaluateFlags("")), [
    undefined,
    {},
    ...Array(4).fill(undefined),
  ]);
});

Deno.test("Slices keep the members, which nobody can change, and reading them is no exposure (EDGE-432, FLD-042)", async () => {
  const harness = createHarness({ definitions: [definitionsOf([on, off])] });
  const flags = await harness.evaluateFlags("ada", {
    groups: { company: "x" },
  });
  const members = readMembers(flags);
  assertEquals(readMembers(flags.only("on")), members);
  assertEquals(readMembers(flags.onlyAccessed()), members);
  for (
    const member of [
      "distinctId",
      "groups",
      "deviceId",
      "requestId",
      "evaluatedAt",
      "flagDefinitionsLoadedAt",
    ]
  ) {
    assertThrows(() => Object.assign(flags, { [member]: "eve" }), TypeError);
  }
  assertThrows(() => Object.assign(flags.groups, { company: "y" }), TypeError);
  assertEquals(harness.drafts, []);
});

function* generate(): Generator<string> {
  yield "on";
  yield "off";
}

function* fail(): Generator<string> {
  yield "on";
  throw new Error("the application's");
}

function* flood(): Generator<string> {
  for (;;) yield "on";
}

const SLICES: readonly (readonly [
  name: string,
  keys: unknown,
  slice: readonly string[],
  warnings: number,
])[] = [
  ["a key", "on", ["on"], 0],
  ["an unknown key", "nope", [], 1],
  ["an array", ["on", "off"], ["on", "off"], 0],
  ["a set", new Set(["off"]), ["off"], 0],
  ["a map's keys", new Map([["on", 1]]).keys(), ["on"], 0],
  ["a generator", generate(), ["on", "off"], 0],
  ["an endless one", flood(), ["on"], 0],
  ["one that throws", fail(), [], 1],
  ["an array with others", ["on", 7, null], ["on"], 1],
  ["nothing", undefined, [], 1],
  ["null", null, [], 1],
  ["a number", 7, [], 1],
  ["an object", { on: true }, [], 1],
  ["a symbol", Symbol("on"), [], 1],
  ["an object whose iterator is none", { [Symbol.iterator]: 1 }, [], 1],
];

for (const [name, keys, slice, warnings] of SLICES) {
  Deno.test(`only() takes ${name} (EDGE-433, FLD-042)`, async () => {
    const harness = createHarness({ definitions: [definitionsOf([on, off])] });
    const flags = await harness.evaluateFlags("ada");
    assertEquals(flags.only(keys as string).keys, slice);
    assertEquals(logged(harness, "warn").length, warnings);
  });
}

Deno.test("only() warns of nothing where warnings are off (FLD-042)", async () => {
  const harness = createHarness({
    definitions: [definitionsOf([on])],
    settings: { featureFlagsLogWarnings: false },
  });
  const flags = await harness.evaluateFlags("ada");
  assertEquals(flags.only(7 as unknown as string).keys, []);
  assertEquals(logged(harness, "warn"), []);
});

const IDS: readonly (readonly [
  given: unknown,
  distinctId: string | undefined,
])[] = [
  ["ada", "ada"],
  [" ada ", " ada "],
  [42, "42"],
  [0, "0"],
  [-1.5, "-1.5"],
  [9007199254740993n, "9007199254740993"],
  ["\ud800x", "\ufffdx"],
  ["", undefined],
  [" ", undefined],
  [NaN, undefined],
  [Infinity, undefined],
  [true, undefined],
  [Symbol("x"), undefined],
];

for (const [given, distinctId] of IDS) {
  Deno.test(`The id ${typeof given} ${String(given)} is read as capture reads it (EDGE-444, FLD-042)`, async () => {
    const harness = createHarness({ definitions: [definitionsOf([on])] });
    const scope = harness.createMethods({
      isScope: true,
      distinctId: () => "ctx",
    });
    const id = given as string;
    for (const options of [[id], [{ distinctId: id }]] as const) {
      assertEquals(
        (await harness.evaluateFlags(...options)).distinctId,
        distinctId,
      );
      assertEquals(
        (await scope.evaluateFlags(...options)).distinctId,
        distinctId ?? "ctx",
      );
    }
    assertEquals(
      await harness.getFeatureFlag("on", id),
      distinctId === undefined ? undefined : true,
    );
  });
}

Deno.test("Group keys and device ids may be bigints (FLD-042)", async () => {
  const harness = createHarness({ definitions: [definitionsOf([on])] });
  const flags = await harness.evaluateFlags("ada", {
    groups: { company: 12345678901234567890n, team: 7, none: "" },
    deviceId: 5n as unknown as string,
  });
  assertEquals(flags.groups, { company: "12345678901234567890", team: 7 });
  assertEquals(flags.deviceId, "5");
});
