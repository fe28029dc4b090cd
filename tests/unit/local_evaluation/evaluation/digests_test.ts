import { assert, assertEquals } from "@std/assert";
import {
  buildHoldoutText,
  buildRolloutText,
  buildVariantText,
  toBucket,
} from "../../../../src/local_evaluation/evaluation/bucketing.ts";
import { buildEvaluationInput } from "../../../../src/flags/input.ts";
import { evaluateFlagSet } from "../../../../src/local_evaluation/evaluation/passes.ts";
import { compile, createSpyHasher, flag } from "../../flags/_helpers.ts";

const multivariate = {
  variants: ["a", "b"].map((key) => ({ key, "rollout_percentage": 50 })),
};
const half = { "rollout_percentage": 50 };

/** The bucket of a text, by a hasher of its own. */
function bucketOf(text: string): number {
  const [digest] = createSpyHasher().digest([text]) as Uint8Array[];
  return digest ? toBucket(digest) : NaN;
}

interface Kind {
  readonly name: string;
  readonly conditions: readonly Record<string, unknown>[];
  readonly filters?: Record<string, unknown>;
  readonly row?: Record<string, unknown>;
  /** The digests that can decide a flag of this kind, for an id. */
  readonly needs: (key: string, id: string) => readonly string[];
}

const needsNone = () => [];
const needsRollout = (key: string, id: string) => [buildRolloutText(key, id)];

const KINDS: readonly Kind[] = [
  {
    name: "100 %",
    conditions: [{ "rollout_percentage": 100 }],
    needs: needsNone,
  },
  {
    name: "0 %, several",
    conditions: [{ "rollout_percentage": 0 }, { "rollout_percentage": 0 }],
    filters: { multivariate },
    needs: needsNone,
  },
  {
    name: "null and absent",
    conditions: [{ "rollout_percentage": null }, {}],
    needs: needsNone,
  },
  {
    name: "no by a filter",
    conditions: [{
      ...half,
      properties: [{ key: "distinct_id", value: "nobody" }],
    }],
    filters: { multivariate },
    needs: needsNone,
  },
  { name: "no conditions", conditions: [], needs: needsNone },
  {
    name: "an override, everybody in",
    conditions: [{ variant: "b" }],
    filters: { multivariate },
    needs: needsNone,
  },
  {
    name: "inactive",
    conditions: [half],
    row: { active: false },
    needs: needsNone,
  },
  {
    name: "for clients",
    conditions: [half],
    row: { "evaluation_runtime": "client" },
    needs: needsNone,
  },
  {
    name: "enrollment",
    conditions: [half],
    filters: { "feature_enrollment": true },
    needs: needsNone,
  },
  {
    // A group's, whose holdout nothing else here asks for.
    name: "everybody held out",
    conditions: [half],
    filters: {
      holdout: { id: 1, "exclusion_percentage": 100 },
      "aggregation_group_type_index": 0,
    },
    needs: needsNone,
  },
  {
    name: "a missing group",
    conditions: [{ ...half, "aggregation_group_type_index": 1 }],
    needs: needsNone,
  },
  { name: "a share", conditions: [half], needs: needsRollout },
  {
    name: "shares, and one behind them",
    conditions: [{ "rollout_percentage": 0.01 }, half, {}],
    needs: needsRollout,
  },
  {
    name: "a share of whom a filter does not know",
    conditions: [{ ...half, properties: [{ key: "absent", value: 1 }] }],
    needs: needsRollout,
  },
  {
    name: "an override's share",
    conditions: [{ ...half, variant: "a" }],
    filters: { multivariate },
    needs: needsRollout,
  },
  {
    name: "early exit",
    conditions: [half, {}],
    filters: { "early_exit": true },
    needs: needsRollout,
  },
  {
    name: "a group's share",
    conditions: [{ ...half, "aggregation_group_type_index": 0 }],
    needs: (key) => needsRollout(key, "acme"),
  },
  {
    name: "variants",
    conditions: [{}],
    filters: { multivariate },
    needs: (key, id) => [buildVariantText(key, id)],
  },
  {
    name: "variants of a share",
    conditions: [half],
    filters: { multivariate },
    needs: needsVariantWithin(50),
  },
  {
    name: "variants of a share, with a holdout",
    conditions: [half],
    filters: { multivariate, holdout: { id: 1, "exclusion_percentage": 30 } },
    needs: (key, id) => {
      const text = buildHoldoutText(id);
      const rest = bucketOf(text) <= 0.3 ? [] : needsVariantWithin(50)(key, id);
      return [text, ...rest];
    },
  },
];

/** Whoever is out needs no variant. */
function needsVariantWithin(percentage: number): Kind["needs"] {
  return (key, id) => {
    const rollout = buildRolloutText(key, id);
    return bucketOf(rollout) <= percentage / 100
      ? [rollout, buildVariantText(key, id)]
      : [rollout];
  };
}

/** 1,000 flags: fifty of each kind. */
const FLAGS = Array.from({ length: 1000 }, (_, index) => {
  const kind = KINDS[index % KINDS.length];
  if (!kind) throw new Error("There is a kind for each");
  const { conditions, filters, row } = kind;
  const key = `flag-${index}`;
  return { kind, key, row: { ...flag(conditions, filters), ...row, key } };
});

for (const distinctId of ["ada", "grace", "held-out-5"]) {
  Deno.test(`evaluateFlagSet() asks for no digest of 1,000 flags that can't decide, and for none twice, for ${distinctId} (FLG-042, FLG-081)`, async () => {
    assertEquals(FLAGS.length % KINDS.length, 0);
    const compiled = compile(FLAGS.map(({ row }) => row), {
      "group_type_mapping": { "0": "company", "1": "project" },
    });
    const input = buildEvaluationInput({
      distinctId,
      groups: { company: "acme" },
      now: 0,
    });
    const hasher = createSpyHasher();
    const first = await evaluateFlagSet(compiled, input, undefined, hasher);
    const needed = new Set(
      FLAGS.flatMap(({ kind, key }) => kind.needs(key, distinctId)),
    );
    assertEquals(hasher.requests.flat().toSorted(), [...needed].toSorted());
    assert(hasher.requests.length <= 3, `${hasher.requests.length} rounds`);
    const again = await evaluateFlagSet(compiled, input, undefined, hasher);
    assertEquals(hasher.requests.flat().length, needed.size);
    assertEquals([...again].sort(), [...first].sort());
  });
}

/** A flag with a holdout, a share and variants that waits for another. */
function dependent(key: string, target: string | undefined) {
  const properties = target === undefined ? [] : [{
    type: "flag",
    key: target,
    operator: "flag_evaluates_to",
    value: true,
    "dependency_chain": [target],
  }];
  const conditions = [{ "rollout_percentage": 99.9, properties }];
  const holdout = { id: 1, "exclusion_percentage": 0.1 };
  return { ...flag(conditions, { multivariate, holdout }), key };
}

for (const depth of [0, 1, 2, 5]) {
  Deno.test(
    `evaluateFlagSet() asks at most ${
      3 * (depth + 1)
    } times for dependencies ${depth} deep, whatever depends on them (FLG-081)`,
    async () => {
      const chain = Array.from({ length: depth }, (_, level) => {
        return dependent(
          `level-${level}`,
          level ? `level-${level - 1}` : undefined,
        );
      });
      const last = depth ? `level-${depth - 1}` : undefined;
      const many = Array.from(
        { length: 100 },
        (_, index) => dependent(`flag-${index}`, last),
      );
      const compiled = compile([...many, ...chain]);
      const hasher = createSpyHasher();
      const input = buildEvaluationInput({ distinctId: "ada", now: 0 });
      const outcomes = await evaluateFlagSet(
        compiled,
        input,
        undefined,
        hasher,
      );
      assertEquals(
        [...outcomes.values()].filter(({ kind }) => kind !== "value"),
        [],
      );
      const { length } = hasher.requests;
      assert(length <= 3 * (depth + 1), `${length} rounds`);
      const texts = hasher.requests.flat();
      assertEquals(texts.length, new Set(texts).size);
    },
  );
}
