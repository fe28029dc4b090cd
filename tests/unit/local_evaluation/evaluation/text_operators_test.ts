// deno-lint-ignore-file no-boolean-literal-for-arguments -- they are expected values here
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { filterFlag, read } from "../../flags/_helpers.ts";

type Result = boolean | "inconclusive";

/** Operators of 5.4, each with the one that complements it. */
const PAIRS: Readonly<Record<string, string>> = {
  icontains: "not_icontains",
  "starts_with": "not_starts_with",
  "ends_with": "not_ends_with",
  "icontains_multi": "not_icontains_multi",
};

const rows: readonly (readonly [
  operator: string,
  filter: unknown,
  property: unknown,
  expected: Result,
])[] = [
  // ASCII letters are folded, no others.
  ["starts_with", "AB", "abc", true],
  ["starts_with", "ab", "ABC", true],
  ["starts_with", "bc", "abc", false],
  ["starts_with", "ä", "Äb", false],
  ["starts_with", "Ä", "Äb", true],
  ["ends_with", "BC", "abc", true],
  ["ends_with", "bc", "ABC", true],
  ["ends_with", "ab", "abc", false],
  ["ends_with", "ä", "bÄ", false],
  // The Kelvin sign lowers to k by Unicode rules only.
  ["icontains", "k", "\u212A", false],
  ["icontains_multi", ["x", "BC"], "abcd", true],
  ["icontains_multi", ["x", "y"], "abcd", false],
  ["icontains_multi", ["ä"], "Ä", false],
  // The empty text is everywhere.
  ["starts_with", "", "x", true],
  ["ends_with", "", "", true],
  ["icontains_multi", ["x", ""], "abc", true],
  ["icontains_multi", "", "abc", true],
  ["starts_with", "x", "", false],
  // Both sides are texts.
  ["starts_with", "nu", null, true],
  ["ends_with", "x", null, false],
  ["starts_with", true, "TRUEISH", true],
  ["ends_with", "alse", false, true],
  ["starts_with", "4", 42, true],
  ["ends_with", ".5", 0.5, true],
  ["starts_with", '["a', ["A", "b"], true],
  ["ends_with", '1,"b":null}', { b: null, a: 1 }, true],
  ["starts_with", ["a"], '["a"]!', true],
  ["starts_with", ["a"], "a", false],
  ["icontains", ["a", "b"], "a", false],
  // Members of a list, or a single value.
  ["icontains_multi", [], "abc", false],
  ["icontains_multi", "BC", "abcd", true],
  ["icontains_multi", { a: true }, 'x{"a":true}', true],
  ["icontains_multi", [["a"]], 'x["a"]', true],
  ["icontains_multi", [["a"]], "a", false],
  ["icontains_multi", [null], "is null", true],
  ["icontains_multi", [null], null, true],
  ["icontains_multi", [null], "x", false],
  ["icontains_multi", [true, "x"], "it is True", true],
  ["icontains_multi", ["x"], ["X"], true],
  ["icontains_multi", [0.5], "1 or 0.5", true],
  // A number is its text, as the server writes it.
  ["starts_with", 5, "5", true],
  ["ends_with", 5, "15", true],
  ["ends_with", 5, "6", false],
  ["starts_with", 5, "5.0", true],
  ["icontains_multi", [5, "x"], "5", true],
  ["icontains_multi", [5, "x"], "5x", true],
  ["icontains_multi", ["x", 5], "6", false],
  ["icontains_multi", [1e300, "x"], "x", true],
  ["icontains_multi", [1e300, "x"], "y", "inconclusive"],
  ["starts_with", 1e300, "y", "inconclusive"],
  ["starts_with", "1", 1e300, "inconclusive"],
  ["icontains_multi", ["1"], 1e300, "inconclusive"],
  ["icontains_multi", [], 1e300, false],
  ["ends_with", "x", undefined, "inconclusive"],
  ["ends_with", "1", 1n, "inconclusive"],
];

for (const [operator, value, property, expected] of rows) {
  const shown = typeof property === "bigint"
    ? `${property}n`
    : JSON.stringify(property);
  const text = `${operator} ${JSON.stringify(value)} on ${shown}`;
  Deno.test(`${text} is ${expected}, and the negated operator its complement (FLG-054)`, async () => {
    const raw = { personProperties: { p: property } };
    assertEquals(await read([filterFlag({ operator, value })], raw), expected);
    assertEquals(
      await read([filterFlag({ operator: PAIRS[operator], value })], raw),
      typeof expected === "boolean" ? !expected : expected,
    );
  });
}

for (const operator of Object.entries(PAIRS).flat()) {
  Deno.test(`${operator} on an absent property is unknown, inherited names too (FLG-050)`, async () => {
    for (const key of ["p", "toString", "constructor", "__proto__"]) {
      for (const value of ["", "a", []]) {
        assertEquals(
          await read([filterFlag({ key, operator, value })], {
            personProperties: {},
          }),
          "inconclusive",
        );
      }
    }
  });

  Deno.test(`${operator} without a value is no (FLG-051)`, async () => {
    for (const value of [null, undefined]) {
      for (const personProperties of [{ p: "null" }, {}]) {
        assertEquals(
          await read([filterFlag({ operator, value })], { personProperties }),
          false,
        );
      }
    }
  });
}

/** Letters that fold, letters that do not, and the borders between them. */
const letters = fc.string({
  unit: fc.constantFrom("a", "B", "z", "Z", "@", "[", "ä", "Ä", "ß"),
  maxLength: 6,
});

Deno.test("starts_with, ends_with and icontains find every part of a text, in any ASCII case (FLG-054)", async () => {
  await fc.assert(
    fc.asyncProperty(letters, letters, letters, async (head, part, tail) => {
      const raw = { personProperties: { p: head + part + tail } };
      const value = part.replace(/[a-z]/g, (letter) => letter.toUpperCase());
      const cases = [
        ["icontains", value],
        ["icontains_multi", ["?", value]],
        ["starts_with", head + value],
        ["ends_with", value + tail],
      ] as const;
      for (const [operator, searched] of cases) {
        assertEquals(
          await read([filterFlag({ operator, value: searched })], raw),
          true,
        );
      }
    }),
  );
});

Deno.test("A negated text operator is the complement unless the answer is unknown (FLG-054)", async () => {
  const operators = fc.constantFrom(...Object.entries(PAIRS));
  await fc.assert(
    fc.asyncProperty(
      operators,
      fc.jsonValue().filter((value) => value !== null),
      fc.jsonValue(),
      async ([operator, negated], value, property) => {
        const raw = { personProperties: { p: property } };
        const answer = await read([filterFlag({ operator, value })], raw);
        assertEquals(
          await read([filterFlag({ operator: negated, value })], raw),
          typeof answer === "boolean" ? !answer : answer,
        );
      },
    ),
  );
});

for (
  const operator of [
    "min",
    "max",
    "is_cleaned_path_exact",
    "in",
    "not_in",
    "flag_evaluates_to",
    5,
    "constructor",
  ]
) {
  Deno.test(`${operator} on a property is unknown (FLG-063)`, async () => {
    assertEquals(
      await read([filterFlag({ operator, value: "1" })], {
        personProperties: { p: "1" },
      }),
      "inconclusive",
    );
  });
}
