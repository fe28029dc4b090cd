import { isObject } from "../../core/guards.ts";
import type { JsonValue } from "../../core/json.ts";
import type { FlagRule } from "./rules.ts";
import type { FlagValue } from "./types.ts";

/**
 * Decodes a stored payload, once: JSON text becomes its value, other text stays as it is, other JSON too.
 * Frozen deeply, because every reader gets the same object.
 */
export function decodePayload(stored: JsonValue): JsonValue {
  if (typeof stored !== "string") return freezeDeep(copyDeep(stored));
  try {
    return freezeDeep(JSON.parse(stored));
  } catch {
    return stored;
  }
}

/** A copy, since the original may be a cache's; null for JSON nested deeper than the stack. */
function copyDeep(stored: JsonValue): JsonValue {
  try {
    return structuredClone(stored);
  } catch {
    return null;
  }
}

/**
 * The payload that belongs to a value of the flag; undefined where there is none. Nothing falls back to another
 * value's payload, and encrypted ones are not served.
 */
export function getPayload(
  rule: FlagRule,
  value: FlagValue,
): JsonValue | undefined {
  return value === false
    ? undefined
    : rule.payloads.get(value === true ? "true" : value);
}

function freezeDeep<T extends JsonValue>(value: T): T {
  const open: unknown[] = [value];
  // Not recursive: a payload may be nested deeper than the stack.
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (isObject(next)) {
      open.push(...Object.values(Object.freeze(next)).filter(isObject));
    }
  }
  return value;
}
