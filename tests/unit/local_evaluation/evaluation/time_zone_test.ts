import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { createTimeZone } from "../../../../src/local_evaluation/evaluation/time_zone.ts";

const HOUR = 3_600_000;

/** Reads a text as UTC's, whatever its year. */
function utc(text: string): number {
  return new Date(`${text}Z`).getTime();
}

const WALL_CLOCKS: readonly (readonly [
  name: string,
  zone: string,
  wallClock: string,
  instant: string,
])[] = [
  ["UTC", "UTC", "2026-03-08T02:30", "2026-03-08T02:30"],
  ["winter", "America/New_York", "2026-01-01T00:00", "2026-01-01T05:00"],
  ["summer", "America/New_York", "2026-07-01T00:00", "2026-07-01T04:00"],
  [
    "before a skip",
    "America/New_York",
    "2026-03-08T01:59:59.999",
    "2026-03-08T06:59:59.999",
  ],
  ["skip's first", "America/New_York", "2026-03-08T02:00", "skipped"],
  ["skip's last", "America/New_York", "2026-03-08T02:59:59.999", "skipped"],
  ["after a skip", "America/New_York", "2026-03-08T03:00", "2026-03-08T07:00"],
  [
    "before a repeat",
    "America/New_York",
    "2026-11-01T00:59",
    "2026-11-01T04:59",
  ],
  [
    "repeat's first",
    "America/New_York",
    "2026-11-01T01:00",
    "2026-11-01T05:00",
  ],
  [
    "repeat's last",
    "America/New_York",
    "2026-11-01T01:59:59.999",
    "2026-11-01T05:59:59.999",
  ],
  [
    "after a repeat",
    "America/New_York",
    "2026-11-01T02:00",
    "2026-11-01T07:00",
  ],
  ["half an hour", "Australia/Lord_Howe", "2026-10-04T02:15", "skipped"],
  [
    "half an hour more",
    "Australia/Lord_Howe",
    "2026-10-04T02:30",
    "2026-10-03T15:30",
  ],
  [
    "half an hour twice",
    "Australia/Lord_Howe",
    "2026-04-05T01:45",
    "2026-04-04T14:45",
  ],
  ["skipped midnight", "America/Sao_Paulo", "2017-10-15T00:00", "skipped"],
  [
    "before a day's skip",
    "Pacific/Apia",
    "2011-12-29T23:59",
    "2011-12-30T09:59",
  ],
  ["a day's skip", "Pacific/Apia", "2011-12-30T12:00", "skipped"],
  [
    "after a day's skip",
    "Pacific/Apia",
    "2011-12-31T00:00",
    "2011-12-30T10:00",
  ],
  ["45 minutes", "Asia/Kathmandu", "2026-01-01T00:00", "2025-12-31T18:15"],
  ["far east", "Pacific/Kiritimati", "2026-01-01T00:00", "2025-12-31T10:00"],
  ["far west", "Etc/GMT+12", "2026-01-01T00:00", "2026-01-01T12:00"],
  ["local mean time", "America/New_York", "1850-01-01", "1850-01-01T04:56:02"],
  ["below year 100", "America/New_York", "0001-01-01", "0001-01-01T04:56:02"],
  [
    "before Christ",
    "America/New_York",
    "-007973-08-15T00:00",
    "-007973-08-15T04:56:02",
  ],
  ["year 9999", "Asia/Tokyo", "9999-12-31T23:59", "9999-12-31T14:59"],
];

for (const [name, zone, wallClock, instant] of WALL_CLOCKS) {
  Deno.test(`toInstant() ${name}: ${wallClock} in ${zone} (FLG-061)`, () => {
    const text = wallClock.includes("T") ? wallClock : `${wallClock}T00:00`;
    assertEquals(
      createTimeZone(zone).toInstant(utc(text)),
      instant === "skipped" ? instant : utc(instant),
    );
  });
}

Deno.test("createTimeZone() is undefined where the platform can't tell (FLG-061)", () => {
  const cases: readonly (readonly [zone: string, time: number])[] = [
    ["Mars/Base", 0],
    ["", 0],
    ["Asia/Tokyo", NaN],
    ["Asia/Tokyo", Infinity],
    ["Asia/Tokyo", 9e15],
  ];
  for (const [name, time] of cases) {
    const zone = createTimeZone(name);
    assertEquals([zone.getOffset(time), zone.toInstant(time)], [
      undefined,
      undefined,
    ], `${name} ${time}`);
  }
});

Deno.test("createTimeZone() asks the platform late, once, and never for UTC (FLG-061)", () => {
  const original = Intl.DateTimeFormat;
  let count = 0;
  class Counting extends original {
    constructor(...given: ConstructorParameters<typeof original>) {
      count++;
      super(...given);
    }
  }
  Object.assign(Intl, { DateTimeFormat: Counting });
  try {
    const counts: number[] = [];
    for (const name of ["UTC", "Asia/Tokyo"]) {
      const zone = createTimeZone(name);
      counts.push(count);
      zone.toInstant(0);
      zone.getOffset(0);
      counts.push(count);
    }
    assertEquals(counts, [0, 0, 0, 1]);
  } finally {
    Object.assign(Intl, { DateTimeFormat: original });
  }
});

const ZONES = [
  "America/New_York",
  "America/St_Johns",
  "America/Santiago",
  "Asia/Kathmandu",
  "Asia/Tehran",
  "Australia/Lord_Howe",
  "Europe/London",
  "Pacific/Apia",
  "Pacific/Chatham",
];

const moment = fc.tuple(
  fc.constantFrom(...ZONES),
  fc.integer({ min: utc("1980-01-01T00:00"), max: utc("2037-01-01T00:00") }),
);

/** By another way: the fields that the platform shows, put together again. */
function readOffset(zone: string, instant: number): number {
  const parts = new Intl.DateTimeFormat("en", {
    timeZone: zone,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  }).formatToParts(instant);
  const get = (type: string) =>
    Number(parts.find((part) => part.type === type)?.value);
  const shown = Date.UTC(
    get("year"),
    get("month") - 1,
    get("day"),
    get("hour"),
    get("minute"),
    get("second"),
  );
  return shown - Math.floor(instant / 1000) * 1000;
}

Deno.test("getOffset() is what the platform's clocks show (FLG-061)", () => {
  fc.assert(
    fc.property(moment, ([name, instant]) => {
      assertEquals(
        createTimeZone(name).getOffset(instant),
        readOffset(name, instant),
      );
    }),
    { numRuns: 300 },
  );
});

/** The changes of a zone's clocks in some years, and every offset that it had. */
function listChanges(name: string) {
  const zone = createTimeZone(name);
  const changes: number[] = [];
  const offsets = new Set<number>();
  let last: number | undefined;
  const end = utc("2013-01-01T00:00");
  for (let now = utc("2011-01-01T00:00"); now < end; now += HOUR / 2) {
    const offset = zone.getOffset(now) ?? NaN;
    if (offset !== last && last !== undefined) changes.push(now);
    offsets.add(last = offset);
  }
  return { changes, offsets: [...offsets] };
}

Deno.test("toInstant() is the earliest instant that shows the time, around every clock change (FLG-061)", () => {
  for (const name of ZONES) {
    const zone = createTimeZone(name);
    const { changes, offsets } = listChanges(name);
    for (const change of changes) {
      const offset = zone.getOffset(change) ?? NaN;
      for (let minutes = -26 * 60; minutes <= 26 * 60; minutes += 15) {
        const wallClock = change + offset + minutes * 60_000;
        const instants = offsets.filter((ahead) =>
          zone.getOffset(wallClock - ahead) === ahead
        ).map((ahead) => wallClock - ahead);
        const expected = instants.length ? Math.min(...instants) : "skipped";
        assertEquals(zone.toInstant(wallClock), expected, name);
      }
    }
  }
});
