import type { JsonValue } from "../../core/json.ts";
import type { FilterValue } from "./definitions.ts";

/** A filter value with more possible texts than this counts as unknown. */
const MAX_SPELLINGS = 16;

/** A property's text as the server forms it; undefined where its formatting of a number is not certain. */
export function toText(value: JsonValue): string | undefined {
  return typeof value === "string" ? value : toJsonText(value);
}

/** The texts that a filter's value may have on the server: one when it is certain, none when it is unknown. */
export function toSpellings(value: FilterValue): readonly string[] {
  return typeof value === "string" ? [value] : toJsonSpellings(value);
}

/** Lowers ASCII letters only, as the server does outside `exact`: `Ä` stays `Ä`. */
export function lowerAscii(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

function toJsonText(value: JsonValue): string | undefined {
  switch (typeof value) {
    case "string":
      return JSON.stringify(value);
    case "boolean":
      return String(value);
    case "number":
      return toNumberText(value);
    default:
      if (value === null) return "null";
      return isList(value)
        ? joinTexts(value.map(toJsonText), "[", "]")
        : joinTexts(
          sortByKey(Object.entries(value)).map(toMemberText),
          "{",
          "}",
        );
  }
}

/** JavaScript and the server print the same digits in this range only. */
function toNumberText(value: number): string | undefined {
  const size = Math.abs(value);
  return value === 0 || (size >= 1e-5 && size < 2 ** 53)
    ? String(value)
    : undefined;
}

function toMemberText(
  [key, value]: readonly [string, JsonValue],
): string | undefined {
  const text = toJsonText(value);
  return text === undefined ? undefined : `${JSON.stringify(key)}:${text}`;
}

function joinTexts(
  texts: readonly (string | undefined)[],
  open: string,
  close: string,
): string | undefined {
  return texts.includes(undefined) ? undefined : open + texts.join(",") + close;
}

function toJsonSpellings(value: FilterValue): readonly string[] {
  if (typeof value === "string") return [JSON.stringify(value)];
  if (typeof value === "boolean" || value === null) return [String(value)];
  switch (value.kind) {
    case "number":
      return value.spellings;
    case "list":
      return combine(value.items.map(toJsonSpellings), "[", "]");
    case "map": {
      const members = sortByKey([...value.members]);
      const spellings = members.map(([key, member]) => {
        return toJsonSpellings(member).map((text) =>
          `${JSON.stringify(key)}:${text}`
        );
      });
      return combine(spellings, "{", "}");
    }
  }
}

/** Every way to join one spelling of each part. */
function combine(
  parts: readonly (readonly string[])[],
  open: string,
  close: string,
): readonly string[] {
  let prefixes: readonly string[] = [open];
  for (const [index, part] of parts.entries()) {
    const separator = index === 0 ? "" : ",";
    if (prefixes.length * part.length > MAX_SPELLINGS) return [];
    prefixes = prefixes.flatMap((prefix) =>
      part.map((text) => prefix + separator + text)
    );
  }
  return prefixes.map((prefix) => prefix + close);
}

/** The server sorts keys by their UTF-8 bytes, which is the order of code points, not of UTF-16 units. */
function sortByKey<T>(
  entries: readonly (readonly [string, T])[],
): (readonly [string, T])[] {
  return [...entries].sort(([a], [b]) => compareCodePoints(a, b));
}

function compareCodePoints(a: string, b: string): number {
  const left = [...a];
  const right = [...b];
  for (const [index, character] of left.entries()) {
    const other = right[index];
    if (other === undefined) return 1;
    if (character !== other) {
      return (character.codePointAt(0) ?? 0) - (other.codePointAt(0) ?? 0);
    }
  }
  return left.length - right.length;
}

function isList(
  value: readonly JsonValue[] | { readonly [key: string]: JsonValue },
): value is readonly JsonValue[] {
  return Array.isArray(value);
}
