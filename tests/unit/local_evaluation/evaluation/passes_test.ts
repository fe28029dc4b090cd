// deno-lint-ignore-file no-boolean-literal-for-arguments -- they are expected values here
import { assertEquals } from "@std/assert";
import { type Hasher, webCryptoHasher } from "../../../../src/core/hash.ts";
import { buildEvaluationInput } from "../../../../src/flags/input.ts";
import { evaluateFlagSet } from "../../../../src/local_evaluation/evaluation/passes.ts";
import {
  compile,
  createSpyHasher,
  evaluateOne,
  flag,
} from "../../flags/_helpers.ts";

const variants = {
  multivariate: {
    variants: [{ key: "a", "rollout_percentage": 50 }, {
      key: "b",
      "rollout_percentage": 50,
    }],
  },
};
const input = buildEvaluationInput({
  distinctId: "ada",
  groups: { company: "acme" },
  now: 0,
});

const HASHED: readonly (readonly [
  name: string,
  flag: Record<string, unknown>,
  texts: readonly string[],
])[] = [
  ["100 %", flag([{ "rollout_percentage": 100 }]), []],
  ["null and absent rollouts", flag([{ "rollout_percentage": null }, {}]), []],
  ["0 %", flag([{ "rollout_percentage": 0 }]), []],
  ["an honoured override", flag([{ variant: "b" }], variants), []],
  [
    "a holdout of everybody",
    flag([{}], { holdout: { id: 1, "exclusion_percentage": 100 } }),
    [],
  ],
  [
    "a condition that does not match",
    flag([{
      "rollout_percentage": 50,
      properties: [{ key: "distinct_id", value: "x" }],
    }]),
    [],
  ],
  ["a share", flag([{ "rollout_percentage": 50 }]), ["f.ada"]],
  [
    "shares of one person",
    flag([{ "rollout_percentage": 1 }, { "rollout_percentage": 2 }]),
    ["f.ada"],
  ],
  ["a variant", flag([{}], variants), ["f.adavariant"]],
  [
    "out of rollout, no variant",
    flag([{ "rollout_percentage": 0.0001 }], variants),
    ["f.ada"],
  ],
  [
    "an override's share, whatever comes behind it",
    flag([{ "rollout_percentage": 99.9, variant: "a" }, {}], variants),
    ["f.ada"],
  ],
  ["both", flag([{ "rollout_percentage": 99.9 }], variants), [
    "f.ada",
    "f.adavariant",
  ]],
];

for (const [name, row, texts] of HASHED) {
  Deno.test(`evaluateFlagSet() hashes only what decides: ${name} (FLG-042)`, async () => {
    const hasher = createSpyHasher();
    await evaluateOne(compile([row]), "f", {}, hasher);
    assertEquals(hasher.requests.flat(), texts);
  });
}

Deno.test("evaluateFlagSet() asks for the digests of all flags together, three times at most", async () => {
  const hasher = createSpyHasher();
  const holdout = { holdout: { id: 1, "exclusion_percentage": 1 } };
  const mixed = [{ "rollout_percentage": 0.001 }, {
    "rollout_percentage": 99.9,
    "aggregation_group_type_index": 0,
  }];
  const rows = Array.from(
    { length: 100 },
    (_, index) => ({
      ...flag(mixed, { ...variants, ...holdout }),
      key: `f${index}`,
    }),
  );
  const compiled = compile(rows, { "group_type_mapping": { "0": "company" } });
  const outcomes = await evaluateFlagSet(compiled, input, undefined, hasher);
  assertEquals(outcomes.size, 100);
  assertEquals(hasher.requests.map((texts) => texts.length), [1, 200, 100]);
});

Deno.test("evaluateFlagSet() remembers the buckets of an id, and of ids apart", async () => {
  const hasher = createSpyHasher();
  const compiled = compile([flag([{ "rollout_percentage": 50 }], variants)]);
  const first = await evaluateOne(compiled, "f", {}, hasher);
  const asked = hasher.requests.length;
  assertEquals(await evaluateOne(compiled, "f", {}, hasher), first);
  assertEquals(hasher.requests.length, asked);
  await evaluateOne(compiled, "f", { distinctId: "grace" }, hasher);
  assertEquals(hasher.requests.length > asked, true);
});

Deno.test("evaluateFlagSet() gives the same with Web Crypto (FLG-047)", async () => {
  const rows = [5, 50, 95].map((share) => ({
    ...flag([{ "rollout_percentage": share }], variants),
    key: `f${share}`,
  }));
  for (const distinctId of ["ada", "grace", "zoë", "😀"]) {
    const own = buildEvaluationInput({ distinctId, now: 0 });
    const [synchronous, asynchronous] = await Promise.all(
      [createSpyHasher(), webCryptoHasher].map((hasher) =>
        evaluateFlagSet(compile(rows), own, undefined, hasher)
      ),
    );
    assertEquals(asynchronous, synchronous);
  }
});

const bad: readonly (readonly [name: string, digest: () => unknown])[] = [
  ["throws", () => {
    throw new Error("no");
  }],
  ["rejects", () => Promise.reject(new Error("no"))],
  ["answers too little", () => []],
  ["answers with short digests", () => [new Uint8Array(3)]],
  ["answers with nonsense", () => "digest"],
];

for (const [name, digest] of bad) {
  Deno.test(`evaluateFlagSet() leaves hashed flags inconclusive when the hasher ${name}`, async () => {
    const hasher = { digest } as unknown as Hasher;
    const compiled = compile([flag([{ "rollout_percentage": 50 }]), {
      ...flag([{}]),
      key: "g",
    }]);
    const outcomes = await evaluateFlagSet(compiled, input, undefined, hasher);
    assertEquals([...outcomes].map(([key, { kind }]) => [key, kind]), [[
      "g",
      "value",
    ], ["f", "inconclusive"]]);
  });
}

Deno.test("evaluateFlagSet() evaluates each requested flag once and leaves unknown keys out", async () => {
  const outcomes = await evaluateFlagSet(compile([flag([{}])]), input, [
    "f",
    "f",
    "nope",
  ], createSpyHasher());
  assertEquals([...outcomes.keys()], ["f"]);
});
