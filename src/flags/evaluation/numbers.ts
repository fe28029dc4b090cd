import type { JsonValue } from "../../core/json.ts";
import type { FilterValue } from "./definitions.ts";
import type { Matcher, Operand } from "./matcher.ts";
import { NO, YES } from "./types.ts";

/**
 * Compiles a numeric comparison. Only whole texts that are numbers count; anything else on either side is a
 * "no": there is no comparison of texts.
 */
export function compileCompare(
  { value }: Operand,
  holds: (property: number, filter: number) => boolean,
): Matcher {
  const bound = typeof value === "object" && value?.kind === "number"
    ? value.value
    : parseNumber(value);
  if (Number.isNaN(bound)) return () => NO;
  return (property) => {
    const number = typeof property === "number"
      ? property
      : parseNumber(property);
    // A comparison with NaN is false, whichever it is.
    return holds(number, bound) ? YES : NO;
  };
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
