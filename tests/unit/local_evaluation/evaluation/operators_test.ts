// deno-lint-ignore-file no-boolean-literal-for-arguments -- they are expected values here
import { assertEquals } from "@std/assert";
import {
  copyEntry,
  toCacheData,
} from "../../../../src/local_evaluation/definitions/cache_data.ts";
import {
  applyNumberTexts,
  findNumberTexts,
} from "../../../../src/local_evaluation/definitions/number_texts.ts";
import { readFlagDefinitions } from "../../../../src/local_evaluation/evaluation/definitions.ts";
import {
  compile,
  evaluateAll,
  evaluateOne,
  filterFlag,
  read,
} from "../../flags/_helpers.ts";

type Result = boolean | "inconclusive";

/** The truth tables of 5.3: filter value, property, legacy, explicit. */
const EXACT: readonly (readonly [
  filter: unknown,
  property: unknown,
  legacy: Result,
  explicit: Result,
])[] = [
  [false, "banana", true, false],
  [false, 0, true, false],
  [false, null, true, false],
  [false, "FALSE", true, true],
  [true, [true], true, false],
  [["true", "false"], "true", false, true],
  [["true", "false"], "pro", true, false],
  [[], true, true, true],
  [[], [true, ["TRUE", []]], true, true],
  [[], false, false, false],
  [[], "banana", false, false],
  [[true, "PRO"], "TRUE", true, true],
  [[false, "PRO"], "banana", false, false],
  [["FREE", "PRO"], "pro", true, true],
  [[null, "PRO"], "null", true, true],
  ["Ä", "ä", true, true],
  ["ss", "ß", false, false],
  ["οδος", "ΟΔΟΣ", true, true],
  ["1", 1, true, true],
  [{ b: 1.5, a: [true] }, { a: [true], b: 1.5 }, true, true],
];

for (
  const [version, name] of [[1, "legacy"], [2, "explicit"], [
    "2",
    "legacy, the text 2",
  ]] as const
) {
  for (const [value, property, legacy, explicit] of EXACT) {
    const expected = version === 2 ? explicit : legacy;
    const text = `${JSON.stringify(value)} on ${JSON.stringify(property)}`;
    Deno.test(`exact, ${name}: ${text}, and is_not is its complement (FLG-052)`, async () => {
      const raw = { personProperties: { p: property } };
      const rest = { "property_matching_version": version };
      assertEquals(
        await read([filterFlag({ operator: "exact", value })], raw, rest),
        expected,
      );
      assertEquals(
        await read([filterFlag({ operator: "is_not", value })], raw, rest),
        !expected,
      );
    });
  }
}

/** By requirement: presence, substrings, numbers, a filter without a value, what is not known. */
const ROWS: Readonly<
  Record<
    string,
    readonly (readonly [
      operator: string,
      filter: unknown,
      property: unknown,
      expected: Result,
    ])[]
  >
> = {
  "FLG-053": [
    ["is_set", null, null, true],
    ["is_set", null, false, true],
    ["is_set", null, 0, true],
    ["is_set", null, "", true],
    ["is_not_set", null, "", false],
  ],
  "FLG-054": [
    ["icontains", "BC", "abcd", true],
    ["icontains", "ä", "Ä", false],
    ["icontains", "", "x", true],
    ["icontains", ["a"], '["a","b"]', false],
    ["icontains", ["a"], ["A"], true],
    ["icontains", "rue", true, true],
    ["not_icontains", "x", null, true],
    ["not_icontains", "b", "ABC", false],
    ["icontains", "e", 1e300, "inconclusive"],
  ],
  "FLG-055": [
    ["gt", 5, 6, true],
    ["gt", "5", "6", true],
    ["gt", 30, "100", true],
    ["gt", 5, 5, false],
    ["gte", 5, "5.0", true],
    ["lt", "1e2", 99, true],
    ["lte", ".5", "+.5", true],
    ["lt", "inf", 1, true],
    ["gt", "-Infinity", 1, true],
    ["gte", "nan", 1, false],
    ["lt", 5, " 4", false],
    ["gt", 5, "10abc", false],
    ["lt", 5, "", false],
    ["lt", 5, null, false],
    ["lt", 5, true, false],
    ["gt", "abc", 5, false],
    ["gt", "0x1", 5, false],
    ["gt", [1], 5, false],
  ],
  "FLG-051": [
    ["exact", null, "null", false],
    ["is_not", null, "x", false],
    ["not_icontains", null, "x", false],
    ["gt", undefined, 1, false],
  ],
  "FLG-063": [
    ["is_cleaned_path_exact", "a", "a", "inconclusive"],
    ["in", 1, "a", "inconclusive"],
    ["flag_evaluates_to", true, "a", "inconclusive"],
    ["toString", "a", "a", "inconclusive"],
  ],
};

for (const [requirement, rows] of Object.entries(ROWS)) {
  for (const [operator, value, property, expected] of rows) {
    Deno.test(`${operator} ${JSON.stringify(value)} on ${JSON.stringify(property)} is ${expected} (${requirement})`, async () => {
      const raw = { personProperties: { p: property } };
      assertEquals(
        await read([filterFlag({ operator, value })], raw),
        expected,
      );
    });
  }
}

const OPERATORS = [
  "exact",
  "is_not",
  "is_set",
  "is_not_set",
  "icontains",
  "not_icontains",
  "gt",
  "gte",
  "lt",
  "lte",
];

for (const operator of OPERATORS) {
  Deno.test(`${operator} on an absent property is unknown, inherited names too (FLG-050)`, async () => {
    for (const key of ["p", "toString", "constructor", "__proto__"]) {
      assertEquals(
        await read([filterFlag({ key, operator, value: "1" })], {
          personProperties: {},
        }),
        "inconclusive",
      );
    }
  });
}

Deno.test("exact reads properties as their wire form (FLG-065)", async () => {
  const cases: readonly (readonly [
    value: unknown,
    property: unknown,
    expected: Result,
  ])[] = [
    ["2026-01-01T00:00:00.000Z", new Date(Date.UTC(2026, 0)), true],
    ["null", NaN, true],
    ["0", -0, true],
    ["x", { toJSON: () => "x" }, true],
    ["1", 1n, "inconclusive"],
    ["x", undefined, "inconclusive"],
    ["x", () => "x", "inconclusive"],
    ["x", { n: 1n }, "inconclusive"],
  ];
  for (const [value, property, expected] of cases) {
    assertEquals(
      await read([filterFlag({ value })], {
        personProperties: { p: property },
      }),
      expected,
    );
  }
});

Deno.test("exact keeps the server's text of a number, fetched or behind a cache (FLG-007, FLD-030)", async () => {
  const cases: readonly (readonly [
    spelling: string,
    property: unknown,
    expected: Result,
    plain: Result,
  ])[] = [
    ["5", 5, true, true],
    ["4", "4", true, true],
    ["5.0", 5, false, true],
    ["5.00", "5.0", true, false],
    ["5.0", "6", false, false],
    ["0.50", 0.5, true, true],
    ["[5.0,6]", 6, true, true],
    ["1e2", "100.0", "inconclusive", false],
    ["18446744073709551615", "18446744073709551615", true, "inconclusive"],
    ["9007199254740992", "9007199254740992", true, "inconclusive"],
    [
      "18446744073709551616",
      "18446744073709551616",
      "inconclusive",
      "inconclusive",
    ],
  ];
  for (const [spelling, property, expected, plain] of cases) {
    const text = JSON.stringify({
      flags: [null, { ...filterFlag({ value: 0 }), active: true }],
    }).replace('"value":0', `"value":${spelling}`);
    const numberTexts = findNumberTexts(text);
    const fetched: unknown = JSON.parse(text);
    applyNumberTexts(fetched, numberTexts);
    const stamp = { etag: undefined, fetchedAt: undefined };
    const store = (texts?: typeof numberTexts) =>
      copyEntry(
        JSON.parse(JSON.stringify(toCacheData(JSON.parse(text), stamp, texts))),
      );
    for (
      const [source, wanted] of [
        [fetched, expected],
        [store(numberTexts), expected],
        // An entry without them counts as plain.
        [store(), plain],
      ] as const
    ) {
      const definitions = readFlagDefinitions(source);
      const outcome = definitions &&
        await evaluateOne(definitions, "f", {
          personProperties: { p: property },
        });
      assertEquals(
        outcome?.kind === "value" ? outcome.value : outcome?.kind,
        wanted,
        spelling,
      );
    }
  }
});

/** Filters that nobody can decide here. */
const ODD_FILTERS: Record<string, Record<string, unknown>> = {
  "an unknown operator": { operator: "is_cleaned_path_exact", value: 1 },
  "an operator that is no text": { operator: 7, value: 1 },
  "an unknown type": { type: "behavioral", value: 1 },
  "a garbage date": { operator: "is_date_before", value: "tomorrow, perhaps" },
  "a garbage version": { operator: "semver_gt", value: "one.two" },
  "a pattern of the server's alone": { operator: "regex", value: "\\p{L}" },
  "a missing cohort": { key: "id", type: "cohort", value: 404 },
  "a missing flag": {
    key: "gone",
    type: "flag",
    operator: "flag_evaluates_to",
    value: true,
    "dependency_chain": ["gone"],
  },
};

for (const [name, filter] of Object.entries(ODD_FILTERS)) {
  Deno.test(`${name} leaves other flags alone (FLG-063)`, async () => {
    const compiled = compile([
      { ...filterFlag(filter), key: "odd" },
      filterFlag({ value: "2026-01-02" }),
    ]);
    const raw = { personProperties: { p: "2026-01-02" } };
    const [odd, other] = [
      await evaluateOne(compiled, "odd", raw),
      await evaluateOne(compiled, "f", raw),
    ];
    assertEquals(
      odd?.kind,
      filter["type"] === "cohort" ? "requires-server" : "inconclusive",
    );
    assertEquals(other?.kind === "value" && other.value, true);
    const together = await evaluateAll(compiled, raw);
    assertEquals([together.get("odd"), together.get("f")], [odd, other]);
  });
}
