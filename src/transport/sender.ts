import { type Clock, runWithin } from "../core/clock.ts";
import type {
  DeliveryReason,
  Lane,
  LogicalRequest,
  QueuedEvent,
  Transport,
} from "../core/delivery.ts";
import { drawUnit, type RandomSource } from "../core/random.ts";
import type { Reporter } from "../core/reporter.ts";
import type { UuidSource } from "../core/uuid.ts";
import type { Cycle } from "./cycle.ts";
import { reportDropped, reportRetained } from "./delivery_reports.ts";
import type { LaneHealth } from "./health.ts";
import { type AttemptResult, matchOutcomes, retryAll } from "./outcomes.ts";
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
  /** Whether the server's answer asks for silence: no further attempt in this cycle. Default: never. */
  readonly isDeferred?: (lane: Lane, reason: DeliveryReason) => boolean;
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
  /** What the work is part of. */
  readonly cycle: Cycle;
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

/** Creates a {@linkcode Sender}. */
export function createSender(deps: SenderDeps): Sender {
  const {
    transport,
    clock,
    random,
    createUuid,
    policy,
    attemptTimeoutMs,
    isDeferred = () => false,
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
      async (inner) => matchOutcomes(items, await transport.send(batch, inner)),
      signal,
    );
    switch (answer.kind) {
      case "done":
        return answer.value;
      case "failed":
        return retryAll(items, { code: "network", cause: answer.cause });
      default:
        return retryAll(items, { code: "timeout" });
    }
  };

  /** Settles what the attempt decided; the result is what it left and this lease still holds. */
  const settle = (
    { queue, lease, health, cycle }: Shipment,
    { delivered, remarks, dropped, left }: AttemptResult,
    given: Map<QueueItem, DeliveryReason>,
  ): QueueItem[] => {
    if (delivered.length > 0) {
      health.resume();
      reporter.rearm(`outage:${queue.lane}`);
      cycle.accept(queue.lane, queue.settle(delivered, "delivered"), remarks);
    }
    const settled = new Set(queue.settle([...dropped.keys()], "dropped"));
    for (const [item, reason] of dropped) {
      if (settled.has(item)) given.set(item, reason);
    }
    // Gone since: evicted by newer events, or claimed by another after this lease ran out.
    return left.filter((item) => queue.isHeld(item, lease));
  };

  const ship = async (shipment: Shipment): Promise<ShipmentEnd> => {
    const { queue, lease, health, signal } = shipment;
    const createdAt = clock.now();
    const request = { id: createUuid(createdAt), createdAt };
    const dropped = new Map<QueueItem, DeliveryReason>();
    let end: ShipmentEnd = "settled";
    let items = shipment.items;
    let attempts = 0;
    for (let number = 1;; number++) {
      items = items.filter((item) => queue.isHeld(item, lease));
      if (items.length === 0) break;
      if (signal.aborted) {
        end = "stopped";
        break;
      }
      const sent = items.length;
      attempts = number;
      renew(lease);
      const result = await attempt(shipment, items, {
        ...request,
        attempt: number,
      });
      items = settle(shipment, result, dropped);
      const { reason, afterMs } = result;
      if (items.length === 0 || !reason) break;
      if (reason.status === 413 && sent > 1) {
        end = await shipSmaller(shipment, items);
        break;
      }
      if (reason.status === 413) {
        // Refused alone: it will never fit.
        for (const item of queue.settle(items, "dropped")) {
          dropped.set(item, reason);
        }
        break;
      }
      const mustWait = isDeferred(queue.lane, reason);
      if ((number > policy.maxRetries || mustWait) && !signal.aborted) {
        if (mustWait && afterMs !== undefined) {
          health.pauseForServer(clock.now(), afterMs);
        } else health.pauseExhausted(clock.now(), afterMs);
        reportRetained(reporter, queue.lane, items, reason, {
          attempts: number,
          requestId: request.id,
          retryAfterMs: afterMs,
        });
        end = "exhausted";
        break;
      }
      const waitMs = computeDelayMs(policy, number, afterMs, drawUnit(random));
      await wait(shipment, waitMs, afterMs);
    }
    const requestId = request.id;
    reportDropped(reporter, queue.lane, dropped, { attempts, requestId });
    return end;
  };

  /** Waits for the next attempt. A `Retry-After` that outlasts the cycle becomes a pause of the lane. */
  const wait = async (
    { cycle, health, signal }: Shipment,
    waitMs: number,
    afterMs: number | undefined,
  ): Promise<void> => {
    const answeredAt = clock.now();
    const wish = () => {
      if (afterMs !== undefined) health.pauseForServer(answeredAt, afterMs);
    };
    cycle.expect(wish);
    await clock.sleep(waitMs, signal);
    if (!signal.aborted) cycle.forget(wish);
  };

  /** 413: halves with budgets of their own, in order. */
  const shipSmaller = async (
    shipment: Shipment,
    items: readonly QueueItem[],
  ): Promise<ShipmentEnd> => {
    const middle = Math.ceil(items.length / 2);
    const first = await ship({ ...shipment, items: items.slice(0, middle) });
    return first === "settled"
      ? ship({ ...shipment, items: items.slice(middle) })
      : first;
  };

  return { ship, createLease: () => ({ expiresAt: clock.now() + leaseMs }) };
}
