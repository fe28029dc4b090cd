import type { DeliveryReason, Lane } from "../core/delivery.ts";
import { getOwn, isNonBlank, isRecord, isText } from "../core/guards.ts";
import type { JsonObject } from "../core/json.ts";
import { toUuidKey } from "../core/uuid.ts";
import { USER_AGENT } from "../core/version.ts";
import type { Judge } from "./delivery.ts";
import type { HttpAnswer } from "./http.ts";
import {
  askRetry,
  EVENT_OPTIONS,
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
 * Turns a stored event into its v1 form: sentinels become options, below its own; session and window move to the root;
 * what the server derives is left out. An option of the wrong type would make the server drop the event: a sentinel of
 * one is left out too, what was given as an option is sent as it is.
 *
 * @see PostHog's capture v1 protocol (spec/capture.md 5.4)
 */
export function toV1Event(text: string): JsonObject {
  const { properties, options: explicit, ...root } = readMembers(
    text,
  ) as JsonObject;
  const {
    $session_id: session,
    $window_id: window,
    // The server knows these from the header `PostHog-Sdk-Info`.
    $lib: _lib,
    $lib_version: _version,
    ...kept
  } = Object(properties) as JsonObject;
  const options = Object(explicit) as JsonObject;
  for (const [property, name, read] of EVENT_OPTIONS) {
    const lifted = read(kept[property]);
    if (lifted !== undefined) options[name] ??= lifted;
    delete kept[property];
  }
  if (isText(session)) root["session_id"] = session;
  if (isText(window)) root["window_id"] = window;
  // Parity: `$create_alias` repeats its id in the properties for v0 alone.
  if (kept["distinct_id"] === root["distinct_id"]) delete kept["distinct_id"];
  return { ...root, options, properties: kept };
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
  const { result, details } = Object(entry) as Record<string, unknown>;
  return {
    code: "partial",
    ...(isText(result) && { result }),
    ...(isText(details) && { details }),
  };
}
