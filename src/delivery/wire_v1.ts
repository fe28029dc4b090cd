import type { DeliveryReason, Lane } from "../core/delivery.ts";
import {
  getOwn,
  isFiniteNumber,
  isNonBlank,
  isRecord,
  setOwn,
} from "../core/guards.ts";
import type { JsonObject, JsonValue } from "../core/json.ts";
import { toUuidKey } from "../core/uuid.ts";
import { USER_AGENT } from "../core/version.ts";
import type { Judge } from "./delivery.ts";
import type { HttpAnswer } from "./http.ts";
import {
  askRetry,
  cutDetail,
  type Protocol,
  readMembers,
  type WireOptions,
} from "./wire.ts";

/** Creates the v1 protocol of `/i/v1/analytics/events` and `/i/v1/ai/events`: the answer speaks event by event. */
export function createV1Protocol(
  { apiKey, historicalMigration }: WireOptions,
): Protocol {
  return {
    build(batch, { id, attempt, createdAt }, now) {
      return {
        headers: {
          "Authorization": `Bearer ${apiKey}`,
          "PostHog-Sdk-Info": USER_AGENT,
          "PostHog-Attempt": String(attempt),
          "PostHog-Request-Id": id,
          "PostHog-Request-Timestamp": new Date(now).toISOString(),
        },
        text: JSON.stringify({
          created_at: new Date(createdAt).toISOString(),
          historical_migration: historicalMigration || undefined,
          batch: batch.map(({ text }) => toV1Event(text)),
        }),
      };
    },
    readSuccess: readV1Results,
    readRefusal: readV1Refusal,
  };
}

/** Where v1 takes the events of a lane; without a slash at its end. */
export function toV1Path(lane: Lane): string {
  return `/i/v1/${lane}/events`;
}

/**
 * Turns a stored event into its v1 form: sentinels become options, session and window move to the root, what the
 * server derives is left out. An option of the wrong type would make the server drop the event, so it is left out too.
 *
 * @see PostHog's capture v1 protocol (spec/capture.md 5.4)
 */
export function toV1Event(text: string): JsonObject {
  const { properties: given, ...root } = readMembers(text) as JsonObject;
  const options: JsonObject = {};
  const properties: JsonObject = {};
  for (const [key, value] of Object.entries(isRecord(given) ? given : {})) {
    // Their names there are those of the properties, but for one.
    const name = key === "$ignore_sent_at"
      ? "disable_skew_correction"
      : key.slice(1);
    switch (key) {
      case "$ignore_sent_at":
      case "$cookieless_mode":
      case "$process_person_profile": {
        const read = readBoolean(value);
        if (read !== undefined) options[name] = read;
        break;
      }
      case "$product_tour_id":
        if (typeof value === "string") options[name] = value;
        break;
      case "$session_id":
      case "$window_id":
        if (typeof value === "string") root[name] = value;
        break;
      case "$lib":
      case "$lib_version":
        // The server knows these from the header `PostHog-Sdk-Info`.
        break;
      default:
        // Parity: `$create_alias` repeats its id in the properties for v0 alone.
        if (key !== "distinct_id" || value !== root["distinct_id"]) {
          setOwn(properties, key, value);
        }
    }
  }
  return { ...root, options, properties };
}

function readBoolean(value: JsonValue): boolean | undefined {
  if (typeof value === "boolean") return value;
  if (isFiniteNumber(value)) return value !== 0;
  if (typeof value !== "string") return undefined;
  const [word, yes] = /^(true|1)$|^(?:false|0)$/i.exec(value.trim()) ?? [];
  return word === undefined ? undefined : yes !== undefined;
}

/**
 * Reads the answer to a v1 batch, which speaks event by event. A uuid that it does not name was accepted, and so was
 * one with a result that this version does not know: sending either again could loop. A success that can't be read is
 * final for the same reason.
 *
 * @see PostHog's capture v1 protocol (spec/capture.md 5.5)
 */
export function readV1Results(
  { text }: Pick<HttpAnswer, "text">,
  afterMs: number | undefined,
): Judge {
  // It broke off: what was taken is not known.
  if (text === undefined) return () => askRetry({ code: "network" }, afterMs);
  const { results } = readMembers(text);
  if (!isRecord(results)) {
    return () => ({ kind: "dropped", reason: { code: "unparseable" } });
  }
  return (uuid) => {
    const reason = readReason(getOwn(results, toUuidKey(uuid)));
    switch (reason.result) {
      case "retry":
        return askRetry(reason, afterMs);
      case "drop":
      // The older word for an event that was rate-limited away.
      case "limited":
        return { kind: "dropped", reason };
      default:
        return { kind: "delivered" };
    }
  };
}

/** The server's own words for a refusal, preferring the ones meant for people. */
export function readV1Refusal(
  { text }: Pick<HttpAnswer, "text">,
): string | undefined {
  const { error_description, error } = readMembers(text);
  return [error_description, error].find(isNonBlank) ?? text;
}

function readReason(entry: unknown): DeliveryReason {
  const { result, details } = isRecord(entry) ? entry : {};
  return {
    code: "partial",
    ...(typeof result === "string" && { result }),
    ...(typeof details === "string" && { details: cutDetail(details) }),
  };
}
