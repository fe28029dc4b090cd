import type { Bounded } from "../core/clock.ts";
import type { DeliveryReason } from "../core/delivery.ts";
import { isFiniteNumber, isRecord } from "../core/guards.ts";
import { toUuidKey } from "../core/uuid.ts";
import type { QueueItem } from "./event_queue.ts";
import type { Lease } from "./store.ts";

/** What one attempt left to be sent again. */
export interface Left {
  /** The events, in order. */
  readonly items: QueueItem[];
  /** Why; the first of them speaks for all. */
  reason?: DeliveryReason;
  /** The longest wait that was asked for, in ms; 0 when none was. */
  afterMs: number;
}

/**
 * Pairs a transport's outcomes with events by uuid and settles these, noting why some were dropped. Transports may be
 * anybody's: what can't be read is no outcome, and an event that nobody spoke for is left, as all are without an answer.
 */
export function settleOutcomes(
  lease: Lease,
  batch: readonly QueueItem[],
  answer: Bounded<unknown>,
  dropped: Map<QueueItem, DeliveryReason>,
): Left {
  const { store } = lease;
  const outcomes = answer.kind === "done" ? answer.value : [];
  const isList = Array.isArray(outcomes);
  const silence: DeliveryReason = answer.kind === "failed"
    ? { code: "network", cause: answer.cause }
    : {
      code: answer.kind !== "done"
        ? "timeout"
        : isList
        ? "partial"
        : "unparseable",
    };
  const byUuid = new Map<string, Record<string, unknown>>();
  for (const outcome of isList ? outcomes : []) {
    const uuid = isRecord(outcome) && outcome["uuid"];
    if (typeof uuid === "string") byUuid.set(toUuidKey(uuid), outcome);
  }
  const left: Left = { items: [], afterMs: 0 };
  for (const item of batch) {
    const { kind, reason, afterMs } = byUuid.get(toUuidKey(item.uuid)) ?? {};
    const given = isReason(reason) ? reason : undefined;
    const why = given ?? silence;
    if (kind === "delivered") {
      // The server is healthy, whosever event it took.
      store.pausedUntil = 0;
      store.deps.reporter.rearm(`outage:${store.lane}`);
      if (store.settle(item, kind)) lease.accept(item, given);
    } else if (kind === "dropped") {
      if (store.settle(item, kind)) dropped.set(item, why);
    } else {
      left.items.push(item);
      left.reason ??= why;
      if (isFiniteNumber(afterMs)) {
        left.afterMs = Math.max(left.afterMs, afterMs);
      }
    }
  }
  return left;
}

function isReason(value: unknown): value is DeliveryReason {
  if (!isRecord(value) || typeof value["code"] !== "string") return false;
  const { status } = value;
  return status === undefined || isFiniteNumber(status);
}
