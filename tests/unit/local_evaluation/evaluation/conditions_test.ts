// deno-lint-ignore-file no-boolean-literal-for-arguments -- they are expected values here
import { assertEquals } from "@std/assert";
import { flag, read } from "../../flags/_helpers.ts";

const unknown = { key: "absent", type: "person", value: "x" };
const no = { key: "distinct_id", type: "person", value: "nobody" };
const yes = { key: "distinct_id", type: "person", value: "ada" };
const staticCohort = { key: "id", type: "cohort", value: 404 };

const when = (...properties: unknown[]) => ({ properties });
const arms = {
  multivariate: {
    variants: [{ key: "a", "rollout_percentage": 0 }, {
      key: "b",
      "rollout_percentage": 100,
    }],
  },
};
const onlyA = {
  multivariate: { variants: [{ key: "a", "rollout_percentage": 100 }] },
};
const early = { "early_exit": true };

type Row = readonly [
  name: string,
  groups: readonly unknown[],
  filters: Record<string, unknown>,
  expected: unknown,
];

const TABLE: readonly Row[] = [
  [
    "unknown at 0 %, nothing else",
    [{ ...when(unknown), "rollout_percentage": 0 }],
    {},
    false,
  ],
  ["unknown, then certain yes, boolean", [when(unknown), when(yes)], {}, true],
  [
    "unknown with override a, then hashed to b",
    [{ ...when(unknown), variant: "a" }, when(yes)],
    arms,
    "inconclusive",
  ],
  [
    "unknown with override a, then hashed to a",
    [{ ...when(unknown), variant: "a" }, when(yes)],
    onlyA,
    "a",
  ],
  ["unknown, then no", [when(unknown), when(no)], {}, "inconclusive"],
  [
    "yes but out, early exit, then yes",
    [{ ...when(yes), "rollout_percentage": 0 }, when(yes)],
    early,
    false,
  ],
  [
    "yes but out, no early exit, then yes",
    [{ ...when(yes), "rollout_percentage": 0 }, when(yes)],
    {},
    true,
  ],
  ["yes and in, then static cohort", [when(yes), when(staticCohort)], {}, true],
  [
    "static cohort, then certain yes",
    [when(staticCohort), when(yes)],
    {},
    "requires-server",
  ],
  [
    "static cohort and a certain no, then yes",
    [when(staticCohort, no), when(yes)],
    {},
    true,
  ],
  ["no conditions", [], {}, false],
  [
    "unknown and out, early exit, then yes",
    [{ ...when(unknown), "rollout_percentage": 0 }, when(yes)],
    early,
    "inconclusive",
  ],
  [
    "no with early exit, then yes",
    [{ ...when(no), "rollout_percentage": 0 }, when(yes)],
    early,
    true,
  ],
  [
    "an override of no variant is ignored (FLG-078)",
    [{ ...when(yes), variant: "zzz" }],
    arms,
    "b",
  ],
  ["unknown and certain no", [when(unknown, no)], {}, false],
  [
    "the order of filters does not matter (FLG-074)",
    [when(no, unknown), when(unknown, staticCohort)],
    {},
    "requires-server",
  ],
];

for (const [name, groups, filters, expected] of TABLE) {
  Deno.test(`decideConditions(): ${name} (FLG-076)`, async () => {
    assertEquals(await read([flag(groups, filters)]), expected);
  });
}

Deno.test("decideConditions() never exits early at a skipped condition (FLG-077)", async () => {
  const aboutGroup = {
    "aggregation_group_type_index": 0,
    "rollout_percentage": 0,
  };
  const mapping = { "group_type_mapping": { "0": "company" } };
  assertEquals(
    await read([flag([aboutGroup, when(yes)], early)], {}, mapping),
    true,
  );
});
