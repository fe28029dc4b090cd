// deno-lint-ignore-file no-boolean-literal-for-arguments -- they are expected values here
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { createHash } from "node:crypto";
import type { Hasher } from "../../../../src/core/hash.ts";
import {
  HOLDOUT_SLOT,
  toRolloutSlot,
  toVariantSlot,
} from "../../../../src/local_evaluation/evaluation/bucket_table.ts";
import { toBucket } from "../../../../src/local_evaluation/evaluation/bucketing.ts";
import { buildEvaluationInput } from "../../../../src/flags/input.ts";
import { evaluateFlagSet } from "../../../../src/local_evaluation/evaluation/passes.ts";
import type { FlagDefinitions } from "../../../../src/local_evaluation/evaluation/rules.ts";
import type { FlagOutcome } from "../../../../src/local_evaluation/evaluation/outcome.ts";
import { compile, createSpyHasher } from "../../flags/_helpers.ts";
import { cohort, dependency, no, server, unknown, yes } from "./_filters.ts";

type Row = Record<string, unknown>;

const arms = {
  variants: [{ key: "a", "rollout_percentage": 50 }, {
    key: "b",
    "rollout_percentage": 50,
  }],
};
const KEYS = ["a", "b", "c", "d", "e"];

const filter = fc.oneof(
  { weight: 2, arbitrary: fc.constantFrom(yes, no, unknown, server) },
  { weight: 1, arbitrary: fc.constantFrom(cohort(1), cohort(2)) },
  {
    weight: 4,
    arbitrary: fc.tuple(
      fc.constantFrom(...KEYS, "gone"),
      fc.constantFrom(true, true, false, "a"),
    ).map(([key, value]) => dependency(key, { value })),
  },
);
const index = fc.constantFrom(undefined, undefined, null, 0, 1, 2);
const rollout = fc.constantFrom(0, 20, 50, 80, 100);
const condition = fc.record({
  properties: fc.array(filter, { maxLength: 3 }),
  "rollout_percentage": rollout,
  "aggregation_group_type_index": index,
  variant: fc.constantFrom(undefined, "a"),
});
const body = fc.record({
  active: fc.constantFrom(true, true, true, false),
  "bucketing_identifier": fc.constantFrom(undefined, "device_id"),
  "evaluation_runtime": fc.constantFrom(undefined, undefined, "client"),
  filters: fc.record({
    groups: fc.array(condition, { maxLength: 3 }),
    multivariate: fc.constantFrom(null, arms),
    "early_exit": fc.boolean(),
    "aggregation_group_type_index": fc.constantFrom(null, null, 0),
    holdout: fc.constantFrom(null, null, { id: 1, "exclusion_percentage": 30 }),
    version: fc.constantFrom(1, 1, 1, 2),
  }),
});
const rows = fc.tuple(
  ...KEYS.map((key) => body.map((row) => ({ key, ...row }))),
);
const rest = {
  "group_type_mapping": { "0": "company", "1": "team" },
  cohorts: {
    "1": { type: "AND", values: [yes] },
    "2": {
      type: "OR",
      values: [no, unknown, cohort(1, { operator: "not_in" })],
    },
  },
};
const inputs = fc.string({ minLength: 1, maxLength: 3 }).map((distinctId) =>
  buildEvaluationInput({
    distinctId,
    deviceId: "phone",
    groups: { company: "acme" },
    now: 0,
  })
);

function summarize(outcomes: ReadonlyMap<string, FlagOutcome>): unknown {
  return [...outcomes].map(([key, outcome]) =>
    outcome.kind === "value"
      ? [key, outcome.value, outcome.reason]
      : [key, outcome.kind]
  ).toSorted();
}

/** Fills in every bucket there is, so that nothing is ever missing. */
function warm(
  compiled: FlagDefinitions,
  ids: readonly string[],
): FlagDefinitions {
  const hash = (text: string) =>
    toBucket(createHash("sha1").update(text).digest());
  for (const id of ids) {
    const rules = compiled.flags.select(undefined);
    const row = compiled.buckets.getRow(id, rules.length);
    row[HOLDOUT_SLOT] = hash(`holdout-${id}`);
    for (const { key, index } of rules) {
      row[toRolloutSlot(index)] = hash(`${key}.${id}`);
      row[toVariantSlot(index)] = hash(`${key}.${id}variant`);
    }
  }
  return compiled;
}

const lateHasher: Hasher = {
  digest: (texts) =>
    Promise.resolve().then(() => createSpyHasher().digest(texts)),
};

Deno.test("evaluateFlagSet() gives the same with every bucket known, none, and digests that come later (FLG-047, FLG-080)", async () => {
  const property = fc.asyncProperty(rows, inputs, async (rows, input) => {
    const hasher = createSpyHasher();
    const compiled = compile(rows, rest);
    const outcomes = await evaluateFlagSet(compiled, input, undefined, hasher);
    assertEquals(hasher.requests.length <= 3 * compiled.flags.levels, true);
    const texts = hasher.requests.flat();
    assertEquals(new Set(texts).size, texts.length);
    const late = evaluateFlagSet(
      compile(rows, rest),
      input,
      undefined,
      lateHasher,
    );
    assertEquals(summarize(await late), summarize(outcomes));
    const known = evaluateFlagSet(
      warm(compile(rows, rest), [input.distinctId, "phone", "acme"]),
      input,
      undefined,
      { digest: () => [] },
    );
    assertEquals(summarize(await known), summarize(outcomes));
  });
  await fc.assert(property, { numRuns: 2000 });
});

Deno.test("evaluateFlagSet() gives the same in any order of flags, keys and filters, each flag asked alone or not (FLG-074, FLG-080)", async () => {
  const shuffled = fc.shuffledSubarray(KEYS, { minLength: KEYS.length });
  const property = fc.asyncProperty(
    rows,
    inputs,
    shuffled,
    shuffled,
    async (rows, input, order, keys) => {
      const evaluate = (rows: readonly Row[], keys?: readonly string[]) =>
        evaluateFlagSet(compile(rows, rest), input, keys, createSpyHasher());
      const expected = summarize(await evaluate(rows));
      const others = order.flatMap((key) =>
        rows.filter((row) => row.key === key)
      ).map(reverseFilters);
      assertEquals(summarize(await evaluate(others, keys)), expected);
      const alone = await Promise.all(keys.map((key) => evaluate(rows, [key])));
      assertEquals(
        summarize(new Map(alone.flatMap((outcomes) => [...outcomes]))),
        expected,
      );
    },
  );
  await fc.assert(property, { numRuns: 1000 });
});

function reverseFilters<
  T extends { filters: { groups: { properties: unknown[] }[] } },
>(row: T): T {
  const groups = row.filters.groups.map((group) => ({
    ...group,
    properties: group.properties.toReversed(),
  }));
  return { ...row, filters: { ...row.filters, groups } };
}
