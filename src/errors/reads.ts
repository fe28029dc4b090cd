import { attempt, isNonBlank, isObject } from "../core/guards.ts";

/** Reads a member, inherited ones included; a getter or trap that throws counts as absent. */
export function read(owner: unknown, key: string | number): unknown {
  return attempt(() => (owner as Record<string | number, unknown>)[key]);
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

/** The names of the own enumerable members; undefined where the value refuses to tell. */
export function readKeys(value: object): readonly string[] | undefined {
  return attempt(() => Object.keys(value));
}

/** What kind of built-in the value says it is, in any realm: `Error`, `ErrorEvent`. */
export function readTag(value: unknown): string {
  return attempt(() => Object.prototype.toString.call(value).slice(8, -1)) ??
    "";
}

/** Whether the value is an error of any realm; `instanceof` alone knows those of this one only. */
export function isError(value: unknown): value is object {
  // Node 20 has no `Error.isError`, and Bun's says no to a DOMException.
  const { isError } = Error as { isError?: (value: unknown) => boolean };
  return isObject(value) &&
    (isError?.(value) || attempt(() => value instanceof Error) ||
      /^(?:DOM)?(?:Error|Exception)$/.test(readTag(value)));
}
