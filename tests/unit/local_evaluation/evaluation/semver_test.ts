// deno-lint-ignore-file no-boolean-literal-for-arguments -- they are expected values here
import { assertEquals } from "@std/assert";
import { filterFlag, read } from "../../flags/_helpers.ts";

type Result = boolean | "inconclusive";

const OPERATORS = [
  "semver_eq",
  "semver_neq",
  "semver_gt",
  "semver_gte",
  "semver_lt",
  "semver_lte",
  "semver_tilde",
  "semver_caret",
  "semver_wildcard",
];

function readVersion(
  operator: string,
  value: unknown,
  property: unknown,
): Promise<boolean | string> {
  return read([filterFlag({ operator, value })], {
    personProperties: { p: property },
  });
}

const rows: readonly (readonly [
  operator: string,
  filter: unknown,
  property: unknown,
  expected: Result,
])[] = [
  // Normalising: one v, then white space, then zeros and padding.
  ["semver_eq", "1.2.3", "v1.2.3", true],
  ["semver_eq", "v1.2.3", "1.2.3", true],
  ["semver_eq", "1.2.3", " 1.2.3\t\u00A0\n", true],
  ["semver_eq", "1.2.3", "v 1.2.3 ", true],
  ["semver_eq", "1.2.3", " v1.2.3", "inconclusive"],
  ["semver_eq", "1.2.3", "vv1.2.3", "inconclusive"],
  ["semver_eq", "1.2.3", "V1.2.3", "inconclusive"],
  ["semver_eq", "1.2.3", "\uFEFF1.2.3", "inconclusive"],
  ["semver_eq", "1", "1.0.0", true],
  ["semver_eq", "1.0.0", "1.0", true],
  ["semver_eq", "01.002.0003", "1.2.3", true],
  ["semver_eq", "00.0.000", "0", true],
  ["semver_eq", "1-beta", "1.0.0-beta", true],
  ["semver_eq", "1.2+b.01", "1.2.0+b.01", true],
  ["semver_eq", "1.0.0-a+b-c", "1.0.0-a+b-c", true],
  ["semver_eq", "1.2", 1.2, true],
  ["semver_eq", "1.20", 1.2, false],
  ["semver_eq", "5", 5, true],
  // Identity includes pre-release and build.
  ["semver_eq", "1.2.3", "1.2.4", false],
  ["semver_eq", "1.2.3", "1.2.3-beta", false],
  ["semver_eq", "1.2.3+a", "1.2.3+b", false],
  ["semver_eq", "1.2.3+a", "1.2.3", false],
  ["semver_eq", "1.2.3+1", "1.2.3+01", false],
  ["semver_eq", "1.2.3-a", "1.2.3-A", false],
  ["semver_neq", "1.2.3", "1.2.4", true],
  ["semver_neq", "1.2.3", "1.2.3-beta", true],
  ["semver_neq", "1.2.3+a", "1.2.3+b", true],
  ["semver_neq", "1.2", "v1.2.0", false],
  // Precedence.
  ["semver_gt", "1.2.3", "1.2.4", true],
  ["semver_gt", "1.9.0", "1.10.0", true],
  ["semver_gt", "9.0.0", "10.0.0", true],
  ["semver_gt", "1.2.3", "1.2.3", false],
  ["semver_gt", "1.2.3", "1.2.2", false],
  ["semver_gte", "1.2.3", "1.2.3", true],
  ["semver_gte", "1.2.3", "1.2.3-rc.9", false],
  ["semver_gte", "1.2.3-rc.9", "1.2.3", true],
  ["semver_lt", "1.2.3", "1.2.3-beta.1", true],
  ["semver_lt", "1.2.3", "1.2.3", false],
  ["semver_lt", "2.0.0", "1.99.99", true],
  ["semver_lte", "1.2.3", "1.2.3", true],
  ["semver_lte", "1.2.3", "1.2.4-alpha", false],
  // Only the build differs.
  ["semver_gt", "1.2.3+a", "1.2.3+b", "inconclusive"],
  ["semver_gte", "1.2.3+a", "1.2.3+b", "inconclusive"],
  ["semver_lt", "1.2.3", "1.2.3+b", "inconclusive"],
  ["semver_lte", "1.2.3-x+a", "1.2.3-x", "inconclusive"],
  ["semver_gte", "1.2.3+a", "1.2.3+a", true],
  ["semver_gt", "1.2.3+a", "1.2.4+b", true],
  ["semver_lt", "1.2.3+a", "1.2.3-x+b", true],
  // Numbers of 64 bits.
  ["semver_gt", "18446744073709551614.0.0", "18446744073709551615", true],
  ["semver_lt", "0.0.9007199254740993", "0.0.9007199254740992", true],
  ["semver_gt", "1.0.0", "18446744073709551616", "inconclusive"],
  ["semver_gt", "1.0.0", "1.99999999999999999999", "inconclusive"],
  ["semver_gt", "1.0.0", "1.000000000000000000000000002", true],
  [
    "semver_gt",
    "1.0.0-99999999999999999998",
    "1.0.0-99999999999999999999",
    true,
  ],
  // Numbers of the filter in a document whose spelling is lost: `2` or `2.0`.
  ["semver_eq", 2, "2.0.0", true],
  ["semver_gt", 2, "2.0.1", true],
  ["semver_gt", 1e300, "2.0.0", "inconclusive"],
];

for (const [operator, value, property, expected] of rows) {
  Deno.test(`${operator} ${JSON.stringify(value)} on ${JSON.stringify(property)} is ${expected} (FLG-062)`, async () => {
    assertEquals(await readVersion(operator, value, property), expected);
  });
}

/** Texts that are no version to the server. */
const MALFORMED: readonly unknown[] = [
  "abc",
  "",
  " ",
  "v",
  ".",
  "1.",
  ".1",
  "1..2",
  "1.2.3.4",
  "V2.0.0",
  "1.2.x",
  "-1.2.3",
  "+1",
  "1,2",
  "1.2 .3",
  "1.2.3-",
  "1.2.3+",
  "1.2.3-+a",
  "1.2.3-a..b",
  "1.2.3-.a",
  "1.2.3-a.",
  "1.2.3-01",
  "1.2.3-a.00",
  "1.2.3-ä",
  "1.2.3-a_b",
  "1.2.3-a b",
  "1.2.3+a..b",
  "1.2.3+.a",
  "1.2.3+a.",
  "1.2.3+a+b",
  "١.٢.٣",
  true,
  -1,
  [],
  ["1.2.3"],
  { major: 1 },
];

for (const operator of OPERATORS) {
  Deno.test(`${operator} is unknown where a side is no version (FLG-062)`, async () => {
    for (const text of MALFORMED) {
      const shown = JSON.stringify(text);
      assertEquals(
        await readVersion(operator, "1.2.3", text),
        "inconclusive",
        `property ${shown}`,
      );
      assertEquals(
        await readVersion(operator, text, "1.2.3"),
        "inconclusive",
        `filter ${shown}`,
      );
    }
    for (const property of [1e21, 1e-7, 2 ** 53]) {
      assertEquals(
        await readVersion(operator, "1.2.3", property),
        "inconclusive",
        String(property),
      );
    }
  });

  Deno.test(`${operator} is no on null, whatever the filter is (FLG-062)`, async () => {
    for (const value of ["1.2.3", "abc", "1.*.3", 1e300]) {
      assertEquals(await readVersion(operator, value, null), false);
    }
  });

  Deno.test(`${operator} on an absent property is unknown, inherited names too (FLG-050)`, async () => {
    for (const key of ["p", "toString", "constructor", "__proto__"]) {
      for (const value of ["1", "abc", "1.*.3"]) {
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
      assertEquals(await readVersion(operator, value, "1.2.3"), false);
      assertEquals(await readVersion(operator, value, undefined), false);
    }
  });
}
