import { assertEquals } from "@std/assert";
import { createTestClient } from "edgehog/testing";

const person = (key: string, value: string) => ({
  properties: [{ key, value, type: "person", operator: "exact" }],
});
/** Ada is pro and lives in Paris; nothing else is known of her. */
const personProperties = { plan: "pro", city: "Paris" };
const match = person("plan", "pro");
const miss = person("plan", "free");
/** It may match: her age is not known. */
const open = person("age", "40");
const nobody = { "rollout_percentage": 0 };
const variants = {
  multivariate: {
    variants: [
      { key: "a", "rollout_percentage": 100 },
      { key: "b", "rollout_percentage": 0 },
    ],
  },
};

/** A flag's conditions in stored order, what Ada gets, and which condition gave it. */
const ROWS: readonly (readonly [
  name: string,
  groups: readonly object[],
  value: boolean | string,
  ruleId: number | undefined,
  rest?: object,
])[] = [
  ["the only one", [{}], true, 0],
  ["the first of several that match", [miss, match, match], true, 1],
  ["one of other filters", [match, person("city", "Paris")], true, 0],
  ["the last", [miss, person("city", "Rome"), {}], true, 2],
  ["one behind a rollout that misses", [{ ...match, ...nobody }, {}], true, 1],
  [
    "one behind misses of both kinds",
    [miss, { ...match, ...nobody }, match, match],
    true,
    2,
  ],
  [
    "one whose variant is hashed, before one with an override",
    [miss, match, { ...match, variant: "b" }],
    "a",
    1,
    variants,
  ],
  [
    "one with an override, behind others",
    [miss, { ...match, ...nobody }, { ...match, variant: "b" }, match],
    "b",
    2,
    variants,
  ],
  [
    "one with an override of no variant of the flag's",
    [miss, { ...match, variant: "gone" }],
    "a",
    1,
    variants,
  ],
  ["one before one that may match", [miss, match, open], true, 1],
  ["one behind one that may match", [open, match], true, undefined],
  [
    "one behind one that may match, both with the variant of the hash",
    [miss, open, match],
    "a",
    undefined,
    variants,
  ],
  ["one behind several that may", [open, miss, open, match], true, undefined],
  [
    "one behind one that may match but lets nobody in",
    [{ ...open, ...nobody }, match],
    true,
    1,
  ],
  [
    "an override behind the same one, which may match",
    [{ ...open, variant: "b" }, { variant: "b" }],
    "b",
    undefined,
    variants,
  ],
  ["none", [miss, { ...match, ...nobody }], false, undefined],
];

for (const [name, groups, value, ruleId, rest] of ROWS) {
  Deno.test(`ruleId is the stored place of the condition that gave a value, where that is certain: ${name}`, async () => {
    const row = { key: "f", active: true, filters: { groups, ...rest } };
    const { posthog, emulator } = createTestClient({ flags: { flags: [row] } });
    const flags = await posthog.evaluateFlags("ada", {
      personProperties,
      onlyEvaluateLocally: true,
    });
    const result = flags.getResult("f");
    const detail = flags.detail("f", value);
    assertEquals([result?.enabled, result?.variant ?? result?.enabled], [
      value !== false,
      value,
    ]);
    assertEquals([result?.ruleId, detail.ruleId], [ruleId, ruleId]);
    assertEquals(detail.source, "local");
    assertEquals(emulator.requests.map(({ path }) => path), [
      "/flags/definitions",
    ]);
  });
}
