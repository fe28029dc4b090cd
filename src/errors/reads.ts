import { isNonBlank, isObject } from "../core/guards.ts";

/** Reads a member, inherited ones included; a getter or trap that throws counts as absent. */
export function read(owner: unknown, key: string | number): unknown {
  try {
    return (owner as Record<string | number, unknown>)[key];
  } catch {
    return undefined;
  }
}

/** Reads a member that is a string with something in it. */
export function readText(owner: unknown, key: string): string | undefined {
  const value = read(owner, key);
  return isNonBlank(value) ? value : undefined;
}

/** The name of what made the value. */
export function readClassName(value: unknown): string | undefined {
  return readText(read(value, "constructor"), "name");
}

/** The text of a value, or undefined where it has none. */
export function toText(value: unknown): string | undefined {
  try {
    return String(value);
  } catch {
    return undefined;
  }
}

/** The names of the own enumerable members; undefined where the value refuses to tell. */
export function readKeys(value: object): readonly string[] | undefined {
  try {
    return Object.keys(value);
  } catch {
    return undefined;
  }
}

/** What kind of built-in the value says it is, in any realm: `Error`, `ErrorEvent`. */
export function readTag(value: unknown): string {
  try {
    return Object.prototype.toString.call(value).slice(8, -1);
  } catch {
    return "";
  }
}

/** Whether the value is an instance; a class that the runtime lacks has none. */
export function isInstanceOf(
  value: unknown,
  constructor: EntryConstructor | undefined,
): boolean {
  try {
    return constructor !== undefined && value instanceof constructor;
  } catch {
    return false;
  }
}

type EntryConstructor = abstract new (...args: never[]) => unknown;

const ERROR_TAGS: ReadonlySet<string> = new Set([
  "Error",
  "Exception",
  "DOMException",
  "DOMError",
]);

/** Whether the value is an error of any realm; `instanceof` alone knows those of this one only. */
export function isError(value: unknown): value is object {
  // Node 20 has no `Error.isError`, and Bun's says no to a DOMException.
  const { isError } = Error as { isError?: (value: unknown) => boolean };
  return isObject(value) &&
    (isError?.(value) || isInstanceOf(value, Error) ||
      ERROR_TAGS.has(readTag(value)));
}
