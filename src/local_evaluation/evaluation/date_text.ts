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
  /^(\d{4}-\d\d-\d\d)(?:([T ])(\d\d:\d\d)(?:(:\d\d)(?:\.(\d+))?)?(Z| GMT| UTC| ?([+-])((?:[01]\d|2[0-3]):?[0-5]\d))?)?$/;

/** More digits of a fraction than this are read by RFC 3339 alone. */
const MAX_FRACTION = 9;

/** `Wed, 02 Jun 2021 06:31:39 GMT`. */
const HTTP_DATE_LENGTH = 29;

/**
 * Reads a date in the forms that are certain: RFC 3339, with a space in place of `T` too, clocks without a zone, what
 * `toUTCString` gives, and `2021-06-02 06:31:39 GMT` and the like, with `UTC` or an offset.
 *
 * Parity: the server's own list is RFC 3339 and clocks; for the rest it falls back on the Rust crate `dateparser`, which
 * reads still more.
 */
export function parseDateText(text: string): AbsoluteDate | undefined {
  const match = DATE_TEXT.exec(text);
  if (!match) {
    const ms = text.length === HTTP_DATE_LENGTH ? Date.parse(text) : NaN;
    // One with another day of the week is none to the server.
    return new Date(ms).toUTCString() === text
      ? buildDate("instant", ms / 1000, 0)
      : undefined;
  }
  const [
    ,
    day,
    separator,
    time = "00:00",
    second,
    fraction = "",
    zone,
    sign,
    offset = "",
  ] = match;
  const isStandard = zone === undefined || (second !== undefined &&
    (zone === "Z" ||
      zone === `${sign}${offset.slice(0, 2)}:${offset.slice(3)}`));
  const isFallback = separator === " " && zone !== "Z" &&
    fraction.length <= MAX_FRACTION;
  if (!isStandard && !isFallback) return undefined;
  const clock = `${day}T${time}${second ?? ":00"}`;
  const utc = new Date(`${clock}Z`);
  // What the calendar or the clock lacks becomes another time, or none.
  if (utc.toJSON()?.slice(0, 19) !== clock) return undefined;
  const ahead = Number(offset.slice(0, 2)) * 3600 +
    Number(offset.slice(-2)) * 60;
  return buildDate(
    zone === undefined ? "wall" : "instant",
    utc.getTime() / 1000 + (sign === "-" ? ahead : -ahead),
    // Parity: digits beyond the ninth are dropped.
    Number(`${fraction}000000000`.slice(0, 9)),
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
