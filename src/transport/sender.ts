import { type Clock, runWithin } from "../core/clock.ts";
import type {
  DeliveryOutcome,
  DeliveryReason,
  LogicalRequest,
  QueuedEvent,
  Transport,
} from "../core/delivery.ts";
import { drawUnit, type RandomSource } from "../core/random.ts";
import type { Reporter } from "../core/reporter.ts";
import { toUuidKey, type UuidSource } from "../core/uuid.ts";
import { reportDropped, reportRetained } from "./delivery_reports.ts";
import type { LaneHealth } from "./health.ts";
import type { Lease, Queue, QueueItem } from "./queue.ts";
import { computeDelayMs, type RetryPolicy } from "./retry.ts";

/** What sending needs, whoever's queue it is. */
export interface SenderDeps {
  /** Makes one attempt. */
  readonly transport: Transport;
  /** Waits and deadlines. */
  readonly clock: Clock;
  /** Jitter. */
  readonly random: RandomSource;
  /** Ids of logical requests. */
  readonly createUuid: UuidSource;
  /** Whether and when to try again. */
  readonly policy: RetryPolicy;
  /** The deadline of one attempt, in ms. */
  readonly attemptTimeoutMs: number;
  /** Hears of what was lost or held back. */
  readonly reporter: Reporter;
}

/** A batch that is leased, and where it came from. */
export interface Shipment {
  /** The queue that holds the items. */
  readonly queue: Queue;
  /** The lease on them; renewed with every attempt. */
  readonly lease: Lease;
  /** The items, in order. */
  readonly items: readonly QueueItem[];
  /** The lane's health. */
  readonly health: LaneHealth;
  /** Ends the work early. */
  readonly signal: AbortSignal;
}

/** How a logical request ended: all settled, attempts used up, or cut short by its signal. */
export type ShipmentEnd = "settled" | "exhausted" | "stopped";

/** Carries one batch through its attempts. */
export interface Sender {
  /** Sends until each item is settled or the budget is spent; never rejects. What is left stays queued. */
  ship(shipment: Shipment): Promise<ShipmentEnd>;
  /** A lease that starts now. */
  createLease(): Lease;
}

interface AttemptResult {
  readonly delivered: readonly QueueItem[];
  readonly dropped: ReadonlyMap<QueueItem, DeliveryReason>;
  readonly left: readonly QueueItem[];
  readonly reason: DeliveryReason | undefined;
  readonly afterMs: number | undefined;
}

/** Creates a {@linkcode Sender}. */
export function createSender(deps: SenderDeps): Sender {
  const {
    transport,
    clock,
    random,
    createUuid,
    policy,
    attemptTimeoutMs,
    reporter,
  } = deps;
  // An owner that is silent for longer than an attempt and the longest wait together is gone.
  const leaseMs = attemptTimeoutMs + policy.maxDelayMs * (1 + policy.jitter);
  const renew = (lease: Lease) => {
    lease.expiresAt = clock.now() + leaseMs;
  };

  const attempt = async (
    { queue, signal }: Shipment,
    items: readonly QueueItem[],
    request: LogicalRequest,
  ): Promise<AttemptResult> => {
    const batch = items.map(({ uuid, event, text, bytes }): QueuedEvent => {
      return { uuid, event, lane: queue.lane, text, bytes, request };
    });
    const answer = await runWithin(
      clock,
      attemptTimeoutMs,
      (inner) => transport.send(batch, inner),
      signal,
    );
    switch (answer.kind) {
      case "done":
        return matchOutcomes(items, answer.value);
      case "failed":
        return retryAll(items, { code: "network", cause: answer.cause });
      default:
        return retryAll(items, { code: "timeout" });
    }
  };

  const ship = async (shipment: Shipment): Promise<ShipmentEnd> => {
    const { queue, lease, health, signal } = shipment;
    const createdAt = clock.now();
    const request = { id: createUuid(createdAt), createdAt };
    const dropped = new Map<QueueItem, DeliveryReason>();
    let items = shipment.items;
    let end: ShipmentEnd = "settled";
    for (let number = 1; items.length > 0; number++) {
      if (signal.aborted) {
        end = "stopped";
        break;
      }
      renew(lease);
      const result = await attempt(shipment, items, {
        ...request,
        attempt: number,
      });
      if (result.delivered.length > 0) {
        queue.settle(result.delivered, "delivered");
        health.resume();
        reporter.rearm(`outage:${queue.lane}`);
        reporter.delivered(result.delivered.map(({ uuid }) => uuid));
      }
      queue.settle([...result.dropped.keys()], "dropped");
      for (const [item, reason] of result.dropped) dropped.set(item, reason);
      // Gone since: evicted by newer events, or claimed by another after this lease ran out.
      items = result.left.filter((item) => queue.isHeld(item, lease));
      const { reason } = result;
      if (items.length === 0 || !reason) break;
      if (reason.status === 413) {
        end = await shipSmaller(shipment, items, reason, dropped);
        break;
      }
      if (signal.aborted) {
        if (result.afterMs !== undefined) {
          health.pauseForServer(clock.now(), result.afterMs);
        }
        end = "stopped";
        break;
      }
      if (number > policy.maxRetries) {
        health.pauseExhausted(clock.now(), result.afterMs);
        reportRetained(reporter, queue.lane, items, reason, {
          attempts: number,
          requestId: request.id,
          retryAfterMs: result.afterMs,
        });
        end = "exhausted";
        break;
      }
      await clock.sleep(
        computeDelayMs(policy, number, result.afterMs, drawUnit(random)),
        signal,
      );
      items = items.filter((item) => queue.isHeld(item, lease));
    }
    reportDropped(reporter, queue.lane, dropped, request.id);
    return end;
  };

  /** 413: halves with budgets of their own, in order; one event that is refused alone is dropped. */
  const shipSmaller = async (
    shipment: Shipment,
    items: readonly QueueItem[],
    reason: DeliveryReason,
    dropped: Map<QueueItem, DeliveryReason>,
  ): Promise<ShipmentEnd> => {
    if (items.length === 1) {
      shipment.queue.settle(items, "dropped");
      for (const item of items) dropped.set(item, reason);
      return "settled";
    }
    const middle = Math.ceil(items.length / 2);
    const first = await ship({ ...shipment, items: items.slice(0, middle) });
    return first === "settled"
      ? ship({ ...shipment, items: items.slice(middle) })
      : first;
  };

  return { ship, createLease: () => ({ expiresAt: clock.now() + leaseMs }) };
}

/** Pairs outcomes with items by uuid; an item nobody spoke for is tried again. */
function matchOutcomes(
  items: readonly QueueItem[],
  outcomes: readonly DeliveryOutcome[],
): AttemptResult {
  const byUuid = new Map(
    outcomes.map((outcome) => [toUuidKey(outcome.uuid), outcome]),
  );
  const delivered: QueueItem[] = [];
  const dropped = new Map<QueueItem, DeliveryReason>();
  const left: QueueItem[] = [];
  let reason: DeliveryReason | undefined;
  let afterMs: number | undefined;
  for (const item of items) {
    const outcome = byUuid.get(toUuidKey(item.uuid));
    if (outcome?.kind === "delivered") {
      delivered.push(item);
    } else if (outcome?.kind === "dropped") {
      dropped.set(item, outcome.reason);
    } else {
      left.push(item);
      reason = outcome?.reason ?? reason ?? { code: "partial" };
      if (outcome?.afterMs !== undefined) {
        afterMs = Math.max(afterMs ?? 0, outcome.afterMs);
      }
    }
  }
  return { delivered, dropped, left, reason, afterMs };
}

function retryAll(
  items: readonly QueueItem[],
  reason: DeliveryReason,
): AttemptResult {
  return {
    delivered: [],
    dropped: new Map(),
    left: items,
    reason,
    afterMs: undefined,
  };
}
