import { attempt, isObject, isText } from "../core/guards.ts";
import { buildFrame, type RawFrame } from "./frames.ts";
import {
  isError,
  read,
  readClassName,
  readKeys,
  readTag,
  readText,
} from "./reads.ts";
import { readFrames } from "./stack.ts";
import { toPosition } from "./location.ts";
import { isEvent, type Unwrapped } from "./unwrap.ts";

/** What is said about one thrown value. */
export interface Description {
  /** The error's name. */
  readonly type: string;
  /** The error's message. */
  readonly value: string;
  /** Whether it was an error at all. */
  readonly isError: boolean;
  /**
   * The frames of its own stack, the crash site first. Empty when it says where it was, but there is no frame in that;
   * undefined when it says nothing: then the call site is the best guess.
   */
  readonly frames: readonly RawFrame[] | undefined;
}

const UNKNOWN = "Unknown error";

/** The longest list of keys, in UTF-16 units. */
const MAX_KEYS_LENGTH = 40;

/** Keys that are sorted at most. */
const MAX_KEYS = 1000;

/** Describes anything that can be thrown. Reads it once and never throws. */
export function describeException(
  { value, isRejection }: Unwrapped,
): Description {
  if (isObject(value)) {
    return !isError(value) && isEvent(value)
      ? describeEvent(value)
      : describeObject(value);
  }
  if (typeof value === "function") {
    const name = readText(value, "name") ?? "anonymous";
    return madeUp(`Function captured as exception: ${name}`);
  }
  if (isRejection) {
    return madeUp(
      `Non-Error promise rejection captured with value: ${String(value)}`,
      "UnhandledRejection",
    );
  }
  return isText(value)
    ? describeText(value)
    : madeUp(`Primitive value captured as exception: ${String(value)}`);
}

/** Some libraries put the body of a failed request in the place of a message. */
function toMessage(message: unknown): string {
  if (isText(message)) return message;
  const inner = read(read(message, "error"), "message");
  if (isText(inner)) return inner;
  // The text of a function is its source.
  return typeof message === "function"
    ? ""
    : attempt(() => String(message ?? "")) ?? "";
}

/** The text of an error, such as a log line's. Without a known type it is all message. */
const ERROR_TEXT =
  /^(?:Uncaught (?:exception: )?)?((?:Eval|Internal|Range|Reference|Syntax|Type|URI)?Error): (.*)/s;

function describeText(text: string): Description {
  const [, type, value = text] = ERROR_TEXT.exec(text) ?? [];
  return madeUp(value, type);
}

function describeEvent(event: object): Description {
  if (readTag(event) !== "ErrorEvent") {
    const name = readClassName(event) ?? "Event";
    const keys = listKeys(event) ?? "";
    return madeUp(`${name} captured as exception with keys: ${keys}`, name);
  }
  const message = read(event, "message");
  const text = isText(message) ? message : UNKNOWN;
  const line = toPosition(read(event, "lineno"));
  const file = readText(event, "filename") ?? "";
  const column = toPosition(read(event, "colno")) ?? 0;
  return {
    ...describeText(text),
    frames: line ? [buildFrame("", `${file}:${line}:${column}`)] : [],
  };
}

/** An error, an object that only looks like one, or does not even. */
function describeObject(object: object): Description {
  const isOne = isError(object);
  const name = readText(object, "name");
  const message = read(object, "message");
  const text = isOne
    ? toMessage(message)
    : isText(message)
    ? message
    : undefined;
  return {
    type: name ?? (isOne && readClassName(object) || "Error"),
    value: text ??
      (name ? `'${name}' captured as exception` : describeKeys(object)),
    // A header alone is no stack: a failed `fetch` on Node 24 has no more than that.
    frames: ["stacktrace", "stack"]
      .map((key) => readFrames(read(object, key), text ?? ""))
      .find((frames) => frames.length > 0),
    isError: isOne,
  };
}

function describeKeys(object: object): string {
  const keys = listKeys(object);
  if (keys === undefined) return UNKNOWN;
  const className = readClassName(object) ?? "Object";
  const subject = className === "Object" ? className : `'${className}'`;
  return `${subject} captured as exception with keys: ${keys}`;
}

/** The object's keys in order, as many whole ones as fit; undefined where it refuses to tell. */
function listKeys(object: object): string | undefined {
  const keys = readKeys(object)?.slice(0, MAX_KEYS).sort();
  if (keys === undefined) return undefined;
  const [first, ...others] = keys;
  if (first === undefined) return "[object has no keys]";
  let list = first.slice(0, MAX_KEYS_LENGTH);
  for (const key of others) {
    if (list.length + 2 + key.length > MAX_KEYS_LENGTH) break;
    list += `, ${key}`;
  }
  return list;
}

function madeUp(value: string, type = "Error"): Description {
  return { type, value, frames: undefined, isError: false };
}
