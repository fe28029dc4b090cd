// deno-lint-ignore-file no-boolean-literal-for-arguments -- they are expected values here
import { assertEquals } from "@std/assert";
import type { JsonValue } from "../../../../src/core/json.ts";
import { createTimeZone } from "../../../../src/local_evaluation/evaluation/time_zone.ts";
import { filterFlag, read } from "../../flags/_helpers.ts";
import { compareThrice, type Relation, RELATIONS } from "./_dates.ts";

const UTC = createTimeZone("UTC");
const NOON = "2026-08-01T12:00:00Z";

/** How a property stands to a filter where the zone is UTC. */
const IN_UTC: readonly (readonly [
  name: string,
  property: JsonValue,
  filter: string,
  relation: Relation,
])[] = [
  // What a filter may be.
  ["Z", NOON, "2026-08-01T12:00:00Z", "same"],
  ["a fraction", NOON, "2026-08-01T12:00:00.000Z", "same"],
  ["an offset ahead", NOON, "2026-08-01T17:45:00+05:45", "same"],
  ["an offset behind", NOON, "2026-07-31T12:01:00-23:59", "same"],
  ["no offset", NOON, "2026-08-01T12:00:00-00:00", "same"],
  ["a day", NOON, "2026-08-01", "after"],
  ["a day is its midnight", "2026-08-01T00:00:00Z", "2026-08-01", "same"],
  ["minutes", NOON, "2026-08-01T12:00", "same"],
  ["minutes after a space", NOON, "2026-08-01 12:00", "same"],
  ["seconds", NOON, "2026-08-01T12:00:00", "same"],
  ["seconds after a space", NOON, "2026-08-01 12:00:00", "same"],
  ["naive with a fraction", NOON, "2026-08-01 12:00:00.001", "before"],
  ["a leap day", "2024-02-29T00:00:00Z", "2024-02-29", "same"],
  ["a year below 100", "0026-01-01T00:00:00Z", "0026-01-01", "same"],
  ["the year 0", "0000-02-29T00:00:00Z", "0000-02-29", "same"],
  ["the last year", NOON, "9999-12-31T23:59:59.999999999", "before"],
  // What it may not be: only the server's parser can tell.
  ["a year", NOON, "2026", "unknown"],
  ["bare digits", NOON, "20260801", "unknown"],
  ["no such day", NOON, "2026-02-30", "unknown"],
  ["no leap day", NOON, "2026-02-29", "unknown"],
  ["no leap day in 1900", NOON, "1900-02-29", "unknown"],
  ["month 0", NOON, "2026-00-10", "unknown"],
  ["month 13", NOON, "2026-13-10", "unknown"],
  ["day 0", NOON, "2026-01-00", "unknown"],
  ["day 32", NOON, "2026-01-32", "unknown"],
  ["hour 24", NOON, "2026-08-01T24:00:00", "unknown"],
  ["minute 60", NOON, "2026-08-01T12:60:00", "unknown"],
  ["second 60", NOON, "2026-08-01T12:00:60Z", "unknown"],
  ["an offset of a day", NOON, "2026-08-01T12:00:00+24:00", "unknown"],
  ["an offset's minute 60", NOON, "2026-08-01T12:00:00+01:60", "unknown"],
  ["an offset without a colon", NOON, "2026-08-01T12:00:00+0100", "unknown"],
  ["a space in place of T (FLD-043)", NOON, "2026-08-01 12:00:00Z", "same"],
  ["an offset without seconds", NOON, "2026-08-01T12:00Z", "unknown"],
  ["small t", NOON, "2026-08-01t12:00:00Z", "unknown"],
  ["small z", NOON, "2026-08-01T12:00:00z", "unknown"],
  ["a fraction of nothing", NOON, "2026-08-01T12:00:00.Z", "unknown"],
  ["a fraction after a comma", NOON, "2026-08-01T12:00:00,5Z", "unknown"],
  ["a fraction of minutes", NOON, "2026-08-01T12:00.5", "unknown"],
  ["short fields", NOON, "2026-8-1", "unknown"],
  ["a long year", NOON, "12026-08-01", "unknown"],
  ["a signed year", NOON, "+002026-08-01T12:00:00Z", "unknown"],
  ["space before", NOON, " 2026-08-01", "unknown"],
  ["a line's end", NOON, "2026-08-01\n", "unknown"],
  ["a month's name", NOON, "1 August 2026", "unknown"],
  ["a word", NOON, "tomorrow", "unknown"],
  ["nothing", NOON, "", "unknown"],
  ["relative, but too far", NOON, "10000d", "unknown"],
  // What a property may be: the same, and seconds.
  ["a naive property", "2026-08-01 12:00", NOON, "same"],
  ["a day as property", "2026-08-01", "2026-08-01T00:00:00Z", "same"],
  ["seconds (FLG-060)", 1_785_585_600, NOON, "same"],
  ["no milliseconds (FLG-060)", 1_785_585_600_000, NOON, "after"],
  ["seconds as text (FLG-060)", "1785585600", NOON, "same"],
  ["seconds as text, signed (FLG-060)", "+1785585600.0", NOON, "same"],
  ["seconds as text, with exponent (FLG-060)", "17855856e2", NOON, "same"],
  ["no year (FLG-060)", "2024", "1970-01-01T00:33:44Z", "same"],
  ["no date (FLG-060)", "20260801", "1970-08-23T12:00:01Z", "same"],
  ["0 (FLG-060)", 0, "1970-01-01", "same"],
  ["-1 (FLG-060)", -1, "1969-12-31T23:59:59Z", "same"],
  ["-1.0 as text (FLG-060)", "-1.0", "1969-12-31T23:59:59Z", "same"],
  ["a fraction of seconds (FLG-060)", 0.25, "1970-01-01T00:00:00.250Z", "same"],
  ["the last second (FLG-060)", 8.2e12, NOON, "after"],
  ["the first second (FLG-060)", -8.2e12, NOON, "before"],
  ["beyond the last (FLG-060)", 8.3e12, NOON, "unknown"],
  ["beyond the first (FLG-060)", -8.3e12, NOON, "unknown"],
  ["infinity as text (FLG-060)", "inf", NOON, "unknown"],
  ["no number as text (FLG-060)", "NaN", NOON, "unknown"],
  ["a negative fraction (FLG-060)", -1.5, NOON, "unknown"],
  ["almost a second (FLG-060)", 0.99999999999, NOON, "unknown"],
  ["null", null, NOON, "never"],
  ["true", true, NOON, "unknown"],
  ["a list", [NOON], NOON, "unknown"],
  ["an object", { date: NOON }, NOON, "unknown"],
  ["empty text", "", NOON, "unknown"],
  ["a relative property", "-1d", NOON, "unknown"],
  ["any text", "banana", NOON, "unknown"],
  ["null, whatever the filter", null, "tomorrow", "never"],
  // Nanoseconds, as the server counts.
  ["a ns apart", "2026-08-01T12:00:00.000000001Z", NOON, "after"],
  [
    "a ns apart, the other way",
    NOON,
    "2026-08-01T12:00:00.000000001Z",
    "before",
  ],
  [
    "the same ns",
    "2026-08-01T12:00:00.1234567Z",
    "2026-08-01 12:00:00.123456700",
    "same",
  ],
  [
    "digits that are dropped",
    "2026-08-01T12:00:00.1234567894Z",
    "2026-08-01T12:00:00.1234567899Z",
    "same",
  ],
  [
    "a ms beats any ns",
    "2026-08-01T12:00:00.001Z",
    "2026-08-01T12:00:00.000999999Z",
    "after",
  ],
  [
    "seconds down to the ns",
    1.5000000004,
    "1970-01-01T00:00:01.500000001Z",
    "before",
  ],
  [
    "seconds rounded to the ns",
    "0.0000000015",
    "1970-01-01T00:00:00.000000002Z",
    "same",
  ],
];

for (const [name, property, filter, relation] of IN_UTC) {
  Deno.test(`is_date_* in UTC: ${name}, ${JSON.stringify(property)} on ${JSON.stringify(filter)} is "${relation}"`, () => {
    assertEquals(
      compareThrice({ property, filter, timeZone: UTC }),
      RELATIONS[relation],
    );
  });
}

for (const operator of ["is_date_exact", "is_date_before", "is_date_after"]) {
  const readDate = (value: unknown, personProperties: unknown) =>
    read([filterFlag({ operator, value })], { personProperties });

  Deno.test(`${operator} is no for a filter that is no text (FLG-050, FLG-051)`, async () => {
    for (const value of [1, true, [NOON], { a: NOON }]) {
      assertEquals(await readDate(value, { p: NOON }), false);
      assertEquals(await readDate(value, {}), "inconclusive");
    }
    for (const value of [null, undefined]) {
      assertEquals(await readDate(value, { p: NOON }), false);
      assertEquals(await readDate(value, {}), false);
    }
  });

  Deno.test(`${operator} is unknown for an absent property, inherited ones too (FLG-050)`, async () => {
    const inherited = Object.create({ p: NOON });
    for (const given of [{}, inherited, { p: undefined }]) {
      assertEquals(await readDate(NOON, given), "inconclusive");
    }
  });

  Deno.test(`${operator} reads a Date as its text (FLG-050)`, async () => {
    const before = new Date(Date.parse(NOON) - 1);
    const values = [before, new Date(NOON), new Date(Date.parse(NOON) + 1)];
    const answers = await Promise.all(
      values.map((p) => readDate(NOON, { p })),
    );
    const [index] = [
      ["is_date_before", "is_date_exact", "is_date_after"].indexOf(operator),
    ];
    assertEquals(answers, values.map((_, at) => at === index));
    assertEquals(await readDate(NOON, { p: new Date(NaN) }), false);
  });
}
