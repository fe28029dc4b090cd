import { assertEquals } from "@std/assert";
import { parseDate } from "../../../src/featureflip/dates.ts";
import { matches } from "./_evaluate.ts";

/** The contract's table, and what its rules say beside it. */
const ROWS: [text: string, moment: string | undefined][] = [
  ["2025-03-01", "2025-03-01T00:00:00.000Z"],
  ["2025-03-01 10:20:30", "2025-03-01T10:20:30.000Z"],
  ["2025-03-01T10:20:30.1234567Z", "2025-03-01T10:20:30.123Z"],
  ["2025-03-01T10:20:30+0530", "2025-03-01T04:50:30.000Z"],
  ["2025-03-01T10:20:30-08:00", "2025-03-01T18:20:30.000Z"],
  ["2025-03-01T10:20.5", "2025-03-01T10:20:00.500Z"],
  ["2025-03-01T10:20", "2025-03-01T10:20:00.000Z"],
  ["1735689600", "2025-01-01T00:00:00.000Z"],
  ["+60", "1970-01-01T00:01:00.000Z"],
  ["-1", "1969-12-31T23:59:59.000Z"],
  ["2024", "1970-01-01T00:33:44.000Z"],
  ["0001-01-01", "0001-01-01T00:00:00.000Z"],
  ["9999-12-31T23:59:59.999Z", "9999-12-31T23:59:59.999Z"],
  ["0099-12-31", "0099-12-31T00:00:00.000Z"],
  ["2000-02-29", "2000-02-29T00:00:00.000Z"],
  ["2024-02-29", "2024-02-29T00:00:00.000Z"],
  ["\t2025-03-01\v\f\r\n ", "2025-03-01T00:00:00.000Z"],
  ["2025-01-01T23:59:59+23:59", "2025-01-01T00:00:59.000Z"],
  ["2025-3-1", undefined],
  ["03/01/2025", undefined],
  ["Mar 1 2025", undefined],
  ["2025-03-01t10:20:30Z", undefined],
  ["2025-03-01T10:20:30z", undefined],
  ["2025-01-01T24:00:00", undefined],
  ["2025-01-01T23:60:00", undefined],
  ["2025-01-01T23:00:60", undefined],
  ["2025-06-31T00:00:00+09:00", undefined],
  ["0000-01-01", undefined],
  ["1735689600000", undefined],
  ["1e9", undefined],
  ["17.5", undefined],
  ["9999-12-31T23:30:00-01:00", undefined],
  ["0001-01-01T00:00:00+01:00", undefined],
  ["5\u0000", undefined],
  ["2025-01-01\u00a0", undefined],
  ["\u30002025-01-01", undefined],
  ["\ufeff5", undefined],
  ["", undefined],
  [" ", undefined],
  ["2025-02-29", undefined],
  ["1900-02-29", undefined],
  ["2025-04-31", undefined],
  ["2025-00-01", undefined],
  ["2025-13-01", undefined],
  ["2025-01-00", undefined],
  ["2025-02-29T23:00:00-05:00", undefined],
  ["2025-01-01T10:00+24:00", undefined],
  ["2025-01-01T10:00+10:60", undefined],
  ["2025-01-01T10:00+10", undefined],
  ["2025-01-01T10", undefined],
  ["2025-01-01Z", undefined],
  ["2025-01-01T10:00:00 Z", undefined],
  ["2025-01-01  10:00", undefined],
  ["２０２５-01-01", undefined],
  ["٥", undefined],
  ["not a date", undefined],
];

const DAY_MS = 86_400_000;

Deno.test("a text is the moment that one grammar makes of it (FFL-105, FFL-110, FFL-111, FFL-112, FFL-113, FFL-114)", async (t) => {
  for (const [text, moment] of ROWS) {
    await t.step(JSON.stringify(text), () => {
      const ms = parseDate(text);
      assertEquals(
        ms === undefined ? undefined : new Date(ms).toISOString(),
        moment,
      );
    });
  }
});

Deno.test("moments are compared strictly, either way round (FFL-105, FFL-106, FFL-107)", () => {
  for (const [text, moment] of ROWS) {
    if (moment === undefined) {
      for (const operator of ["Before", "After"]) {
        for (const other of ["0001-01-02", "2025-01-01", "9998-01-01"]) {
          assertEquals(
            [
              matches(text, operator, [other]),
              matches(other, operator, [text]),
            ],
            [false, false],
            text,
          );
        }
        // A value that is none is passed over.
        assertEquals(
          matches(new Date(0), operator, [
            text,
            operator === "Before" ? "1" : "-1",
          ]),
          true,
        );
      }
      continue;
    }
    const ms = Date.parse(moment);
    const at = (offset: number) => String(Math.floor((ms + offset) / 1000));
    if (new Date(ms + DAY_MS).getUTCFullYear() < 10_000) {
      assertEquals(
        [
          matches(text, "Before", [at(DAY_MS)]),
          matches(at(DAY_MS), "After", [text]),
        ],
        [true, true],
        text,
      );
      assertEquals(
        [
          matches(text, "After", [at(DAY_MS)]),
          matches(at(DAY_MS), "Before", [text]),
        ],
        [false, false],
        text,
      );
    }
    assertEquals([
      matches(text, "Before", [text]),
      matches(text, "After", [text]),
    ], [false, false]);
  }
});

Deno.test("whole numbers are seconds, within the years 1 to 9999 (FFL-108, FFL-109)", () => {
  const [min, max] = [-62_135_596_800, 253_402_300_799];
  assertEquals([parseDate(`${min}`), parseDate(`${max}`)], [
    min * 1000,
    max * 1000,
  ]);
  assertEquals([
    parseDate(`${min - 1}`),
    parseDate(`${max + 1}`),
    parseDate("9".repeat(400)),
  ], [undefined, undefined, undefined]);
  assertEquals(matches(1_735_689_600, "After", ["2024-12-31T23:59:59Z"]), true);
  assertEquals(
    matches(1_735_689_600, "Before", ["2025-01-01T00:00:01Z"]),
    true,
  );
  assertEquals(
    matches(new Date("2025-01-01T00:00:00Z"), "Before", ["2025-01-02"]),
    true,
  );
});

Deno.test("no host's time zone has a say (FFL-070, FFL-115)", () => {
  const before = Deno.env.get("TZ");
  const read = () => ROWS.map(([text]) => parseDate(text) ?? null);
  try {
    const answers = ["UTC", "America/New_York", "Asia/Kolkata"].map((zone) => {
      Deno.env.set("TZ", zone);
      return read();
    });
    assertEquals(answers[1], answers[0]);
    assertEquals(answers[2], answers[0]);
  } finally {
    if (before === undefined) Deno.env.delete("TZ");
    else Deno.env.set("TZ", before);
  }
});
