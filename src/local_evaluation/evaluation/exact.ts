import { isObject } from "../../core/guards.ts";
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
    ? isEmptyList(value)
    : isTruthLike(value);
  if (isBoolean) {
    const expected = isTruthyFilter(value);
    return (property) => isTruthy(property) === expected ? YES : NO;
  }
  return compileTexts(isList(value) ? value.items : [value]);
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
  if (typeof value === "boolean") return true;
  if (typeof value === "string") {
    return ["true", "false"].includes(value.toLowerCase());
  }
  return isList(value) && value.items.every(isTruthLike);
}

function isTruthyFilter(value: FilterValue): boolean {
  if (typeof value === "boolean") return value;
  if (typeof value === "string") return value.toLowerCase() === "true";
  return isList(value) && value.items.every(isTruthyFilter);
}

function isTruthy(value: JsonValue): boolean {
  if (typeof value === "boolean") return value;
  if (typeof value === "string") return value.toLowerCase() === "true";
  return Array.isArray(value) && value.every(isTruthy);
}

function isList(
  value: FilterValue,
): value is Extract<FilterValue, { kind: "list" }> {
  return isObject(value) && value.kind === "list";
}

function isEmptyList(value: FilterValue): boolean {
  return isList(value) && value.items.length === 0;
}
