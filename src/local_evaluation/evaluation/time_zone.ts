const HOUR_MS = 3_600_000;

/** No clock was ever further from UTC than this, the old local times included. */
const MAX_OFFSET_MS = 16 * HOUR_MS;

/** A wall clock that a clock change skips. */
export type Skipped = "skipped";

/** A time zone's rules, in ms. Total: what the platform can't tell is undefined. */
export interface TimeZone {
  /** How far the zone's clocks are ahead of UTC at an instant. */
  getOffset(instant: number): number | undefined;
  /** The instant at which clocks show a time, which is given as if it were UTC's; of two, the earlier. */
  toInstant(wallClock: number): number | Skipped | undefined;
}

/** Creates the rules of a zone. Nothing is asked of the platform before the first date. */
export function createTimeZone(name: string): TimeZone {
  const getOffset = name === "UTC" ? () => 0 : createOffsets(name);
  return {
    getOffset,
    toInstant: (wallClock) => toInstant(wallClock, getOffset),
  };
}

function createOffsets(name: string): TimeZone["getOffset"] {
  let format: Intl.DateTimeFormat | undefined;
  return (instant) => {
    try {
      format ??= new Intl.DateTimeFormat("en", {
        timeZone: name,
        timeZoneName: "longOffset",
      });
      return parseOffset(format.format(instant));
    } catch {
      // The platform lacks the zone or the style, or the instant is beyond what a Date holds.
      return undefined;
    }
  };
}

/** Reads the end of a text like `1/1/1850, GMT-04:56:02`; UTC may be a bare `GMT`. */
function parseOffset(text: string): number | undefined {
  const match = /GMT(?:([+-])(\d\d):(\d\d)(?::(\d\d))?)?$/.exec(text);
  if (!match) return undefined;
  const [, sign, hours = 0, minutes = 0, seconds = 0] = match;
  const size = (Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds);
  return (sign === "-" ? -size : size) * 1000;
}

/**
 * Both offsets around the time are tried: the clock changes at most once between them.
 * Parity: the server takes the earlier of two instants, and has none for a skipped time.
 */
function toInstant(
  wallClock: number,
  getOffset: TimeZone["getOffset"],
): number | Skipped | undefined {
  const before = getOffset(wallClock - MAX_OFFSET_MS);
  const after = getOffset(wallClock + MAX_OFFSET_MS);
  if (before === undefined || after === undefined) return undefined;
  // The greater offset gives the earlier instant.
  for (const offset of [Math.max(before, after), Math.min(before, after)]) {
    const instant = wallClock - offset;
    if (getOffset(instant) === offset) return instant;
  }
  return "skipped";
}
