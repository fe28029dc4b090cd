import { assertEquals } from "@std/assert";
import {
  createTimeZone,
  type TimeZone,
} from "../../../../src/local_evaluation/evaluation/time_zone.ts";
import { compareThrice, type Relation, RELATIONS } from "./_dates.ts";

const NEW_YORK = createTimeZone("America/New_York");
const NOON = "2026-08-01T12:00:00Z";

/** Without the project's zone, and what it is in New York. */
const NAIVE: readonly (readonly [
  name: string,
  property: string,
  filter: string,
  unknownZone: Relation,
  newYork: Relation,
])[] = [
  // A naive filter is 14 hours early or 12 late at most.
  ["before all", "2026-07-31T09:59:59.999Z", "2026-08-01", "before", "before"],
  [
    "at the earliest",
    "2026-07-31T10:00:00Z",
    "2026-08-01",
    "not after",
    "before",
  ],
  [
    "behind the earliest",
    "2026-07-31T10:00:00.001Z",
    "2026-08-01",
    "unknown",
    "before",
  ],
  [
    "a ns behind the earliest",
    "2026-07-31T10:00:00.000000001Z",
    "2026-08-01",
    "unknown",
    "before",
  ],
  ["as in UTC", "2026-08-01T00:00:00Z", "2026-08-01", "unknown", "before"],
  ["as in New York", "2026-08-01T04:00:00Z", "2026-08-01", "unknown", "same"],
  [
    "before the latest",
    "2026-08-01T11:59:59.999Z",
    "2026-08-01",
    "unknown",
    "after",
  ],
  [
    "at the latest",
    "2026-08-01T12:00:00Z",
    "2026-08-01",
    "not before",
    "after",
  ],
  [
    "after all",
    "2026-08-01T12:00:00.000000001Z",
    "2026-08-01",
    "after",
    "after",
  ],
  // A naive property likewise.
  [
    "naive before all",
    "2026-08-01",
    "2026-08-01T12:00:00.001Z",
    "before",
    "before",
  ],
  [
    "naive, not after",
    "2026-08-01",
    "2026-08-01T12:00:00Z",
    "not after",
    "before",
  ],
  [
    "naive, not before",
    "2026-08-01",
    "2026-07-31T10:00:00Z",
    "not before",
    "after",
  ],
  [
    "naive after all",
    "2026-08-01",
    "2026-07-31T09:59:59.999Z",
    "after",
    "after",
  ],
  // Both are of one zone.
  ["both naive, equal", "2026-08-01", "2026-08-01 00:00:00.0", "same", "same"],
  [
    "both naive, a ns apart",
    "2026-08-01",
    "2026-08-01T00:00:00.000000001",
    "unknown",
    "before",
  ],
  [
    "both naive, two hours apart",
    "2026-08-01T02:00",
    "2026-08-01",
    "unknown",
    "after",
  ],
  [
    "both naive, more than two hours",
    "2026-08-01T02:00:00.001",
    "2026-08-01",
    "after",
    "after",
  ],
  [
    "both naive, more than two hours before",
    "2026-08-01",
    "2026-08-01T02:00:00.001",
    "before",
    "before",
  ],
  // Around a clock change.
  [
    "a repeated hour",
    "2026-11-01T05:30:00Z",
    "2026-11-01T01:30",
    "unknown",
    "same",
  ],
  [
    "a skipped filter",
    "2020-01-01T00:00:00Z",
    "2026-03-08T02:30",
    "before",
    "never",
  ],
  [
    "a skipped property",
    "2026-03-08T02:30",
    "2020-01-01T00:00:00Z",
    "after",
    "never",
  ],
  [
    "a skipped property, whatever the filter",
    "2026-03-08T02:30",
    "tomorrow",
    "unknown",
    "never",
  ],
  // Whatever has a zone is exact.
  ["both zoned", NOON, "2026-08-01T12:00:00.001Z", "before", "before"],
  ["seconds (FLG-060)", "1785585600", NOON, "same", "same"],
];

for (const [name, property, filter, unknownZone, newYork] of NAIVE) {
  Deno.test(`is_date_* without a project's zone: ${name}, ${property} on ${filter} (FLG-061)`, () => {
    const compare = (timeZone?: TimeZone) =>
      compareThrice({ property, filter, timeZone });
    assertEquals([compare(), compare(NEW_YORK)], [
      RELATIONS[unknownZone],
      RELATIONS[newYork],
    ]);
  });
}

/** The edges of what is known of a relative date without the project's zone. */
const RELATIVE: readonly (readonly [
  filter: string,
  now: string,
  earliest: string,
  latest: string,
])[] = [
  ["23h", "2026-03-31T09:30", "2026-03-30T10:30", "2026-03-30T10:30"],
  ["24h", "2026-03-31T09:30", "2026-03-30T08:30", "2026-03-30T10:30"],
  ["1d", "2026-03-31T09:30", "2026-03-30T08:30", "2026-03-30T10:30"],
  ["0h", "2026-03-31T09:30", "2026-03-31T09:30", "2026-03-31T09:30"],
  // Now may be the second of two times that look the same, and the first counts.
  ["0d", "2026-03-31T09:30", "2026-03-31T08:30", "2026-03-31T10:30"],
  ["0w", "2026-03-31T09:30", "2026-03-31T08:30", "2026-03-31T10:30"],
  ["2w", "2026-03-31T09:30", "2026-03-17T08:30", "2026-03-17T10:30"],
  // The same day everywhere, or another that is clamped alike.
  ["0m", "2026-03-31T09:30", "2026-03-31T08:30", "2026-03-31T10:30"],
  ["1m", "2026-08-15T12:00", "2026-07-15T11:00", "2026-07-15T13:00"],
  ["1y", "2026-08-15T12:00", "2025-08-15T11:00", "2025-08-15T13:00"],
  // 30 March in the west, 1 April in the far east; 31 March is clamped to the same 28 February.
  ["1m", "2026-03-31T11:00", "2026-02-28T10:00", "2026-03-01T12:00"],
  // Still 28 February in the west, where nothing is clamped.
  ["1y", "2024-02-29T09:30", "2023-02-28T08:30", "2023-03-01T10:30"],
  // 29 February in the west and 1 March in the east: the same moment before both.
  ["1y", "2024-02-29T13:00", "2023-02-28T12:00", "2023-02-28T14:00"],
];

for (const [filter, now, earliest, latest] of RELATIVE) {
  Deno.test(`is_date_* without a project's zone: ${filter} before ${now} (FLG-061)`, () => {
    const compare = (edge: string, ms: number) =>
      compareThrice({
        filter,
        property: new Date(Date.parse(`${edge}Z`) + ms).toISOString(),
        now: Date.parse(`${now}Z`),
      });
    const isExact = earliest === latest;
    assertEquals(
      [
        compare(earliest, -1),
        compare(earliest, 0),
        compare(latest, 0),
        compare(latest, 1),
      ],
      [
        RELATIONS.before,
        RELATIONS[isExact ? "same" : "not after"],
        RELATIONS[isExact ? "same" : "not before"],
        RELATIONS.after,
      ],
    );
    if (isExact) return;
    assertEquals(
      [compare(earliest, 1), compare(latest, -1)],
      [RELATIONS.unknown, RELATIONS.unknown],
    );
  });
}

Deno.test("is_date_* is unknown in a zone that the platform does not know (FLG-061)", () => {
  const timeZone = createTimeZone("Mars/Base");
  const compare = (filter: string) =>
    compareThrice({ property: 0, filter, timeZone });
  assertEquals([compare("2026-08-01"), compare("1d"), compare(NOON)], [
    RELATIONS.unknown,
    RELATIONS.unknown,
    RELATIONS.before,
  ]);
});
