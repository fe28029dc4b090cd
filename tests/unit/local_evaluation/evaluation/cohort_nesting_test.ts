// deno-lint-ignore-file no-boolean-literal-for-arguments -- they are expected values here
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { buildEvaluationInput } from "../../../../src/flags/input.ts";
import { evaluateFlagSet } from "../../../../src/local_evaluation/evaluation/passes.ts";
import { compile, createSpyHasher, flag, read } from "../../flags/_helpers.ts";
import {
  all,
  any,
  cohort,
  negated,
  no,
  readCohort,
  server,
  unknown,
  yes,
} from "./_filters.ts";

/** Cohorts of which each holds the one before it. */
function nestCohorts(count: number): Record<string, unknown> {
  const cohorts: Record<string, unknown> = { "1": all(yes) };
  for (let id = 2; id <= count; id++) cohorts[id] = any(all(cohort(id - 1)));
  return cohorts;
}

Deno.test("Twenty cohorts may nest, wherever one begins to look (FLG-079)", async () => {
  const cohorts = nestCohorts(21);
  const readFrom = (id: number) => readCohort(all(yes), cohorts, cohort(id));
  assertEquals(await readFrom(20), true);
  assertEquals(await readFrom(21), "inconclusive");
  const rows = [21, 20].map((id) => ({
    ...flag([{ properties: [cohort(id)] }]),
    key: `f${id}`,
  }));
  for (const flags of [rows, rows.toReversed()]) {
    const outcomes = await evaluateFlagSet(
      compile(flags, { cohorts }),
      buildEvaluationInput({ distinctId: "ada", now: 0 }),
      undefined,
      createSpyHasher(),
    );
    assertEquals(outcomes.get("f20")?.kind, "value");
    assertEquals(outcomes.get("f21")?.kind, "inconclusive");
  }
});

Deno.test("A cohort chain of any length is compiled (FLG-064)", async () => {
  const cohorts = nestCohorts(20_000);
  assertEquals(
    await readCohort(all(yes), cohorts, cohort(20_000)),
    "inconclusive",
  );
});

Deno.test("A broken cohort spoils no other (FLG-079)", async () => {
  const others = { "2": all(cohort(2)), "3": 5, "4": { type: "AND" } };
  assertEquals(await readCohort(all(yes), others), true);
});

Deno.test("A cohort is looked into once an evaluation (FLG-079)", async () => {
  let reads = 0;
  const input = buildEvaluationInput({ distinctId: "ada", now: 0 });
  const personProperties = new Map(input.personProperties);
  const get = personProperties.get.bind(personProperties);
  personProperties.get = (key) => {
    if (key === "distinct_id") reads++;
    return get(key);
  };
  const rows = Array.from({ length: 5 }, (_, index) => ({
    ...flag([{ properties: [cohort(1)], "rollout_percentage": 50 }]),
    key: `f${index}`,
  }));
  const compiled = compile(rows, {
    cohorts: { "1": all(cohort(2), cohort("2")), "2": all(yes) },
  });
  const hasher = createSpyHasher();
  await evaluateFlagSet(
    compiled,
    { ...input, personProperties },
    undefined,
    hasher,
  );
  assertEquals([hasher.requests.length, reads], [1, 1]);
});

for (const id of ["__proto__", "constructor", "toString"]) {
  Deno.test(`${id} is a cohort id like any other (FLG-004)`, async () => {
    const cohorts = JSON.parse(
      `{"${id}":{"type":"AND","values":[${JSON.stringify(yes)}]}}`,
    );
    const rows = [flag([{ properties: [cohort(id)] }])];
    assertEquals(await read(rows, {}, { cohorts }), true);
    assertEquals(await read(rows, {}, { cohorts: {} }), "requires-server");
    assertEquals(await read(rows), "requires-server");
  });
}

Deno.test("Cohorts give the same in any order of their filters (FLG-074)", async () => {
  const leaf = fc.constantFrom(
    yes,
    no,
    unknown,
    server,
    negated(no),
    cohort(2),
    cohort(3),
    all(),
    5,
  );
  const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
    tree: fc.oneof(
      { maxDepth: 3 },
      leaf,
      fc.record({
        type: fc.constantFrom("AND", "OR"),
        values: fc.array(tie("tree"), { maxLength: 4 }),
      }),
    ),
  }));
  const property = fc.asyncProperty(
    fc.array(tree, { minLength: 1, maxLength: 4 }),
    fc.constantFrom("AND", "OR"),
    async (values, type) => {
      const others = { "2": any(no, unknown), "3": any(cohort(2), yes) };
      assertEquals(
        await readCohort({ type, values: reverse(values) }, others),
        await readCohort({ type, values }, others),
      );
    },
  );
  await fc.assert(property, { numRuns: 500 });
});

/** Turns the order of all groups round. */
function reverse(values: readonly unknown[]): readonly unknown[] {
  return values.map((value) => {
    const { values } = Object(value) as { values?: readonly unknown[] };
    return values ? { ...Object(value), values: reverse(values) } : value;
  }).toReversed();
}
