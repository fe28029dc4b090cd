import { assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  parseRelativeDate,
  subtractRelative,
} from "../../../../src/local_evaluation/evaluation/relative_date.ts";
import { createTimeZone } from "../../../../src/local_evaluation/evaluation/time_zone.ts";
import { compareThrice, compileDates, RELATIONS } from "./_dates.ts";

const UTC = createTimeZone("UTC");

function subtract(text: string, wallClock: number): number {
  const date = parseRelativeDate(text);
  return date ? subtractRelative(wallClock, date) : NaN;
}

const RESULTS: readonly (readonly [
  text: string,
  from: string,
  to: string,
])[] = [
  ["0h", "2026-01-01T00:00:00.001", "2026-01-01T00:00:00.001"],
  ["3h", "2026-01-01T01:02:03.004", "2025-12-31T22:02:03.004"],
  ["24h", "2024-03-01T12:00:00", "2024-02-29T12:00:00"],
  ["1d", "2024-03-01T12:00:00", "2024-02-29T12:00:00"],
  ["2w", "2026-01-10T12:00:00", "2025-12-27T12:00:00"],
  ["9999h", "2026-08-15T12:00:00", "2025-06-24T21:00:00"],
  ["0m", "2026-03-31T12:00:00", "2026-03-31T12:00:00"],
  ["1m", "2026-03-31T12:00:00", "2026-02-28T12:00:00"],
  ["1m", "2024-03-31T12:00:00", "2024-02-29T12:00:00"],
  // The traps: neither overflow nor a single clamp (T22).
  ["2m", "2024-03-31T12:00:00", "2024-01-29T12:00:00"],
  ["2m", "2026-03-31T12:00:00", "2026-01-28T12:00:00"],
  ["1m", "2026-05-31T18:00:00", "2026-04-30T18:00:00"],
  ["2m", "2026-05-31T18:00:00", "2026-03-30T18:00:00"],
  ["13m", "2025-03-31T09:30:00", "2024-02-28T09:30:00"],
  ["1m", "2026-01-31T00:00:00.999", "2025-12-31T00:00:00.999"],
  ["12m", "2024-02-29T23:15:00", "2023-02-28T23:15:00"],
  ["24m", "2026-02-28T00:00:00", "2024-02-28T00:00:00"],
  ["0y", "2024-02-29T23:15:00", "2024-02-29T23:15:00"],
  ["1y", "2024-02-29T23:15:00", "2023-02-28T23:15:00"],
  // The day is lost in the first step already.
  ["4y", "2024-02-29T23:15:00", "2020-02-28T23:15:00"],
  ["1y", "2025-01-31T00:00:00", "2024-01-31T00:00:00"],
  ["2000y", "2026-08-15T12:00:00", "0026-08-15T12:00:00"],
  ["9999y", "2026-08-15T12:00:00", "-007973-08-15T12:00:00"],
];

for (const [text, from, to] of RESULTS) {
  Deno.test(`subtractRelative() ${text} before ${from} is ${to} (FLG-059)`, () => {
    assertEquals(
      new Date(subtract(text, Date.parse(`${from}Z`))),
      new Date(`${to}Z`),
    );
  });
}

Deno.test("parseRelativeDate() ignores sign and leading zeros, and ends below 10,000 (FLG-059)", () => {
  const cases: readonly (readonly [text: string, count: number | undefined])[] =
    [
      ["3d", 3],
      ["-3d", 3],
      ["-0003d", 3],
      ["9999y", 9999],
      ["09999m", 9999],
      ["10000h", undefined],
      ["010000d", undefined],
      [`${"9".repeat(400)}y`, undefined],
      ["+3d", undefined],
      ["--3d", undefined],
      ["3D", undefined],
      ["3s", undefined],
      ["3 d", undefined],
      ["3d ", undefined],
      ["3d\n", undefined],
      ["1.5d", undefined],
      ["d", undefined],
      ["-d", undefined],
      ["3", undefined],
      ["٣d", undefined],
      ["", undefined],
    ];
  for (const [text, count] of cases) {
    assertEquals(parseRelativeDate(text)?.count, count, text);
  }
});

/** As the server does it: one step after the other. */
function stepBack(from: number, count: number, unit: "m" | "y"): number {
  const date = new Date(from);
  let [year, month, day] = [
    date.getUTCFullYear(),
    date.getUTCMonth() + 1,
    date.getUTCDate(),
  ];
  for (let step = 0; step < count; step++) {
    if (unit === "y") year--;
    else [year, month] = month === 1 ? [year - 1, 12] : [year, month - 1];
    const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
    const length = month === 2
      ? isLeap ? 29 : 28
      : [4, 6, 9, 11].includes(month)
      ? 30
      : 31;
    day = Math.min(day, length);
  }
  date.setUTCFullYear(year, month - 1, day);
  return date.getTime();
}

Deno.test("subtractRelative() is the same as going back step by step (FLG-059)", () => {
  const endOfMonth = fc.tuple(
    fc.integer({ min: 1890, max: 2110 }),
    fc.integer({ min: 0, max: 11 }),
    fc.integer({ min: -3, max: 0 }),
  ).map(([year, month, day]) => Date.UTC(year, month + 1, day, 12));
  const count = fc.oneof(
    fc.integer({ min: 0, max: 30 }),
    fc.integer({ min: 0, max: 9999 }),
  );
  fc.assert(
    fc.property(
      endOfMonth,
      count,
      fc.constantFrom("m", "y"),
      (from, steps, unit) => {
        assertEquals(
          subtract(`${steps}${unit}`, from),
          stepBack(from, steps, unit),
        );
      },
    ),
    { numRuns: 2000 },
  );
});

const NOW = "2026-03-31T09:30:00.500Z";
const COMPARED: readonly (readonly [
  name: string,
  zone: string | undefined,
  filter: string,
  now: string,
  instant: string,
])[] = [
  ["hours", undefined, "-6h", NOW, "2026-03-31T03:30:00.500Z"],
  ["hours below a day", undefined, "23h", NOW, "2026-03-30T10:30:00.500Z"],
  ["days", "UTC", "-1d", NOW, "2026-03-30T09:30:00.500Z"],
  ["weeks", "UTC", "1w", NOW, "2026-03-24T09:30:00.500Z"],
  ["months", "UTC", "-1m", NOW, "2026-02-28T09:30:00.500Z"],
  [
    "another day in the zone",
    "Asia/Tokyo",
    "1m",
    "2026-03-30T21:00:00Z",
    "2026-02-27T21:00:00Z",
  ],
  [
    "that day in UTC",
    "UTC",
    "1m",
    "2026-03-30T21:00:00Z",
    "2026-02-28T21:00:00Z",
  ],
  // 12:00 in Berlin on both days, with a clock change between.
  [
    "days of the wall clock",
    "Europe/Berlin",
    "1w",
    "2026-04-01T10:00:00Z",
    "2026-03-25T11:00:00Z",
  ],
  [
    "hours of the wall clock",
    "America/New_York",
    "3h",
    "2026-03-08T08:00:00Z",
    "2026-03-08T06:00:00Z",
  ],
  [
    "the earlier of two",
    "America/New_York",
    "1d",
    "2026-11-02T06:30:00Z",
    "2026-11-01T05:30:00Z",
  ],
];

for (const [name, zone, filter, now, instant] of COMPARED) {
  Deno.test(`is_date_* compares with ${filter} before the clock's now: ${name} (FLG-059)`, () => {
    const compare = (ms: number) =>
      compareThrice({
        filter,
        property: new Date(Date.parse(instant) + ms).toISOString(),
        timeZone: zone === undefined ? undefined : createTimeZone(zone),
        now: Date.parse(now),
      });
    assertEquals([compare(-1), compare(0), compare(1)], [
      RELATIONS.before,
      RELATIONS.same,
      RELATIONS.after,
    ]);
  });
}

Deno.test("is_date_* says no for a relative date that a clock change skips (FLG-059)", () => {
  const comparison = {
    filter: "1d",
    property: 0,
    now: Date.parse("2026-03-09T06:30:00Z"),
  };
  const timeZone = createTimeZone("America/New_York");
  assertEquals(
    compareThrice({ ...comparison, timeZone }),
    RELATIONS.never,
  );
  assertEquals(
    compareThrice({ ...comparison, timeZone: UTC }),
    RELATIONS.before,
  );
});

Deno.test("is_date_before follows the clock from one evaluation to the next (FLG-059)", () => {
  for (const timeZone of [UTC, undefined]) {
    const match = compileDates({
      operator: "is_date_before",
      filter: "3d",
      timeZone,
    });
    const answers = [0, 10, 10, 0].map((days) =>
      match("1970-01-02T00:00:00Z", days * 86_400_000).kind
    );
    assertEquals(answers, ["no", "yes", "yes", "no"]);
  }
});

Deno.test("is_date_* is unknown when the clock is beyond all dates (FLG-064)", () => {
  for (const now of [NaN, Infinity, -Infinity, 9e15]) {
    for (const filter of ["1m", "9999y"]) {
      for (const timeZone of [UTC, createTimeZone("Asia/Tokyo"), undefined]) {
        assertEquals(
          compareThrice({ filter, property: 0, timeZone, now }),
          RELATIONS.unknown,
        );
      }
    }
  }
});
