import type { Clock } from "../core/clock.ts";
import type {
  DeliveryOutcome,
  DeliveryReason,
  Lane,
  QueuedEvent,
  Transport,
} from "../core/delivery.ts";
import { encodeBody } from "./encode.ts";
import type { HttpDoor, HttpOutcome } from "./http.ts";
import { isRetryableStatus, parseRetryAfterMs } from "./retry.ts";
import type { Wire } from "./wire.ts";

/** What the HTTP transport is made of. */
export interface HttpTransportOptions {
  /** The way out. */
  readonly door: HttpDoor;
  /** The protocol of each lane. */
  readonly wires: Readonly<Record<Lane, Wire>>;
  /** Stamps attempts. */
  readonly clock: Clock;
  /** Hears of a body that could not be compressed. */
  readonly debug?: (message: string) => void;
}

/** Creates the transport over HTTP: one POST an attempt. */
export function createHttpTransport(
  { door, wires, clock, debug }: HttpTransportOptions,
): Transport {
  return {
    async send(batch, signal) {
      const wire = wires[batch[0]?.lane ?? "analytics"];
      const { headers, text } = wire.build(batch, clock.now());
      const body = await encodeBody(text, wire.codec);
      if (body.hasFailed) {
        debug?.("Cannot compress a batch, it is sent as it is");
      }
      const outcome = await door.send({
        method: "POST",
        url: wire.url,
        headers: {
          ...headers,
          "Content-Type": "application/json",
          ...(body.encoding && { "Content-Encoding": body.encoding }),
        },
        body: body.bytes,
        signal,
      });
      return interpretOutcome(outcome, batch, wire, clock.now());
    },
  };
}

/** Reads what became of an attempt: alike in all protocols, but for what a success says. */
export function interpretOutcome(
  outcome: HttpOutcome,
  batch: readonly QueuedEvent[],
  wire: Wire,
  now: number,
): DeliveryOutcome[] {
  switch (outcome.kind) {
    case "network":
      return retryAll(batch, { code: "network", cause: outcome.cause });
    case "timeout":
    case "aborted":
      return retryAll(batch, { code: "timeout" });
    default: {
      const { status, headers } = outcome;
      const afterMs = parseRetryAfterMs(headers.get("retry-after"), now);
      if (outcome.kind === "ok") {
        return wire.readSuccess(outcome, batch, afterMs);
      }
      const details = wire.readRefusal(outcome);
      const reason: DeliveryReason = {
        code: status < 400 ? "redirect" : "http",
        status,
        ...(details !== undefined && { details }),
      };
      // 413 asks for smaller batches: the sender splits, and drops an event that is refused alone.
      if (isRetryableStatus(status) || status === 413) {
        return retryAll(batch, reason, afterMs);
      }
      return batch.map(({ uuid }) => ({ kind: "dropped", uuid, reason }));
    }
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
