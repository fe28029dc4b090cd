// deno-lint-ignore-file no-boolean-literal-for-arguments -- they are expected values here
import { assertEquals } from "@std/assert";
import { compile, evaluateOne, flag, read } from "../../flags/_helpers.ts";

type Row = readonly [
  name: string,
  flag: Record<string, unknown>,
  raw: Record<string, unknown>,
  expected: unknown,
];

const mapping = { "group_type_mapping": { "0": "company", "1": "team" } };
const on = flag([{}]);
const acme = { groups: { company: "acme" } };
const aboutCompany = flag([{}], { "aggregation_group_type_index": 0 });

const GATES: readonly Row[] = [
  [
    "inactive is false, continuity or not (FLG-070)",
    { ...on, active: false, "ensure_experience_continuity": true },
    {},
    false,
  ],
  [
    "an active flag that is no boolean true is off",
    { ...on, active: 1 },
    {},
    false,
  ],
  [
    "continuity is inconclusive (FLG-070)",
    { ...on, "ensure_experience_continuity": true },
    {},
    "inconclusive",
  ],
  [
    "another filters version is the server's (FLG-072)",
    flag([{}], { version: 2 }),
    {},
    "requires-server",
  ],
  [
    "version null is the server's (FLG-072)",
    flag([{}], { version: null }),
    {},
    "requires-server",
  ],
  [
    "version 1.0 is version 1 (FLG-072)",
    flag([{}], { version: 1.0 }),
    {},
    true,
  ],
  [
    "client-side flags are omitted (FLG-071)",
    { ...on, "evaluation_runtime": "CLIENT" },
    {},
    "omitted",
  ],
  [
    "an unknown runtime is all",
    { ...on, "evaluation_runtime": "moon" },
    {},
    true,
  ],
  [
    "a context outside is omitted (FLG-071)",
    { ...on, "evaluation_contexts": ["docs"] },
    { evaluationContexts: ["shop"] },
    "omitted",
  ],
  ["a common context stays", { ...on, "evaluation_tags": ["docs", "shop"] }, {
    evaluationContexts: ["shop"],
  }, true],
  [
    "contexts without the option stay",
    { ...on, "evaluation_contexts": ["docs"] },
    {},
    true,
  ],
  [
    "another way of matching contexts is inconclusive",
    {
      ...on,
      "evaluation_contexts": ["shop"],
      "evaluation_contexts_match_mode": "all",
    },
    { evaluationContexts: ["shop"] },
    "inconclusive",
  ],
  [
    "an unmapped group type is inconclusive",
    flag([{}], { "aggregation_group_type_index": 7 }),
    acme,
    "inconclusive",
  ],
  [
    "no device id is inconclusive (FLG-046)",
    { ...on, "bucketing_identifier": "device_id" },
    {},
    "inconclusive",
  ],
  [
    "an empty device id counts as none (FLG-046)",
    { ...on, "bucketing_identifier": "device_id" },
    { deviceId: "" },
    "inconclusive",
  ],
  [
    "a device id of the options (FLG-046)",
    { ...on, "bucketing_identifier": "device_id" },
    { deviceId: "d" },
    true,
  ],
  [
    "a device id of the properties (FLG-046)",
    { ...on, "bucketing_identifier": "device_id" },
    { personProperties: { $device_id: "d" } },
    true,
  ],
  [
    "a long device id is inconclusive",
    { ...on, "bucketing_identifier": "device_id" },
    { deviceId: "d".repeat(201) },
    "inconclusive",
  ],
  [
    "group flags ignore the device (FLG-045)",
    { ...aboutCompany, "bucketing_identifier": "device_id" },
    acme,
    true,
  ],
  ["filters null is false (FLG-003)", { key: "f", filters: null }, {}, false],
  ["filters absent is false (FLG-003)", { key: "f" }, {}, false],
  [
    "non-object filters are inconclusive (FLG-003)",
    { key: "f", filters: [] },
    {},
    "inconclusive",
  ],
  [
    "non-array groups are inconclusive (FLG-003)",
    { key: "f", filters: { groups: {} } },
    {},
    "inconclusive",
  ],
  [
    "a non-numeric rollout is inconclusive (FLG-003)",
    flag([{ "rollout_percentage": "50" }]),
    {},
    "inconclusive",
  ],
  ["a null condition is inconclusive", flag([null]), {}, "inconclusive"],
  [
    "a malformed variant is inconclusive",
    flag([{}], { multivariate: { variants: [{ key: "a" }] } }),
    {},
    "inconclusive",
  ],
];

const enrolled = (value: unknown) => ({
  personProperties: { "$feature_enrollment/f": value },
});
const enrollment = flag([], {
  "feature_enrollment": true,
  holdout: { id: 1, "exclusion_percentage": 100 },
});

const BEFORE_CONDITIONS: readonly Row[] = [
  ["enrolled beats the holdout (FLG-073)", enrollment, enrolled(true), true],
  ["the text true enrols", enrollment, enrolled("true"), true],
  ["another spelling opts out", enrollment, enrolled("True"), false],
  ["null opts out", enrollment, enrolled(null), false],
  ["no word about enrollment is inconclusive", enrollment, {}, "inconclusive"],
  [
    "a full holdout (FLG-073)",
    flag([{}], { holdout: { id: 9, "exclusion_percentage": 250 } }),
    {},
    "holdout-9",
  ],
  [
    "an empty holdout has no effect",
    flag([{}], { holdout: { id: 9, "exclusion_percentage": -5 } }),
    {},
    true,
  ],
  [
    "an odd holdout is inconclusive",
    flag([{}], { holdout: { id: 9, "exclusion_percentage": "5" } }),
    {},
    "inconclusive",
  ],
  [
    "a holdout without its group is inconclusive",
    {
      ...flag([{}], {
        "aggregation_group_type_index": 0,
        holdout: { id: 9, "exclusion_percentage": 5 },
      }),
    },
    {},
    "inconclusive",
  ],
];

for (const [name, row, raw, expected] of [...GATES, ...BEFORE_CONDITIONS]) {
  Deno.test(`evaluateFlagSet(): ${name}`, async () => {
    assertEquals(await read([row], raw, mapping), expected);
  });
}

Deno.test("evaluateFlagSet() tells the server's reasons and the deciding condition (6.9)", async () => {
  const no = { properties: [{ key: "distinct_id", value: "x" }] };
  const cases = [
    [{ ...on, active: false }, "flag_disabled", undefined],
    [flag([no, {}]), "condition_match", 1],
    [flag([no]), "no_condition_match", undefined],
    [
      flag([{ "rollout_percentage": 0 }, no]),
      "out_of_rollout_bound",
      undefined,
    ],
    [
      flag([{}], { holdout: { id: 1, "exclusion_percentage": 100 } }),
      "holdout_condition_value",
      undefined,
    ],
  ] as const;
  for (const [row, reason, conditionIndex] of cases) {
    const outcome = await evaluateOne(compile([row]), "f");
    assertEquals(
      outcome?.kind === "value" && [outcome.reason, outcome.conditionIndex],
      [reason, conditionIndex],
    );
  }
});

Deno.test("evaluateFlagSet() takes prototype names for ordinary ones (FLG-004)", async () => {
  for (const name of ["__proto__", "constructor", "toString"]) {
    const compiled = compile([{ ...on, key: name }], {
      "group_type_mapping": { 0: name },
      cohorts: {},
    });
    assertEquals((await evaluateOne(compiled, name))?.kind, "value");
    assertEquals(await evaluateOne(compile([on]), name), undefined);
    const properties = JSON.parse(`{${JSON.stringify(name)}:"v"}`);
    const row = flag([{
      variant: name,
      properties: [{ key: name, value: "v" }],
    }], {
      multivariate: { variants: [{ key: name, "rollout_percentage": 0 }] },
    });
    assertEquals(await read([row], { personProperties: properties }), name);
    const aboutGroup = flag([{
      properties: [{ key: name, type: "group", value: "v" }],
    }], {
      "aggregation_group_type_index": 0,
    });
    const groups = JSON.parse(`{${JSON.stringify(name)}:"g"}`);
    const groupProperties = JSON.parse(
      `{${JSON.stringify(name)}:{${JSON.stringify(name)}:"v"}}`,
    );
    assertEquals(
      await read([aboutGroup], { groups, groupProperties }, {
        "group_type_mapping": { 0: name },
      }),
      true,
    );
    assertEquals(
      await read([aboutGroup], {}, { "group_type_mapping": { 0: name } }),
      "missing-group",
    );
  }
});
