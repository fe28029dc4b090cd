import { getOwn, isRecord } from "../../core/guards.ts";
import type { FilterNumber, FilterValue } from "../evaluation/definitions.ts";

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

/** Reads the JSON at `holder[key]` into a filter's value; undefined when it is nested too deeply. */
export function parseFilterValue(
  holder: object,
  key: string,
  numberTexts: NumberTexts | undefined,
  depth = 0,
): FilterValue | undefined {
  const json = getOwn(holder, key);
  if (depth > MAX_DEPTH) return undefined;
  if (typeof json === "string" || typeof json === "boolean") return json;
  if (typeof json === "number") {
    return buildNumber(json, numberTexts?.(holder, key));
  }
  if (Array.isArray(json)) {
    const items: FilterValue[] = [];
    for (const index of json.keys()) {
      const item = parseFilterValue(
        json,
        String(index),
        numberTexts,
        depth + 1,
      );
      if (item === undefined) return undefined;
      items.push(item);
    }
    return { kind: "list", items };
  }
  if (!isRecord(json)) return null;
  const members = new Map<string, FilterValue>();
  for (const name of Object.keys(json)) {
    const member = parseFilterValue(json, name, numberTexts, depth + 1);
    if (member === undefined) return undefined;
    members.set(name, member);
  }
  return { kind: "map", members };
}

function buildNumber(
  value: number,
  text: string | null | undefined,
): FilterNumber {
  if (text === null) return { kind: "number", value, spellings: [] };
  return {
    kind: "number",
    value,
    spellings: text === undefined ? guessSpellings(value) : [text],
  };
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
