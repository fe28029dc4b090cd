// deno-lint-ignore-file no-boolean-literal-for-arguments -- they are expected values here
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { findOperator } from "../../../../src/local_evaluation/evaluation/operators.ts";
import { regexOperators } from "../../../../src/local_evaluation/regex/regex.ts";
import { filterFlag, read } from "../../flags/_helpers.ts";

type Result = boolean | "inconclusive";

const rows: readonly (readonly [
  pattern: unknown,
  property: unknown,
  regex: Result,
  notRegex: Result,
])[] = [
  // A search, unanchored and with case.
  ["b", "abc", true, false],
  ["B", "abc", false, true],
  ["^b$", "b\n", false, true],
  ["", "", true, false],
  // Both sides as text.
  ["^5$", 5, true, false],
  ["^true$", true, true, false],
  ["^null$", null, true, false],
  ['^\\["a"\\]$', ["a"], true, false],
  ["e", 1e300, "inconclusive", "inconclusive"],
  ["[", 1e300, false, false],
  [true, "it is true", true, false],
  [{}, "{}", "inconclusive", "inconclusive"],
  // A number is its text, as the server writes it.
  [5, 5, true, false],
  [5, "6", false, true],
  [5, "5.0", true, false],
  // No value.
  [null, "null", false, false],
  [undefined, "x", false, false],
  // Invalid: no for both.
  ["[", "[", false, false],
  ["(unclosed", "x", false, false],
  ["*star", "star", false, false],
  ["a{2,1}", "aa", false, false],
  // Another meaning there, or none.
  ["\\p{L}+", "abc", "inconclusive", "inconclusive"],
  ["(a|a)*b", "b", "inconclusive", "inconclusive"],
  // ASCII subjects only.
  ["\\w", "é", "inconclusive", "inconclusive"],
  ["\\d", "1", true, false],
  ["(?i)k", "\u212a", "inconclusive", "inconclusive"],
  ["(?i)chrome", "CHROME", true, false],
  ["é\\d", "1", false, true],
  // Line breaks that Rust's dot takes.
  ["a.b", "a\rb", "inconclusive", "inconclusive"],
  ["a.b", "a\u2028b", "inconclusive", "inconclusive"],
  ["a.b", "a\nb", false, true],
  ["(?s)a.b", "a\rb", true, false],
  ["(?m)^b", "a\rb", "inconclusive", "inconclusive"],
  ["(?m)^b", "a\nb", true, false],
  // Code points, not code units.
  ["^.$", "😀", true, false],
  ["^[^a]$", "😀", true, false],
  ["^😀{2}$", "😀😀", true, false],
  ["日本", "in 日本", true, false],
  // The cost (FLG-058).
  ["^.+@example\\.com$", `${"a".repeat(48)}@example.com`, true, false],
  [".*.*=", "a".repeat(4096), "inconclusive", "inconclusive"],
  ["x", "a".repeat(4096), false, true],
  ["x", "a".repeat(4097), "inconclusive", "inconclusive"],
  ["[", "a".repeat(4097), false, false],
  ["^(?=.*pro).*$", "pro".padEnd(100), true, false],
  ["^(?=.*pro).*$", "pro".padEnd(101), "inconclusive", "inconclusive"],
];

for (const [value, property, regex, notRegex] of rows) {
  const text = String(JSON.stringify(property)).slice(0, 40);
  Deno.test(`regex ${JSON.stringify(value)} on ${text} is ${regex}, and not_regex ${notRegex} (FLG-057)`, async () => {
    const raw = { personProperties: { p: property } };
    const readAs = (operator: string) =>
      read([filterFlag({ operator, value })], raw);
    assertEquals([await readAs("regex"), await readAs("not_regex")], [
      regex,
      notRegex,
    ]);
  });
}

Deno.test("regex and not_regex are unknown where the property is absent (FLG-050)", async () => {
  for (const operator of ["regex", "not_regex"]) {
    for (const key of ["p", "toString", "__proto__"]) {
      for (const value of [".*", "[", "\\1"]) {
        assertEquals(
          await read([filterFlag({ operator, key, value })], {
            personProperties: {},
          }),
          "inconclusive",
        );
      }
    }
  }
});

Deno.test("regexOperators() answer for any pattern and text, and twice the same (FLG-058)", () => {
  const operand = { matchingVersion: 1, timeZone: undefined } as const;
  const text = fc.oneof(
    fc.string({ unit: "binary", maxLength: 60 }),
    fc.string({
      unit: fc.constantFrom(..."ab1é()[]{}|*+?^$.\\-,:=!<>"),
      maxLength: 15,
    }),
  );
  const counts = { yes: 0, no: 0, unknown: 0, server: 0 };
  const property = fc.property(text, text, (value, subject) => {
    const [regex, notRegex] = ["regex", "not_regex"].map((name) => {
      const compile = findOperator(name, regexOperators());
      const match = compile?.({ value, ...operand });
      if (typeof match !== "function") throw new Error("No matcher");
      assertEquals(match(subject, 0), match(subject, 0));
      return match(subject, 0).kind;
    });
    counts[regex ?? "server"]++;
    if (regex === "unknown") assertEquals(notRegex, "unknown");
    else if (notRegex === regex) assertEquals(regex, "no");
    else assertEquals([regex, notRegex].sort(), ["no", "yes"]);
  });
  fc.assert(property, { numRuns: 10_000, seed: 58 });
  assertEquals(counts.server, 0);
  assertEquals(counts.yes > 100 && counts.no > 100, true);
});
