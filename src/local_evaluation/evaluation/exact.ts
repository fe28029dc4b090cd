import type { JsonValue } from "../../core/json.ts";
import type { FilterValue } from "./definitions.ts";
import type { Matcher, Operand } from "./matcher.ts";
import { toSpellings, toText } from "./text.ts";
import { type Answer, buildUnknown, NO, YES } from "./types.ts";

const UNCERTAIN_PROPERTY = buildUnknown(
  "the server's text of the property is not certain",
);
const UNCERTAIN_FILTER = buildUnknown(
  "the server's text of the filter's number is not certain",
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
  const certain = new Set<string>();
  const possible = new Set<string>();
  let hasUnknown = false;
  for (const candidate of candidates) {
    const spellings = toSpellings(candidate);
    const [first] = spellings;
    if (first === undefined) hasUnknown = true;
    else if (spellings.length === 1) certain.add(first.toLowerCase());
    else for (const spelling of spellings) possible.add(spelling.toLowerCase());
  }
  return (property): Answer => {
    const text = toText(property)?.toLowerCase();
    if (text === undefined) return UNCERTAIN_PROPERTY;
    if (certain.has(text)) return YES;
    return hasUnknown || possible.has(text) ? UNCERTAIN_FILTER : NO;
  };
}

function isTruthLike(value: FilterValue): boolean {
  if (isList(value)) return value.every(isTruthLike);
  return typeof value === "boolean" ||
    (typeof value === "string" && /^(true|false)$/i.test(value));
}

function isTruthy(value: FilterValue | JsonValue): boolean {
  if (isList(value)) return value.every(isTruthy);
  return value === true ||
    (typeof value === "string" && /^true$/i.test(value));
}

/** Whether it is a list: of a filter, or of a property. */
function isList(
  value: FilterValue | JsonValue,
): value is Extract<typeof value, readonly unknown[]> {
  return Array.isArray(value);
}
