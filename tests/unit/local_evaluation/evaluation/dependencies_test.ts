// deno-lint-ignore-file no-boolean-literal-for-arguments -- they are expected values here
import { assertEquals } from "@std/assert";
import { buildEvaluationInput } from "../../../../src/flags/input.ts";
import { evaluateFlagSet } from "../../../../src/local_evaluation/evaluation/passes.ts";
import {
  compile,
  createSpyHasher,
  evaluateOne,
  flag,
  read,
} from "../../flags/_helpers.ts";
import { dependency, no, server, unknown, yes } from "./_filters.ts";

const variant = {
  multivariate: { variants: [{ key: "b", "rollout_percentage": 100 }] },
};
const TARGETS: Readonly<Record<string, Record<string, unknown>>> = {
  on: flag([{}]),
  off: flag([]),
  variant: flag([{}], variant),
  "variant true": flag([{}], {
    multivariate: { variants: [{ key: "true", "rollout_percentage": 100 }] },
  }),
  inactive: { ...flag([{}]), active: false },
  "inactive, of another version": {
    ...flag([{}], { version: 7 }),
    active: false,
  },
  "another version": flag([{}], { version: 7 }),
  "client-only": { ...flag([{}]), "evaluation_runtime": "client" },
  "another context": { ...flag([{}]), "evaluation_contexts": ["other"] },
  "missing group": flag([{}], { "aggregation_group_type_index": 0 }),
  continuity: { ...flag([{}]), "ensure_experience_continuity": true },
  unknown: flag([{ properties: [unknown] }]),
  "static cohort": flag([{ properties: [server] }]),
  enrolled: flag([], { "feature_enrollment": true }),
};

type Expected = boolean | "inconclusive" | "requires-server";

const TRUTH: readonly (readonly [
  target: string,
  value: unknown,
  expected: Expected,
])[] = [
  ["on", true, true],
  ["on", false, false],
  ["on", "true", false],
  ["on", "b", false],
  ["off", true, false],
  ["off", false, true],
  ["off", "false", false],
  ["variant", true, true],
  ["variant", false, false],
  ["variant", "b", true],
  ["variant", "B", false],
  ["variant", "bb", false],
  ["variant true", "true", true],
  ["on", null, false],
  ["on", undefined, false],
  ["on", 1, false],
  ["on", [true], false],
  ["variant", ["b"], false],
  ["on", { b: true }, false],
  // A value that no flag has needs no target.
  ["unknown", 5, false],
  ["inactive", false, true],
  ["inactive", true, false],
  ["inactive, of another version", false, true],
  ["client-only", false, true],
  ["client-only", true, false],
  ["another context", false, true],
  ["another context", true, false],
  ["missing group", false, true],
  ["missing group", true, false],
  ["continuity", true, "inconclusive"],
  ["continuity", false, "inconclusive"],
  ["unknown", true, "inconclusive"],
  ["unknown", "b", "inconclusive"],
  ["another version", true, "requires-server"],
  ["static cohort", true, "requires-server"],
  ["static cohort", false, "requires-server"],
  ["enrolled", true, true],
];

const RAW = {
  evaluationContexts: ["own"],
  personProperties: { "$feature_enrollment/target": true },
};
const REST = { "group_type_mapping": { "0": "company" } };

for (const [target, value, expected] of TRUTH) {
  Deno.test(`A dependency: ${target} against ${JSON.stringify(value)} is ${expected} (FLG-080)`, async () => {
    const rows = [
      flag([{ properties: [dependency("target", { value })] }]),
      { ...TARGETS[target], key: "target" },
    ];
    assertEquals(await read(rows, RAW, REST), expected);
  });
}

const CHAINS: readonly (readonly [
  name: string,
  rest: Record<string, unknown>,
  expected: Expected,
])[] = [
  ["a chain through others", { "dependency_chain": ["f", "target"] }, true],
  ["missing", { "dependency_chain": undefined }, "inconclusive"],
  ["null", { "dependency_chain": null }, "inconclusive"],
  ["no array", { "dependency_chain": "target" }, "inconclusive"],
  ["empty", { "dependency_chain": [] }, "inconclusive"],
  [
    "with something else",
    { "dependency_chain": [5, "target"] },
    "inconclusive",
  ],
  [
    "naming a missing flag",
    { "dependency_chain": ["gone", "target"] },
    "inconclusive",
  ],
  ["of a missing flag", {
    key: "gone",
    "dependency_chain": ["target"],
  }, "inconclusive"],
  ["of a missing flag, for a value that no flag has", {
    key: "gone",
    value: 5,
    "dependency_chain": ["target"],
  }, "inconclusive"],
  ["of an inherited name", {
    key: "toString",
    "dependency_chain": ["toString"],
  }, "inconclusive"],
  ["another operator", { operator: "exact" }, false],
  ["another operator, no chain", {
    operator: "exact",
    "dependency_chain": [],
  }, false],
  ["no operator", { operator: null }, false],
  ["the operator on a person", { type: "person" }, "inconclusive"],
];

for (const [name, rest, expected] of CHAINS) {
  Deno.test(`A dependency's chain: ${name} (FLG-080)`, async () => {
    const rows = [flag([{ properties: [dependency("target", rest)] }]), {
      ...flag([{}]),
      key: "target",
    }];
    assertEquals(await read(rows), expected);
  });
}

const KLEENE: readonly (readonly [
  name: string,
  properties: readonly unknown[],
  expected: Expected,
])[] = [
  ["unknown, and a certain no", [dependency("unknown"), no], false],
  ["server, and a certain no", [dependency("server"), no], false],
  [
    "unknown and server",
    [dependency("unknown"), dependency("server")],
    "requires-server",
  ],
  [
    "off, whatever else",
    [dependency("unknown"), server, dependency("off")],
    false,
  ],
  ["unknown and yes", [dependency("unknown"), yes], "inconclusive"],
];

for (const [name, properties, expected] of KLEENE) {
  Deno.test(`A condition with dependencies: ${name} (FLG-074)`, async () => {
    const targets = [
      { ...TARGETS["unknown"], key: "unknown" },
      { ...TARGETS["static cohort"], key: "server" },
      { ...TARGETS["off"], key: "off" },
    ];
    for (const order of [properties, properties.toReversed()]) {
      assertEquals(
        await read([flag([{ properties: order }]), ...targets]),
        expected,
      );
    }
  });
}

const input = buildEvaluationInput({ distinctId: "ada", now: 0 });

/** What a document gives by key, in words, whatever the order of its rows and of the keys asked. */
async function readAll(
  rows: readonly Record<string, unknown>[],
): Promise<Record<string, unknown>> {
  const words = await Promise.all(
    [rows, rows.toReversed()].flatMap((rows) => {
      const keys = rows.map(({ key }) => String(key));
      return [keys, keys.toReversed(), ...keys.map((key) => [key])].map(
        async (keys) => {
          const outcomes = await evaluateFlagSet(
            compile(rows),
            input,
            keys,
            createSpyHasher(),
          );
          return [...outcomes].map(([key, outcome]) => [
            key,
            outcome.kind === "value" ? outcome.value : outcome.kind,
          ]);
        },
      );
    }),
  );
  const all = words.flat().map(([key, word]) => `${key}: ${word}`);
  const distinct = [...new Set(all)].sort();
  return Object.fromEntries(distinct.map((text) => text.split(": ")));
}

const on = (key: string, ...needed: string[]) => ({
  ...flag([{ properties: needed.map((key) => dependency(key)) }]),
  key,
});

Deno.test("A loop of flags ends, wherever one begins to look (FLG-080)", async () => {
  const rows = [
    on("a", "b"),
    on("b", "c"),
    on("c", "a"),
    on("d", "a"),
    on("e"),
  ];
  assertEquals(await readAll(rows), {
    a: "inconclusive",
    b: "inconclusive",
    c: "inconclusive",
    d: "inconclusive",
    e: "true",
  });
});

Deno.test("A flag that needs itself is unknown there, and decided where that does not matter (FLG-080)", async () => {
  const self = { ...flag([{ properties: [dependency("a")] }]), key: "a" };
  const either = {
    ...flag([{ properties: [dependency("b")] }, {}]),
    key: "b",
  };
  assertEquals(await readAll([self, either]), { a: "inconclusive", b: "true" });
});

Deno.test("A loop that an inactive flag, or an enrollment, cuts is none (FLG-080)", async () => {
  const rows = [
    on("a", "off"),
    { ...on("off", "a"), active: false },
    on("b", "enrollment"),
    {
      ...flag([{ properties: [dependency("b")] }], {
        "feature_enrollment": true,
      }),
      key: "enrollment",
    },
  ];
  const compiled = compile(rows);
  const readWith = async (key: string) => {
    const personProperties = { "$feature_enrollment/enrollment": true };
    const outcome = await evaluateOne(compiled, key, { personProperties });
    return outcome?.kind === "value" && outcome.value;
  };
  assertEquals([await readWith("a"), await readWith("b")], [false, true]);
});

Deno.test("Dependencies nest 200 deep, and no document is too deep for the stack (FLG-064, FLG-080)", async () => {
  const chain = Array.from(
    { length: 5000 },
    (_, index) => index === 0 ? on("f0") : on(`f${index}`, `f${index - 1}`),
  );
  const readWith = async (flags: readonly unknown[], key: string) =>
    (await evaluateOne(compile(flags), key))?.kind;
  for (const flags of [chain, chain.toReversed()]) {
    assertEquals(await readWith(flags, "f200"), "value");
    assertEquals(await readWith(flags, "f201"), "inconclusive");
    assertEquals(await readWith(flags, "f4999"), "inconclusive");
  }
});

Deno.test("Dependencies are evaluated though nobody asked for them, and don't appear (FLG-106)", async () => {
  const compiled = compile([on("a", "b"), on("b", "c"), on("c")]);
  const outcomes = await evaluateFlagSet(
    compiled,
    input,
    ["a"],
    createSpyHasher(),
  );
  assertEquals([...outcomes.keys()], ["a"]);
  assertEquals(outcomes.get("a")?.kind, "value");
});

for (const key of ["__proto__", "constructor", "toString"]) {
  Deno.test(`${key} is the key of a flag to depend on like any other (FLG-004)`, async () => {
    const dependent = flag([{ properties: [dependency(key)] }]);
    assertEquals(await read([dependent, { ...flag([{}]), key }]), true);
    assertEquals(await read([dependent, { ...flag([]), key }]), false);
    assertEquals(await read([dependent]), "inconclusive");
  });
}
