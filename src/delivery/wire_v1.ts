import { type DeliveryReason, toV1Path } from "../core/delivery.ts";
import { isNonBlank, isRecord, isText } from "../core/guards.ts";
import { toUuidKey } from "../core/uuid.ts";
import { USER_AGENT } from "../core/version.ts";
import type { DeliverySettings, Judge } from "./delivery.ts";
import type { HttpAnswer } from "./http.ts";
import { askRetry, readMembers, type Wire } from "./wire.ts";

/** Creates the wire of v1, whose answer speaks event by event. */
export function createV1Wire(
  { apiKey, historicalMigration }: DeliverySettings,
): Wire {
  return {
    captureMode: "v1",
    toPath: toV1Path,
    frame: ({ id, attempt, createdAt }, now) => ({
      headers: {
        "Authorization": `Bearer ${apiKey}`,
        "PostHog-Sdk-Info": USER_AGENT,
        "PostHog-Attempt": String(attempt),
        "PostHog-Request-Id": id,
        "PostHog-Request-Timestamp": new Date(now).toISOString(),
      },
      body: {
        "created_at": new Date(createdAt).toISOString(),
        "historical_migration": historicalMigration || undefined,
      },
    }),
    readSuccess: readV1Results,
    readRefusal: readV1Refusal,
  };
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
  const told = new Map(Object.entries(results));
  return (uuid) => {
    const reason = readReason(told.get(toUuidKey(uuid)));
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
