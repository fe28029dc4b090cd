import { assertEquals } from "@std/assert";
import { compile, evaluateOne, flag, read } from "../../flags/_helpers.ts";
import { dependency } from "./_filters.ts";

type Row = readonly [
  name: string,
  flag: Record<string, unknown>,
  raw: Record<string, unknown>,
  expected: unknown,
];

const mapping = { "group_type_mapping": { "0": "company", "1": "team" } };
const acme = { groups: { company: "acme" } };
const aboutCompany = flag([{}], { "aggregation_group_type_index": 0 });

const seats = { key: "seats", type: "group", operator: "gte", value: 10 };
const team = {
  groups: { company: "acme", team: "blue" },
  groupProperties: { team: { seats: 12 }, company: { seats: 1 } },
};

const GROUPS: readonly Row[] = [
  ["a missing group (FLG-082)", aboutCompany, {}, "missing-group"],
  ["an empty group key is none (FLG-082)", aboutCompany, {
    groups: { company: "" },
  }, "missing-group"],
  [
    "no conditions is false, group or not",
    flag([], { "aggregation_group_type_index": 0 }),
    {},
    false,
  ],
  [
    "one condition about a person is no missing group",
    flag([{}, { "aggregation_group_type_index": null }], {
      "aggregation_group_type_index": 0,
    }),
    {},
    true,
  ],
  [
    "numeric keys hash as text (FLG-045)",
    {
      ...flag([{ "rollout_percentage": 64 }], {
        "aggregation_group_type_index": 0,
      }),
      key: "team-quota",
    },
    { groups: { company: 1042 } },
    true,
  ],
  [
    "just below (FLG-045)",
    {
      ...flag([{ "rollout_percentage": 63 }], {
        "aggregation_group_type_index": 0,
      }),
      key: "team-quota",
    },
    { groups: { company: 1042 } },
    false,
  ],
  [
    "a filter names its group type (FLG-075)",
    flag([{ properties: [{ ...seats, "group_type_index": 1 }] }], {
      "aggregation_group_type_index": 0,
    }),
    team,
    true,
  ],
  [
    "else the condition's (FLG-075)",
    flag([{ properties: [seats] }], { "aggregation_group_type_index": 0 }),
    team,
    false,
  ],
  [
    "a person's filter in a group condition (FLG-075)",
    flag([{ properties: [{ key: "plan", type: "person", value: "pro" }] }], {
      "aggregation_group_type_index": 0,
    }),
    { ...acme, personProperties: { plan: "pro" } },
    true,
  ],
  [
    "an untyped filter is the group's there",
    flag([{ properties: [{ key: "seats", operator: "lt", value: 5 }] }], {
      "aggregation_group_type_index": 0,
    }),
    team,
    true,
  ],
  [
    "properties of a group that is not passed are not seen",
    flag([{ properties: [{ ...seats, "group_type_index": 1 }] }]),
    { groupProperties: { team: { seats: 12 } } },
    "inconclusive",
  ],
  [
    "$group_key is filled in (FLG-140)",
    flag([{
      properties: [{ key: "$group_key", value: "acme", type: "group" }],
    }], { "aggregation_group_type_index": 0 }),
    acme,
    true,
  ],
  [
    "distinct_id is filled in (FLG-140)",
    flag([{
      properties: [{ key: "distinct_id", value: "ada", type: "person" }],
    }]),
    {},
    true,
  ],
  [
    "the caller's distinct_id wins (FLG-140)",
    flag([{
      properties: [{ key: "distinct_id", value: "ada", type: "person" }],
    }]),
    { personProperties: { "distinct_id": "bob" } },
    false,
  ],
  [
    "and so does null for it",
    flag([{
      properties: [{ key: "distinct_id", value: "ada", type: "person" }],
    }]),
    { personProperties: { "distinct_id": null } },
    false,
  ],
  [
    "an unmapped condition leaves it open",
    flag([{ "aggregation_group_type_index": 7 }, {}]),
    {},
    "inconclusive",
  ],
  [
    "but not behind a match",
    flag([{}, { "aggregation_group_type_index": 7 }]),
    {},
    true,
  ],
  [
    "and not with a certain no",
    flag([{
      "aggregation_group_type_index": 7,
      properties: [{ key: "distinct_id", value: "x" }],
    }, {}]),
    {},
    true,
  ],
];

for (const [name, row, raw, expected] of GROUPS) {
  Deno.test(`evaluateFlagSet(): ${name}`, async () => {
    assertEquals(await read([row], raw, mapping), expected);
  });
}

Deno.test("evaluateFlagSet(): what a flag outside the mapping says of its conditions does not matter", async () => {
  const unmapped = (...groups: unknown[]) =>
    flag(groups, { "aggregation_group_type_index": 7 });
  const plain = await evaluateOne(compile([unmapped({})]), "f");
  const odd = compile([unmapped({ "rollout_percentage": "all" })]);
  assertEquals(await evaluateOne(odd, "f"), plain);

  const circle = compile([unmapped({ properties: [dependency("g")] }), {
    ...flag([{ properties: [dependency("f")] }]),
    key: "g",
  }]);
  assertEquals(await evaluateOne(circle, "f"), plain);
  assertEquals(await evaluateOne(circle, "g"), {
    kind: "inconclusive",
    reason: 'flag "f" is not decided locally',
    cause: "unresolved_dependency",
    isFixed: true,
  });
});
