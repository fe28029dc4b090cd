import type { SealProperties, TraceContext } from "../core/event.ts";
import type { JsonValue } from "../core/json.ts";
import type { BuiltException } from "./types.ts";

/** What the SDK says about an exception: nobody else does, wherever they say it. */
const SDK_KEYS = [
  "$exception_list",
  "$exception_type",
  "$exception_message",
  "$exception_level",
  "$exception_source",
  "$debug_images",
];

/** What the processor writes; sent, it would be taken for its own. */
const SERVER_KEYS = [
  "$exception_handled",
  "$exception_types",
  "$exception_values",
  "$exception_sources",
  "$exception_functions",
  "$exception_fingerprint_version",
  "$exception_fingerprint_record",
  "$exception_proposed_fingerprint",
  "$exception_issue_id",
  "$exception_release",
  "$exception_releases",
  "$cymbal_errors",
];

/** What the caller says and the processor reads strictly: of another type it costs the whole event. */
const TEXT_KEYS: readonly (readonly [
  key: string,
  isUsable: (value: JsonValue | undefined) => boolean,
])[] = [
  ["$exception_fingerprint", (value) => isText(value) && value !== ""],
  ["$issue_name", isText],
  ["$issue_description", isText],
  ["$issue_severity", isText],
];

/** Puts what was built on the merged properties: over what others said of it, under what they may say themselves. */
export function sealException(
  { properties: own, defaults }: BuiltException,
  trace: TraceContext | undefined,
): SealProperties {
  return (properties, note) => {
    const ignored = [...SDK_KEYS, ...SERVER_KEYS].filter((key) =>
      Object.hasOwn(properties, key)
    );
    for (const key of ignored) delete properties[key];
    if (ignored.length > 0) {
      note("debug", `An exception's ${ignored.join(", ")} can't be set`);
    }
    for (const [key, isUsable] of TEXT_KEYS) {
      if (!Object.hasOwn(properties, key) || isUsable(properties[key])) {
        continue;
      }
      delete properties[key];
      note("warn", `Cannot use '${key}': expected a text`);
    }
    const gaps = {
      ...defaults,
      ...(trace && { "$trace_id": trace.traceId, "$span_id": trace.spanId }),
    };
    for (const [key, value] of Object.entries(gaps)) {
      if (!Object.hasOwn(properties, key)) properties[key] = value;
    }
    Object.assign(properties, own);
  };
}

function isText(value: JsonValue | undefined): boolean {
  return typeof value === "string";
}
