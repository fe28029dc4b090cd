import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { toTimestamp } from "../../../src/events/timestamp.ts";

class MovedDate extends Date {
  override getTime(): number {
    throw new Error("no");
  }
}

const ROWS: readonly [input: unknown, expected: string | undefined][] = [
  ["2025-01-02T08:34:05+05:30", "2025-01-02T03:04:05.000Z"],
  ["2025-01-02T08:34:05+0530", "2025-01-02T03:04:05.000Z"],
  ["2025-01-01T19:04:05-08", "2025-01-02T03:04:05.000Z"],
  ["2025-01-02T08:34:05.123456+05:30", "2025-01-02T03:04:05.123456Z"],
  ["2025-01-02T03:04:05.5Z", "2025-01-02T03:04:05.500Z"],
  ["2025-01-02T03:04:05", "2025-01-02T03:04:05.000Z"],
  ["2025-01-02 03:04", "2025-01-02T03:04:00.000Z"],
  ["2025-01-02", "2025-01-02T00:00:00.000Z"],
  [0, "1970-01-01T00:00:00.000Z"],
  [new Date(1), "1970-01-01T00:00:00.001Z"],
  [new Date(NaN), undefined],
  ["2025-02-30", undefined],
  ["tomorrow", undefined],
  ["", undefined],
  [253_402_300_800_000, undefined],
  [NaN, undefined],
  ["2025-01-02T08:34:05.123456789-08:00", "2025-01-02T16:34:05.123456789Z"],
  ["2025-01-02T03:04:05z", "2025-01-02T03:04:05.000Z"],
  ["2025-01-02T03:04:05+24:00", undefined],
  ["2025-01-02T03:04:05+05:60", undefined],
  ["2025-01-02T03:04:05+23:59", "2025-01-01T03:05:05.000Z"],
  ["2025-01-02T03:04:05-00:00", "2025-01-02T03:04:05.000Z"],
  ["2025-01-02T24:00:00Z", undefined],
  ["2025-01-02T23:60:00Z", undefined],
  ["2025-01-02T23:59:60+01:00", undefined],
  ["2025-02-29T01:00:00+05:00", undefined],
  ["9999-12-31T23:59:59-01:00", undefined],
  ["0000-01-01T00:00:00+01:00", undefined],
  [new MovedDate(1), "1970-01-01T00:00:00.001Z"],
  [{ [Symbol.toStringTag]: "Date" }, undefined],
  [{}, undefined],
];

function show(input: unknown): string {
  return input instanceof Date
    ? `a ${input.constructor.name}`
    : JSON.stringify(input) ?? String(input);
}

for (const [input, expected] of ROWS) {
  Deno.test(`toTimestamp() reads ${show(input)} (CAP-053 to CAP-056)`, () => {
    assertEquals(toTimestamp(input), expected);
  });
}

for (const zone of ["Asia/Kolkata", "America/New_York", "Pacific/Apia"]) {
  Deno.test(`toTimestamp() reads texts without offset as UTC in ${zone} too (CAP-055)`, () => {
    const before = Deno.env.get("TZ");
    Deno.env.set("TZ", zone);
    try {
      // The zone is in force: here a plain `Date` goes wrong.
      assert(
        new Date("2025-01-02T03:04:05").toISOString() !==
          "2025-01-02T03:04:05.000Z",
      );
      assertEquals(
        ["2025-01-02T03:04:05", "2025-01-02", "2025-07-02 03:04:05.5"].map(
          toTimestamp,
        ),
        [
          "2025-01-02T03:04:05.000Z",
          "2025-01-02T00:00:00.000Z",
          "2025-07-02T03:04:05.500Z",
        ],
      );
    } finally {
      if (before === undefined) Deno.env.delete("TZ");
      else Deno.env.set("TZ", before);
    }
  });
}

/** Two digits. */
const pad = (value: number, digits = 2) => String(value).padStart(digits, "0");

Deno.test("toTimestamp() gives the instant that the parts of a text say, and all its digits", () => {
  const parts = fc.record({
    year: fc.integer({ min: 1, max: 9998 }),
    day: fc.integer({ min: 0, max: 364 }),
    second: fc.integer({ min: 0, max: 86_399 }),
    fraction: fc.stringMatching(/^\d{0,9}$/),
    offset: fc.integer({ min: -1439, max: 1439 }),
    style: fc.constantFrom("Z", "colon", "plain", "none"),
  });
  fc.assert(
    fc.property(parts, ({ year, day, second, fraction, offset, style }) => {
      // Without `Date`'s parser: days are counted from the start of that year.
      const start = new Date(0);
      start.setUTCFullYear(year, 0, 1);
      const local = start.getTime() / 1000 + day * 86_400 + second;
      const [date, time] = [day, second].map((count, index) =>
        index === 0 ? toDate(year, count) : toTime(count)
      );
      const sign = offset < 0 ? "-" : "+";
      const [hours, minutes] = [
        Math.floor(Math.abs(offset) / 60),
        Math.abs(offset) % 60,
      ];
      const zone = {
        Z: "Z",
        none: "",
        colon: `${sign}${pad(hours)}:${pad(minutes)}`,
        plain: `${sign}${pad(hours)}${pad(minutes)}`,
      }[style];
      const hasOffset = style === "colon" || style === "plain";
      const instant = local - (hasOffset ? offset * 60 : 0);
      const read = toTimestamp(
        `${date}T${time}${fraction && `.${fraction}`}${zone}`,
      );
      const [, seconds, digits] = /^(.*)\.(\d+)Z$/.exec(read ?? "") ?? [];
      assertEquals(Date.parse(`${seconds}Z`) / 1000, instant);
      assertEquals(digits, fraction.padEnd(3, "0"));
    }),
  );
});

const MONTHS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

function toDate(year: number, dayOfYear: number): string {
  const isLeap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  let day = dayOfYear;
  for (const [month, length] of MONTHS.entries()) {
    const days = length + (isLeap && month === 1 ? 1 : 0);
    if (day < days) return `${pad(year, 4)}-${pad(month + 1)}-${pad(day + 1)}`;
    day -= days;
  }
  throw new Error("A day beyond the year");
}

function toTime(second: number): string {
  return [Math.floor(second / 3600), Math.floor(second / 60) % 60, second % 60]
    .map((value) => pad(value)).join(":");
}

Deno.test("toTimestamp() agrees with Date for every number and Date", () => {
  fc.assert(fc.property(fc.date({ noInvalidDate: false }), (date) => {
    const year = date.getUTCFullYear();
    const expected = year >= 0 && year <= 9999 ? date.toISOString() : undefined;
    assertEquals(toTimestamp(date), expected);
    assertEquals(toTimestamp(date.getTime()), expected);
  }));
});

Deno.test("toTimestamp() is total", () => {
  fc.assert(fc.property(fc.anything(), (value) => {
    const read = toTimestamp(value);
    assert(read === undefined || /^\d{4}-.*Z$/.test(read));
  }));
});
