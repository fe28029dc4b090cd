// deno-lint-ignore-file no-boolean-literal-for-arguments -- they are expected values here
import { assertEquals } from "@std/assert";
import { buildEvaluationInput } from "../../../../src/flags/input.ts";
import { evaluateFlagSet } from "../../../../src/local_evaluation/evaluation/passes.ts";
import { compile, createSpyHasher, flag } from "../../flags/_helpers.ts";
import { cohort, dependency, no, unknown, yes } from "./_filters.ts";

const input = buildEvaluationInput({
  distinctId: "ada",
  deviceId: "phone",
  groups: { company: "acme", team: "blue" },
  now: 0,
});
const mapping = { "group_type_mapping": { "0": "company", "1": "team" } };
const arms = {
  multivariate: {
    variants: [{ key: "a", "rollout_percentage": 50 }, {
      key: "b",
      "rollout_percentage": 50,
    }],
  },
};

type Row = Record<string, unknown>;

const share = (key: string, ...properties: unknown[]): Row => ({
  ...flag([{ "rollout_percentage": 99, properties }]),
  key,
});

const HASHED: readonly (readonly [
  name: string,
  rows: readonly Row[],
  requests: readonly (readonly string[])[],
])[] = [
  [
    "the target's first, and the dependent's when that is known",
    [share("f", dependency("t")), share("t")],
    [["t.ada"], ["f.ada"]],
  ],
  [
    "none of the target's behind a certain no",
    [share("f", dependency("t"), no), share("t"), share("g")],
    [["g.ada"]],
  ],
  [
    "none of the target's behind a cohort's no",
    [share("f", dependency("t"), cohort(1)), share("t"), share("g")],
    [["g.ada"]],
  ],
  [
    "the target's behind a doubt, which a no would lift",
    [share("f", unknown, dependency("t")), share("t")],
    [["t.ada"], ["f.ada"]],
  ],
  [
    "none of the dependent's when the target says no",
    [share("f", dependency("t", { value: false })), share("t")],
    [["t.ada"]],
  ],
  [
    "all targets' of a flag together",
    [
      {
        ...flag([{ properties: [dependency("t"), dependency("u")] }, {
          properties: [dependency("v")],
        }]),
        key: "f",
      },
      share("t"),
      share("u"),
      share("v"),
    ],
    [["t.ada", "u.ada", "v.ada"]],
  ],
  [
    "a target of many once",
    [
      share("f", dependency("x"), dependency("y")),
      share("x", dependency("t")),
      share("y", dependency("t")),
      share("t"),
    ],
    [["t.ada"], ["x.ada", "y.ada"], ["f.ada"]],
  ],
  [
    "a later condition's together with the target's, but no variant",
    [
      {
        ...flag([{ properties: [dependency("t", { value: false })] }, {
          "rollout_percentage": 99,
        }], arms),
        key: "f",
      },
      share("t"),
    ],
    [["t.ada", "f.ada"], ["f.adavariant"]],
  ],
];

for (const [name, rows, requests] of HASHED) {
  Deno.test(`evaluateFlagSet() asks for digests of dependencies: ${name} (FLG-042, FLG-081)`, async () => {
    const hasher = createSpyHasher();
    const cohorts = { "1": { type: "AND", values: [no] } };
    await evaluateFlagSet(
      compile(rows, { cohorts }),
      input,
      ["f", "g"],
      hasher,
    );
    assertEquals(hasher.requests, requests);
  });
}

/** Each level hashes another id for its holdout, a share and a variant: three rounds that can't be shared. */
const LEVELS: readonly Row[] = [
  { "aggregation_group_type_index": 0 },
  { "aggregation_group_type_index": 1 },
  { "bucketing_identifier": "device_id" },
  {},
].map((bucketing, index) => {
  const properties = index === 0 ? [] : [dependency(`f${index - 1}`)];
  const holdout = { id: 1, "exclusion_percentage": 0.0001 };
  const filters = { ...arms, ...bucketing, holdout };
  return {
    ...flag([{ "rollout_percentage": 99.9, properties }], filters),
    key: `f${index}`,
  };
});

Deno.test("evaluateFlagSet() takes three rounds a level of dependencies at most, and a flag may need them all", async () => {
  for (const rows of [LEVELS, LEVELS.toReversed()]) {
    for (const [depth] of LEVELS.entries()) {
      const compiled = compile(
        rows.filter(({ key }) => Number(String(key).slice(1)) <= depth),
        mapping,
      );
      const hasher = createSpyHasher();
      const key = `f${depth}`;
      const outcomes = await evaluateFlagSet(compiled, input, [key], hasher);
      assertEquals(outcomes.get(key)?.kind, "value");
      assertEquals(hasher.requests.length, 3 * (depth + 1));
      assertEquals(compiled.flags.levels, depth + 1);
    }
  }
});

Deno.test("evaluateFlagSet() has rounds enough for a flag that leads into a loop and rests on a deep one", async () => {
  const loop = { ...flag([{ properties: [dependency("loop")] }]), key: "loop" };
  const properties = [dependency("f2"), dependency("loop"), dependency("gone")];
  const holdout = { id: 1, "exclusion_percentage": 0.0001 };
  const filters = { ...arms, holdout };
  const conditions = [
    { properties: [...properties, dependency("f2", { value: false })] },
    { "rollout_percentage": 99.9 },
  ];
  const top = { ...flag(conditions, filters), key: "top" };
  const rows = [...LEVELS.slice(0, 3), loop, top];
  const hasher = createSpyHasher();
  const outcomes = await evaluateFlagSet(
    compile(rows, mapping),
    input,
    ["top"],
    hasher,
  );
  assertEquals(outcomes.get("top")?.kind, "value");
  assertEquals(hasher.requests.length > 9, true);
});

Deno.test("evaluateFlagSet() gives up after the last round", async () => {
  const hasher = createSpyHasher();
  const compiled = compile(LEVELS, mapping);
  // At three rounds a level, one round fewer than it takes.
  Object.defineProperty(compiled.flags, "levels", { value: 11 / 3 });
  const outcomes = await evaluateFlagSet(compiled, input, ["f3"], hasher);
  assertEquals(hasher.requests.length, 11);
  assertEquals(outcomes.get("f3")?.kind, "inconclusive");
});

Deno.test("evaluateFlagSet() evaluates a flag once a pass, however many paths lead to it (FLG-081)", async () => {
  // Each level names the one below twice: two to the power of 12 paths.
  const rows = Array.from({ length: 13 }, (_, index) => {
    const below = dependency(`f${index - 1}`);
    return share(`f${index}`, yes, ...(index === 0 ? [] : [below, below]));
  });
  let evaluations = 0;
  const personProperties = new Map(input.personProperties);
  personProperties.get = (key) => {
    evaluations++;
    return input.personProperties.get(key);
  };
  const hasher = createSpyHasher();
  const outcomes = await evaluateFlagSet(
    compile(rows),
    { ...input, personProperties },
    ["f12"],
    hasher,
  );
  assertEquals(outcomes.get("f12")?.kind, "value");
  assertEquals(hasher.requests.length, 13);
  // All thirteen in the first pass, and then one less in each.
  assertEquals(evaluations, 13 + 14 * 13 / 2);
});
