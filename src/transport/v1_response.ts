import type {
  DeliveryOutcome,
  DeliveryReason,
  QueuedEvent,
} from "../core/delivery.ts";
import { getOwn, isNonBlank, isRecord } from "../core/guards.ts";
import { parseJson } from "../core/json.ts";
import { toUuidKey } from "../core/uuid.ts";
import type { HttpAnswer } from "./http.ts";
import { MAX_DETAIL_CHARACTERS } from "./wire.ts";

/**
 * Reads the answer to a v1 batch, which speaks event by event. A uuid that it does not name was accepted, and so was
 * one with a result that this version does not know: sending either again could loop. A success that can't be read is
 * final for the same reason.
 *
 * @see PostHog's capture v1 protocol (spec/capture.md 5.5)
 */
export function readV1Results(
  text: string | undefined,
  batch: readonly QueuedEvent[],
  afterMs: number | undefined,
): DeliveryOutcome[] {
  const results = parseResults(text);
  return batch.map(({ uuid }) => {
    if (!results) {
      return { kind: "dropped", uuid, reason: { code: "unparseable" } };
    }
    const entry = getOwn(results, toUuidKey(uuid));
    const reason = readReason(entry);
    switch (reason.result) {
      case "retry":
        return {
          kind: "retry",
          uuid,
          reason,
          ...(afterMs !== undefined && { afterMs }),
        };
      case "drop":
      // The older word for an event that was rate-limited away.
      case "limited":
        return { kind: "dropped", uuid, reason };
      default:
        return { kind: "delivered", uuid };
    }
  });
}

/** The server's own words for a refusal, preferring the ones meant for people. */
export function readV1Refusal({ text }: HttpAnswer): string | undefined {
  const body = parseJson(text);
  const words = isRecord(body)
    ? [body["error_description"], body["error"]]
    : [];
  return (words.find(isNonBlank) ?? text)?.slice(0, MAX_DETAIL_CHARACTERS) ||
    undefined;
}

function readReason(entry: unknown): DeliveryReason {
  const { result, details } = isRecord(entry) ? entry : {};
  return {
    code: "partial",
    ...(typeof result === "string" && { result }),
    ...(typeof details === "string" &&
      { details: details.slice(0, MAX_DETAIL_CHARACTERS) }),
  };
}

function parseResults(
  text: string | undefined,
): Record<string, unknown> | undefined {
  const body = parseJson(text);
  const results = isRecord(body) ? body["results"] : undefined;
  return isRecord(results) ? results : undefined;
}
