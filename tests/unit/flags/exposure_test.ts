import { assertEquals } from "@std/assert";
import {
  MINIMAL_EXPOSURE_PROPERTIES,
  sealMinimalExposure,
} from "../../../src/flags/minimal_exposure.ts";
import {
  createHarness,
  definitionsOf,
  flag,
  type HarnessOptions,
  remoteOf,
  type SaidDraft,
} from "./_helpers.ts";

const on = { ...flag([{}]), id: 11, version: 4, "has_experiment": false };
const open = {
  ...flag([{ properties: [{ key: "plan", value: "pro" }] }]),
  key: "open",
};
const START = 1_767_225_600_000;

function propertiesOf(draft: SaidDraft | undefined): Record<string, unknown> {
  return draft?.properties as Record<string, unknown>;
}

Deno.test("A local use says all that is known (FLG-120)", async () => {
  const harness = createHarness({ definitions: [definitionsOf([on])] });
  const options = {
    groups: { company: "acme" },
    deviceId: "d",
    disableGeoip: false,
  };
  (await harness.evaluateFlags("ada", options)).isEnabled("f");
  assertEquals(harness.drafts, [{
    event: "$feature_flag_called",
    distinctId: "ada",
    properties: {
      $feature_flag: "f",
      $feature_flag_response: true,
      "$feature/f": true,
      "locally_evaluated": true,
      $feature_flag_id: 11,
      $feature_flag_version: 4,
      $feature_flag_reason: "Evaluated locally",
      $feature_flag_has_experiment: false,
      $feature_flag_evaluated_at: START,
      $feature_flag_definitions_loaded_at: START,
      $device_id: "d",
    },
    groups: { company: "acme" },
    disableGeoip: false,
  }]);
});

Deno.test("A remote use says all that is known (FLG-120)", async () => {
  const record = {
    enabled: true,
    variant: "blue",
    reason: { code: "condition_match", description: "Matched condition set 1" },
    metadata: { id: 3, version: 2, "has_experiment": true, payload: "1" },
  };
  const harness = createHarness({
    settings: { secretKey: undefined },
    remote: [remoteOf({ f: record })],
  });
  (await harness.evaluateFlags("ada")).getFlag("f");
  assertEquals(harness.drafts, [{
    event: "$feature_flag_called",
    distinctId: "ada",
    properties: {
      $feature_flag: "f",
      $feature_flag_response: "blue",
      "$feature/f": "blue",
      "locally_evaluated": false,
      $feature_flag_id: 3,
      $feature_flag_version: 2,
      $feature_flag_reason: "Matched condition set 1",
      $feature_flag_has_experiment: true,
      $feature_flag_request_id: "r1",
      $feature_flag_evaluated_at: 7,
    },
  }]);
});

const ERRORS: readonly (readonly [
  name: string,
  options: HarnessOptions,
  key: string,
  error: string | undefined,
])[] = [
  ["a missing flag", {}, "nope", "flag_missing"],
  [
    "computing errors",
    { remote: [remoteOf({}, { errorsWhileComputingFlags: true })] },
    "nope",
    "errors_while_computing_flags,flag_missing",
  ],
  [
    "a failed record",
    { remote: [remoteOf({ nope: { enabled: false, failed: true } })] },
    "nope",
    "errors_while_computing_flags",
  ],
  [
    "errors and quota",
    {
      remote: [
        remoteOf({}, {
          errorsWhileComputingFlags: true,
          quotaLimited: ["feature_flags"],
        }),
      ],
    },
    "nope",
    "errors_while_computing_flags,quota_limited,flag_missing",
  ],
  [
    "a failed request",
    { remote: [{ status: 500 }] },
    "nope",
    "api_error_500,flag_missing",
  ],
  [
    "a value in spite of errors",
    {
      remote: [
        remoteOf({ f: { enabled: true } }, {
          errorsWhileComputingFlags: true,
        }),
      ],
    },
    "f",
    "errors_while_computing_flags",
  ],
];

for (const [name, options, key, error] of ERRORS) {
  Deno.test(`Error names combine in order: ${name} (FLG-121)`, async () => {
    const harness = createHarness({
      settings: { secretKey: undefined },
      ...options,
    });
    (await harness.evaluateFlags("ada")).getFlag(key);
    const properties = propertiesOf(harness.drafts[0]);
    assertEquals(properties["$feature_flag_error"], error);
    assertEquals("$feature_flag_response" in properties, key === "f");
  });
}

Deno.test("Uses are told apart by id, key, response, its type and groups, in any order (FLG-122)", async () => {
  const answers = ["true", true, "a"].map((variant) =>
    remoteOf({
      f: { enabled: true, variant: variant === true ? null : variant },
    })
  );
  const harness = createHarness({
    settings: { secretKey: undefined },
    remote: answers,
  });
  const use = async (
    id: string,
    groups: Record<string, string | number>,
    key = "f",
  ) => {
    (await harness.evaluateFlags(id, { groups })).getFlag(key);
    return harness.drafts.length;
  };
  const counts = [
    await use("ada", {}),
    await use("ada", {}),
    await use("ada", { a: 1, b: "2" }),
    await use("ada", { b: 2, a: "1" }),
    await use("bob", {}),
    await use("bob", {}, "g"),
    await use("bob", {}, "g"),
  ];
  assertEquals(counts, [1, 2, 3, 3, 4, 5, 5]);
});

Deno.test("At the bound the oldest use is forgotten, one by one (FLG-123)", async () => {
  const harness = createHarness({
    definitions: [definitionsOf([on])],
    settings: { maxCacheSize: 2 },
  });
  const use = async (id: string) =>
    (await harness.evaluateFlags(id)).getFlag("f");
  for (const id of ["a", "b", "a", "c", "a"]) await use(id);
  assertEquals(harness.drafts.map(({ distinctId }) => distinctId), [
    "a",
    "b",
    "c",
  ]);
  await use("b");
  assertEquals(harness.drafts.length, 4);
});

Deno.test("1,000 parallel reads emit once; shutdown clears, a refresh does not (FLG-124)", async () => {
  const harness = createHarness({ definitions: [definitionsOf([on])] });
  const read = async () => (await harness.evaluateFlags("ada")).isEnabled("f");
  await harness.reloadFeatureFlags();
  await Promise.all(Array.from({ length: 1000 }, read));
  await harness.reloadFeatureFlags();
  await read();
  assertEquals(harness.drafts.length, 1);
  await harness.shutdown(new AbortController().signal);
  await read();
  assertEquals(harness.drafts.length, 2);
});

for (const [limit, users] of [[10, 25], [50_000, 60_000]] as const) {
  Deno.test(`${users} users keep the memory at ${limit} and cause no burst (FLG-123)`, async () => {
    const harness = createHarness({
      definitions: [definitionsOf([on])],
      settings: { maxCacheSize: limit },
    });
    const use = async (index: number) =>
      (await harness.evaluateFlags(`user-${index}`)).isEnabled("f");
    for (let index = 0; index < users; index++) await use(index);
    // Each new user is one event, at the bound too.
    assertEquals(harness.drafts.length, users);
    for (let index = users - limit; index < users; index++) await use(index);
    assertEquals(harness.drafts.length, users);
    // The oldest of those kept goes, and no other.
    await use(0);
    await use(users - limit + 1);
    assertEquals(harness.drafts.length, users + 1);
    await use(users - limit);
    assertEquals(harness.drafts.length, users + 2);
  });
}

Deno.test("sendFeatureFlagEvent off emits nothing (FLG-125)", async () => {
  const harness = createHarness({
    definitions: [definitionsOf([on])],
    settings: { sendFeatureFlagEvent: false },
  });
  (await harness.evaluateFlags("ada")).isEnabled("f");
  assertEquals(harness.drafts, []);
});

const MINIMAL: readonly (readonly [
  name: string,
  gate: unknown,
  hasExperiment: unknown,
  isMinimal: boolean,
])[] = [
  ["gate and no experiment", true, false, true],
  ["an experiment", true, true, false],
  ["an unknown experiment", true, undefined, false],
  ["no gate", undefined, false, false],
  ["a gate that is no true", "true", false, false],
];

for (const [name, gate, hasExperiment, isMinimal] of MINIMAL) {
  Deno.test(`Minimal events: ${name}, locally and remotely (FLG-126)`, async () => {
    const definitions = definitionsOf([{
      ...on,
      "has_experiment": hasExperiment,
    }], { "minimal_flag_called_events": gate });
    const record = {
      enabled: true,
      metadata: { "has_experiment": hasExperiment },
    };
    const remote = remoteOf({ f: record }, { minimalFlagCalledEvents: gate });
    for (
      const options of [{ definitions: [definitions] }, {
        settings: { secretKey: undefined },
        remote: [remote],
      }]
    ) {
      const harness = createHarness(options);
      (await harness.evaluateFlags("ada")).isEnabled("f");
      assertEquals(
        harness.drafts[0]?.seal,
        isMinimal ? sealMinimalExposure : undefined,
      );
    }
  });
}

Deno.test("The gate is the snapshot's, and survives a 304 (FLG-127)", async () => {
  const gated = definitionsOf([on, open], {
    "minimal_flag_called_events": true,
    headers: { ETag: "1" },
  });
  const plain = definitionsOf([on]);
  const harness = createHarness({
    definitions: [gated, { status: 304 }, plain],
  });
  await harness.reloadFeatureFlags();
  await harness.reloadFeatureFlags();
  const old = await harness.evaluateFlags("ada", { flagKeys: ["f"] });
  await harness.reloadFeatureFlags();
  old.isEnabled("f");
  (await harness.evaluateFlags("bob")).isEnabled("f");
  assertEquals(
    harness.drafts.map(({ seal }) => seal !== undefined),
    [true, false],
  );
  assertEquals(MINIMAL_EXPOSURE_PROPERTIES.size, 53);
});

Deno.test("A minimal exposure carries the listed properties alone (FLG-127)", () => {
  const listed = Object.fromEntries(
    [...MINIMAL_EXPOSURE_PROPERTIES].map((name) => [name, 1]),
  );
  const properties = { ...listed, "$feature/f": true, plan: "pro" };
  sealMinimalExposure(properties);
  assertEquals(properties as object, listed);
});
