import { attempt } from "../core/guards.ts";

/** A date, with an optional time and an optional offset. */
const ISO_PATTERN =
  /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d)(?::(\d\d)(?:\.(\d+))?)?\s*(?:Z|([+-]\d\d)(?::?(\d\d))?)?)?$/i;

/**
 * A moment as the wire wants it: UTC, RFC 3339, `Z`. Undefined when it can't be read or its year has not four digits.
 *
 * A text without an offset is UTC, never local time, and a fraction of more than three digits is kept digit for
 * digit: both would be lost in `Date`.
 */
export function toTimestamp(value: unknown): string | undefined {
  return attempt(() => {
    if (typeof value === "number") return format(value);
    if (typeof value === "string") return parseText(value.trim());
    // Not `instanceof`, nor a method of its own: dates of other realms are dates, and what poses as one is none.
    return format(Date.prototype.getTime.call(value));
  });
}

/** Throws where there is no such moment. */
function format(epochMs: number): string {
  const text = new Date(epochMs).toISOString();
  // Other years have six digits and a sign.
  if (text.length > 24) throw new RangeError();
  return text;
}

function parseText(text: string): string | undefined {
  const [
    ,
    date = "",
    time = "00:00",
    second = "00",
    fraction = "",
    hours = "+00",
    minutes = "00",
  ] = ISO_PATTERN.exec(text) ?? [];
  const local = `${date}T${time}:${second}`;
  // `Date.parse` rolls 30 February over to March, and takes 24:00: a moment that does not exist is none.
  return format(Date.parse(`${local}Z`)).startsWith(local)
    ? format(Date.parse(`${local}${hours}:${minutes}`))
      .replace(/\.000Z$/, `.${fraction.padEnd(3, "0")}Z`)
    : undefined;
}
