import { isObject } from "../../core/guards.ts";
import type { JsonPrimitive } from "../../core/json.ts";

/** A filter's value, or a property's: JSON, but for numbers that have a text of their own. */
export type FilterValue =
  | JsonPrimitive
  | FilterNumber
  | readonly FilterValue[]
  | { readonly [key: string]: FilterValue };

/** A number of a filter that the server writes in another way than JavaScript does. */
export class FilterNumber {
  /** The number. */
  declare readonly value: number;
  /** The server's text; undefined where it is not known. */
  declare readonly text: string | undefined;

  /** Keeps the two. */
  constructor(value: number, text: string | undefined) {
    this.value = value;
    this.text = text;
  }
}

/** A value's text as the server forms it; undefined where its formatting of a number is not certain. */
export function toText(value: FilterValue): string | undefined {
  return typeof value === "string" ? value : toJsonText(value);
}

/** Lowers ASCII letters only, as the server does outside `exact`: `Ä` stays `Ä`. */
export function lowerAscii(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

/** The JSON that the server writes. */
function toJsonText(value: FilterValue): string | undefined {
  if (value instanceof FilterNumber) return value.text;
  if (typeof value === "number") {
    // JavaScript and the server print the same digits in this range only.
    const size = Math.abs(value);
    return value === 0 || (size >= 1e-5 && size < 2 ** 53)
      ? String(value)
      : undefined;
  }
  if (!isObject(value)) return JSON.stringify(value);
  if (Array.isArray(value)) return join(value.map(toJsonText), "[", "]");
  // The server sorts keys by their UTF-8 bytes, which is the order of code points, not of UTF-16 units.
  const members = Object.entries(value as Record<string, FilterValue>)
    .map(([key, member]) => ({ key, member, order: toSortText(key) }))
    .sort((a, b) => a.order < b.order ? -1 : 1)
    .map(({ key, member }) => {
      const text = toJsonText(member);
      return text && `${JSON.stringify(key)}:${text}`;
    });
  return join(members, "{", "}");
}

function join(
  parts: readonly (string | undefined)[],
  open: string,
  close: string,
): string | undefined {
  return parts.includes(undefined) ? undefined : open + parts.join() + close;
}

/** A text whose UTF-16 units have the order of the key's code points. */
function toSortText(key: string): string {
  return Array.from(
    key,
    (character) => character.codePointAt(0)?.toString(16).padStart(6, "0"),
  ).join("");
}
