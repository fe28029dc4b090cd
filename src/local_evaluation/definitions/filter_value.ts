import { getOwn, isObject, isRecord } from "../../core/guards.ts";
import { FilterNumber, type FilterValue } from "../evaluation/definitions.ts";
import { expect } from "./odd.ts";

/**
 * How the server spells the number at `holder[key]`: its text, null when that is unknown, undefined when
 * nothing was noted about it.
 */
export type NumberTexts = (
  holder: object,
  key: string,
) => string | null | undefined;

/** Deeper values are not read: a guard for the stack. Real filters are a list of scalars. */
const MAX_DEPTH = 32;

/** Reads the JSON at `holder[key]` into a filter's value; throws when it is nested too deeply. */
export function parseFilterValue(
  holder: object,
  key: string,
  numberTexts: NumberTexts | undefined,
  depth = 0,
): FilterValue {
  const json = getOwn(holder, key);
  expect(
    depth <= MAX_DEPTH,
    "property filter: the value is nested too deeply",
  );
  if (typeof json === "string" || typeof json === "boolean") return json;
  if (typeof json === "number") {
    const text = numberTexts?.(holder, key);
    return new FilterNumber(
      json,
      text === undefined ? guessSpellings(json) : text === null ? [] : [text],
    );
  }
  if (!isObject(json)) return null;
  const read = (name: string | number) =>
    parseFilterValue(json, String(name), numberTexts, depth + 1);
  if (Array.isArray(json)) return [...json.keys()].map(read);
  return isRecord(json)
    ? new Map(Object.keys(json).map((name) => [name, read(name)]))
    : null;
}

/** What the server may have written where only the number is left: `JSON.parse` reads `5` and `5.0` alike. */
function guessSpellings(value: number): readonly string[] {
  if (Number.isSafeInteger(value) && !Object.is(value, -0)) {
    return [String(value), `${value}.0`];
  }
  const size = Math.abs(value);
  return !Number.isInteger(value) && size >= 1e-5 && size < 1e16
    ? [String(value)]
    : [];
}
