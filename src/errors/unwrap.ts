import { isObject } from "../core/guards.ts";
import { isError, read, readKeys, readTag } from "./reads.ts";

/** What was caught, once wrappers are taken off. */
export interface Unwrapped {
  /** The error, or whatever was thrown in its place. */
  readonly value: unknown;
  /** Whether it was the reason of a rejection. */
  readonly isRejection: boolean;
}

/** Wrappers around wrappers; an event that holds itself has no end. */
const MAX_DEPTH = 8;

/** Members of one object that are searched for an error. */
const MAX_MEMBERS = 1000;

/** Takes events, and objects that hold an error, off what they are about. */
export function unwrap(input: unknown): Unwrapped {
  let unwrapped: Unwrapped = { value: input, isRejection: false };
  for (let depth = 0; depth < MAX_DEPTH; depth++) {
    const inner = unwrapOnce(unwrapped.value);
    if (inner === undefined) break;
    unwrapped = inner;
  }
  return unwrapped;
}

/** Whether the value is an event, of any realm. */
export function isEvent(value: unknown): boolean {
  return readTag(value).endsWith("Event");
}

function unwrapOnce(outer: unknown): Unwrapped | undefined {
  if (!isObject(outer) || isError(outer)) return undefined;
  const tag = readTag(outer);
  if (tag === "PromiseRejectionEvent") {
    return { value: read(outer, "reason"), isRejection: true };
  }
  // Libraries that wrap promises put the reason in an event's detail.
  const isRejection = tag !== "ErrorEvent" && tag.endsWith("Event");
  const value = tag === "ErrorEvent"
    ? read(outer, "error") ?? undefined
    : isRejection
    ? read(read(outer, "detail"), "reason")
    : findError(outer);
  return value === undefined ? undefined : { value, isRejection };
}

/** Parity: posthog-node takes the first own member that is an error. A message of its own makes a cause a cause. */
function findError(value: object): object | undefined {
  const hasMessage = typeof read(value, "message") === "string";
  for (const key of readKeys(value)?.slice(0, MAX_MEMBERS) ?? []) {
    const member = read(value, key);
    if (isError(member) && !(hasMessage && key === "cause")) return member;
  }
  return undefined;
}
