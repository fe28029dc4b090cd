import { isObject, isRecord } from "../../core/guards.ts";
import type { JsonObject, JsonValue } from "../../core/json.ts";
import type { PropertyMap } from "./types.ts";

/** Properties nested deeper are left out: the server's JSON reader refuses them with the whole request. */
const MAX_DEPTH = 64;

/**
 * The JSON that a remote request carries for a value; undefined where it carries none (`undefined`, functions,
 * symbols, bigints, cycles, throwing `toJSON`): such a property is left out, hence unknown.
 */
export function toWireValue(value: unknown): JsonValue | undefined {
  switch (typeof value) {
    case "string":
      return value.toWellFormed();
    case "boolean":
      return value;
    case "number":
      // `-0` travels as `0`.
      return Number.isFinite(value) ? value + 0 : null;
    case "object":
      return value === null ? null : toWireObject(value);
    default:
      return undefined;
  }
}

/** The own properties of a record in wire form; anything but a record gives none. */
export function toPropertyMap(properties: unknown): Map<string, JsonValue> {
  const result = new Map<string, JsonValue>();
  if (!isRecord(properties)) return result;
  for (const key of Object.keys(properties)) {
    const value = toWireValue(readMember(properties, key));
    if (value !== undefined) result.set(key.toWellFormed(), value);
  }
  return result;
}

/** The properties as a plain object, to be serialized. */
export function toObject(properties: PropertyMap): JsonObject {
  return Object.fromEntries(properties);
}

function readMember(record: Record<string, unknown>, key: string): unknown {
  try {
    return record[key];
  } catch {
    // A getter of the caller's that throws: the property is left out.
    return undefined;
  }
}

function toWireObject(value: object): JsonValue | undefined {
  try {
    const text = JSON.stringify(value, (_key, member: unknown) => {
      return typeof member === "string" ? member.toWellFormed() : member;
    });
    if (text === undefined) return undefined;
    const json: unknown = JSON.parse(text);
    return isShallow(json, MAX_DEPTH) ? json : undefined;
  } catch {
    // A bigint, a cycle, or a `toJSON` or getter of the caller's that throws.
    return undefined;
  }
}

function isShallow(json: unknown, depth: number): json is JsonValue {
  if (!isObject(json)) return true;
  return depth > 0 &&
    Object.values(json).every((member) => isShallow(member, depth - 1));
}
