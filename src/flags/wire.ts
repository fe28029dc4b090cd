import { isRecord } from "../core/guards.ts";
import { type JsonValue, toJson } from "../core/json.ts";

/** Properties in the form that a remote request would carry. */
export type PropertyMap = ReadonlyMap<string, JsonValue>;

/**
 * The own properties of a record as the JSON that a remote request carries, over those of `result`; anything but a record
 * gives none. What JSON can't carry as it is (functions, bigints, cycles, what is nested too deeply for the server's
 * reader, a getter that throws) is left out, hence unknown.
 *
 * @param read What a value is taken for.
 */
export function toPropertyMap(
  properties: unknown,
  result: Map<string, JsonValue> = new Map(),
  read: (value: unknown) => unknown = (value) => value,
): Map<string, JsonValue> {
  if (!isRecord(properties)) return result;
  let isWhole = true;
  const lose = () => isWhole = false;
  for (const key of Object.keys(properties)) {
    isWhole = true;
    try {
      const value = toJson(read(properties[key]), lose);
      if (isWhole && value !== undefined) result.set(key.toWellFormed(), value);
    } catch {
      // A getter of the caller's that throws: the property is left out.
    }
  }
  return result;
}

/** What JSON, or a caller, gave where it is of that type. */
export function ofType<Kind extends "string" | "boolean">(
  value: unknown,
  type: Kind,
): (Kind extends "string" ? string : boolean) | undefined {
  // The check establishes what the type parameter says, which the compiler can't follow.
  // deno-lint-ignore valid-typeof -- the parameter takes no other names
  return typeof value === type ? value as never : undefined;
}
