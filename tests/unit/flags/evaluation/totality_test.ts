// deno-lint-ignore-file no-boolean-literal-for-arguments -- they are expected values here
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { parseFlagDefinitions } from "../../../../src/flags/definitions/parse.ts";
import { compileFlags } from "../../../../src/flags/evaluation/compile.ts";
import { buildEvaluationInput } from "../../../../src/flags/evaluation/input.ts";
import { evaluateFlagSet } from "../../../../src/flags/evaluation/passes.ts";
import { createSpyHasher, flag, read } from "../_helpers.ts";

const operator = fc.constantFrom(
  "exact",
  "is_not",
  "is_set",
  "icontains",
  "gt",
  "lte",
  "regex",
  "in",
  null,
);
const scalar = fc.oneof(
  fc.string(),
  fc.double(),
  fc.boolean(),
  fc.constant(null),
  fc.integer(),
);
const odd = fc.jsonValue();
const orOdd = <T>(arbitrary: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 6, arbitrary }, { weight: 1, arbitrary: odd });

const filter = orOdd(fc.record({
  key: orOdd(fc.constantFrom("p", "q", "__proto__", "toString")),
  type: orOdd(fc.constantFrom("person", "group", "cohort", "flag", undefined)),
  operator: orOdd(operator),
  value: fc.oneof(scalar, odd),
  "group_type_index": orOdd(fc.constantFrom(0, 1, undefined)),
}));

const condition = orOdd(fc.record({
  properties: orOdd(fc.array(filter, { maxLength: 3 })),
  "rollout_percentage": orOdd(
    fc.oneof(fc.double({ min: -10, max: 110 }), fc.constantFrom(0, 100, null)),
  ),
  variant: orOdd(fc.constantFrom("a", "b", null)),
  "aggregation_group_type_index": orOdd(fc.constantFrom(0, 9, null, undefined)),
}));

const row = orOdd(fc.record({
  key: orOdd(fc.constantFrom("f", "g", "__proto__")),
  active: orOdd(fc.constant(true)),
  "bucketing_identifier": orOdd(fc.constantFrom("device_id", null)),
  "evaluation_contexts": orOdd(fc.constantFrom(["c"], undefined)),
  filters: orOdd(fc.record({
    groups: orOdd(fc.array(condition, { maxLength: 3 })),
    multivariate: orOdd(
      fc.constantFrom(null, {
        variants: [{ key: "a", "rollout_percentage": 50 }],
      }),
    ),
    payloads: odd,
    holdout: orOdd(
      fc.constantFrom(null, { id: 1, "exclusion_percentage": 10 }),
    ),
    "early_exit": orOdd(fc.boolean()),
    "aggregation_group_type_index": orOdd(fc.constantFrom(null, 0)),
  })),
}));

const document = fc.record({
  flags: orOdd(fc.array(row, { maxLength: 4 })),
  "group_type_mapping": orOdd(fc.constant({ "0": "company" })),
  cohorts: odd,
  "property_matching_version": orOdd(fc.constantFrom(1, 2)),
});

const properties = fc.oneof(
  fc.dictionary(fc.constantFrom("p", "q", "__proto__"), fc.anything()),
  fc.anything(),
);

Deno.test("evaluateFlagSet() is total and repeatable for any JSON and any properties (FLG-064)", async () => {
  const property = fc.asyncProperty(
    document,
    properties,
    fc.anything(),
    async (json, given, groups) => {
      const definitions = parseFlagDefinitions(json);
      if (!definitions) return;
      const compiled = compileFlags(definitions);
      const input = buildEvaluationInput({
        distinctId: "ada",
        personProperties: given,
        groups,
        groupProperties: { company: given },
        evaluationContexts: ["c"],
        now: 0,
      });
      const first = await evaluateFlagSet(
        compiled,
        input,
        undefined,
        createSpyHasher(),
      );
      assertEquals(first.size, definitions.flags.size);
      assertEquals(
        await evaluateFlagSet(compiled, input, undefined, createSpyHasher()),
        first,
      );
    },
  );
  await fc.assert(property, { numRuns: 4000 });
});

Deno.test("Conditions give the same in any order of their filters (FLG-074)", async () => {
  const known = fc.constantFrom(
    { key: "distinct_id", value: "ada" },
    { key: "distinct_id", value: "x" },
    { key: "absent", value: "x" },
    { key: "id", type: "cohort", value: 1 },
  );
  const shuffled = fc.array(known, { minLength: 1, maxLength: 4 }).chain((
    filters,
  ) =>
    fc.tuple(
      fc.constant(filters),
      fc.shuffledSubarray(filters, { minLength: filters.length }),
    )
  );
  const property = fc.asyncProperty(shuffled, async ([filters, others]) => {
    assertEquals(
      await read([flag([{ properties: others }])]),
      await read([flag([{ properties: filters }])]),
    );
  });
  await fc.assert(property, { numRuns: 500 });
});

Deno.test("Raising a rollout keeps everyone in (FLG-041)", async () => {
  const share = fc.double({ min: 0, max: 100, noNaN: true });
  const property = fc.asyncProperty(
    fc.string({ minLength: 1 }),
    share,
    share,
    async (distinctId, a, b) => {
      const readAt = (share: number) =>
        read([flag([{ "rollout_percentage": share }])], { distinctId });
      if (await readAt(Math.min(a, b))) {
        assertEquals(
          await readAt(Math.max(a, b)),
          true,
        );
      }
    },
  );
  await fc.assert(property, { numRuns: 500 });
});
