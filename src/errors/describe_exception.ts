import { isObject } from "../core/guards.ts";
import { listKeys } from "./keys.ts";
import { buildFrame, type RawFrame } from "./frames.ts";
import {
  isError,
  read,
  readClassName,
  readTag,
  readText,
  toText,
} from "./reads.ts";
import { readFrames } from "./stack.ts";
import { parseErrorText } from "./error_text.ts";
import { toPosition } from "./location.ts";
import { isEvent, type Unwrapped } from "./unwrap.ts";

/** What is said about one thrown value. */
export interface Description {
  /** The error's name. */
  readonly type: string;
  /** The error's message. */
  readonly value: string;
  /** The frames of its own stack, the crash site first; empty when it has none. */
  readonly frames: readonly RawFrame[];
  /** Whether it was an error at all. */
  readonly isError: boolean;
  /** Whether it says itself where it was, be it nothing: then a call site would be wrong. */
  readonly hasOwnPlace: boolean;
}

const UNKNOWN = "Unknown error";

/** Describes anything that can be thrown. Reads it once and never throws. */
export function describeException(
  { value, isRejection }: Unwrapped,
): Description {
  if (typeof value === "function") {
    const name = readText(value, "name") ?? "anonymous";
    return madeUp("Error", `Function captured as exception: ${name}`);
  }
  if (isObject(value)) {
    if (isError(value)) return describeError(value);
    return isEvent(value) ? describeEvent(value) : describeObject(value);
  }
  if (isRejection) {
    return madeUp(
      "UnhandledRejection",
      `Non-Error promise rejection captured with value: ${String(value)}`,
    );
  }
  if (typeof value === "string") return describeText(value);
  return madeUp(
    "Error",
    `Primitive value captured as exception: ${String(value)}`,
  );
}

function describeError(error: object): Description {
  const value = toMessage(read(error, "message"));
  return {
    type: readText(error, "name") ?? readClassName(error) ?? "Error",
    value,
    ...locate(readOwnFrames(error, value)),
    isError: true,
  };
}

/** Some libraries put the body of a failed request in the place of a message. */
function toMessage(message: unknown): string {
  if (typeof message === "string") return message;
  if (message === undefined || message === null) return "";
  const inner = read(read(message, "error"), "message");
  if (typeof inner === "string") return inner;
  // The text of a function is its source.
  return typeof message === "function" ? "" : toText(message) ?? "";
}

function describeText(text: string): Description {
  const { type, value } = parseErrorText(text);
  return madeUp(type, value);
}

function describeEvent(event: object): Description {
  const name = readClassName(event) ?? "Event";
  if (readTag(event) !== "ErrorEvent") {
    return madeUp(
      name,
      `${name} captured as exception with keys: ${listKeys(event) ?? ""}`,
    );
  }
  const message = read(event, "message");
  const description = describeText(
    typeof message === "string" ? message : UNKNOWN,
  );
  const line = toPosition(read(event, "lineno"));
  if (line === undefined) return { ...description, hasOwnPlace: true };
  const file = readText(event, "filename") ?? "";
  const column = toPosition(read(event, "colno")) ?? 0;
  const frame = buildFrame("", `${file}:${line}:${column}`);
  return { ...description, ...locate([frame]) };
}

/** An object that only looks like an error, or does not even. */
function describeObject(object: object): Description {
  const name = readText(object, "name");
  const message = read(object, "message");
  const hasMessage = typeof message === "string";
  const value = hasMessage
    ? message
    : name
    ? `'${name}' captured as exception`
    : describeKeys(object);
  return {
    ...madeUp(name ?? "Error", value),
    ...locate(readOwnFrames(object, hasMessage ? message : "")),
  };
}

function describeKeys(object: object): string {
  const keys = listKeys(object);
  if (keys === undefined) return UNKNOWN;
  const className = readClassName(object) ?? "Object";
  const subject = className === "Object" ? className : `'${className}'`;
  return `${subject} captured as exception with keys: ${keys}`;
}

function madeUp(type: string, value: string): Description {
  return { type, value, ...locate([]), isError: false };
}

function locate(
  frames: readonly RawFrame[],
): Pick<Description, "frames" | "hasOwnPlace"> {
  return { frames, hasOwnPlace: frames.length > 0 };
}

/** A header alone is no stack: a failed `fetch` on Node 24 has no more than that. */
function readOwnFrames(owner: object, message: string): readonly RawFrame[] {
  const frames = readFrames(read(owner, "stacktrace"), message);
  return frames.length > 0 ? frames : readFrames(read(owner, "stack"), message);
}
