import type { AbsoluteDate } from "./date_text.ts";
import {
  getFixedLength,
  type RelativeDate,
  subtractRelative,
} from "./relative_date.ts";
import type { Skipped, TimeZone } from "./time_zone.ts";

const HOUR_MS = 3_600_000;

/** How far ahead of UTC clocks are, in whole hours: at least and at most. */
const MIN_OFFSET_HOURS = -12;
const MAX_OFFSET_HOURS = 14;

/** The moments that a date may be: one, or all in between where the project's time zone is not known. */
export interface DateSpan {
  /** The earliest, in ms since the epoch. */
  readonly low: number;
  /** The latest. */
  readonly high: number;
  /** What lies beyond both: 0 to 999,999. */
  readonly nanoseconds: number;
}

/** Finds the moments that a date may be; undefined where the platform can't tell. */
export function toSpan(
  date: AbsoluteDate | RelativeDate,
  timeZone: TimeZone | undefined,
  now: number,
): DateSpan | Skipped | undefined {
  const span = date.kind === "relative"
    ? locateRelative(date, timeZone, now)
    : locateAbsolute(date, timeZone);
  return typeof span === "object" && Number.isNaN(span.high - span.low)
    ? undefined
    : span;
}

function locateAbsolute(
  { kind, ms, nanoseconds }: AbsoluteDate,
  timeZone: TimeZone | undefined,
): DateSpan | Skipped | undefined {
  if (kind === "instant") return { low: ms, high: ms, nanoseconds };
  if (timeZone) return locateWallClock(ms, nanoseconds, timeZone);
  return {
    low: ms - MAX_OFFSET_HOURS * HOUR_MS,
    high: ms - MIN_OFFSET_HOURS * HOUR_MS,
    nanoseconds,
  };
}

/** Parity: the server goes back on the project's wall clock, for hours too. */
function locateRelative(
  date: RelativeDate,
  timeZone: TimeZone | undefined,
  now: number,
): DateSpan | Skipped | undefined {
  if (timeZone) {
    const offset = timeZone.getOffset(now);
    return offset === undefined
      ? undefined
      : locateWallClock(subtractRelative(now + offset, date), 0, timeZone);
  }
  const length = getFixedLength(date);
  if (length !== undefined) {
    // A clock change may lie between; within some hours that is taken to be rare enough. `0d` is not exact either:
    // now may be a time that occurs twice.
    const slack = date.unit === "h" && date.count < 24 ? 0 : HOUR_MS;
    return spread([now - length], slack);
  }
  // Which day it is, and so what is clamped, depends on the zone; between whole hours it is a neighbour's day.
  const results: number[] = [];
  for (let hours = MIN_OFFSET_HOURS; hours <= MAX_OFFSET_HOURS; hours++) {
    const offset = hours * HOUR_MS;
    results.push(subtractRelative(now + offset, date) - offset);
  }
  return spread(results, HOUR_MS);
}

function locateWallClock(
  wallClock: number,
  nanoseconds: number,
  timeZone: TimeZone,
): DateSpan | Skipped | undefined {
  const ms = timeZone.toInstant(wallClock);
  return typeof ms === "number" ? { low: ms, high: ms, nanoseconds } : ms;
}

function spread(results: readonly number[], slack: number): DateSpan {
  return {
    low: Math.min(...results) - slack,
    high: Math.max(...results) + slack,
    nanoseconds: 0,
  };
}
