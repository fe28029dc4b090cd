import type { CompileOperator } from "./matcher.ts";
import { FilterNumber, type FilterValue } from "./text.ts";
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
    const bound = toNumber(value);
    if (Number.isNaN(bound)) return () => NO;
    // A comparison with NaN is false, whichever it is.
    return (property) => holds(toNumber(property), bound) ? YES : NO;
  };
}

/**
 * The number that a filter's value or a property is, or that its text says as the server's language reads it; NaN for
 * everything else.
 */
export function toNumber(value: FilterValue): number {
  if (typeof value === "number") return value;
  if (value instanceof FilterNumber) return value.value;
  if (typeof value !== "string") return NaN;
  if (/^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$/.test(value)) {
    return Number(value);
  }
  const sign = value.startsWith("-") ? -1 : 1;
  return /^[+-]?inf(inity)?$/i.test(value) ? sign * Infinity : NaN;
}
