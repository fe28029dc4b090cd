import { isObject } from "../core/guards.ts";
import { type JsonValue, parseJson } from "../core/json.ts";

/**
 * Decodes a payload, once: JSON text becomes its value, other text stays as it is, other JSON too. Frozen deeply, because
 * every reader gets the same object: what is given must be nobody else's.
 */
export function decodePayload(stored: JsonValue): JsonValue {
  const json = typeof stored === "string" ? parseJson(stored) : stored;
  return json === undefined ? stored : freezeDeep(json as JsonValue);
}

/** Freezes JSON with everything in it. */
export function freezeDeep<T extends JsonValue>(value: T): T {
  const open: unknown[] = [value];
  // Not recursive: a payload may be nested deeper than the stack.
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (!isObject(next)) continue;
    // One by one: a call takes only so many arguments.
    for (const member of Object.values(Object.freeze(next))) {
      if (isObject(member)) open.push(member);
    }
  }
  return value;
}
