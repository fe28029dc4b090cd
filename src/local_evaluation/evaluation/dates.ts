import type { JsonValue } from "../../core/json.ts";
import { type DateSpan, toSpan } from "./date_span.ts";
import {
  type AbsoluteDate,
  parseDateText,
  parseEpochSeconds,
} from "./date_text.ts";
import type { Matcher, Operand } from "./matcher.ts";
import { type Comparison, toNumber } from "./numbers.ts";
import { parseRelativeDate } from "./relative_date.ts";
import {
  type Answer,
  buildUnknown,
  FIXED,
  NO,
  UNSUPPORTED,
  YES,
} from "./types.ts";

/** Wall clocks of one zone further apart than this are in order, whatever the zone. */
const MAX_CLOCK_CHANGE_MS = 7_200_000;

const UNREAD_FILTER = buildUnknown(
  "the filter's date is in a form that only the server reads",
  UNSUPPORTED,
  FIXED,
);
const UNREAD_PROPERTY = buildUnknown(
  "the property is no date in a form that is read locally",
);
const UNKNOWN_ZONE = buildUnknown(
  "the answer depends on the project's time zone",
);

/** Builds a comparison of dates. */
export function buildDateComparison(
  holds: Comparison,
): (operand: Operand) => Matcher {
  return (operand) => compileDates(operand, (sign) => holds(sign, 0));
}

/** `holds` is told the sign of property − filter. */
function compileDates(
  { value, timeZone }: Operand,
  holds: (sign: number) => boolean,
): Matcher {
  if (typeof value !== "string") return () => NO;
  const filter = parseRelativeDate(value) ?? parseDateText(value);
  // What is absolute is located once, what is relative once for each moment.
  let located: { readonly now: number; readonly span: Span } | undefined;
  const locateFilter = (now: number): Span => {
    if (!filter) return undefined;
    if (!located || (filter.kind === "relative" && located.now !== now)) {
      located = { now, span: toSpan(filter, timeZone, now) };
    }
    return located.span;
  };
  return (property, now) => {
    if (property === null) return NO;
    const date = parseProperty(property);
    const span = date && toSpan(date, timeZone, now);
    const filterSpan = locateFilter(now);
    // The server has no moment for such a time, on either side.
    if (span === "skipped" || filterSpan === "skipped") return NO;
    if (!filter) return UNREAD_FILTER;
    if (!date) return UNREAD_PROPERTY;
    if (!span || !filterSpan) return UNKNOWN_ZONE;
    return !timeZone && date.kind === "wall" && filter.kind === "wall"
      ? compareWallClocks(date, filter, holds)
      : compareSpans(span, filterSpan, holds);
  };
}

type Span = ReturnType<typeof toSpan>;

/** Numbers and their texts are seconds: `"2024"` is no year. */
function parseProperty(property: JsonValue): AbsoluteDate | undefined {
  const seconds = toNumber(property);
  if (!Number.isNaN(seconds)) return parseEpochSeconds(seconds);
  return typeof property === "string" ? parseDateText(property) : undefined;
}

/** The answer, where it is the same for all moments that the two may be. */
function compareSpans(
  property: DateSpan,
  filter: DateSpan,
  holds: (sign: number) => boolean,
): Answer {
  const nanoseconds = property.nanoseconds - filter.nanoseconds;
  const least = Math.sign(property.low - filter.high || nanoseconds);
  const greatest = Math.sign(property.high - filter.low || nanoseconds);
  // From before to after it may be the same moment, too.
  if (least * greatest < 0 || holds(least) !== holds(greatest)) {
    return UNKNOWN_ZONE;
  }
  return holds(least) ? YES : NO;
}

/** Both sides are of one zone, so that which one matters only around a clock change. */
function compareWallClocks(
  property: AbsoluteDate,
  filter: AbsoluteDate,
  holds: (sign: number) => boolean,
): Answer {
  const difference = property.ms - filter.ms;
  const sign = Math.sign(
    difference || property.nanoseconds - filter.nanoseconds,
  );
  if (sign !== 0 && Math.abs(difference) <= MAX_CLOCK_CHANGE_MS) {
    return UNKNOWN_ZONE;
  }
  return holds(sign) ? YES : NO;
}
