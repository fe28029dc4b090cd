import { assert, assertEquals } from "@std/assert";
import {
  all,
  cohort,
  dependency,
  negated,
  unknown,
} from "../local_evaluation/evaluation/_filters.ts";
import {
  createHarness,
  definitionsOf,
  flag,
  type Harness,
  logged,
  remoteOf,
} from "./_helpers.ts";

const COHORTS = {
  "1": all({ key: "visited", type: "behavioral", value: "performed_event" }),
  "2": all(negated(cohort(404))),
};

const withFilter = (filter: Record<string, unknown>) =>
  flag([{ properties: [filter] }]);

/** A flag, and what is said of it; undefined: nothing. */
const ROWS: readonly (readonly [
  name: string,
  row: Record<string, unknown>,
  reason: string | undefined,
])[] = [
  ["experience continuity", {
    ...flag([{}]),
    "ensure_experience_continuity": true,
  }, "experience continuity"],
  [
    "a static or deleted cohort",
    withFilter(cohort(404)),
    "cohort 404 is not in the definitions",
  ],
  [
    "a cohort of such a cohort",
    withFilter(cohort(2)),
    "cohort 404 is not in the definitions",
  ],
  [
    "a behavioural cohort",
    withFilter(cohort(1)),
    'filters of type "behavioral"',
  ],
  [
    "an unknown operator",
    withFilter({ key: "p", operator: "sounds_like", value: 1 }),
    'the operator "sounds_like"',
  ],
  [
    "an encrypted payload",
    { ...flag([{}]), "has_encrypted_payloads": true },
    "its payload is encrypted",
  ],
  [
    "filters of another version",
    flag([{}], { version: 7 }),
    "the version of the flag's filters",
  ],
  ["a flag that is gone", withFilter(dependency("gone")), "is missing"],
  ["a property that is not given", withFilter(unknown), undefined],
  ["a plain flag", flag([{}]), undefined],
  ["a client-only flag", {
    ...flag([{}]),
    "evaluation_runtime": "client",
    "ensure_experience_continuity": true,
  }, undefined],
  ["an inactive flag", {
    ...flag([{}]),
    active: false,
    "ensure_experience_continuity": true,
  }, undefined],
];

const create = (
  rows: readonly Record<string, unknown>[],
  settings = {},
): Harness =>
  createHarness({
    definitions: [definitionsOf(rows, { cohorts: COHORTS })],
    settings,
  });

for (const [name, row, reason] of ROWS) {
  Deno.test(`A flag that is slow is named, with its reason: ${name} (FLD-034)`, async () => {
    const harness = create([{ ...row, key: "slow" }]);
    for (let call = 0; call < 3; call++) await harness.evaluateFlags("ada");
    const warnings = logged(harness, "warn");
    assertEquals(warnings.length, reason === undefined ? 0 : 1);
    if (reason === undefined) return;
    const [warning = ""] = warnings;
    for (
      const part of ['"slow"', reason, "flagKeys", "strictLocalEvaluation"]
    ) {
      assert(warning.includes(part), `${warning} lacks ${part}`);
    }
  });
}

const slow = (key: string) => ({
  ...flag([{}]),
  key,
  "ensure_experience_continuity": true,
});

Deno.test("Five flags are named, the others counted (FLD-034)", async () => {
  const keys = ["a", "b", "c", "d", "e", "f", "g"];
  const harness = create(keys.map(slow));
  await harness.evaluateFlags("ada");
  const [warning = "", ...others] = logged(harness, "warn");
  assertEquals(others, []);
  assert(warning.includes('"e" ('));
  assert(!warning.includes('"f"'));
  assert(warning.includes("and 2 more"));
});

Deno.test("Only flags that were evaluated are named, and none is compiled to be named (FLD-034)", async () => {
  const harness = create([slow("a"), slow("b"), { ...flag([{}]), key: "on" }]);
  await harness.evaluateFlags("ada", { flagKeys: ["on"] });
  assertEquals(logged(harness, "warn"), []);
  await harness.evaluateFlags("ada", { flagKeys: ["a", "on"] });
  const [warning = ""] = logged(harness, "warn");
  assert(warning.includes('"a"') && !warning.includes('"b"'));
});

Deno.test("Once for each version of the definitions, a confirmation being none (FLD-034)", async () => {
  const version = (etag: string) =>
    definitionsOf([slow("a")], { headers: { ETag: etag } });
  const harness = createHarness({
    definitions: [
      version('"1"'),
      { status: 304 },
      version('"2"'),
      version('"3"'),
    ],
  });
  const count = async () => {
    await harness.evaluateFlags("ada", { onlyEvaluateLocally: true });
    return logged(harness, "warn").length;
  };
  assertEquals(await count(), 1);
  await harness.reloadFeatureFlags();
  assertEquals([await count(), await count()], [1, 1]);
  await harness.reloadFeatureFlags();
  assertEquals([await count(), await count()], [2, 2]);
  await harness.reloadFeatureFlags();
  assertEquals(await count(), 3);
});

Deno.test("Silent with featureFlagsLogWarnings: false (FLD-034)", async () => {
  const harness = create([slow("a")], { featureFlagsLogWarnings: false });
  await harness.evaluateFlags("ada");
  assertEquals(logged(harness, "warn"), []);
});

Deno.test("An answer with errorsWhileComputingFlags gives one warning, and another after a whole answer (FLD-034)", async () => {
  const broken = remoteOf({}, { errorsWhileComputingFlags: true });
  const harness = createHarness({
    settings: { secretKey: undefined },
    remote: [broken, broken, remoteOf({}), broken],
  });
  const counts: number[] = [];
  for (let call = 0; call < 4; call++) {
    await harness.evaluateFlags("ada");
    counts.push(logged(harness, "warn").length);
  }
  assertEquals(counts, [1, 1, 1, 2]);
  assert(logged(harness, "warn")[0]?.includes("errorsWhileComputingFlags"));
});
