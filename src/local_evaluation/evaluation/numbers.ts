import type { JsonValue } from "../../core/json.ts";
import { FilterNumber, type FilterValue } from "./definitions.ts";
import type { CompileOperator } from "./matcher.ts";
import { NO, YES } from "./types.ts";

/** Whether a comparison holds between the property's side and the filter's. */
export type Comparison = (property: number, filter: number) => boolean;

/**
 * Builds the compiler of a numeric comparison. Only whole texts that are numbers count; anything else on either side is a
 * "no": there is no comparison of texts.
 */
export function buildNumberOrder(
  holds: Comparison,
): CompileOperator {
  return ({ value }) => {
    const bound = toFilterNumber(value);
    if (Number.isNaN(bound)) return () => NO;
    // A comparison with NaN is false, whichever it is.
    return (property) => holds(toPropertyNumber(property), bound) ? YES : NO;
  };
}

/** A filter's value as a number; NaN where it is none. */
export function toFilterNumber(value: FilterValue): number {
  return value instanceof FilterNumber ? value.value : parseNumber(value);
}

/** A property as a number; NaN where it is none. */
export function toPropertyNumber(property: JsonValue): number {
  return typeof property === "number" ? property : parseNumber(property);
}

/** The number that a text says as the server's language reads it; NaN for everything else. */
export function parseNumber(value: JsonValue | FilterValue): number {
  if (typeof value !== "string") return NaN;
  if (/^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$/.test(value)) {
    return Number(value);
  }
  const sign = value.startsWith("-") ? -1 : 1;
  return /^[+-]?inf(inity)?$/i.test(value) ? sign * Infinity : NaN;
}
