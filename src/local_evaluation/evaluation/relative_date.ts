/** A distance into the past. */
export interface RelativeDate {
  /** Tells it from absolute dates. */
  readonly kind: "relative";
  /** How many units: below 10,000. */
  readonly count: number;
  /** Hours, days, weeks, months or years. */
  readonly unit: string;
}

const UNIT_MS: Readonly<Record<string, number>> = {
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

/** The day of the month is at most 28 after so many monthly steps: they meet a February of 28 days. */
const MAX_CLAMPING_STEPS = 24;

/** Reads `-3d` and the like. The sign means nothing: it is always the past. */
export function parseRelativeDate(text: string): RelativeDate | undefined {
  const match = /^-?(\d+)([hdwmy])$/.exec(text);
  const count = Number(match?.[1]);
  const unit = match?.[2];
  return unit !== undefined && count < 10_000
    ? { kind: "relative", count, unit }
    : undefined;
}

/** The length in ms of what has a fixed one; undefined for months and years. */
export function getFixedLength(
  { count, unit }: RelativeDate,
): number | undefined {
  const length = UNIT_MS[unit];
  return length && length * count;
}

/** Goes back from a time that clocks show; the time of day is kept. NaN beyond what a Date holds. */
export function subtractRelative(
  wallClock: number,
  relative: RelativeDate,
): number {
  const { count, unit } = relative;
  const length = getFixedLength(relative);
  if (length !== undefined) return wallClock - length;
  const date = new Date(wallClock);
  const stride = unit === "y" ? 12 : 1;
  const month = date.getUTCFullYear() * 12 + date.getUTCMonth();
  // Parity: the server clamps at each step, so 31 March − 2m is 29 January in a leap year. Years clamp in the first
  // step or never.
  let day = date.getUTCDate();
  const steps = Math.min(count, MAX_CLAMPING_STEPS);
  for (let step = 1; step <= steps && day > 28; step++) {
    day = Math.min(day, getMonthLength(month - step * stride));
  }
  date.setUTCFullYear(0, month - count * stride, day);
  return date.getTime();
}

/** The days of a month, which is counted from the year 0. */
function getMonthLength(month: number): number {
  const date = new Date(0);
  date.setUTCFullYear(0, month + 1, 0);
  return date.getUTCDate();
}
