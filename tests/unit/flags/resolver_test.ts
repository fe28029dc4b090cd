// deno-lint-ignore-file no-boolean-literal-for-arguments -- they are expected values here
import { assertEquals } from "@std/assert";
import {
  createHarness,
  definitionsOf,
  type FakeAnswer,
  flag,
  logged,
  remoteOf,
} from "./_helpers.ts";

const on = flag([{}]);
const open = {
  ...flag([{ properties: [{ key: "plan", value: "pro" }] }]),
  key: "open",
};
const clientOnly = {
  ...flag([{}]),
  key: "client",
  "evaluation_runtime": "client",
};
const aboutCompany = {
  ...flag([{}], { "aggregation_group_type_index": 0 }),
  key: "company",
};
const remoteOn = (...keys: string[]) =>
  remoteOf(
    Object.fromEntries(
      keys.map((key) => [key, { enabled: true, variant: "r" }]),
    ),
  );

function create(
  flags: readonly Record<string, unknown>[],
  remote?: FakeAnswer,
  settings = {},
) {
  const definitions = definitionsOf(flags, {
    "group_type_mapping": { "0": "company" },
  });
  return createHarness({
    definitions: [definitions],
    ...(remote && { remote: [remote] }),
    settings,
  });
}

function countRemote(harness: ReturnType<typeof createHarness>): number {
  return harness.requests.filter(({ method }) => method === "POST").length;
}

Deno.test("evaluateFlags() asks for nothing when definitions decide", async () => {
  const harness = create([on]);
  assertEquals((await harness.evaluateFlags("ada")).getFlag("f"), true);
  assertEquals(countRemote(harness), 0);
});

Deno.test("evaluateFlags() asks once for what is open, and local values survive (FLG-101, FLG-102)", async () => {
  const harness = create([on, open], remoteOn("f", "open"));
  const flags = await harness.evaluateFlags("ada");
  assertEquals([flags.getFlag("f"), flags.getFlag("open")], [true, "r"]);
  assertEquals(harness.remoteBody()["flag_keys_to_evaluate"], undefined);
  await harness.evaluateFlags("ada", { flagKeys: ["open", "f"] });
  assertEquals(harness.remoteBody(1)["flag_keys_to_evaluate"], ["open", "f"]);
});

Deno.test("evaluateFlags() keeps local values when the server fails (FLG-102)", async () => {
  const harness = create([on, open], { status: 500 });
  assertEquals((await harness.evaluateFlags("ada")).keys, ["f"]);
});

Deno.test("evaluateFlags() never asks when local only (FLG-103)", async () => {
  const cases = [
    { settings: {}, options: { onlyEvaluateLocally: true } },
    { settings: { strictLocalEvaluation: true }, options: {} },
  ];
  for (const { settings, options } of cases) {
    const harness = create([on, open], remoteOn("open"), settings);
    assertEquals((await harness.evaluateFlags("ada", options)).keys, ["f"]);
    assertEquals(countRemote(harness), 0);
  }
});

Deno.test("evaluateFlags() takes what is omitted for settled, whatever the server says (FLG-071)", async () => {
  const harness = create([clientOnly], remoteOn("client"));
  assertEquals((await harness.evaluateFlags("ada")).keys, []);
  assertEquals(countRemote(harness), 0);
  const both = create([clientOnly, open], remoteOn("client", "open"));
  assertEquals((await both.evaluateFlags("ada")).keys, ["open"]);
});

Deno.test("evaluateFlags() returns requested keys only (FLG-106)", async () => {
  const harness = create([on, open], remoteOn("open", "dependency"));
  assertEquals(
    (await harness.evaluateFlags("ada", { flagKeys: ["open"] })).keys,
    ["open"],
  );
});

Deno.test("evaluateFlags() asks when definitions hold no flag", async () => {
  const harness = create([], remoteOn("x"));
  assertEquals((await harness.evaluateFlags("ada")).keys, ["x"]);
});

Deno.test("evaluateFlags() reads a missing group by how it is asked for (FLG-082)", async () => {
  const harness = create([aboutCompany], remoteOn("company"));
  assertEquals((await harness.evaluateFlags("ada")).getFlag("company"), false);
  assertEquals(countRemote(harness), 0);
  const local = await harness.evaluateFlags("ada", {
    flagKeys: ["company"],
    onlyEvaluateLocally: true,
  });
  assertEquals([local.getFlag("company"), local.getResult("company")?.reason], [
    false,
    "no_group_type",
  ]);
  assertEquals(
    (await harness.evaluateFlags("ada", { flagKeys: ["company"] })).getFlag(
      "company",
    ),
    "r",
  );
  assertEquals(countRemote(harness), 1);
});

Deno.test("A key without definition is probed once until the next refresh (FLG-104)", async () => {
  const harness = createHarness({
    definitions: [definitionsOf([on], { headers: { ETag: "1" } }), {
      status: 304,
    }],
  });
  const probe = () => harness.evaluateFlags("ada", { flagKeys: ["nope", "f"] });
  await probe();
  await probe();
  assertEquals(countRemote(harness), 1);
  await harness.evaluateFlags("ada", { flagKeys: ["other"] });
  assertEquals(countRemote(harness), 2);
  await harness.reloadFeatureFlags();
  await probe();
  assertEquals(countRemote(harness), 3);
});

const UNSOUND: readonly (readonly [name: string, answer: FakeAnswer])[] = [
  ["failed", { status: 500 }],
  ["quota-limited", remoteOf({}, { quotaLimited: ["feature_flags"] })],
  ["partial", remoteOf({}, { errorsWhileComputingFlags: true })],
  ["failed for the key", remoteOf({ nope: { enabled: false, failed: true } })],
];

for (const [name, answer] of UNSOUND) {
  Deno.test(`A response that ${name} proves no key missing (FLG-105)`, async () => {
    const harness = create([on], answer);
    for (let i = 0; i < 2; i++) {
      await harness.evaluateFlags("ada", { flagKeys: ["nope"] });
    }
    assertEquals(countRemote(harness), 2);
  });
}

Deno.test("Two calls are two evaluations, without a result cache", async () => {
  const harness = create([open], remoteOn("open"));
  for (let i = 0; i < 2; i++) await harness.evaluateFlags("ada");
  assertEquals(countRemote(harness), 2);
});

Deno.test("evaluateFlags() takes the id, the options, or both (FLG-100)", async () => {
  const harness = create([on]);
  const byId = await harness.evaluateFlags("ada");
  const byOptions = await harness.evaluateFlags({ distinctId: "ada" });
  const byBoth = await harness.evaluateFlags("ada", { distinctId: "bob" });
  for (const flags of [byId, byOptions, byBoth]) {
    assertEquals(flags.distinctId, "ada");
  }
  assertEquals(
    logged(harness, "debug").filter((message) => message.includes("positional"))
      .length,
    1,
  );
  assertEquals(
    (await harness.evaluateFlags(42)).distinctId,
    "42",
  );
});

Deno.test("evaluateFlags() falls back to the caller's identity", async () => {
  const harness = create([aboutCompany]);
  const scope = harness.createMethods({
    distinctId: () => "ctx",
    isScope: true,
  });
  const flags = await scope.evaluateFlags({ groups: { company: "acme" } });
  assertEquals([flags.distinctId, flags.getFlag("company")], [
    "ctx",
    true,
  ]);
  assertEquals(
    (await scope.evaluateFlags({ groups: { company: "" } })).getFlag("company"),
    false,
  );
});

const NOBODY: readonly (readonly [
  name: string,
  first: unknown,
  second: unknown,
  warnings: number,
  isClosed: boolean,
])[] = [
  ["no id", undefined, undefined, 1, false],
  ["a blank id", " ", undefined, 1, false],
  ["an id that is none", NaN, undefined, 1, false],
  ["no keys", "ada", { flagKeys: [] }, 0, false],
  ["a closed client", "ada", undefined, 0, true],
];

for (const [name, first, second, warnings, isClosed] of NOBODY) {
  Deno.test(`evaluateFlags() with ${name}: an empty snapshot, no request, no event (FLG-100)`, async () => {
    const harness = createHarness({
      isClosed,
      definitions: [definitionsOf([on])],
    });
    const flags = await harness.evaluateFlags(
      first as string,
      second as Record<string, never>,
    );
    assertEquals(
      [flags.keys, flags.isEnabled("f"), flags.detail("f", 3).value],
      [[], false, 3],
    );
    assertEquals([
      harness.requests.length,
      harness.drafts.length,
      logged(harness, "warn").length,
    ], [0, 0, warnings]);
  });
}

Deno.test("evaluateFlags() drops keys that are no strings, with a warning", async () => {
  const harness = create([on]);
  assertEquals(
    (await harness.evaluateFlags("ada", {
      flagKeys: ["f", 1 as unknown as string],
    })).keys,
    ["f"],
  );
  assertEquals(logged(harness, "warn").length, 1);
});

Deno.test("Installing other definitions changes no snapshot and no evaluation under way (FLG-006, FLG-107)", async () => {
  const inactive = definitionsOf([{ ...on, active: false }]);
  const harness = createHarness({
    definitions: [definitionsOf([on, open]), inactive],
    remote: [{ ...remoteOn("open"), afterMs: 100 } as FakeAnswer],
  });
  await harness.reloadFeatureFlags();
  const evaluation = harness.evaluateFlags("ada");
  await harness.reloadFeatureFlags();
  await harness.clock.advance(100);
  assertEquals((await evaluation).getFlag("f"), true);
  assertEquals((await harness.evaluateFlags("ada")).getFlag("f"), false);
});
