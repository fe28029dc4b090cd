import type { JsonValue } from "../../core/json.ts";
import { FilterNumber, type FilterValue } from "./definitions.ts";

/** A filter value with more possible texts than this counts as unknown. */
const MAX_SPELLINGS = 16;

/** A property's text as the server forms it; undefined where its formatting of a number is not certain. */
export function toText(value: JsonValue): string | undefined {
  return typeof value === "string" ? value : spell(value)[0];
}

/** The texts that a filter's value may have on the server: one when it is certain, none when it is unknown. */
export function toSpellings(value: FilterValue): readonly string[] {
  return typeof value === "string" ? [value] : spell(value);
}

/** Lowers ASCII letters only, as the server does outside `exact`: `Ä` stays `Ä`. */
export function lowerAscii(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

/** The JSON that the server may write for a value: at most one for a property. */
function spell(value: FilterValue | JsonValue): readonly string[] {
  if (value instanceof FilterNumber) return value.spellings;
  if (typeof value === "number") {
    // JavaScript and the server print the same digits in this range only.
    const size = Math.abs(value);
    return value === 0 || (size >= 1e-5 && size < 2 ** 53)
      ? [String(value)]
      : [];
  }
  if (Array.isArray(value)) return join(value.map(spell), "[", "]");
  if (typeof value !== "object" || value === null) {
    return [JSON.stringify(value)];
  }
  const members: [string, FilterValue | JsonValue][] = value instanceof Map
    ? [...value]
    : Object.entries(value);
  // The server sorts keys by their UTF-8 bytes, which is the order of code points, not of UTF-16 units.
  members.sort(([a], [b]) => toSortText(a) < toSortText(b) ? -1 : 1);
  const spellings = members.map(([key, member]) =>
    spell(member).map((text) => `${JSON.stringify(key)}:${text}`)
  );
  return join(spellings, "{", "}");
}

/** Every way to join one spelling of each part. */
function join(
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

/** A text whose UTF-16 units have the order of the key's code points. */
function toSortText(key: string): string {
  return Array.from(
    key,
    (character) => character.codePointAt(0)?.toString(16).padStart(6, "0"),
  ).join("");
}
