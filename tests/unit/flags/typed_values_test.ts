import { assertEquals, assertThrows } from "@std/assert";
import { createHarness, logged, remoteOf } from "./_helpers.ts";
import {
  buildCheckout,
  createRemote,
  listEvents,
  type TypedRecord,
} from "./_typed.ts";

Deno.test("R33: version 4 of /flags is asked for (UPS-100)", async () => {
  const harness = createRemote();
  await harness.evaluateFlags("u");
  assertEquals(harness.requests.map(({ method, url }) => [method, url]), [
    ["POST", "https://h.test/flags/?v=4"],
  ]);
});

Deno.test("R34: typed values are values, and what failed is absent (UPS-101, UPS-103)", async () => {
  const flags = await createRemote().evaluateFlags("u");
  assertEquals(
    ["new-nav", "checkout", "limit", "broken"].map((key) => flags.getFlag(key)),
    [true, "fast", true, undefined],
  );
  assertEquals(flags.keys.sort(), ["checkout", "limit", "new-nav"]);
});

Deno.test("R35: a number is read as one, by each read of a payload (UPS-104)", async () => {
  const harness = createRemote();
  const flags = await harness.evaluateFlags("u");
  assertEquals(flags.number("limit", 0), 40);
  assertEquals(flags.getFlagPayload("limit"), 40);
  assertEquals(flags.json<number>("limit", 0), 40);
  assertEquals(flags.detail<number>("limit", 0).value, 40);
  assertEquals(flags.isEnabled("limit"), true);
  assertEquals(flags.getFlagPayload("new-nav"), { color: "teal" });
  assertEquals(flags.toEventProperties()["$feature/limit"], true);
  const { featureFlags, featureFlagPayloads } = flags.toBootstrap();
  assertEquals([featureFlags["limit"], featureFlagPayloads["limit"]], [
    true,
    40,
  ]);
  const all = await harness.getAllFlagsAndPayloads("u");
  assertEquals(all, { featureFlags, featureFlagPayloads });
});

Deno.test("An object is the payload of a flag that is on, frozen (UPS-104)", async () => {
  const harness = createRemote({
    f: { value: { size: { px: 3 } }, metadata: { payload: '"other"' } },
  });
  const flags = await harness.evaluateFlags("u");
  assertEquals(flags.getFlag("f"), true);
  assertEquals(flags.json("f", {}), { size: { px: 3 } });
  const payload = flags.getFlagPayload("f") as { size: { px: number } };
  assertThrows(() => {
    payload.size.px = 4;
  });
  assertEquals(listEvents(harness)[0]?.[1]["$feature_flag_response"], true);
});

Deno.test("R36: null is a value that is off (UPS-104)", async () => {
  const harness = createRemote({
    f: { value: null, metadata: { id: 3, payload: "1" } },
  });
  const flags = await harness.evaluateFlags("u");
  assertEquals(flags.getFlag("f"), false);
  assertEquals(flags.keys, ["f"]);
  assertEquals(flags.getFlagPayload("f"), undefined);
  assertEquals(flags.isEnabled("f", true), false);
  const [[, called] = ["", {}]] = listEvents(harness);
  assertEquals(called["$feature_flag_response"], false);
  assertEquals(called["$feature_flag_id"], 3);
});

Deno.test("R38: the value wins over what older versions have (UPS-102)", async () => {
  const flags = await createRemote({
    f: { value: "b", enabled: false, variant: "a" },
    off: { value: false, enabled: true, variant: "a" },
    empty: { value: "", enabled: false },
  }).evaluateFlags("u");
  assertEquals(
    ["f", "off", "empty"].map((
      key,
    ) => [flags.getFlag(key), flags.isEnabled(key)]),
    [["b", true], [false, false], ["", true]],
  );
});

Deno.test("R72: what failed has no value, in either form (UPS-103)", async () => {
  const harness = createRemote({
    v2: { enabled: true, failed: true },
    v4: { value: true, failed: true },
  });
  const flags = await harness.evaluateFlags("u");
  assertEquals(flags.keys, []);
  flags.getFlag("v2");
  flags.getFlag("v4");
  assertEquals(
    listEvents(harness).map(([, called]) => called["$feature_flag_error"]),
    ["errors_while_computing_flags", "errors_while_computing_flags"],
  );
});

/** Records of which one member is of a wrong type. */
const ODD: readonly (readonly [name: string, record: TypedRecord])[] = [
  ["an array for a value", buildCheckout({ value: ["a"] })],
  ["a number that is none", buildCheckout({ value: Infinity })],
  ["a reason's code", buildCheckout({}, { code: 5 })],
  ...["id", "version", "config_version", "experiment_id"].map((name) =>
    [name, buildCheckout({}, {}, { [name]: "4" })] as const
  ),
  ...["rule_type", "rule_id", "variant_key"].map((name) =>
    [name, buildCheckout({}, {}, { [name]: 4 })] as const
  ),
  ["has_experiment", buildCheckout({}, {}, { "has_experiment": "no" })],
];

for (const [name, record] of ODD) {
  Deno.test(`R37: a typed record with an odd member is off, alone: ${name} (UPS-106)`, async () => {
    // As it is sent: JSON has no infinite numbers, but 1e999 is read as one.
    const text = JSON.stringify({ flags: { f: record, on: { value: true } } })
      .replace('"value":null', '"value":1e999');
    const harness = createRemote({}, {
      settings: { secretKey: undefined },
      remote: [{ status: 200, body: text }],
    });
    const flags = await harness.evaluateFlags("u");
    assertEquals([flags.getFlag("f"), flags.getFlag("on")], [false, true]);
    assertEquals(flags.getFlagPayload("f"), undefined);
    const [[, called] = ["", {}], ...others] = listEvents(harness);
    assertEquals(called, {
      $feature_flag: "f",
      $feature_flag_response: false,
      "$feature/f": false,
      "locally_evaluated": false,
    });
    assertEquals(others.length, 1);
  });
}

Deno.test("What is null, or unknown, in a typed record is not odd (UPS-106)", async () => {
  const record = buildCheckout({ beta: [] }, { code: null, beta: 3 }, {
    id: null,
    version: null,
    "config_version": null,
    "experiment_id": null,
    "rule_type": null,
    "rule_id": null,
    "variant_key": null,
    "has_experiment": null,
    beta: {},
  });
  const flags = await createRemote({
    f: record,
    bare: { value: true, reason: null, metadata: null },
  }).evaluateFlags("u");
  assertEquals([flags.getFlag("f"), flags.getFlag("bare")], ["fast", true]);
});

Deno.test("R39: an answer of version 2 is read as ever, its flags of config version 1 (UPS-101)", async () => {
  const record = {
    key: "new-nav",
    enabled: true,
    variant: null,
    reason: {
      code: "condition_match",
      "condition_index": 0,
      description: "Matched condition set 1",
    },
    metadata: {
      id: 11,
      version: 4,
      description: null,
      payload: '{"color":"teal"}',
      "has_experiment": false,
      // Not in this form of a record.
      "config_version": 2,
      "rule_type": "experiment",
      "rule_id": "r",
      "variant_key": "test",
    },
  };
  const harness = createRemote({ "new-nav": record });
  const flags = await harness.evaluateFlags("u");
  assertEquals(flags.getFlag("new-nav"), true);
  assertEquals(flags.getFlagPayload("new-nav"), { color: "teal" });
  assertEquals(flags.getResult("new-nav")?.configVersion, 1);
  assertEquals(listEvents(harness), [["$feature_flag_called", {
    $feature_flag: "new-nav",
    $feature_flag_response: true,
    "$feature/new-nav": true,
    "locally_evaluated": false,
    $feature_flag_id: 11,
    $feature_flag_version: 4,
    $feature_flag_reason: "Matched condition set 1",
    $feature_flag_has_experiment: false,
    $feature_flag_request_id: "r1",
    $feature_flag_evaluated_at: 7,
  }]]);
});

Deno.test("Records are read one by one, each in its own form (UPS-101)", async () => {
  const flags = await createRemote({
    typed: { value: 3 },
    older: { enabled: true, variant: "a" },
    odd: { enabled: "yes" },
    none: 5,
  }).evaluateFlags("u");
  assertEquals([flags.getFlag("typed"), flags.getFlag("older")], [true, "a"]);
  assertEquals(flags.keys.length, 2);
});

const FALSY: readonly (readonly [text: string, payload: unknown])[] = [
  ["0", 0],
  ["false", false],
  ['""', ""],
  ["null", null],
];

for (const [text, payload] of FALSY) {
  Deno.test(`The payload ${text} survives in every shape (UPS-107)`, async () => {
    const records = [
      { value: true, metadata: { payload: text } },
      { enabled: true, metadata: { payload: text } },
    ];
    for (const record of records) {
      const flags = await createRemote({ a: record }).evaluateFlags("u");
      assertEquals(flags.getFlagPayload("a"), payload);
    }
  });
}

Deno.test("R65: falsy payloads of a version 1 answer survive (UPS-107)", async () => {
  const harness = createHarness({
    settings: { secretKey: undefined },
    remote: [{
      status: 200,
      body: {
        featureFlags: { a: true, b: true },
        featureFlagPayloads: { a: "0", b: "false" },
      },
    }],
  });
  const flags = await harness.evaluateFlags("u");
  assertEquals([flags.getFlagPayload("a"), flags.getFlagPayload("b")], [
    0,
    false,
  ]);
});

Deno.test("A server without typed values is told of once, at debug level (UPS-108)", async () => {
  const count = (harness: ReturnType<typeof createRemote>) =>
    logged(harness, "debug").filter((text) => text.includes("typed values"))
      .length;
  const older = remoteOf({ f: { enabled: true } });
  const typed = remoteOf({ f: { value: true }, g: { enabled: true } });
  const harness = createRemote({}, {
    settings: { secretKey: undefined },
    remote: [typed, older, older],
  });
  const counts: number[] = [];
  for (let call = 0; call < 3; call++) {
    await harness.evaluateFlags("u");
    counts.push(count(harness));
  }
  assertEquals(counts, [0, 1, 1]);
  assertEquals(logged(harness, "warn"), []);
});

Deno.test("Results name the version of the configuration, and the reason's code in both (UPS-125)", async () => {
  const flags = await createRemote().evaluateFlags("u");
  const results = ["new-nav", "checkout"].map((key) => {
    const { configVersion, reason, ruleId } = flags.getResult(key) ?? {};
    return { configVersion, reason, ruleId };
  });
  assertEquals(results, [
    { configVersion: 1, reason: "condition_match", ruleId: 0 },
    { configVersion: 2, reason: "experiment_split", ruleId: undefined },
  ]);
  const { configVersion, reason } = flags.detail("checkout", "slow");
  assertEquals([configVersion, reason], [2, "experiment_split"]);
  assertEquals(flags.detail("broken", false).configVersion, undefined);
});
