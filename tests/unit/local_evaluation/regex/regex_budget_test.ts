// deno-lint-ignore-file no-boolean-literal-for-arguments -- they are expected values here
import { assert, assertEquals } from "@std/assert";
import { buildEvaluationInput } from "../../../../src/flags/input.ts";
import { readFlagDefinitions } from "../../../../src/local_evaluation/evaluation/definitions.ts";
import type { RegexOperators } from "../../../../src/local_evaluation/evaluation/matcher.ts";
import { evaluateFlagSet } from "../../../../src/local_evaluation/evaluation/passes.ts";
import type { FlagDefinitions } from "../../../../src/local_evaluation/evaluation/rules.ts";
import { createSearches } from "../../../../src/local_evaluation/evaluation/text_search.ts";
import { estimateSteps } from "../../../../src/local_evaluation/regex/regex_cost.ts";
import { scanRegex } from "../../../../src/local_evaluation/regex/regex_syntax.ts";
import {
  compile,
  createHarness,
  createSpyHasher,
  definitionsOf,
  filterFlag,
  flag,
} from "../../flags/_helpers.ts";
import { all, cohort } from "../evaluation/_filters.ts";

/** What one evaluation may take. */
const BUDGET = createSearches().left;

const SLOW = "[a-z]{1000}!";
const LONG_TEXT = "a".repeat(4000);

function countSteps(pattern: string, text: string): number {
  const scan = scanRegex(pattern);
  if (scan.kind !== "portable") throw new Error("The test's pattern is none");
  return estimateSteps(scan.shape, text.length);
}

const byPattern = (value: string, key: string, operator = "regex") => ({
  ...filterFlag({ operator, value }),
  key,
});

async function countDecided(
  definitions: FlagDefinitions,
  p: string,
): Promise<number> {
  const input = buildEvaluationInput({
    distinctId: "ada",
    now: 0,
    personProperties: { p },
  });
  const outcomes = await evaluateFlagSet(
    definitions,
    input,
    undefined,
    createSpyHasher(),
  );
  return [...outcomes.values()].filter(({ kind }) => kind === "value").length;
}

Deno.test("Five hundred slow conditions share the budget of one evaluation (FLD-087)", async () => {
  const flags = Array.from(
    { length: 500 },
    (_, index) => byPattern(SLOW, `f${index}`),
  );
  const definitions = compile(flags);
  const affordable = Math.floor(BUDGET / countSteps(SLOW, LONG_TEXT));
  assert(affordable < 5);
  assertEquals(await countDecided(definitions, LONG_TEXT), affordable);
  // Each evaluation has a budget of its own.
  assertEquals(await countDecided(definitions, LONG_TEXT), affordable);
  assertEquals(await countDecided(definitions, "short"), 500);
});

Deno.test("Patterns within one flag, of both operators and of cohorts, share it too (FLD-087)", async () => {
  const filter = { key: "p", type: "person", operator: "regex", value: SLOW };
  const conditions = Array.from({ length: 100 }, (_, index) => ({
    properties: [{ ...filter, value: `${SLOW}${index}` }],
  }));
  const definitions = compile([
    { ...flag(conditions), key: "conditions" },
    byPattern(SLOW, "not", "not_regex"),
    { ...flag([{ properties: [cohort(1)] }]), key: "member" },
  ], { cohorts: { "1": all(filter) } });
  assertEquals(await countDecided(definitions, LONG_TEXT), 0);
  assertEquals(await countDecided(definitions, "short"), 3);
});

Deno.test("What is small enough for the rest of a budget is searched (FLD-087)", async () => {
  const definitions = compile([
    byPattern(SLOW, "slow"),
    byPattern(SLOW, "slower"),
    byPattern("^aaa", "quick"),
  ]);
  assertEquals(await countDecided(definitions, LONG_TEXT), 2);
});

Deno.test("Three hundred usual patterns are within it (FLD-087)", async () => {
  const flags = Array.from(
    { length: 300 },
    (_, index) => byPattern(`^[^@]+@.*\\.example${index}\\.com$`, `f${index}`),
  );
  assertEquals(
    await countDecided(compile(flags), "somebody.somewhere@mail.example7.com"),
    300,
  );
});

Deno.test("A filter is searched for once an evaluation, however many passes it takes (FLD-087)", async () => {
  const searched: string[] = [];
  const regex: RegexOperators = {
    compile: (pattern) => () => {
      searched.push(pattern);
      // Whoever asked twice would hear something else.
      return searched.filter((each) => each === pattern).length === 1;
    },
  };
  const variants = [{ key: "b", "rollout_percentage": 100.1 }];
  const flags = ["x", "y"].map((value) => ({
    ...flag([{
      properties: [{ key: "p", type: "person", operator: "regex", value }],
      "rollout_percentage": 99.9,
    }], {
      multivariate: { variants },
      holdout: { id: 1, "exclusion_percentage": 0.01 },
    }),
    key: value,
    active: true,
  }));
  const definitions = readFlagDefinitions({ flags }, undefined, regex);
  assert(definitions);
  const hasher = createSpyHasher();
  const outcomes = await evaluateFlagSet(
    definitions,
    buildEvaluationInput({
      distinctId: "ada",
      now: 0,
      personProperties: { p: "text" },
    }),
    undefined,
    { digest: (texts) => Promise.resolve(hasher.digest(texts)) },
  );
  assertEquals(hasher.requests.length, 3);
  assertEquals(searched, ["x", "y"]);
  for (const outcome of outcomes.values()) {
    assertEquals(outcome.kind === "value" && outcome.value, "b");
  }
});

Deno.test("Later passes charge nothing (FLD-087)", async () => {
  const slow = {
    ...flag([{
      properties: [{ key: "p", operator: "not_regex", value: SLOW }],
      "rollout_percentage": 99.9,
    }], {
      multivariate: { variants: [{ key: "b", "rollout_percentage": 100.1 }] },
    }),
    key: "slow",
  };
  assertEquals(await countDecided(compile([slow]), LONG_TEXT), 1);
});

Deno.test("What is past the budget is asked of the server (FLD-087)", async () => {
  const flags = Array.from(
    { length: 20 },
    (_, index) => byPattern(SLOW, `f${index}`),
  );
  const harness = createHarness({ definitions: [definitionsOf(flags)] });
  const snapshot = await harness.evaluateFlags("ada", {
    personProperties: { p: LONG_TEXT },
  });
  assertEquals(harness.paths(), ["/flags/definitions", "/flags/"]);
  assertEquals(
    snapshot.keys.length,
    Math.floor(BUDGET / countSteps(SLOW, LONG_TEXT)),
  );
});
