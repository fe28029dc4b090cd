import { assert, assertEquals } from "@std/assert";
import { createTestClient } from "edgehog/testing";
import { sealMinimalExposure } from "../../../src/flags/minimal_exposure.ts";
import { remoteOf } from "./_helpers.ts";
import {
  buildCheckout,
  createRemote,
  listEvents,
  type TypedRecord,
} from "./_typed.ts";

const RULE_A = "0199c3aa-0000-7000-8000-00000000000a";
const RULE_B = "0199c3aa-0000-7000-8000-00000000000b";

/** What an exposure says of a configuration with rules. */
const RULE_NAMES = [
  "$feature_flag_config_version",
  "$feature_flag_reason_code",
  "$feature_flag_rule_id",
  "$feature_flag_rule_type",
  "$feature_flag_variant_key",
  "$feature_flag_experiment_id",
];

function pickRule(properties: Record<string, unknown> = {}): unknown {
  return Object.fromEntries(
    RULE_NAMES.filter((name) => name in properties).map((
      name,
    ) => [name, properties[name]]),
  );
}

/** The events of reading the flag `checkout` with that record. */
async function readCheckout(record: TypedRecord, sends?: boolean) {
  const harness = createRemote({ checkout: record });
  const flags = await harness.evaluateFlags("user-7");
  const value = flags.getFlag("checkout", { sendFeatureFlagEvents: sends });
  return { value, events: listEvents(harness), flags, harness };
}

Deno.test("R40: a flag of config version 1 keeps its reason (UPS-120, UPS-124)", async () => {
  const harness = createRemote();
  (await harness.evaluateFlags("user-7")).getFlag("new-nav");
  const [[, called] = ["", {}], ...others] = listEvents(harness);
  assertEquals(called["$feature_flag_reason"], "Matched condition set 1");
  assertEquals(pickRule(called), {});
  assertEquals(harness.drafts[0]?.seal, sealMinimalExposure);
  assertEquals(others, []);
});

Deno.test("R41: a use of an experiment's split is told of twice, once each (UPS-105, UPS-120, UPS-121, UPS-122, UPS-123, UPS-130, UPS-135)", async () => {
  const harness = createRemote();
  const flags = await harness.evaluateFlags("user-7", {
    groups: { company: "acme" },
    deviceId: "d",
    disableGeoip: true,
  });
  for (let read = 0; read < 2; read++) flags.getFlag("checkout");
  const rule = {
    $feature_flag_config_version: 2,
    $feature_flag_reason_code: "experiment_split",
    $feature_flag_rule_id: RULE_A,
    $feature_flag_rule_type: "experiment",
    $feature_flag_variant_key: "test",
    $feature_flag_experiment_id: 31,
  };
  const common = {
    $feature_flag: "checkout",
    $feature_flag_response: "fast",
    ...rule,
    $feature_flag_id: 12,
    $feature_flag_version: 2,
    $feature_flag_request_id: "r-1",
    $feature_flag_evaluated_at: 1795564800000,
    $device_id: "d",
    "locally_evaluated": false,
  };
  const about = {
    distinctId: "user-7",
    groups: { company: "acme" },
    disableGeoip: true,
  };
  assertEquals(harness.drafts, [{
    event: "$feature_flag_called",
    ...about,
    properties: {
      ...common,
      "$feature/checkout": "fast",
      $feature_flag_has_experiment: true,
      $feature_flag_error: "errors_while_computing_flags",
    },
  }, {
    event: "$experiment_exposure",
    ...about,
    properties: { ...common, $experiment_exposure_source: "sdk" },
  }]);
});

/** A record, and what its exposure says of the rule beside version and code; undefined: nothing. */
const PAIRS: readonly (readonly [
  name: string,
  record: TypedRecord,
  attribution: Record<string, unknown> | undefined,
])[] = [
  [
    "R42: no variant",
    buildCheckout({}, {}, { "variant_key": undefined }),
    undefined,
  ],
  ["a blank variant", buildCheckout({}, {}, { "variant_key": " " }), undefined],
  ["no rule", buildCheckout({}, {}, { "rule_id": null }), undefined],
  ["a blank rule", buildCheckout({}, {}, { "rule_id": "" }), undefined],
  ["no type", buildCheckout({}, {}, { "rule_type": undefined }), undefined],
  [
    "another type",
    buildCheckout({}, {}, { "rule_type": "targeted_release" }),
    undefined,
  ],
  ...[
    "holdout",
    "experiment_paused",
    "rollout_miss",
    "no_rule_match",
    "missing_group_key",
    "dependency_error",
    "error",
    "later_code",
  ].map((code) =>
    [`R43: ${code}`, buildCheckout({}, { code }), undefined] as const
  ),
  [
    "a release to a target",
    buildCheckout({}, { code: "targeting_match" }, {
      "rule_type": "targeted_release",
    }),
    {
      $feature_flag_rule_id: RULE_A,
      $feature_flag_rule_type: "targeted_release",
    },
  ],
  [
    "a release that is an experiment",
    buildCheckout({}, { code: "targeting_match" }),
    undefined,
  ],
];

for (const [name, record, attribution] of PAIRS) {
  Deno.test(`A rule is named whole or not at all, and no split is no exposure: ${name} (UPS-121, UPS-132)`, async () => {
    const { value, events } = await readCheckout(record);
    assertEquals(value, "fast");
    const [[event, called] = ["", {}], ...others] = events;
    assertEquals([event, others], ["$feature_flag_called", []]);
    assertEquals(pickRule(called), {
      $feature_flag_config_version: 2,
      $feature_flag_reason_code: (record["reason"] as TypedRecord)["code"],
      ...attribution,
    });
    assert(!("$feature_flag_reason" in called));
  });
}

const IDS: readonly (readonly [name: string, given: unknown, sent: unknown])[] =
  [
    ["a whole number", 31, 31],
    ["a fraction", 31.5, undefined],
    ["null", null, undefined],
    ["absent", undefined, undefined],
  ];

for (const [name, given, sent] of IDS) {
  Deno.test(`The experiment's id is named where it is one: ${name} (UPS-122)`, async () => {
    const record = buildCheckout({}, {}, { "experiment_id": given });
    const { events } = await readCheckout(record);
    assertEquals(
      events.map(([event, { $feature_flag_experiment_id: id }]) => [event, id]),
      [["$feature_flag_called", sent], ["$experiment_exposure", sent]],
    );
  });
}

Deno.test("Integral floats of an answer count as integers (UPS-105)", async () => {
  const text = JSON.stringify({ flags: { checkout: buildCheckout() } })
    .replace('"config_version":2', '"config_version":2.0')
    .replace('"experiment_id":31', '"experiment_id":31.0');
  assert(text.includes("2.0") && text.includes("31.0"));
  const harness = createRemote({}, {
    settings: { secretKey: undefined },
    remote: [{ status: 200, body: text }],
  });
  const flags = await harness.evaluateFlags("u");
  flags.getFlag("checkout");
  assertEquals(flags.getResult("checkout")?.configVersion, 2);
  assertEquals(pickRule(listEvents(harness)[1]?.[1]), {
    $feature_flag_config_version: 2,
    $feature_flag_reason_code: "experiment_split",
    $feature_flag_rule_id: RULE_A,
    $feature_flag_rule_type: "experiment",
    $feature_flag_variant_key: "test",
    $feature_flag_experiment_id: 31,
  });
});

/** Values of a split, and what an event of its own says of it; undefined: there is none. */
const VALUES: readonly (readonly [given: unknown, response: unknown])[] = [
  ["fast", "fast"],
  [true, true],
  [false, false],
  ["", undefined],
  [3, undefined],
  [{ a: 1 }, undefined],
  [null, undefined],
];

for (const [given, response] of VALUES) {
  const row = given === 3 ? "R44: " : "";
  Deno.test(`${row}A split with the value ${JSON.stringify(given)} (UPS-131)`, async () => {
    const { events } = await readCheckout(buildCheckout({ value: given }));
    assertEquals(events[0]?.[0], "$feature_flag_called");
    assertEquals(
      events.slice(1).map(([event, properties]) => [
        event,
        properties["$feature_flag_response"],
      ]),
      response === undefined ? [] : [["$experiment_exposure", response]],
    );
  });
}

Deno.test("R45: a number's exposure says true, and a minimal one names the rule (UPS-104, UPS-124)", async () => {
  const harness = createRemote();
  (await harness.evaluateFlags("user-7")).getFlag("limit");
  const [[, called] = ["", {}], ...others] = listEvents(harness);
  assertEquals(others, []);
  assertEquals(called["$feature_flag_response"], true);
  assertEquals(harness.drafts[0]?.seal, sealMinimalExposure);
  // As the last step before hooks.
  sealMinimalExposure(called as Parameters<typeof sealMinimalExposure>[0]);
  assertEquals(pickRule(called), {
    $feature_flag_config_version: 2,
    $feature_flag_reason_code: "targeting_match",
    $feature_flag_rule_id: RULE_B,
    $feature_flag_rule_type: "percentage_rollout",
  });
  assert(!("$feature/limit" in called));
});

Deno.test("An experiment's exposure is never minimal (UPS-134)", async () => {
  const harness = createRemote({}, {
    settings: { secretKey: undefined },
    remote: [
      remoteOf({
        checkout: buildCheckout({}, {}, { "has_experiment": false }),
      }, { minimalFlagCalledEvents: true }),
    ],
  });
  (await harness.evaluateFlags("u")).getFlag("checkout");
  assertEquals(harness.drafts.map(({ event, seal }) => [event, seal]), [
    ["$feature_flag_called", sealMinimalExposure],
    ["$experiment_exposure", undefined],
  ]);
});

Deno.test("R46: what is forced, or not to be told, is neither event (UPS-132, UPS-134)", async () => {
  const forced = createRemote();
  forced.overrideFeatureFlags({ checkout: "fast" });
  (await forced.evaluateFlags("u")).getFlag("checkout");
  const silent = createRemote(undefined, {
    settings: { secretKey: undefined, sendFeatureFlagEvent: false },
  });
  (await silent.evaluateFlags("u")).getFlag("checkout");
  assertEquals([...forced.drafts, ...silent.drafts], []);
});

Deno.test("R47: a read that is not told of leaves no trace but its use (UPS-134)", async () => {
  const { flags, harness } = await readCheckout(buildCheckout(), false);
  assertEquals(harness.drafts, []);
  assertEquals(flags.onlyAccessed().keys, ["checkout"]);
  flags.getFlag("checkout");
  assertEquals(harness.drafts.length, 2);
});

Deno.test("An experiment's exposure is remembered under its rule and variant, too (UPS-133)", async () => {
  const arms = [
    buildCheckout(),
    buildCheckout({}, {}, { "variant_key": "other" }),
    buildCheckout({}, {}, { "rule_id": RULE_B }),
    buildCheckout(),
  ];
  const harness = createRemote({}, {
    settings: { secretKey: undefined },
    remote: arms.map((checkout) => remoteOf({ checkout })),
  });
  const read = async () =>
    (await harness.evaluateFlags("u")).getFlag("checkout");
  for (let call = 0; call < arms.length; call++) await read();
  await Promise.all(Array.from({ length: 100 }, read));
  assertEquals(
    listEvents(harness).map(([event, { $feature_flag_rule_id: rule }]) => [
      event,
      rule,
    ]),
    [
      ["$feature_flag_called", RULE_A],
      ["$experiment_exposure", RULE_A],
      ["$experiment_exposure", RULE_A],
      ["$experiment_exposure", RULE_B],
    ],
  );
});

Deno.test("Both kinds of exposure share one bounded memory (UPS-133)", async () => {
  const harness = createRemote(undefined, {
    settings: { secretKey: undefined, maxCacheSize: 2 },
  });
  const read = async (id: string) =>
    (await harness.evaluateFlags(id)).getFlag("checkout");
  for (const id of ["a", "a", "b", "a"]) await read(id);
  assertEquals(
    harness.drafts.map(({ distinctId }) => distinctId),
    ["a", "a", "b", "b", "a", "a"],
  );
});

Deno.test("R67: the names of campaigns stay in a minimal event (UPS-124)", async () => {
  const on = { key: "on", active: true, filters: { groups: [{}] } };
  const { posthog, emulator } = createTestClient({
    flags: {
      flags: [{ ...on, "has_experiment": false }],
      "minimal_flag_called_events": true,
    },
  });
  const properties = {
    "utm_source": "mail",
    bfcid: "b",
    oppref: "o",
    plan: "pro",
  };
  const hog = posthog.forRequest(new Request("https://h.test/"), undefined, {
    distinctId: "u",
    properties,
  });
  (await hog.evaluateFlags()).getFlag("on");
  await hog.flush();
  const { plan: _, ...kept } = properties;
  const [called] = emulator.events;
  assertEquals(called?.event, "$feature_flag_called");
  assertEquals(
    Object.fromEntries(
      Object.keys(properties).filter((name) =>
        name in (called?.properties ?? {})
      ).map((name) => [name, called?.properties[name]]),
    ),
    kept,
  );
});

Deno.test("An experiment's exposure has what the scope says, and no flag beside its own (UPS-134)", async () => {
  const { posthog, emulator } = createTestClient({
    personalApiKey: undefined,
    flags: { flags: [buildCheckout(), { key: "other", value: true }] },
  });
  posthog.register({ team: "red" });
  const hog = posthog.forRequest(
    new Request("https://h.test/cart"),
    undefined,
    {
      distinctId: "u",
      properties: { plan: "pro" },
    },
  );
  (await hog.evaluateFlags({ groups: { company: "acme" } })).getFlag(
    "checkout",
  );
  await hog.flush();
  const [, exposure] = emulator.events;
  assertEquals(
    [exposure?.event, exposure?.distinctId],
    ["$experiment_exposure", "u"],
  );
  const { properties = {} } = exposure ?? {};
  assertEquals(
    ["team", "plan", "$current_url", "$groups", "$geoip_disable"].map((name) =>
      properties[name]
    ),
    ["red", "pro", "https://h.test/cart", { company: "acme" }, true],
  );
  assertEquals(
    Object.keys(properties).filter((name) => name.startsWith("$feature/")),
    [],
  );
});
