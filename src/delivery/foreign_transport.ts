import type {
  DeliveryReason,
  QueuedEvent,
  Transport,
} from "../core/delivery.ts";
import { attempt, isFiniteNumber, isRecord } from "../core/guards.ts";
import { toUuidKey } from "../core/uuid.ts";
import { askRetry, type Send, type Verdict } from "./wire.ts";

/**
 * Sends by the application's own transport, which may be anybody's: what can't be read is no outcome, and an event that
 * nobody spoke for is tried again, as all are without an answer.
 */
export function createForeignSend(transport: Transport): Send {
  return async (items, request, signal) => {
    const batch = items.map(
      ({ uuid, event, lane, text, bytes }): QueuedEvent => {
        return { uuid, event, lane, text, bytes, request };
      },
    );
    const outcomes: unknown = await transport.send(batch, signal);
    const isList = Array.isArray(outcomes);
    const silence: DeliveryReason = {
      code: isList ? "partial" : "unparseable",
    };
    const byUuid = new Map<string, Verdict>();
    for (const outcome of isList ? outcomes : []) {
      if (!isRecord(outcome) || typeof outcome["uuid"] !== "string") continue;
      byUuid.set(toUuidKey(outcome["uuid"]), readVerdict(outcome, silence));
    }
    return (uuid) =>
      byUuid.get(toUuidKey(uuid)) ?? { kind: "retry", reason: silence };
  };
}

function readVerdict(
  { kind, reason, afterMs }: Readonly<Record<string, unknown>>,
  silence: DeliveryReason,
): Verdict {
  // A copy: it is read again when it is told, and a getter of it may throw.
  const copy = attempt(() => isRecord(reason) && { ...reason });
  const given = isReason(copy) ? copy : undefined;
  if (kind === "delivered") return { kind, ...(given && { reason: given }) };
  const why = given ?? silence;
  return kind === "dropped"
    ? { kind, reason: why }
    : askRetry(why, isFiniteNumber(afterMs) ? afterMs : undefined);
}

function isReason(value: unknown): value is DeliveryReason {
  if (!isRecord(value) || typeof value["code"] !== "string") return false;
  const { status } = value;
  return status === undefined || isFiniteNumber(status);
}
