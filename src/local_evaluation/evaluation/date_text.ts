/** A moment that a text or a number says outright, exact to the nanosecond like the server's. */
export interface AbsoluteDate {
  /** `instant`: a moment. `wall`: what the clocks of the project's time zone show. */
  readonly kind: "instant" | "wall";
  /** Ms since the epoch; of a wall clock as if it were UTC's. */
  readonly ms: number;
  /** What lies beyond `ms`: 0 to 999,999. */
  readonly nanoseconds: number;
}

/** The last second that the server holds, roundly. */
const MAX_EPOCH_SECONDS = 8.2e12;

const DATE_TEXT =
  /^(\d{4})-(\d\d)-(\d\d)(?:([T ])(\d\d):(\d\d)(?::(\d\d)(?:\.(\d+))?)?(?:(Z)|([+-])(\d\d):(\d\d))?)?$/;

/** Reads a date in the forms that are certain; the server's lenient parser may read more. */
export function parseDateText(text: string): AbsoluteDate | undefined {
  const match = DATE_TEXT.exec(text);
  if (!match) return undefined;
  const [, year, month, day, separator, hour, minute, second, fraction] = match;
  const [zulu, sign, offsetHour, offsetMinute] = match.slice(9);
  const isInstant = zulu !== undefined || sign !== undefined;
  if (isInstant && (separator !== "T" || second === undefined)) {
    return undefined;
  }
  const midnight = toMidnight(Number(year), Number(month), Number(day));
  const time = toMinutes(hour, minute);
  const offset = toMinutes(offsetHour, offsetMinute);
  if (
    midnight === undefined || time === undefined || offset === undefined ||
    Number(second ?? 0) > 59
  ) return undefined;
  // Parity: digits beyond the ninth are dropped.
  const nanoseconds = Number(`${fraction ?? ""}000000000`.slice(0, 9));
  const minutes = sign === "-" ? time + offset : time - offset;
  return buildDate(
    isInstant ? "instant" : "wall",
    midnight / 1000 + minutes * 60 + Number(second ?? 0),
    nanoseconds,
  );
}

/** Reads a number as seconds since the epoch; undefined where the server's rounding is not certain. */
export function parseEpochSeconds(seconds: number): AbsoluteDate | undefined {
  const whole = Math.floor(seconds);
  const nanoseconds = Math.round((seconds - whole) * 1e9);
  const isCertain = Math.abs(seconds) <= MAX_EPOCH_SECONDS &&
    (seconds >= 0 || seconds === whole) && nanoseconds < 1e9;
  return isCertain ? buildDate("instant", whole, nanoseconds) : undefined;
}

function buildDate(
  kind: AbsoluteDate["kind"],
  seconds: number,
  nanoseconds: number,
): AbsoluteDate {
  const ms = Math.floor(nanoseconds / 1e6);
  return { kind, ms: seconds * 1000 + ms, nanoseconds: nanoseconds % 1e6 };
}

/** Midnight of a day as UTC's; undefined for a day that the calendar lacks. */
function toMidnight(
  year: number,
  month: number,
  day: number,
): number | undefined {
  const date = new Date(0);
  // Unlike Date.UTC, it does not take the year 26 for 1926.
  date.setUTCFullYear(year, month - 1, day);
  // A day that the month lacks is one of another month.
  return date.getUTCMonth() === month - 1 ? date.getTime() : undefined;
}

/** Minutes since midnight; undefined where a clock has no such time. */
function toMinutes(hour = "0", minute = "0"): number | undefined {
  return Number(hour) > 23 || Number(minute) > 59
    ? undefined
    : Number(hour) * 60 + Number(minute);
}
