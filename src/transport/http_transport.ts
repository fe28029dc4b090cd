import type { Clock } from "../core/clock.ts";
import type {
  DeliveryOutcome,
  DeliveryReason,
  QueuedEvent,
  Transport,
} from "../core/delivery.ts";
import { isRecord } from "../core/guards.ts";
import { buildBatchBody, encodeBody } from "./encode.ts";
import type { Endpoints } from "./endpoints.ts";
import type { HttpAnswer, HttpDoor, HttpOutcome } from "./http.ts";
import { isRetryableStatus, parseRetryAfterMs } from "./retry.ts";

/** What the HTTP transport is made of. */
export interface HttpTransportOptions {
  /** The way out. */
  readonly door: HttpDoor;
  /** The host's URLs. */
  readonly endpoints: Endpoints;
  /** The project token. */
  readonly apiKey: string;
  /** Stamps `sent_at`. */
  readonly clock: Clock;
  /** Whether bodies are compressed. */
  readonly isCompressed: boolean;
  /** Marks batches as historical imports. */
  readonly historicalMigration: boolean;
  /** Hears of a body that could not be compressed. */
  readonly debug?: (message: string) => void;
}

/** Server texts are cut to this many characters before they are reported. */
const MAX_DETAIL_CHARACTERS = 512;

/** Creates the transport of the v0 protocol: one POST to `/batch/` an attempt. */
export function createHttpTransport(options: HttpTransportOptions): Transport {
  const { door, endpoints, apiKey, clock, isCompressed, historicalMigration } =
    options;
  return {
    async send(batch, signal) {
      const sentAt = new Date(clock.now()).toISOString();
      const text = buildBatchBody(batch.map((event) => event.text), {
        apiKey,
        sentAt,
        historicalMigration,
      });
      const body = await encodeBody(text, isCompressed);
      if (body.hasFailed) {
        options.debug?.("Cannot compress a batch, it is sent as it is");
      }
      const outcome = await door.send({
        method: "POST",
        url: endpoints.batch,
        headers: {
          "Content-Type": "application/json",
          ...(body.encoding && { "Content-Encoding": body.encoding }),
        },
        body: body.bytes,
        signal,
      });
      return interpretBatchOutcome(outcome, batch, clock.now());
    },
  };
}

/** Reads the answer to a v0 batch: it speaks for all events alike. */
export function interpretBatchOutcome(
  outcome: HttpOutcome,
  batch: readonly QueuedEvent[],
  now: number,
): DeliveryOutcome[] {
  switch (outcome.kind) {
    case "ok": {
      const reason = readQuota(outcome);
      return batch.map(({ uuid }) => ({
        kind: "delivered",
        uuid,
        ...(reason && { reason }),
      }));
    }
    case "network":
      return retryAll(batch, { code: "network", cause: outcome.cause });
    case "timeout":
    case "aborted":
      return retryAll(batch, { code: "timeout" });
    case "status": {
      const { status } = outcome;
      const reason: DeliveryReason = {
        code: status < 400 ? "redirect" : "http",
        status,
        ...(outcome.text &&
          { details: outcome.text.slice(0, MAX_DETAIL_CHARACTERS) }),
      };
      // 413 asks for smaller batches: the sender splits, and drops an event that is refused alone.
      if (!isRetryableStatus(status) && status !== 413) {
        return batch.map(({ uuid }) => ({ kind: "dropped", uuid, reason }));
      }
      return retryAll(
        batch,
        reason,
        parseRetryAfterMs(outcome.headers.get("retry-after"), now),
      );
    }
  }
}

/** Over a quota PostHog takes the events and drops them; sending them again could not help. */
function readQuota(
  { status, text }: HttpAnswer,
): DeliveryReason | undefined {
  const body = parseJson(text);
  const limited = isRecord(body) ? body["quota_limited"] : undefined;
  if (!Array.isArray(limited) || limited.length === 0) return undefined;
  if (!limited.every((name) => typeof name === "string")) return undefined;
  const details = limited.join(", ").slice(0, MAX_DETAIL_CHARACTERS);
  return { code: "quota_limited", status, details };
}

function parseJson(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? "");
  } catch {
    return undefined;
  }
}

function retryAll(
  batch: readonly QueuedEvent[],
  reason: DeliveryReason,
  afterMs?: number,
): DeliveryOutcome[] {
  return batch.map(({ uuid }) => ({
    kind: "retry",
    uuid,
    reason,
    ...(afterMs !== undefined && { afterMs }),
  }));
}
