import type { DeliveryReason } from "../core/delivery.ts";
import { isFiniteNumber, isRecord } from "../core/guards.ts";
import { toUuidKey } from "../core/uuid.ts";
import type { QueueItem } from "./queue.ts";

/** What one attempt did for the items of its batch. */
export interface AttemptResult {
  /** Items that the server accepted. */
  readonly delivered: readonly QueueItem[];
  /** What it remarked on some of them. */
  readonly remarks: ReadonlyMap<QueueItem, DeliveryReason>;
  /** Items given up for good, and why. */
  readonly dropped: ReadonlyMap<QueueItem, DeliveryReason>;
  /** Items to be sent again, in order. */
  readonly left: readonly QueueItem[];
  /** Why they are left; the first of them speaks for all. */
  readonly reason: DeliveryReason | undefined;
  /** The longest wait that was asked for, in ms. */
  readonly afterMs: number | undefined;
}

/** An outcome as far as it could be read. */
interface ReadOutcome {
  readonly kind: unknown;
  readonly reason: DeliveryReason | undefined;
  readonly afterMs: number | undefined;
}

/**
 * Pairs a transport's outcomes with items by uuid. Transports may be anybody's: what can't be read is no outcome,
 * and an item that nobody spoke for is tried again.
 */
export function matchOutcomes(
  items: readonly QueueItem[],
  outcomes: unknown,
): AttemptResult {
  if (!Array.isArray(outcomes)) {
    return retryAll(items, { code: "unparseable" });
  }
  const byUuid = new Map<string, ReadOutcome>();
  for (const outcome of outcomes) {
    if (!isRecord(outcome) || typeof outcome["uuid"] !== "string") continue;
    byUuid.set(toUuidKey(outcome["uuid"]), readOutcome(outcome));
  }
  const delivered: QueueItem[] = [];
  const remarks = new Map<QueueItem, DeliveryReason>();
  const dropped = new Map<QueueItem, DeliveryReason>();
  const left: QueueItem[] = [];
  let leftReason: DeliveryReason | undefined;
  let longestMs: number | undefined;
  for (const item of items) {
    const { kind, reason, afterMs } = byUuid.get(toUuidKey(item.uuid)) ?? {};
    if (kind === "delivered") {
      delivered.push(item);
      if (reason) remarks.set(item, reason);
    } else if (kind === "dropped") {
      dropped.set(item, reason ?? { code: "partial" });
    } else {
      left.push(item);
      leftReason ??= reason ?? { code: "partial" };
      if (afterMs !== undefined) longestMs = Math.max(longestMs ?? 0, afterMs);
    }
  }
  return {
    delivered,
    remarks,
    dropped,
    left,
    reason: leftReason,
    afterMs: longestMs,
  };
}

/** The result of an attempt that did nothing for any item. */
export function retryAll(
  items: readonly QueueItem[],
  reason: DeliveryReason,
): AttemptResult {
  return {
    delivered: [],
    remarks: new Map(),
    dropped: new Map(),
    left: items,
    reason,
    afterMs: undefined,
  };
}

function readOutcome(
  { kind, reason, afterMs }: Record<string, unknown>,
): ReadOutcome {
  return {
    kind,
    reason: isReason(reason) ? reason : undefined,
    afterMs: isFiniteNumber(afterMs) && afterMs > 0 ? afterMs : undefined,
  };
}

function isReason(value: unknown): value is DeliveryReason {
  if (!isRecord(value) || typeof value["code"] !== "string") return false;
  const { status } = value;
  return status === undefined || isFiniteNumber(status);
}
