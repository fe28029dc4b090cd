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
  /^(\d{4}-\d\d-\d\d)(?:([T ])(\d\d:\d\d)(?:(:\d\d)(?:\.(\d+))?)?(?:Z|([+-])((?:[01]\d|2[0-3]):[0-5]\d))?)?$/;

/** Reads a date in the forms that are certain; the server's lenient parser may read more. */
export function parseDateText(text: string): AbsoluteDate | undefined {
  const match = DATE_TEXT.exec(text);
  if (!match) return undefined;
  const [
    ,
    day,
    separator,
    time = "00:00",
    second,
    fraction = "",
    sign,
    offset,
  ] = match;
  const isInstant = sign !== undefined || text.endsWith("Z");
  if (isInstant && (separator !== "T" || second === undefined)) {
    return undefined;
  }
  const clock = `${day}T${time}${second ?? ":00"}`;
  const utc = new Date(`${clock}Z`);
  // What the calendar or the clock lacks becomes another time, or none.
  if (utc.toJSON()?.slice(0, 19) !== clock) return undefined;
  const ahead = offset === undefined
    ? 0
    : Date.parse(`1970-01-01T${offset}Z`) / 1000;
  return buildDate(
    isInstant ? "instant" : "wall",
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
