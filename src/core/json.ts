import { getOwn, isObject, setOwn } from "./guards.ts";

/** A JSON scalar. */
export type JsonPrimitive = string | number | boolean | null;

/** Anything JSON can say. */
export type JsonValue = JsonPrimitive | readonly JsonValue[] | {
  readonly [key: string]: JsonValue;
};

/** A JSON object. */
export type JsonObject = { [key: string]: JsonValue };

/** Deeper members become `"[Truncated]"`: a guard for the stack, not a size limit. */
const MAX_DEPTH = 64;

/** What a copy could not keep as it was, in words for a message. */
export type JsonLoss =
  | "a circular reference"
  | "a value that could not be read"
  | "a value nested too deeply"
  | "a BigInt";

/** Hears of each loss of a copy. */
export type OnJsonLoss = (loss: JsonLoss) => void;

/**
 * Copies any value into a fresh JSON-safe tree; `undefined` where JSON has no place for it (functions,
 * symbols). Never throws: what cannot be read becomes a marker instead of losing the event.
 */
export function toJson(
  value: unknown,
  onLoss: OnJsonLoss = () => {},
): JsonValue | undefined {
  return convert(value, { ancestors: [], onLoss });
}

/** Copies the own members of a record into a JSON-safe object; anything but a record gives `{}`. */
export function toJsonObject(value: unknown, onLoss?: OnJsonLoss): JsonObject {
  const json = toJson(value, onLoss);
  return isObject(json) && !Array.isArray(json) ? json as JsonObject : {};
}

/** The UTF-8 length of the text in bytes, counted without encoding it. */
export function countBytes(text: string): number {
  let bytes = text.length;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x80) continue;
    // A well-formed pair is four bytes for its two units: two for each.
    bytes += unit < 0x800 || (unit >= 0xd800 && unit <= 0xdfff) ? 1 : 2;
  }
  return bytes;
}

/** The state of one copy. */
interface Walk {
  /** The objects around the value at hand. */
  readonly ancestors: object[];
  readonly onLoss: OnJsonLoss;
}

function convert(value: unknown, walk: Walk): JsonValue | undefined {
  switch (typeof value) {
    case "string":
      return value.toWellFormed();
    case "number":
      return Number.isFinite(value) ? value + 0 : null;
    case "boolean":
      return value;
    case "bigint":
      walk.onLoss("a BigInt");
      return value.toString();
    case "object":
      return value === null ? null : convertObject(value, walk);
    default:
      return undefined;
  }
}

function convertObject(
  value: object,
  walk: Walk,
): JsonValue | undefined {
  const { ancestors, onLoss } = walk;
  if (ancestors.includes(value)) {
    onLoss("a circular reference");
    return "[Circular]";
  }
  if (ancestors.length >= MAX_DEPTH) {
    onLoss("a value nested too deeply");
    return "[Truncated]";
  }
  ancestors.push(value);
  try {
    return Array.isArray(value)
      ? convertItems(value, walk)
      : convertByKind(value, walk);
  } catch {
    // A revoked proxy or a throwing `toJSON`: this value is lost, its neighbours are not.
    return markUnreadable(walk);
  } finally {
    ancestors.pop();
  }
}

function markUnreadable({ onLoss }: Walk): string {
  onLoss("a value that could not be read");
  return "[Unserializable]";
}

function convertByKind(
  value: object,
  walk: Walk,
): JsonValue | undefined {
  switch (Object.prototype.toString.call(value)) {
    case "[object Date]":
      return Number.isNaN((value as Date).getTime())
        ? null
        : (value as Date).toISOString();
    case "[object ArrayBuffer]":
    case "[object SharedArrayBuffer]":
      return toBase64(new Uint8Array(value as ArrayBuffer));
    case "[object Number]":
    case "[object String]":
    case "[object Boolean]":
    case "[object BigInt]":
      return convert((value as { valueOf(): unknown }).valueOf(), walk);
    case "[object Map]":
      return convertEntries(value as Map<unknown, unknown>, walk);
    case "[object Set]":
      return convertItems([...value as Set<unknown>], walk);
    case "[object RegExp]":
      return String(value).toWellFormed();
    case "[object WeakMap]":
    case "[object WeakSet]":
    case "[object WeakRef]":
    case "[object Promise]":
    case "[object Symbol]":
      return undefined;
  }
  if (ArrayBuffer.isView(value)) return convertView(value, walk);
  if (isError(value)) return convertError(value, walk);
  const toJSON = (value as { toJSON?: unknown }).toJSON;
  if (typeof toJSON === "function") {
    return convert(toJSON.call(value), walk);
  }
  return convertMembers(value, walk);
}

function convertItems(
  items: readonly unknown[],
  walk: Walk,
): JsonValue[] {
  // Not `map`, which skips the holes of a sparse array.
  return Array.from(items, (item) => convert(item, walk) ?? null);
}

function convertEntries(
  entries: Iterable<[unknown, unknown]>,
  walk: Walk,
): JsonObject {
  const result: JsonObject = {};
  for (const [key, value] of entries) {
    setMember(result, String(key), convert(value, walk));
  }
  return result;
}

function convertMembers(value: object, walk: Walk): JsonObject {
  const result: JsonObject = {};
  for (const key of Object.keys(value)) {
    let member: unknown;
    try {
      member = getOwn(value, key);
    } catch {
      member = markUnreadable(walk);
    }
    setMember(result, key, convert(member, walk));
  }
  return result;
}

function convertError(error: object, walk: Walk): JsonObject {
  const result: JsonObject = {};
  for (const key of ["name", "message", "stack", "cause", "errors"]) {
    let member: unknown;
    try {
      member = (error as Record<string, unknown>)[key];
    } catch {
      member = markUnreadable(walk);
    }
    setMember(result, key, convert(member, walk));
  }
  return result;
}

function convertView(view: ArrayBufferView, walk: Walk): JsonValue {
  if (
    view instanceof DataView || view instanceof Uint8Array ||
    view instanceof Uint8ClampedArray
  ) {
    return toBase64(
      new Uint8Array(view.buffer, view.byteOffset, view.byteLength),
    );
  }
  return convertItems([...view as unknown as Iterable<unknown>], walk);
}

function setMember(
  target: JsonObject,
  key: string,
  value: JsonValue | undefined,
): void {
  if (value !== undefined) setOwn(target, key.toWellFormed(), value);
}

function isError(value: object): boolean {
  if (value instanceof Error) return true;
  const tag = Object.prototype.toString.call(value);
  return tag === "[object Error]" || tag === "[object DOMException]";
}

function toBase64(bytes: Uint8Array): string {
  const parts: string[] = [];
  // `fromCharCode` takes its bytes as arguments, whose number engines limit.
  for (let start = 0; start < bytes.length; start += 8192) {
    parts.push(String.fromCharCode(...bytes.subarray(start, start + 8192)));
  }
  return btoa(parts.join(""));
}
