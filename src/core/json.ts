import { toBase64 } from "./bytes.ts";
import { hasPlainPrototype, isObject, setOwn } from "./guards.ts";

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

/**
 * Values after which a copy ends in `"[Truncated]"`: a guard for time and memory, not a size limit. Sixty objects that
 * refer to each other twice stand for 2^60 values; this many take more than twice the bytes of a default event.
 */
const MAX_VALUES = 1024 * 1024;

/** What a copy could not keep as it was, in words for a message. */
export type JsonLoss =
  | "a circular reference"
  | "a value that could not be read"
  | "a value nested too deeply"
  | "a value of too many parts"
  | "a BigInt";

/** Hears of each loss of a copy. */
export type OnJsonLoss = (loss: JsonLoss) => void;

/**
 * Copies any value into a fresh JSON-safe tree; `undefined` where JSON has no place for it (functions,
 * symbols). Never throws: what cannot be read becomes a marker instead of losing the event.
 */
export function toJson(
  value: unknown,
  onLoss: OnJsonLoss = ignoreLoss,
): JsonValue | undefined {
  return convert(value, { ancestors: [], left: MAX_VALUES, onLoss });
}

/** Parses a text; undefined where it is no JSON. */
export function parseJson(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? "");
  } catch {
    return undefined;
  }
}

/** Copies the own members of a record into a JSON-safe object; anything but a record gives `{}`. */
export function toJsonObject(value: unknown, onLoss?: OnJsonLoss): JsonObject {
  const json = toJson(value, onLoss);
  return isObject(json) && !Array.isArray(json) ? json as JsonObject : {};
}

/** Sets what {@linkcode toJsonObject} would give on `target`, without making an object of its own for it. */
export function assignJson(
  target: JsonObject,
  value: unknown,
  onLoss: OnJsonLoss = ignoreLoss,
): void {
  const walk: Walk = { ancestors: [], left: MAX_VALUES, onLoss };
  try {
    if (isObject(value) && isPlain(value)) {
      walk.ancestors.push(value);
      copyMembers(target, value, walk);
      return;
    }
  } catch {
    // A proxy that refuses to list its members: there is nothing to set.
    markUnreadable(walk);
    return;
  }
  const json = toJsonObject(value, onLoss);
  for (const key of Object.keys(json)) setOwn(target, key, json[key]);
}

function ignoreLoss(): void {}

/** The state of one copy. */
interface Walk {
  /** The objects around the value at hand. */
  readonly ancestors: object[];
  /** Values that may still be copied. */
  left: number;
  readonly onLoss: OnJsonLoss;
}

function convert(value: unknown, walk: Walk): JsonValue | undefined {
  walk.left--;
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
  if (walk.left < 0) return markTooLarge(walk);
  ancestors.push(value);
  try {
    if (Array.isArray(value)) return convertItems(value, walk);
    return isPlain(value)
      ? copyMembers({}, value, walk)
      : convertByKind(value, walk);
  } catch {
    // A revoked proxy or a throwing `toJSON`: this value is lost, its neighbours are not.
    return markUnreadable(walk);
  } finally {
    ancestors.pop();
  }
}

/** An object literal, which is what nearly all are: it needs no look at its kind. */
function isPlain(value: object): boolean {
  return hasPlainPrototype(value) &&
    typeof (value as { toJSON?: unknown }).toJSON !== "function";
}

function convertByKind(
  value: object,
  walk: Walk,
): JsonValue | undefined {
  // Not `instanceof`: values come from other realms too, such as a sandbox of the host.
  switch (Object.prototype.toString.call(value)) {
    case "[object Date]":
      return Number.isNaN(Date.prototype.getTime.call(value))
        ? null
        : Date.prototype.toISOString.call(value);
    case "[object ArrayBuffer]":
    case "[object SharedArrayBuffer]":
      return toBase64(new Uint8Array(value as ArrayBuffer));
    case "[object Uint8Array]":
    case "[object Uint8ClampedArray]":
    case "[object DataView]": {
      const { buffer, byteOffset, byteLength } = value as ArrayBufferView;
      return toBase64(new Uint8Array(buffer, byteOffset, byteLength));
    }
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
  if (ArrayBuffer.isView(value)) {
    return convertItems(value as unknown as ArrayLike<unknown>, walk);
  }
  if (isError(value)) return copyMembers({}, value, walk, ERROR_MEMBERS);
  const toJSON = (value as { toJSON?: unknown }).toJSON;
  return typeof toJSON === "function"
    ? convert(toJSON.call(value), walk)
    : copyMembers({}, value, walk);
}

const ERROR_MEMBERS: readonly string[] = Object.freeze([
  "name",
  "message",
  "stack",
  "cause",
  "errors",
]);

function isError(value: object): boolean {
  if (value instanceof Error) return true;
  const tag = Object.prototype.toString.call(value);
  return tag === "[object Error]" || tag === "[object DOMException]";
}

/** By index, which sees the holes of a sparse array too. */
function convertItems(items: ArrayLike<unknown>, walk: Walk): JsonValue[] {
  const result: JsonValue[] = [];
  for (let index = 0; index < items.length; index++) {
    if (walk.left < 0) {
      result.push(markTooLarge(walk));
      break;
    }
    const item = readMember(items, index, walk);
    result.push(convert(item, walk) ?? null);
  }
  return result;
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

function copyMembers(
  target: JsonObject,
  source: object,
  walk: Walk,
  keys: readonly string[] = Object.keys(source),
): JsonObject {
  for (const key of keys) {
    setMember(target, key, convert(readMember(source, key, walk), walk));
  }
  return target;
}

/** A getter that throws loses its own member only. */
function readMember(owner: object, key: string | number, walk: Walk): unknown {
  try {
    return (owner as Record<string | number, unknown>)[key];
  } catch {
    return markUnreadable(walk);
  }
}

function setMember(
  target: JsonObject,
  key: string,
  value: JsonValue | undefined,
): void {
  if (value !== undefined) setOwn(target, key.toWellFormed(), value);
}

function markUnreadable({ onLoss }: Walk): string {
  onLoss("a value that could not be read");
  return "[Unserializable]";
}

function markTooLarge({ onLoss }: Walk): string {
  onLoss("a value of too many parts");
  return "[Truncated]";
}
