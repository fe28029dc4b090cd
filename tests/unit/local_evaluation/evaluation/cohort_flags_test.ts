// deno-lint-ignore-file no-boolean-literal-for-arguments -- they are expected values here
import { assert, assertEquals } from "@std/assert";
import { PostHog as PostHogNode } from "posthog-node";
import { buildEvaluationInput } from "../../../../src/flags/input.ts";
import { evaluateFlagSet } from "../../../../src/local_evaluation/evaluation/passes.ts";
import {
  compile,
  createSpyHasher,
  evaluateOne,
  flag,
} from "../../flags/_helpers.ts";
import {
  all,
  any,
  cohort,
  dependency,
  negated,
  no,
  server,
  unknown,
  yes,
} from "./_filters.ts";

const half = { "rollout_percentage": 50 };
const variants = {
  multivariate: { variants: [{ key: "b", "rollout_percentage": 100 }] },
};

/** Flags that cohorts ask for. */
const TARGETS = [
  { ...flag([{}]), key: "on" },
  { ...flag([]), key: "off" },
  { ...flag([{}], variants), key: "variant" },
  { ...flag([{}]), key: "inactive", active: false },
  { ...flag([half]), key: "half" },
  { ...flag([{ properties: [unknown] }]), key: "undecided" },
  { ...flag([{ properties: [server] }]), key: "static" },
  { ...flag([{ properties: [cohort(2)] }]), key: "by-cohort" },
];

type Expected = boolean | "inconclusive" | "requires-server";

/** The members of cohort 1, and whether "ada" is in; posthog-node says the same unless a note stands there. */
const ROWS: readonly (readonly [
  name: string,
  members: unknown,
  expected: Expected,
  note?: string,
])[] = [
  ["on", all(dependency("on")), true],
  ["off", all(dependency("off")), false],
  ["off is expected", all(dependency("off", { value: false })), true],
  ["on, and off is expected", all(dependency("on", { value: false })), false],
  ["a variant is on", all(dependency("variant")), true],
  ["that variant", all(dependency("variant", { value: "b" })), true],
  ["another variant", all(dependency("variant", { value: "c" })), false],
  ["inactive", all(dependency("inactive")), false],
  [
    "inactive, and off is expected",
    all(dependency("inactive", { value: false })),
    true,
  ],
  ["a value that no flag has", all(dependency("on", { value: 1 })), false],
  ["negated", all(negated(dependency("on"))), false],
  ["off, negated", all(negated(dependency("off"))), true],
  ["by a rollout that ada is not in", all(dependency("half")), false],
  ["AND: with a no", all(dependency("on"), no), false],
  ["AND: with a yes", all(yes, dependency("on")), true],
  ["OR: with a no", any(no, dependency("on")), true],
  ["OR: off and a no", any(dependency("off"), no), false],
  ["in a group", any(all(no), all(dependency("on"), yes)), true],
  ["through another cohort", all(cohort(2)), true],
  ["outside another cohort", all(cohort(2, { operator: "not_in" })), false],
  [
    "a flag that asks a cohort that asks a flag",
    all(dependency("by-cohort")),
    true,
  ],
  ["undecided", all(dependency("undecided")), "inconclusive"],
  ["undecided, negated", all(negated(dependency("undecided"))), "inconclusive"],
  ["undecided, and a no", all(dependency("undecided"), no), false],
  ["undecided, or a yes", any(dependency("undecided"), yes), true],
  ["of a static cohort", all(dependency("static")), "requires-server"],
  [
    "a chain with a missing flag",
    all(dependency("on", { "dependency_chain": ["gone", "on"] })),
    "inconclusive",
  ],
  [
    "an empty chain",
    all(dependency("on", { "dependency_chain": [] })),
    "inconclusive",
  ],
  [
    "no chain",
    all(dependency("on", { "dependency_chain": undefined })),
    "inconclusive",
  ],
  ["a flag that is not there", all(dependency("gone")), "inconclusive"],
  [
    "another operator",
    all(dependency("on", { operator: "exact" })),
    "inconclusive",
    "posthog-node looks at no operator here, and says yes",
  ],
  [
    "itself",
    all(dependency("asks", { "dependency_chain": ["asks"] })),
    "inconclusive",
    "posthog-node recurses until its stack ends",
  ],
];

function buildDocument(members: unknown) {
  const asks = { ...flag([{ properties: [cohort(1)] }]), key: "asks" };
  const flags = [asks, ...TARGETS].map((row) => ({ active: true, ...row }));
  const cohorts = { "1": members, "2": all(dependency("on")) };
  return { flags, cohorts };
}

for (const [name, members, expected, note] of ROWS) {
  const { flags, cohorts } = buildDocument(members);
  Deno.test(`A cohort asks for a flag: ${name} (FLD-040)`, async () => {
    for (const rows of [flags, flags.toReversed()]) {
      const outcome = await evaluateOne(compile(rows, { cohorts }), "asks");
      assert(outcome);
      assertEquals(
        outcome.kind === "value" ? outcome.value : outcome.kind,
        expected,
      );
    }
  });
  if (note !== undefined) continue;
  Deno.test(`posthog-node agrees about a cohort that asks for a flag: ${name} (FLD-040)`, async () => {
    const document = JSON.stringify({
      flags,
      cohorts,
      "group_type_mapping": {},
    });
    const posthog = new PostHogNode("phc_x", {
      personalApiKey: "phx_x",
      host: "https://h.test",
      featureFlagsPollingInterval: 1e9,
      fetch: () =>
        Promise.resolve(
          new Response(document, {
            headers: { "content-type": "application/json" },
          }),
        ),
    });
    try {
      assert(await posthog.waitForLocalEvaluationReady());
      const value = await posthog.getFeatureFlag("asks", "ada", {
        onlyEvaluateLocally: true,
        sendFeatureFlagEvents: false,
        // It fills this in itself no more than any other property.
        personProperties: { "distinct_id": "ada" },
      });
      assertEquals(value, typeof expected === "boolean" ? expected : undefined);
    } finally {
      await posthog.shutdown();
    }
  });
}

Deno.test("The digests of flags in cohorts are asked for together, in as many rounds as levels (FLD-040)", async () => {
  const rows = [1, 2, 3].map((id) => ({
    ...flag([{ properties: [cohort(id)], ...half }]),
    key: `f${id}`,
  }));
  const compiled = compile([...rows, ...TARGETS], {
    cohorts: {
      "1": all(dependency("half")),
      "2": any(cohort(1), dependency("half", { value: false })),
      "3": all(dependency("f1")),
    },
  });
  const hasher = createSpyHasher();
  const input = buildEvaluationInput({ distinctId: "ada", now: 0 });
  const outcomes = await evaluateFlagSet(
    compiled,
    input,
    ["f1", "f2", "f3"],
    hasher,
  );
  for (const key of ["f1", "f2", "f3"]) {
    assertEquals(outcomes.get(key)?.kind, "value");
  }
  const texts = hasher.requests.flat();
  assertEquals(new Set(texts).size, texts.length);
  assertEquals(hasher.requests[0], ["half.ada"]);
});

Deno.test("Flags and cohorts that lead into each other end, however deep, and block nobody (FLD-040)", async () => {
  /** Groups and cohorts as deep as they may nest, around a leaf. */
  const wrap = (
    leaf: unknown,
    id: number,
    cohorts: Record<string, unknown>,
  ) => {
    for (let level = 0; level < 20; level++) {
      let group: unknown = level === 0
        ? all(leaf)
        : all(cohort(id + level - 1));
      for (let depth = 0; depth < 19; depth++) group = any(group);
      cohorts[id + level] = group;
    }
    return id + 19;
  };
  const cohorts: Record<string, unknown> = {};
  const flags = [{ ...flag([{}]), key: "f0" }];
  for (let index = 1; index < 200; index++) {
    const id = wrap(dependency(`f${index - 1}`), 1000 * index, cohorts);
    flags.push({ ...flag([{ properties: [cohort(id)] }]), key: `f${index}` });
  }
  const loop = { ...flag([{ properties: [cohort(1)] }]), key: "loop" };
  cohorts["1"] = all(cohort(2));
  cohorts["2"] = all(dependency("loop"));
  const compiled = compile([...flags, loop], { cohorts });
  const read = async (key: string) => (await evaluateOne(compiled, key))?.kind;
  assertEquals(await read("f3"), "value");
  assertEquals(await read("f199"), "inconclusive");
  assertEquals(await read("loop"), "inconclusive");
  assertEquals(await read("f0"), "value");
});

Deno.test("What a cohort of ten thousand others asks for is found out once (FLD-040)", async () => {
  const cohorts: Record<string, unknown> = {
    "0": all(...Array.from({ length: 10_000 }, (_, id) => cohort(id + 1))),
  };
  for (let id = 1; id <= 10_000; id++) cohorts[id] = any(yes, dependency("on"));
  const flags = Array.from({ length: 10_000 }, (_, index) => {
    cohorts[20_000 + index] = all(cohort(0));
    return {
      ...flag([{ properties: [cohort(20_000 + index)] }]),
      key: `f${index}`,
    };
  });
  const compiled = compile([...flags, ...TARGETS], { cohorts });
  const input = buildEvaluationInput({ distinctId: "ada", now: 0 });
  const outcomes = await evaluateFlagSet(
    compiled,
    input,
    undefined,
    createSpyHasher(),
  );
  assertEquals(outcomes.get("f9999")?.kind, "value");
});
