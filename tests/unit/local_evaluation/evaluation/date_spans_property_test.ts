import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { toSpan } from "../../../../src/local_evaluation/evaluation/date_span.ts";
import { parseDateText } from "../../../../src/local_evaluation/evaluation/date_text.ts";
import { parseRelativeDate } from "../../../../src/local_evaluation/evaluation/relative_date.ts";
import {
  createTimeZone,
  type TimeZone,
} from "../../../../src/local_evaluation/evaluation/time_zone.ts";
import {
  compareDates,
  compareThrice,
  DATE_OPERATORS,
  RELATIONS,
} from "./_dates.ts";

/** From one end of the world to the other; no clock of theirs moved by more than an hour in the years below. */
const ZONES = [
  "Etc/GMT+12",
  "Pacific/Pago_Pago",
  "Pacific/Marquesas",
  "America/Los_Angeles",
  "America/New_York",
  "America/St_Johns",
  "America/Santiago",
  "UTC",
  "Europe/London",
  "Europe/Berlin",
  "Asia/Tehran",
  "Asia/Kathmandu",
  "Asia/Tokyo",
  "Australia/Lord_Howe",
  "Australia/Sydney",
  "Pacific/Chatham",
  "Pacific/Kiritimati",
].map(createTimeZone);

const HOUR = 3_600_000;
const YEARS = { min: Date.UTC(2003, 0), max: Date.UTC(2037, 0) };

/** A moment, more often than not by a clock change, a month's end or a year's. */
const moment = fc.oneof(
  fc.integer(YEARS),
  fc.tuple(
    fc.integer({ min: 2003, max: 2036 }),
    fc.integer({ min: 0, max: 11 }),
    fc.integer({ min: -3, max: 3 }),
    fc.integer({ min: 0, max: 95 }),
  ).map(([year, month, day, quarter]) =>
    Date.UTC(year, month, day, 0, quarter * 15)
  ),
  fc.constantFrom(
    Date.UTC(2026, 2, 8, 7),
    Date.UTC(2026, 10, 1, 6),
    Date.UTC(2026, 2, 29, 1),
    Date.UTC(2026, 9, 3, 15, 30),
    Date.UTC(2024, 1, 29, 12),
  ),
);

/** A distance in ms around which the answers turn. */
const distance = fc.oneof(
  fc.tuple(
    fc.integer({ min: -30 * 4, max: 30 * 4 }),
    fc.constantFrom(-1, 0, 0, 1),
  ).map(([quarters, ms]) => quarters * HOUR / 4 + ms),
  fc.integer({ min: -40 * HOUR, max: 40 * HOUR }),
);

const relative = fc.oneof(
  fc.constantFrom("0h", "24h", "0d", "1d", "0w", "0m", "1m", "0y"),
  fc.integer({ min: 0, max: 400 }).map((count) => `${count}h`),
  fc.integer({ min: 0, max: 900 }).map((count) => `${count}d`),
  fc.integer({ min: 0, max: 100 }).map((count) => `${count}w`),
  fc.integer({ min: 0, max: 36 }).map((count) => `${count}m`),
  fc.integer({ min: 0, max: 3 }).map((count) => `-${count}y`),
);

const toZoned = (ms: number) => new Date(ms).toISOString();
const toNaive = (ms: number) => toZoned(ms).slice(0, -1);
const property = fc.constantFrom(toZoned, toNaive, (ms: number) => ms / 1000);

const comparison = fc.oneof(
  fc.record({ now: moment, relative, distance, property }).map((drawn) => {
    const span = locate(drawn.relative, undefined, drawn.now);
    const edge = typeof span === "object" ? span.low : NaN;
    return {
      filter: drawn.relative,
      now: drawn.now,
      property: drawn.property(edge + drawn.distance),
    };
  }),
  fc.record({
    at: moment,
    toFilter: fc.constantFrom(toZoned, toNaive),
    distance,
    property,
  }).map((drawn) => ({
    filter: drawn.toFilter(drawn.at),
    now: 0,
    property: drawn.property(drawn.at + drawn.distance),
  })),
);

function locate(text: string, timeZone: TimeZone | undefined, now: number) {
  const date = parseRelativeDate(text) ?? parseDateText(text);
  return date && toSpan(date, timeZone, now);
}

/** What is accepted: a time that a clock change skips, and one within the hours of a filter. */
function isResidue(text: string, timeZone: TimeZone, now: number): boolean {
  const span = locate(text, timeZone, now);
  if (span === "skipped") return true;
  const hours = /^(\d+)h$/.exec(text)?.[1];
  return hours !== undefined && Number(hours) < 24 &&
    span?.low !== now - Number(hours) * HOUR;
}

Deno.test("is_date_* without a project's zone says nothing that some zone denies (FLG-061)", () => {
  let decided = 0;
  fc.assert(
    fc.property(comparison, (drawn) => {
      for (const operator of DATE_OPERATORS) {
        const answer = compareDates({ ...drawn, operator });
        if (answer === "unknown") continue;
        for (const timeZone of ZONES) {
          const { filter, property, now } = drawn;
          if (isResidue(filter, timeZone, now)) continue;
          if (isResidue(String(property), timeZone, now)) continue;
          decided++;
          assertEquals(compareDates({ ...drawn, operator, timeZone }), answer);
        }
      }
    }),
    { numRuns: 1500 },
  );
  assert(decided > 1500, `${decided} comparisons`);
});

Deno.test("is_date_* with a project's zone decides whatever can be read (FLG-061)", () => {
  fc.assert(
    fc.property(comparison, fc.constantFrom(...ZONES), (drawn, timeZone) => {
      const answers = compareThrice({ ...drawn, timeZone });
      const { same, before, after, never } = RELATIONS;
      assert(([same, before, after, never] as string[]).includes(answers));
    }),
    { numRuns: 1000 },
  );
});
