import { assertEquals } from "@std/assert";
import { toTimestamp } from "../../../src/events/timestamp.ts";

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
  [{}, undefined],
];

for (const [input, expected] of ROWS) {
  Deno.test(`toTimestamp() reads ${JSON.stringify(input)} (CAP-053 to CAP-056)`, () => {
    assertEquals(toTimestamp(input), expected);
  });
}
