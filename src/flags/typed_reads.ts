import { isObject } from "../core/guards.ts";
import type { JsonValue } from "../core/json.ts";
import type { FlagRecord } from "./record.ts";
import type { FlagDetail, Widened } from "./results.ts";

/** The value that a typed read looks at, by the kind of its default. */
export type ReadKind = "boolean" | "string" | "number" | "json";

/** The read that a default of this kind means where the caller names none. */
export function toReadKind(defaultValue: JsonValue): ReadKind {
  const kind = typeof defaultValue;
  return kind === "boolean" || kind === "string" || kind === "number"
    ? kind
    : "json";
}

/** Reads a flag as a value of the default's kind, or gives the default and says why: `absence` for no record. Total. */
export function readDetail<T extends JsonValue>(
  record: FlagRecord | undefined,
  kind: ReadKind,
  defaultValue: T,
  absence = "flag_missing",
): FlagDetail<Widened<T>> {
  const value = record && readValue(record, kind);
  const isMatch = isSameKind(value, defaultValue);
  return Object.freeze({
    // A value of type `T` is one of the wider type, which the compiler can't follow.
    value: (isMatch ? value : defaultValue) as Widened<T>,
    reason: record ? isMatch ? record.reason : "type_mismatch" : absence,
    variant: record?.variant,
    payload: record?.payload,
    ruleId: record?.conditionIndex,
    flagVersion: record?.version,
    source: record && isMatch ? record.source : "default",
  });
}

function readValue(record: FlagRecord, kind: ReadKind): JsonValue | undefined {
  switch (kind) {
    case "boolean":
      return record.enabled;
    case "string":
      return record.variant;
    case "number":
    case "json":
      return record.payload;
  }
}

/** Whether two values are of one kind of JSON; for the caller, that the value has the default's type. */
function isSameKind<T extends JsonValue>(
  value: JsonValue | undefined,
  defaultValue: T,
): value is T {
  if (value === undefined || typeof value !== typeof defaultValue) return false;
  return !isObject(value) || !isObject(defaultValue)
    ? isObject(value) === isObject(defaultValue)
    : Array.isArray(value) === Array.isArray(defaultValue);
}
