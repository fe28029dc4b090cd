import { assertEquals } from "@std/assert";
import { FilterNumber } from "../../../../src/local_evaluation/evaluation/text.ts";
import { findOperator } from "../../../../src/local_evaluation/evaluation/operators.ts";
import { filterFlag, read } from "../../flags/_helpers.ts";

type Result = boolean | "inconclusive";

const rows: readonly (readonly [
  operator: string,
  filter: unknown,
  property: unknown,
  expected: Result,
])[] = [
  // Tilde.
  ["semver_tilde", "1.2.3", "1.2.3", true],
  ["semver_tilde", "1.2.3", "1.2.99", true],
  ["semver_tilde", "1.2.3", "1.2.2", false],
  ["semver_tilde", "1.2.3", "1.3.0", false],
  ["semver_tilde", "1.2.3", "2.2.3", false],
  ["semver_tilde", "3", "3.0.9", true],
  ["semver_tilde", "3", "3.1.0", false],
  ["semver_tilde", "v3.08", "3.8.1", true],
  [
    "semver_tilde",
    "1.18446744073709551615.0",
    "1.18446744073709551615.7",
    true,
  ],
  // Caret.
  ["semver_caret", "1.2.3", "1.2.3", true],
  ["semver_caret", "1.2.3", "1.99.0", true],
  ["semver_caret", "1.2.3", "1.2.2", false],
  ["semver_caret", "1.2.3", "2.0.0", false],
  ["semver_caret", "0.2.3", "0.2.9", true],
  ["semver_caret", "0.2.3", "0.2.2", false],
  ["semver_caret", "0.2.3", "0.3.0", false],
  ["semver_caret", "0.0.3", "0.0.3", true],
  ["semver_caret", "0.0.3", "0.0.4", false],
  ["semver_caret", "0", "0.0.0", true],
  ["semver_caret", "0", "0.0.1", false],
  ["semver_caret", "1", "1.7.2", true],
  ["semver_caret", "18446744073709551615", "18446744073709551615.1", true],
  // Ranges and pre-releases.
  ["semver_tilde", "1.2.3", "1.2.4-beta", false],
  ["semver_tilde", "1.2.3-beta.2", "1.2.3-beta.3", true],
  ["semver_tilde", "1.2.3-beta.2", "1.2.3-beta.1", false],
  ["semver_tilde", "1.2.3-beta.2", "1.2.4-beta.3", false],
  ["semver_tilde", "1.2.3-beta.2", "1.2.3", true],
  ["semver_tilde", "1.2.3-beta.2", "1.2.4", true],
  ["semver_caret", "1.2.3", "1.2.3-beta", false],
  ["semver_caret", "1.2.3", "1.3.0-beta", false],
  ["semver_caret", "1.2.3-a", "1.2.3-b", true],
  ["semver_caret", "1.2.3-b", "1.2.3-a", false],
  ["semver_caret", "1.2.3-a", "1.3.0-b", false],
  ["semver_caret", "1.2.3-a", "1.3.0", true],
  ["semver_caret", "0.0.3-a", "0.0.3", true],
  ["semver_wildcard", "*", "1.0.0-beta", false],
  ["semver_wildcard", "1.*", "1.2.3-beta", false],
  // Build metadata has no say in ranges.
  ["semver_tilde", "1.2.3", "1.2.3+b", true],
  ["semver_caret", "1.2.3+a", "1.2.3", true],
  ["semver_wildcard", "1.2.*", "1.2.3+b", true],
  // Wildcards.
  ["semver_wildcard", "*", "0.0.0", true],
  ["semver_wildcard", "*", "99.1", true],
  ["semver_wildcard", "1.*", "1.99.3", true],
  ["semver_wildcard", "1.*", "2.0.0", false],
  ["semver_wildcard", "1.*", "0.9.9", false],
  ["semver_wildcard", "1.*.*", "1.2.3", true],
  ["semver_wildcard", "1.*.*", "2.2.3", false],
  ["semver_wildcard", "1.2.*", "1.2.0", true],
  ["semver_wildcard", "1.2.*", "1.3.0", false],
  ["semver_wildcard", "1.2.*", "2.2.0", false],
  ["semver_wildcard", "0.*", "0.5.0", true],
  ["semver_wildcard", "0.0.*", "0.0.7", true],
  ["semver_wildcard", "0.0.*", "0.1.0", false],
  ["semver_wildcard", "03.08.*", "3.8.2", true],
  // Without a star: a caret on what is written.
  ["semver_wildcard", "1.2.3", "1.9.0", true],
  ["semver_wildcard", "1.2.3", "1.2.2", false],
  ["semver_wildcard", "1.2", "1.2.0", true],
  ["semver_wildcard", "1.2", "1.1.9", false],
  ["semver_wildcard", "1", "1.5.0", true],
  ["semver_wildcard", "1", "2.0.0", false],
  ["semver_wildcard", "0", "0.9.4", true],
  ["semver_wildcard", "0", "1.0.0", false],
  ["semver_wildcard", "0.0", "0.0.4", true],
  ["semver_wildcard", "0.0", "0.1.0", false],
  ["semver_wildcard", "0.0.0", "0.0.1", false],
  ["semver_wildcard", "0.2", "0.2.9", true],
  ["semver_wildcard", "0.2", "0.3.0", false],
  ["semver_wildcard", "v1.02.3", "1.3.0", true],
  ["semver_wildcard", "1.2.3-a", "1.2.3-b", true],
  ["semver_wildcard", "1.2-a", "1.2.3", "inconclusive"],
  ["semver_wildcard", "1+a", "1.2.3", "inconclusive"],
  // The server strips no zeros before the suffix here, and rejects them.
  ["semver_wildcard", "1.2.03-a", "1.2.3", "inconclusive"],
  ["semver_wildcard", "1.02.3-a.01-b", "1.2.3", true],
  // A number after a star.
  ["semver_wildcard", "1.*.3", "1.2.3", false],
  ["semver_wildcard", "*.3", "1.3.0", false],
  ["semver_wildcard", "*.2.*", "1.2.0", false],
  // Other shapes.
  ["semver_wildcard", "1*", "1.2.3", "inconclusive"],
  ["semver_wildcard", "x.*", "1.2.3", "inconclusive"],
  ["semver_wildcard", "1.x", "1.2.3", "inconclusive"],
  ["semver_wildcard", "1.2.3.*", "1.2.3", "inconclusive"],
  ["semver_wildcard", "1.2.*.*", "1.2.3", "inconclusive"],
  ["semver_wildcard", "v1.*", "1.2.3", "inconclusive"],
  ["semver_wildcard", " 1.*", "1.2.3", "inconclusive"],
  ["semver_wildcard", "1.*-a", "1.2.3", "inconclusive"],
  ["semver_wildcard", "*.*", "1.2.3", "inconclusive"],
  ["semver_wildcard", "1..*", "1.2.3", "inconclusive"],
  ["semver_wildcard", "18446744073709551616.*", "1.2.3", "inconclusive"],
  // Numbers of the filter in a document whose spelling is lost: `0` or `0.0`.
  ["semver_tilde", 1.5, "1.5.9", true],
  ["semver_wildcard", 2, "2.7.0", true],
  ["semver_wildcard", 0, "0.0.5", true],
  ["semver_wildcard", 0, "0.5.0", true],
  ["semver_wildcard", 0, "1.0.0", false],
];

for (const [operator, value, property, expected] of rows) {
  Deno.test(`${operator} ${JSON.stringify(value)} on ${JSON.stringify(property)} is ${expected} (FLG-062)`, async () => {
    assertEquals(
      await read([filterFlag({ operator, value })], {
        personProperties: { p: property },
      }),
      expected,
    );
  });
}

Deno.test("semver_wildcard takes a number as it is spelled, where that is known (FLG-062)", () => {
  const cases: readonly (readonly [
    text: string | undefined,
    property: string,
    expected: "yes" | "no" | "unknown",
  ])[] = [
    ["0", "0.5.0", "yes"],
    ["0.0", "0.5.0", "no"],
    [undefined, "0.0.5", "unknown"],
    [undefined, "abc", "unknown"],
  ];
  for (const [text, property, expected] of cases) {
    const value = new FilterNumber(0, text);
    const match = findOperator("semver_wildcard")?.({
      value,
      matchingVersion: 1,
      timeZone: undefined,
    });
    assertEquals(
      typeof match === "function" && match(property, 0).kind,
      expected,
    );
  }
});
