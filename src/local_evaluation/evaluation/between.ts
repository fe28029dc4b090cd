import type { Matcher, Operand } from "./matcher.ts";
import { toNumber } from "./numbers.ts";
import type { FilterValue } from "./text.ts";
import { type Answer, buildUnknown, NO, YES } from "./types.ts";

const NOT_A_NUMBER = buildUnknown(
  'the property under "not_between" is not a number',
);

/** Compiles `between`, inclusive on both ends. Malformed bounds match nobody, whether the property is there or not. */
export function compileBetween({ value }: Operand): Matcher | Answer {
  const bounds = parseBounds(value);
  if (!bounds) return NO;
  return (property) => contains(bounds, toNumber(property)) ? YES : NO;
}

/**
 * Compiles `not_between`: the complement for numbers alone. Without the property the server's versions differ,
 * even where the bounds are malformed; so they do on a property that is not a number.
 */
export function compileNotBetween({ value }: Operand): Matcher {
  const bounds = parseBounds(value);
  if (!bounds) return () => NO;
  return (property) => {
    const number = toNumber(property);
    if (!Number.isNaN(number)) return contains(bounds, number) ? NO : YES;
    // A text that says NaN is a number to the server, and one that is never matched.
    return typeof property === "string" && /^[+-]?nan$/i.test(property)
      ? NO
      : NOT_A_NUMBER;
  };
}

/** The least and the greatest number that are in; undefined where the server rejects the filter. */
function parseBounds(
  value: FilterValue,
): readonly [low: number, high: number] | undefined {
  if (!Array.isArray(value)) return undefined;
  const [low = NaN, high = NaN, ...rest] = value.map(toNumber);
  // A comparison with NaN is false, so bounds that are no numbers end here too.
  return rest.length === 0 && low <= high ? [low, high] : undefined;
}

function contains(
  [low, high]: readonly [low: number, high: number],
  number: number,
): boolean {
  return number >= low && number <= high;
}
