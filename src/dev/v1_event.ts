import { getOwn, isNonBlank, isRecord, isText } from "../core/guards.ts";
import type { JsonObject } from "../core/json.ts";
import type { IncomingEvent } from "./types.ts";
import type { V1Entry } from "./v1_body.ts";
import { readSdkInfo } from "./v1_headers.ts";

/** What became of a well-typed event: readable, or dropped for the reason in `details`. */
export type V1Reading =
  | { readonly kind: "event"; readonly event: IncomingEvent }
  | { readonly kind: "drop"; readonly details: string };

/** Option to the property that v0 has for it, and its check. */
const OPTIONS: ReadonlyMap<
  string,
  readonly [property: string, isValid: (value: unknown) => boolean]
> = new Map([
  ["cookieless_mode", ["$cookieless_mode", isBoolean]],
  ["disable_skew_correction", ["$ignore_sent_at", isBoolean]],
  ["process_person_profile", ["$process_person_profile", isBoolean]],
  ["product_tour_id", ["$product_tour_id", isText]],
]);

/** Member of the event to the property that v0 has for it. */
const ROOT_FIELDS: ReadonlyMap<string, string> = new Map([
  ["session_id", "$session_id"],
  ["window_id", "$window_id"],
]);

/**
 * Reads a v1 event as the v0 event that it was made from. The server drops an event with a wrong value alone, and
 * the others of its batch arrive. Members of `options` that are not known are passed over.
 *
 * @see PostHog's capture v1 protocol (spec/capture.md 5.4 and 5.5)
 */
export function readV1Event(
  { uuid, json }: V1Entry,
  sdkInfo: string | undefined,
): V1Reading {
  const event = getOwn(json, "event");
  if (!isNonBlank(event)) return drop("missing_event_name");
  const distinctId = getOwn(json, "distinct_id");
  if (!isNonBlank(distinctId)) return drop("missing_distinct_id");
  const timestamp = getOwn(json, "timestamp");
  if (typeof timestamp !== "string" || Number.isNaN(Date.parse(timestamp))) {
    return drop("invalid_event_timestamp");
  }
  const given = getOwn(json, "properties");
  if (!isRecord(given)) return drop("malformed_event_properties");
  const options = readOptions(json);
  if (!options) return drop("invalid_options");
  const sdk = readSdkInfo(sdkInfo);
  const properties: JsonObject = {
    ...(sdk && { "$lib": sdk.name, "$lib_version": sdk.version }),
    ...given as JsonObject,
    ...readRootFields(json),
    ...options,
  };
  return {
    kind: "event",
    event: {
      uuid,
      event,
      distinctId,
      properties,
      timestamp,
      lane: "analytics",
    },
  };
}

function readOptions(json: Record<string, unknown>): JsonObject | undefined {
  const options = getOwn(json, "options");
  const properties: JsonObject = {};
  for (const [name, [property, isValid]] of OPTIONS) {
    const value = isRecord(options) ? getOwn(options, name) : undefined;
    if (value === undefined) continue;
    if (!isValid(value)) return undefined;
    properties[property] = value as boolean | string;
  }
  return properties;
}

function readRootFields(json: Record<string, unknown>): JsonObject {
  const properties: JsonObject = {};
  for (const [name, property] of ROOT_FIELDS) {
    const value = getOwn(json, name);
    if (typeof value === "string") properties[property] = value;
  }
  return properties;
}

function drop(details: string): V1Reading {
  return { kind: "drop", details };
}

function isBoolean(value: unknown): boolean {
  return typeof value === "boolean";
}
