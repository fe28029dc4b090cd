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
  let value = input;
  let isRejection = false;
  for (let depth = 0; depth < MAX_DEPTH; depth++) {
    const inner = unwrapOnce(value);
    if (inner === undefined) break;
    value = inner.value;
    isRejection = inner.isRejection;
  }
  return { value, isRejection };
}

/** Whether the value is an event, of any realm. */
export function isEvent(value: unknown): boolean {
  return readTag(value).endsWith("Event");
}

function unwrapOnce(value: unknown): Unwrapped | undefined {
  if (!isObject(value) || isError(value)) return undefined;
  if (isEvent(value)) return unwrapEvent(value, readTag(value));
  const error = findError(value);
  return error && { value: error, isRejection: false };
}

function unwrapEvent(event: object, tag: string): Unwrapped | undefined {
  if (tag === "ErrorEvent") {
    const value = read(event, "error") ?? undefined;
    return value === undefined ? undefined : { value, isRejection: false };
  }
  if (tag === "PromiseRejectionEvent") {
    return { value: read(event, "reason"), isRejection: true };
  }
  // Libraries that wrap promises put the reason there.
  const value = read(read(event, "detail"), "reason");
  return value === undefined ? undefined : { value, isRejection: true };
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
