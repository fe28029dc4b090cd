import type { Matcher, Operand } from "./matcher.ts";
import { type FilterValue, toText } from "./text.ts";
import { type Answer, buildUnknown, NO, UNSUPPORTED, YES } from "./types.ts";

const UNCERTAIN_PROPERTY = buildUnknown(
  "the server's text of the property is not certain",
);
const UNCERTAIN_FILTER = buildUnknown(
  "the server's text of the filter's number is not certain",
  UNSUPPORTED,
);

/**
 * Compiles `exact`: texts are compared, lowered by full Unicode rules. The legacy way takes a filter that looks
 * like a boolean for one first; the explicit way does so for an empty list alone.
 */
export function compileExact({ value, matchingVersion }: Operand): Matcher {
  const isBoolean = matchingVersion === 2
    ? isList(value) && value.length === 0
    : isTruthLike(value);
  if (isBoolean) {
    const expected = isTruthy(value);
    return (property) => isTruthy(property) === expected ? YES : NO;
  }
  return compileTexts(isList(value) ? value : [value]);
}

/** "Yes" when the property's text is that of any candidate. */
function compileTexts(candidates: readonly FilterValue[]): Matcher {
  const texts = candidates.map((candidate) => toText(candidate)?.toLowerCase());
  // A set of two texts takes three times the memory of the list, and is no faster.
  const known = texts.length > 16 ? new Set(texts) : texts;
  const missed = texts.includes(undefined) ? UNCERTAIN_FILTER : NO;
  return (property): Answer => {
    const text = toText(property)?.toLowerCase();
    if (text === undefined) return UNCERTAIN_PROPERTY;
    const isKnown = known instanceof Set
      ? known.has(text)
      : known.includes(text);
    return isKnown ? YES : missed;
  };
}

function isTruthLike(value: FilterValue): boolean {
  if (isList(value)) return value.every(isTruthLike);
  return typeof value === "boolean" ||
    (typeof value === "string" && /^(true|false)$/i.test(value));
}

function isTruthy(value: FilterValue): boolean {
  if (isList(value)) return value.every(isTruthy);
  return value === true ||
    (typeof value === "string" && /^true$/i.test(value));
}

/** Whether it is a list: of a filter, or of a property. */
function isList(
  value: FilterValue,
): value is Extract<typeof value, readonly unknown[]> {
  return Array.isArray(value);
}
