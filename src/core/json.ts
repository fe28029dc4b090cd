import { toBase64 } from "./bytes.ts";
import { attempt, hasPlainPrototype, isObject, setOwn } from "./guards.ts";

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

/** What a hole in a list counts for: 10,000 of them are too many. */
const HOLE_PARTS = 104;

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
  onLoss?: OnJsonLoss,
): JsonValue | undefined {
  return convert(value, startWalk(onLoss));
}

/** Parses a text; undefined where it is no JSON. */
export function parseJson(text: string | undefined): unknown {
  return attempt(() => JSON.parse(text ?? ""));
}

/** Copies the own members of a record into a JSON-safe object; anything but a record gives `{}`. */
export function toJsonObject(value: unknown): JsonObject {
  return assignJson({}, value, undefined, "");
}

/**
 * Sets what {@linkcode toJsonObject} would give on `target`, as an event says it: a member that would be null is not
 * there, at any depth, and takes what `target` has of that name away.
 *
 * @param holder The property that the members belong to. Those of `$set`, `$set_once` and `$group_set` are values to
 * be stored: null stays. Empty: everywhere.
 */
export function assignJson(
  target: JsonObject,
  value: unknown,
  onLoss?: OnJsonLoss,
  holder = "-",
): JsonObject {
  const json = convert(value, startWalk(onLoss, holder), target);
  return json !== target && isObject(json) && !Array.isArray(json)
    ? copyMembers(json, startWalk(onLoss, holder), target)
    : target;
}

/** The state of one copy. */
interface Walk {
  /** The objects around the value at hand. */
  readonly ancestors: object[];
  /** Values that may still be copied. */
  left: number;
  readonly onLoss: OnJsonLoss | undefined;
  /** The name of the member at hand, where members that are null go; empty where they stay. */
  holder: string;
}

/** Properties whose own members may be null. */
const KEEPS_NULL = /^\$(set(_once)?|group_set)$/;

function startWalk(onLoss: OnJsonLoss | undefined, holder = ""): Walk {
  return { ancestors: [], left: MAX_VALUES, onLoss, holder };
}

function convert(
  value: unknown,
  walk: Walk,
  target?: JsonObject,
): JsonValue | undefined {
  walk.left--;
  switch (typeof value) {
    case "string":
      return value.toWellFormed();
    case "number":
      return Number.isFinite(value) ? value + 0 : null;
    case "boolean":
      return value;
    case "bigint":
      return lose(walk, "a BigInt", String(value));
    case "object":
      return value && convertObject(value, walk, target);
    default:
      return undefined;
  }
}

/** The members of an object literal go onto `target`, if there is one. */
function convertObject(
  value: object,
  walk: Walk,
  target?: JsonObject,
): JsonValue | undefined {
  const { ancestors } = walk;
  if (ancestors.includes(value)) {
    return lose(walk, "a circular reference", "[Circular]");
  }
  if (ancestors.length >= MAX_DEPTH) {
    return lose(walk, "a value nested too deeply");
  }
  if (walk.left < 0) return lose(walk, "a value of too many parts");
  ancestors.push(value);
  try {
    if (Array.isArray(value)) return convertItems(value, walk);
    const { toJSON } = value as { toJSON?: unknown };
    const toJson = typeof toJSON === "function"
      ? toJSON as () => unknown
      : undefined;
    // An object literal, which is what nearly all are, needs no look at its kind.
    return hasPlainPrototype(value) && !toJson
      ? copyMembers(value, walk, target)
      : convertByKind(value, walk, toJson);
  } catch {
    // A revoked proxy or a throwing `toJSON`: this value is lost, its neighbours are not.
    return loseUnreadable(walk);
  } finally {
    ancestors.pop();
  }
}

function convertByKind(
  value: object,
  walk: Walk,
  toJson: ((this: object) => unknown) | undefined,
): JsonValue | undefined {
  // Not `instanceof`: values come from other realms too, such as a sandbox of the host.
  const tag = Object.prototype.toString.call(value).slice(8, -1);
  switch (tag) {
    case "Date":
      return new Date(value as Date).toJSON();
    case "RegExp":
      return String(value).toWellFormed();
    case "Set":
      return convertItems([...value as Set<unknown>], walk);
    case "Map":
      return copyMembers(
        Object.fromEntries(
          [...value as Map<unknown, unknown>].map((
            [key, member],
          ) => [String(key), member]),
        ),
        walk,
      );
  }
  if (/^(Weak(Map|Set|Ref)|Promise|Symbol)$/.test(tag)) return undefined;
  if (/^(Number|String|Boolean|BigInt)$/.test(tag)) {
    return convert(value.valueOf(), walk);
  }
  if (/^((Shared)?ArrayBuffer|Uint8(Clamped)?Array|DataView)$/.test(tag)) {
    const { buffer, byteOffset, byteLength } = value as ArrayBufferView;
    return toBase64(
      // A buffer itself has no `buffer`, and starts where it starts.
      new Uint8Array(buffer ?? value, byteOffset, byteLength),
    );
  }
  if (ArrayBuffer.isView(value)) {
    return convertItems(value as unknown as ArrayLike<unknown>, walk);
  }
  if (value instanceof Error || /^(Error|DOMException)$/.test(tag)) {
    const members = ["name", "message", "stack", "cause", "errors"];
    return copyMembers(value, walk, {}, members);
  }
  return toJson ? convert(toJson.call(value), walk) : copyMembers(value, walk);
}

/** By index, which sees the holes of a sparse array too. */
function convertItems(items: ArrayLike<unknown>, walk: Walk): JsonValue[] {
  const result: JsonValue[] = [];
  for (let index = 0; index < items.length; index++) {
    if (walk.left < 0) {
      result.push(lose(walk, "a value of too many parts"));
      break;
    }
    const item = readMember(items, index, walk);
    // A list may claim billions of members that it does not have.
    if (item === undefined) walk.left -= HOLE_PARTS;
    result.push(convert(item, walk) ?? null);
  }
  return result;
}

function copyMembers(
  source: object,
  walk: Walk,
  target: JsonObject = {},
  keys: readonly string[] = Object.keys(source),
): JsonObject {
  const { holder } = walk;
  const keepsNull = !holder ||
    walk.ancestors.length < 3 && KEEPS_NULL.test(holder);
  for (const key of keys) {
    walk.holder &&= key || "-";
    const member = convert(readMember(source, key, walk), walk);
    const name = key.toWellFormed();
    if (member === null && !keepsNull) delete target[name];
    else if (member !== undefined) setOwn(target, name, member);
  }
  return target;
}

/** A getter that throws loses its own member only. */
function readMember(owner: object, key: string | number, walk: Walk): unknown {
  try {
    return (owner as Record<string | number, unknown>)[key];
  } catch {
    return loseUnreadable(walk);
  }
}

function loseUnreadable(walk: Walk): string {
  return lose(walk, "a value that could not be read", "[Unserializable]");
}

/** Tells of a loss, and gives what stands for the value. */
function lose({ onLoss }: Walk, loss: JsonLoss, text = "[Truncated]"): string {
  onLoss?.(loss);
  return text;
}
