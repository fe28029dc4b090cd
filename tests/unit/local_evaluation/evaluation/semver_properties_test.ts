// deno-lint-ignore-file no-boolean-literal-for-arguments -- they are expected values here
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  comparePrecedence,
  parseVersion,
  type Version,
} from "../../../../src/local_evaluation/evaluation/semver.ts";
import {
  isInRange,
  parseCaret,
  parseTilde,
  parseWildcard,
} from "../../../../src/local_evaluation/evaluation/semver_ranges.ts";
import { filterFlag, read } from "../../flags/_helpers.ts";

function parse(text: string): Version {
  const version = parseVersion(text);
  if (!version) throw new Error(`No version: ${text}`);
  return version;
}

Deno.test("comparePrecedence() orders the specification's examples, each below the next (FLG-062)", () => {
  const ordered = [
    "1.0.0-0",
    "1.0.0-2",
    "1.0.0-10",
    "1.0.0--",
    "1.0.0-1a",
    "1.0.0-A",
    "1.0.0-alpha",
    "1.0.0-alpha.1",
    "1.0.0-alpha.1.0",
    "1.0.0-alpha.beta",
    "1.0.0-beta",
    "1.0.0-beta.2",
    "1.0.0-beta.11",
    "1.0.0-rc.1",
    "1.0.0",
    "2.0.0",
    "2.1.0",
    "2.1.1",
    "10.0.0",
  ].map(parse);
  for (const [i, a] of ordered.entries()) {
    for (const [j, b] of ordered.entries()) {
      assertEquals(Math.sign(comparePrecedence(a, b)), Math.sign(i - j));
    }
  }
});

const digits = fc.oneof(
  { weight: 9, arbitrary: fc.nat({ max: 2 }).map(String) },
  {
    weight: 1,
    arbitrary: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map(String),
  },
);
const identifier = fc.oneof(
  digits,
  fc.constantFrom("a", "A", "b", "-", "0a", "a0", "rc"),
);
const identifiers = fc.array(identifier, { minLength: 1, maxLength: 3 })
  .map((parts) => parts.join("."));
const core = fc.tuple(digits, digits, digits).map((parts) => parts.join("."));
const versionText = fc.tuple(
  core,
  fc.option(identifiers, { nil: undefined }),
  fc.option(identifiers, { nil: undefined }),
).map(([numbers, prerelease, build]) =>
  numbers + (prerelease ? `-${prerelease}` : "") + (build ? `+${build}` : "")
);

Deno.test("comparePrecedence() is a total order (FLG-062)", () => {
  fc.assert(
    fc.property(versionText, versionText, versionText, (x, y, z) => {
      const [a, b, c] = [parse(x), parse(y), parse(z)];
      const order = Math.sign(comparePrecedence(a, b));
      // Adding 0 makes a zero of its negative.
      assertEquals(Math.sign(comparePrecedence(b, a)), -order + 0);
      assertEquals(comparePrecedence(a, a), 0);
      if (order <= 0 && comparePrecedence(b, c) <= 0) {
        assertEquals(comparePrecedence(a, c) <= 0, true);
      }
      if (order === 0) {
        const [left = "", right = ""] = [x, y].map((text) =>
          text.replace(/\+.*/, "")
        );
        assertEquals(left, right);
      }
    }),
  );
});

Deno.test("The ranges of ~, ^ and a wildcard without a star contain their base and nothing below it (FLG-062)", () => {
  fc.assert(
    fc.property(versionText, versionText, (text, other) => {
      const [base, version] = [parse(text), parse(other)];
      for (const parseRange of [parseTilde, parseCaret, parseWildcard]) {
        const range = parseRange(text);
        if (range === undefined || range === "no") {
          throw new Error(`No range: ${text}`);
        }
        assertEquals(isInRange(base, range), true);
        if (comparePrecedence(version, base) < 0) {
          assertEquals(isInRange(version, range), false);
        }
      }
    }),
  );
});

Deno.test("A tilde is inside the caret from 1.0.0 on, and they agree below (FLG-062)", () => {
  fc.assert(
    fc.property(versionText, versionText, (text, other) => {
      const [tilde, caret] = [parseTilde(text), parseCaret(text)];
      if (!tilde || !caret) throw new Error(`No range: ${text}`);
      const version = parse(other);
      const [inTilde, inCaret] = [tilde, caret].map((range) =>
        isInRange(version, range)
      );
      if (!/^0\./.test(text)) assertEquals(inTilde && !inCaret, false);
      else if (/^0\.[1-9]/.test(text)) assertEquals(inTilde, inCaret);
      else assertEquals(inCaret && !inTilde, false);
    }),
  );
});

Deno.test("semver_neq is the complement of semver_eq, and each order of its opposite (FLG-062)", async () => {
  const pairs = fc.constantFrom(
    ["semver_eq", "semver_neq"] as const,
    ["semver_gt", "semver_lte"] as const,
    ["semver_lt", "semver_gte"] as const,
  );
  const text = fc.oneof(versionText, fc.string({ maxLength: 5 }));
  await fc.assert(
    fc.asyncProperty(pairs, text, text, async ([one, other], a, b) => {
      const raw = { personProperties: { p: b } };
      const answer = await read([filterFlag({ operator: one, value: a })], raw);
      assertEquals(
        await read([filterFlag({ operator: other, value: a })], raw),
        typeof answer === "boolean" ? !answer : answer,
      );
    }),
  );
});

Deno.test("parseVersion() reads texts of any length (FLG-062)", () => {
  const long = 100_000;
  const texts = [
    "1".repeat(long),
    "0".repeat(long) + "x",
    `1${" ".repeat(long)}x`,
    `1.0.0-${"0".repeat(long)}`,
    `1.0.0-${"1".repeat(long)}_`,
    `1.0.0-${"a.".repeat(long)}`,
    "1.".repeat(long),
  ];
  for (const text of texts) assertEquals(parseVersion(text), undefined);
  assertEquals(parseVersion("0".repeat(long))?.numbers, ["0", "0", "0"]);
});
