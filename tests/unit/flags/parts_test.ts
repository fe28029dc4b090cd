import { assertEquals } from "@std/assert";
import { localEvaluation } from "../../../src/local_evaluation/local_evaluation.ts";
import type { RegexOperators } from "../../../src/local_evaluation/evaluation/matcher.ts";
import { createFeatureFlags } from "../../../src/flags/feature.ts";
import {
  SINGLE_FLAG_METHODS,
  withSingleFlags,
} from "../../../src/compat/single_flags.ts";
import { checkFlagOptions } from "../../../src/flags/options.ts";
import { OptionReader } from "../../../src/options/reader.ts";
import {
  createHarness,
  definitionsOf,
  filterFlag,
  flag,
  logged,
  remoteOf,
} from "./_helpers.ts";

const EMAIL = { key: "email", value: "^ada@" };

for (const operator of ["regex", "not_regex"]) {
  Deno.test(`A filter with ${operator} is left to PostHog without regexOperators()`, async () => {
    const harness = createHarness({
      local: localEvaluation(),
      definitions: [definitionsOf([filterFlag({ ...EMAIL, operator })])],
      remote: [remoteOf({ f: { enabled: true, variant: "server" } })],
    });
    const personProperties = { email: "ada@x.test" };
    const flags = await harness.evaluateFlags("ada", { personProperties });
    assertEquals(flags.getResult("f")?.source, "remote");
    assertEquals(harness.paths(), ["/flags/definitions", "/flags/"]);
    assertEquals(
      logged(harness, "debug").filter((text) =>
        text.includes("regular expressions are not part of this client")
      ).length,
      1,
    );
  });
}

Deno.test("A regex without 'compile' is refused, and counts as none", async () => {
  const regex = {} as RegexOperators;
  const local = localEvaluation({ regex });
  const read = new OptionReader({});
  createFeatureFlags({ local }).check(read);
  assertEquals(read.problems.map(({ message }) => message), [
    "Cannot use option 'use': 'regex' of 'localEvaluation' has no 'compile'",
  ]);
  const harness = createHarness({
    local,
    definitions: [
      definitionsOf([filterFlag({ ...EMAIL, operator: "regex" })]),
    ],
    remote: [remoteOf({ f: { enabled: true } })],
  });
  const personProperties = { email: "ada@x.test" };
  const flags = await harness.evaluateFlags("ada", { personProperties });
  assertEquals(flags.getResult("f")?.source, "remote");
});

Deno.test("A flag that the application's regex fails on is alone in that, and compiled once (FLD-082)", async () => {
  let compiled = 0;
  const regex = {
    compile() {
      compiled++;
      throw new Error("no patterns here");
    },
  };
  const harness = createHarness({
    local: localEvaluation({ regex }),
    definitions: [
      definitionsOf([
        filterFlag({ ...EMAIL, operator: "regex" }),
        { ...flag([{}]), key: "other" },
      ]),
    ],
    remote: [remoteOf({ f: { enabled: true } })],
  });
  for (let call = 0; call < 2; call++) {
    const flags = await harness.evaluateFlags("ada");
    assertEquals(flags.getResult("f")?.source, "remote");
    assertEquals(flags.getResult("other")?.source, "local");
  }
  assertEquals(compiled, 1);
  assertEquals(logged(harness, "warn"), []);
});

Deno.test("Of 10,000 definitions only the flag asked for is compiled, with what it depends on", async () => {
  const patterns: string[] = [];
  const regex: RegexOperators = {
    compile(pattern) {
      patterns.push(pattern);
      return () => true;
    },
  };
  const rows = Array.from({ length: 10_000 }, (_, index) => {
    const own = {
      ...EMAIL,
      type: "person",
      operator: "regex",
      value: `${index}`,
    };
    const needed = {
      key: "f8",
      type: "flag",
      operator: "flag_evaluates_to",
      value: true,
      "dependency_chain": ["f8"],
    };
    const properties = index === 7 ? [own, needed] : [own];
    return { ...flag([{ properties }]), key: `f${index}` };
  });
  const harness = createHarness({
    local: localEvaluation({ regex }),
    definitions: [definitionsOf(rows)],
  });
  const evaluate = (flagKeys?: readonly string[]) =>
    harness.evaluateFlags("ada", {
      flagKeys,
      personProperties: { email: "ada@x.test" },
    });
  assertEquals((await evaluate(["f5"])).getResult("f5")?.source, "local");
  assertEquals(patterns, ["5"]);
  assertEquals((await evaluate(["f7"])).getResult("f7")?.enabled, true);
  assertEquals(patterns, ["5", "7", "8"]);
  await evaluate(["f5", "f7"]);
  assertEquals(patterns.length, 3);
  const all = await evaluate();
  assertEquals(patterns.length, 10_000);
  // In the document's order, whatever came first.
  assertEquals(all.keys.slice(4, 9), ["f4", "f5", "f6", "f7", "f8"]);
});

Deno.test("Parts of null are as good as none", () => {
  const read = new OptionReader({});
  const nothing = null as unknown as undefined;
  createFeatureFlags({ local: localEvaluation(nothing) }).check(read);
  createFeatureFlags(nothing).check(read);
  assertEquals(read.problems, []);
});

Deno.test("A cohort with a regular expression is left to PostHog without regexOperators()", async () => {
  const person = { type: "person", operator: "regex", ...EMAIL };
  const inCohort = { key: "id", type: "cohort", value: 7 };
  const harness = createHarness({
    local: localEvaluation(),
    definitions: [
      definitionsOf([flag([{ properties: [inCohort] }])], {
        cohorts: { "7": { type: "AND", values: [person] } },
      }),
    ],
    remote: [remoteOf({ f: { enabled: true } })],
  });
  const personProperties = { email: "ada@x.test" };
  const flags = await harness.evaluateFlags("ada", { personProperties });
  assertEquals(flags.getResult("f")?.source, "remote");
});

Deno.test("Without localEvaluation() PostHog is asked for every evaluation, and for no definitions", async () => {
  const harness = createHarness({
    local: undefined,
    remote: [remoteOf({ f: { enabled: true, variant: "a" } })],
  });
  assertEquals((await harness.evaluateFlags("ada")).getFlag("f"), "a");
  assertEquals(harness.isLocalEvaluationReady(), false);
  assertEquals(await harness.waitForLocalEvaluationReady(1), false);
  await harness.reloadFeatureFlags();
  assertEquals(
    await harness.getFeatureFlagPayload("f", "ada", "other"),
    null,
  );
  assertEquals(harness.paths(), ["/flags/", "/flags/"]);
  await harness.shutdown(new AbortController().signal);
});

Deno.test("Without localEvaluation() nothing is decided where PostHog may not be asked", async () => {
  const harness = createHarness({ local: undefined });
  const flags = await harness.evaluateFlags("ada", {
    onlyEvaluateLocally: true,
  });
  assertEquals(flags.detail("f", "x").reason, "inconclusive");
  assertEquals(harness.requests, []);
});

/** The options that a feature asks for. */
function listOptions(feature: ReturnType<typeof createFeatureFlags>): string[] {
  const asked = new Set<string>();
  const given = new Proxy({}, {
    get: (_target, name) => void asked.add(String(name)),
  });
  feature.check(new OptionReader(given));
  return [...asked].sort();
}

Deno.test("Each part reads its own options", () => {
  const alone = listOptions(createFeatureFlags(undefined));
  const withLocal = listOptions(
    createFeatureFlags({ local: localEvaluation() }),
  );
  assertEquals(alone, [
    "evaluationContexts",
    "evaluationEnvironments",
    "featureFlagsLogWarnings",
    "featureFlagsRequestMaxRetries",
    "featureFlagsRequestTimeoutMs",
    "maxCacheSize",
    "personalApiKey",
    "projectId",
    "secretKey",
    "sendFeatureFlagEvent",
    "strictLocalEvaluation",
  ]);
  assertEquals(withLocal.filter((name) => !alone.includes(name)), [
    "enableLocalEvaluation",
    "featureFlagsPollingInterval",
    "flagDefinitionCache",
    "hasher",
    "maxDefinitionAgeMs",
    "projectTimezone",
  ]);
});

Deno.test("The single-flag methods are there only where they are handed in", () => {
  const single = SINGLE_FLAG_METHODS;
  const { verbs } = createFeatureFlags(undefined);
  assertEquals(withSingleFlags(createFeatureFlags(undefined)).verbs, [
    ...verbs,
    ...single,
  ]);
  assertEquals(verbs.filter((name) => single.includes(String(name))), []);
});

Deno.test("A secret key is kept out of messages, and a project token is refused in its place and kept out as well (UPS-164)", () => {
  const read = new OptionReader({
    secretKey: "phc_x",
    personalApiKey: "phx_x",
    featureFlagsRequestMaxRetries: 99,
  });
  const options = checkFlagOptions(read);
  assertEquals([options.secretKey, options.featureFlagsRequestMaxRetries], [
    "phx_x",
    5,
  ]);
  assertEquals(read.secrets, ["phc_x", "phx_x"]);
  assertEquals(read.problems.map(({ option }) => option), ["secretKey"]);
});
