// deno-lint-ignore-file no-boolean-literal-for-arguments -- they are expected values here
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { flag, read } from "../unit/flags/_helpers.ts";

type Answer = "yes" | "no" | "unknown" | "server";

/** The answers of Kleene's AND and OR in the order in which one of them decides. */
const STRONGEST = {
  AND: ["no", "server", "unknown", "yes"],
  OR: ["yes", "server", "unknown", "no"],
} as const;

type Connective = keyof typeof STRONGEST;

const on = (value: unknown) => ({
  type: "flag",
  key: "on",
  operator: "flag_evaluates_to",
  value,
  "dependency_chain": ["on"],
});

const cohort = (value: unknown, operator = "in") => ({
  type: "cohort",
  key: "id",
  operator,
  value,
});

/** Filters that a cohort may hold too. */
const COHORT_LEAVES: readonly unknown[] = [
  { type: "person", key: "distinct_id", value: "ada" },
  { type: "person", key: "distinct_id", value: "grace" },
  { type: "person", key: "distinct_id", value: null },
  { type: "person", key: "absent", value: "x" },
  { type: "person", key: "distinct_id", operator: "min", value: 1 },
  { type: "person", key: "absent", operator: "between", value: [5, 1] },
  { type: "behavioral", key: "x" },
  cohort(1),
  cohort(1, "not_in"),
  cohort("empty"),
  cohort("static"),
];

/** Filters of every kind. */
const LEAVES: readonly unknown[] = [
  ...COHORT_LEAVES,
  {
    type: "group",
    key: "seats",
    operator: "gte",
    value: 10,
    "group_type_index": 0,
  },
  {
    type: "group",
    key: "seats",
    operator: "lt",
    value: 10,
    "group_type_index": 0,
  },
  { type: "group", key: "seats", value: 10, "group_type_index": 7 },
  { type: "group", key: "other", value: 10, "group_type_index": 0 },
  cohort(1, "exact"),
  on(true),
  on(false),
  { ...on(true), operator: "exact" },
  { ...on(true), "dependency_chain": [] },
  { ...on(true), key: "later", "dependency_chain": ["later"] },
];

const COHORTS = {
  1: {
    type: "AND",
    values: [{ type: "person", key: "distinct_id", value: "ada" }],
  },
  empty: { type: "AND", values: [] },
};

/** The answer of one condition's properties, seen through a flag that lets everybody in. */
async function ask(
  properties: readonly unknown[],
  cohorts: Record<string, unknown> = COHORTS,
): Promise<Answer> {
  const rows = [flag([{ properties }]), { ...flag([{}]), key: "on" }, {
    ...flag([{}], { version: 2 }),
    key: "later",
  }];
  const groups = {
    groups: { company: "acme" },
    groupProperties: { company: { seats: 12 } },
  };
  const rest = { cohorts, "group_type_mapping": { "0": "company" } };
  const word = await read(rows, groups, rest);
  if (word === "inconclusive") return "unknown";
  if (word === "requires-server") return "server";
  return word === true ? "yes" : "no";
}

/** The same for the members of a cohort. */
function askCohort(
  type: Connective,
  values: readonly unknown[],
): Promise<Answer> {
  return ask([cohort("asked")], { ...COHORTS, asked: { type, values } });
}

function combine(type: Connective, answers: readonly Answer[]): Answer {
  return STRONGEST[type].find((answer) => answers.includes(answer)) ?? "yes";
}

/** Some filters, and the same ones in another order. */
function shuffled(leaves: readonly unknown[]) {
  return fc.array(fc.constantFrom(...leaves), { minLength: 1, maxLength: 5 })
    .chain((some) =>
      fc.tuple(
        fc.constant(some),
        fc.shuffledSubarray(some, { minLength: some.length }),
      )
    );
}

/** What each filter answers by itself. */
async function askEach(
  leaves: readonly unknown[],
  ask: (leaf: unknown) => Promise<Answer>,
): Promise<ReadonlyMap<unknown, Answer>> {
  const answers = new Map<unknown, Answer>();
  for (const leaf of leaves) answers.set(leaf, await ask(leaf));
  assertEquals(
    [...new Set(answers.values())].toSorted(),
    ["no", "server", "unknown", "yes"],
    "every answer is among them",
  );
  return answers;
}

Deno.test("a condition's filters follow Kleene's AND in any order (FLG-074)", async () => {
  const alone = await askEach(LEAVES, (leaf) => ask([leaf]));
  const property = fc.asyncProperty(shuffled(LEAVES), async ([some, other]) => {
    const answers = some.map((leaf) => alone.get(leaf) ?? "unknown");
    assertEquals(await ask(some), combine("AND", answers));
    assertEquals(await ask(other), combine("AND", answers));
  });
  await fc.assert(property, { numRuns: 3000 });
});

for (const type of ["AND", "OR"] as const) {
  Deno.test(`a cohort's members follow Kleene's ${type} in any order and nesting (FLG-074, FLG-079)`, async () => {
    const alone = await askEach(
      COHORT_LEAVES,
      (leaf) => askCohort(type, [leaf]),
    );
    const property = fc.asyncProperty(
      shuffled(COHORT_LEAVES),
      fc.nat(5),
      async ([some, other], at) => {
        const answers = some.map((leaf) => alone.get(leaf) ?? "unknown");
        const nested = { type, values: other.slice(at) };
        const members = nested.values.length > 0
          ? [...other.slice(0, at), nested]
          : other;
        assertEquals(await askCohort(type, some), combine(type, answers));
        assertEquals(await askCohort(type, members), combine(type, answers));
      },
    );
    await fc.assert(property, { numRuns: 1500 });
  });
}
