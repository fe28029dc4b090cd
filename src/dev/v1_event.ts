import { countBytes } from "../core/bytes.ts";
import type { Lane } from "../core/delivery.ts";
import {
  getOwn,
  isFiniteNumber,
  isNonBlank,
  isRecord,
  isText,
} from "../core/guards.ts";
import type { JsonObject } from "../core/json.ts";
import type { IncomingEvent } from "./types.ts";
import type { V1Entry } from "./v1_body.ts";
import { readSdkInfo } from "./v1_headers.ts";

/** What became of a well-typed event: readable, or dropped for the reason in `details`. */
export type V1Reading =
  | { readonly kind: "event"; readonly event: IncomingEvent }
  | { readonly kind: "drop"; readonly details: string };

/** Option to the property that v0 has for it, and what the server makes of a value; undefined: it can't read it. */
const OPTIONS: ReadonlyMap<
  string,
  readonly [
    property: string,
    read: (value: unknown) => boolean | string | undefined,
  ]
> = new Map([
  ["cookieless_mode", ["$cookieless_mode", readBoolean]],
  ["disable_skew_correction", ["$ignore_sent_at", readBoolean]],
  ["process_person_profile", ["$process_person_profile", readBoolean]],
  ["product_tour_id", ["$product_tour_id", readText]],
]);

/** UTF-8 bytes of one `$ai_` event at most, by the lane it comes in by. */
const MAX_AI_EVENT_BYTES: Readonly<Record<Lane, number>> = {
  analytics: 983_040,
  ai: 8_388_608,
};

/** Member of the event to the property that v0 has for it. */
const ROOT_FIELDS: ReadonlyMap<string, string> = new Map([
  ["session_id", "$session_id"],
  ["window_id", "$window_id"],
]);

/**
 * Reads a v1 event as the v0 event that it was made from. The server drops an event with a wrong value alone, and
 * the others of its batch arrive; so it does with one on the AI lane whose name does not begin with `$ai_`. Members of
 * `options` that are null or not known are passed over.
 *
 * @see PostHog's capture v1 protocol (spec/capture.md 5.4 and 5.5)
 */
export function readV1Event(
  { uuid, json }: V1Entry,
  lane: Lane,
  sdkInfo: string | undefined,
): V1Reading {
  const event = getOwn(json, "event");
  if (!isNonBlank(event)) return drop("missing_event_name");
  const isAi = event.startsWith("$ai_");
  if (lane === "ai" && !isAi) return drop("misrouted_event");
  if (isAi && countBytes(JSON.stringify(json)) > MAX_AI_EVENT_BYTES[lane]) {
    return drop(lane === "ai" ? "ai_event_too_big" : "event_too_big");
  }
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
      lane,
    },
  };
}

function readOptions(json: Record<string, unknown>): JsonObject | undefined {
  const options = getOwn(json, "options");
  if (!isRecord(options)) return undefined;
  const properties: JsonObject = {};
  for (const [name, [property, read]] of OPTIONS) {
    const given = getOwn(options, name) ?? undefined;
    const value = read(given);
    if (value !== undefined) properties[property] = value;
    else if (given !== undefined) return undefined;
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

/** As the server does: numbers and the usual words count. */
function readBoolean(value: unknown): boolean | undefined {
  if (isFiniteNumber(value)) return value !== 0;
  if (!isText(value) && typeof value !== "boolean") return undefined;
  const word = String(value).trim().toLowerCase();
  if (word === "true" || word === "1") return true;
  return word === "false" || word === "0" ? false : undefined;
}

function readText(value: unknown): string | undefined {
  return isText(value) ? value : undefined;
}
