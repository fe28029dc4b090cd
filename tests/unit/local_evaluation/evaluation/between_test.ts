import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { filterFlag, read } from "../../flags/_helpers.ts";

type Result = boolean | "inconclusive";

/** Reads both operators, `between` first. */
async function readBoth(
  value: unknown,
  personProperties: Record<string, unknown>,
): Promise<readonly (boolean | string)[]> {
  return [
    await read([filterFlag({ operator: "between", value })], {
      personProperties,
    }),
    await read([filterFlag({ operator: "not_between", value })], {
      personProperties,
    }),
  ];
}

const rows: readonly (readonly [
  bounds: readonly [unknown, unknown],
  property: unknown,
  between: Result,
  notBetween: Result,
])[] = [
  // Inclusive on both ends.
  [[5, 10], 5, true, false],
  [[5, 10], 10, true, false],
  [[5, 10], 7.5, true, false],
  [[5, 10], 4.999, false, true],
  [[5, 10], 10.001, false, true],
  [[5, 5], 5, true, false],
  [[5, 5], 6, false, true],
  [[-1, 0], -0, true, false],
  // Texts on either side, read as in 5.5.
  [["5", "1e1"], "7", true, false],
  [["-inf", ".5"], "-1e308", true, false],
  [["-inf", "Infinity"], "inf", true, false],
  [[0, "+infinity"], "-INF", false, true],
  [[5, 10], "7.", true, false],
  [["5", 10], "11", false, true],
  // NaN is a number that matches nobody.
  [[5, 10], "nan", false, false],
  [[5, 10], "-NaN", false, false],
  [["-inf", "inf"], "nan", false, false],
  // What is no number is out, and only the newest server says so for the negated operator.
  [[5, 10], null, false, "inconclusive"],
  [[5, 10], NaN, false, "inconclusive"],
  [[5, 10], "abc", false, "inconclusive"],
  [[5, 10], "", false, "inconclusive"],
  [[5, 10], " 7", false, "inconclusive"],
  [[5, 10], "7abc", false, "inconclusive"],
  [[5, 10], "0x7", false, "inconclusive"],
  [[5, 10], "nano", false, "inconclusive"],
  [[0, 1], true, false, "inconclusive"],
  [[5, 10], [7], false, "inconclusive"],
  [[5, 10], { kind: "number", value: 7 }, false, "inconclusive"],
  // Not on the wire, hence absent.
  [[5, 10], 7n, "inconclusive", "inconclusive"],
];

for (const [bounds, property, between, notBetween] of rows) {
  const shown = typeof property === "object"
    ? JSON.stringify(property)
    : String(property);
  Deno.test(`between ${JSON.stringify(bounds)} on ${typeof property} ${shown} is ${between}, not_between ${notBetween} (FLG-056)`, async () => {
    assertEquals(await readBoth(bounds, { p: property }), [
      between,
      notBetween,
    ]);
  });
}

const MALFORMED: readonly unknown[] = [
  5,
  "5,10",
  true,
  {},
  { 0: 5, 1: 10 },
  [],
  [5],
  [5, 10, 15],
  [5, 10, null],
  [10, 5],
  ["inf", "-inf"],
  ["nan", 10],
  [5, "NaN"],
  [null, 10],
  [5, null],
  [true, 10],
  ["five", 10],
  [5, " 10"],
  [5, ""],
  [[5], 10],
  [{ kind: "number", value: 5 }, 10],
];

for (const value of MALFORMED) {
  Deno.test(`between ${JSON.stringify(value)} is no for all, not_between where the property is present (FLG-056)`, async () => {
    for (const property of [7, 5, "7", "nan", "abc", null, [7], 1e300]) {
      assertEquals(await readBoth(value, { p: property }), [false, false]);
    }
    assertEquals(await readBoth(value, {}), [false, "inconclusive"]);
  });
}

Deno.test("between and not_between on an absent property are unknown, inherited names too (FLG-050)", async () => {
  for (const key of ["p", "toString", "constructor", "__proto__"]) {
    for (const operator of ["between", "not_between"]) {
      assertEquals(
        await read([filterFlag({ key, operator, value: [5, 10] })], {
          personProperties: {},
        }),
        "inconclusive",
      );
    }
  }
});

Deno.test("between and not_between without a value are no (FLG-051)", async () => {
  for (const value of [null, undefined]) {
    for (const properties of [{ p: 5 }, {}]) {
      assertEquals(await readBoth(value, properties), [false, false]);
    }
  }
});

Deno.test("not_between is the complement of between on numbers (FLG-056)", async () => {
  const number = fc.double({ noNaN: true, noDefaultInfinity: true });
  await fc.assert(
    fc.asyncProperty(number, number, number, async (a, b, c) => {
      const [low = 0, middle = 0, high = 0] = [a, b, c].sort((x, y) => x - y);
      assertEquals(await readBoth([low, high], { p: middle }), [true, false]);
      if (low < middle) {
        assertEquals(await readBoth([middle, high], { p: low }), [false, true]);
      }
      if (middle < high) {
        assertEquals(await readBoth([low, middle], { p: high }), [false, true]);
      }
    }),
  );
});
