/** A date, with an optional time and an optional offset. */
const ISO_PATTERN =
  /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d+))?)?\s*(Z|[+-]\d{2}(?::?\d{2})?)?)?$/i;

/**
 * A moment as the wire wants it: UTC, RFC 3339, `Z`. Undefined when it can't be read or its year has not four digits.
 *
 * A text without an offset is UTC, never local time, and a fraction of more than three digits is kept digit for
 * digit: both would be lost in `Date`.
 */
export function toTimestamp(value: unknown): string | undefined {
  if (typeof value === "number") return format(value);
  if (typeof value === "string") return parseText(value.trim());
  try {
    // Not `instanceof`, nor a method of its own: dates of other realms are dates, and what poses as one is none.
    return format(Date.prototype.getTime.call(value));
  } catch {
    return undefined;
  }
}

/**
 * Creates a formatter of the current moment (ms since the epoch) that remembers the last one: the events of a
 * request, and of a busy server's millisecond, share it.
 */
export function createNowFormatter(): (nowMs: number) => string {
  let last = NaN;
  let text = "";
  return (nowMs) => {
    if (nowMs !== last) {
      text = new Date(nowMs).toISOString();
      last = nowMs;
    }
    return text;
  };
}

function format(epochMs: number): string | undefined {
  const date = new Date(epochMs);
  if (Number.isNaN(date.getTime())) return undefined;
  const year = date.getUTCFullYear();
  return year >= 0 && year <= 9999 ? date.toISOString() : undefined;
}

function parseText(text: string): string | undefined {
  const match = ISO_PATTERN.exec(text);
  if (!match) return undefined;
  const [
    ,
    year,
    month,
    day,
    hour = "00",
    minute = "00",
    second = "00",
    fraction = "",
    offset = "Z",
  ] = match;
  const offsetMs = readOffsetMs(offset);
  if (offsetMs === undefined) return undefined;
  const local = Date.parse(
    `${year}-${month}-${day}T${hour}:${minute}:${second}Z`,
  );
  const formatted = format(local - offsetMs);
  // `Date.parse` rolls 30 February over to March; a date that does not exist is none.
  const isReal = new Date(local).getUTCDate() === Number(day);
  return isReal
    ? formatted?.replace(/\.000Z$/, `.${fraction.padEnd(3, "0")}Z`)
    : undefined;
}

function readOffsetMs(offset: string): number | undefined {
  if (offset.toUpperCase() === "Z") return 0;
  const digits = offset.slice(1).replace(":", "").padEnd(4, "0");
  const [hours, minutes] = [digits.slice(0, 2), digits.slice(2)].map(Number);
  if (hours === undefined || minutes === undefined) return undefined;
  if (hours > 23 || minutes > 59) return undefined;
  const ms = (hours * 60 + minutes) * 60_000;
  return offset.startsWith("-") ? -ms : ms;
}
