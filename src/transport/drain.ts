import type { Clock } from "../core/clock.ts";
import type { Cycle } from "./cycle.ts";
import type { LaneHealth } from "./health.ts";
import type { BatchLimits, Lease, Queue, QueueItem } from "./queue.ts";
import type { Sender } from "./sender.ts";

/** A queue and the health of its lane. */
export interface LaneState {
  /** The events. */
  readonly queue: Queue;
  /** Whether the lane rests. */
  readonly health: LaneHealth;
}

/** What drains share. */
export interface DrainDeps {
  /** Carries each batch. */
  readonly sender: Sender;
  /** Tells when leases end. */
  readonly clock: Clock;
  /** The limits of one batch. */
  readonly batchLimits: BatchLimits;
}

/** What one drain does. */
export interface DrainOptions {
  /** What the drain is part of. */
  readonly cycle: Cycle;
  /** Ends it early. */
  readonly signal: AbortSignal;
  /** Which items it is about. Default: all, also those that arrive meanwhile. */
  readonly isWanted?: (item: QueueItem) => boolean;
  /** Sends although the lane rests after an outage; never against the server's wish. Default: false. */
  readonly ignoresRest?: () => boolean;
  /** Told of each lease before anything is awaited; false ends the drain. */
  readonly onLease?: (lease: Lease) => boolean;
}

/** How a drain ended: nothing left, lane at rest, attempts used up, or cut short. */
export interface DrainEnd {
  /** Why it ended. */
  readonly kind: "empty" | "paused" | "exhausted" | "stopped";
  /** Whether the server accepted anything. */
  readonly hasDelivered: boolean;
}

/**
 * Sends a queue batch by batch, in order, until nothing wanted is left. What arrives while a batch is in flight
 * travels in the next one, so batches grow with load and there is no delay to tune. Never rejects.
 */
export async function drainQueue(
  { sender, clock, batchLimits }: DrainDeps,
  { queue, health }: LaneState,
  {
    cycle,
    signal,
    isWanted = () => true,
    ignoresRest = () => false,
    onLease = () => true,
  }: DrainOptions,
): Promise<DrainEnd> {
  let hasDelivered = false;
  for (;;) {
    if (signal.aborted) return { kind: "stopped", hasDelivered };
    const isHeldUp = health.isPaused(clock.now()) &&
      (health.isServerWish || !ignoresRest());
    if (isHeldUp) return { kind: "paused", hasDelivered };
    const lease = sender.createLease();
    if (!onLease(lease)) return { kind: "stopped", hasDelivered };
    const items = queue.claim(lease, clock.now(), batchLimits, isWanted);
    if (items.length === 0) return { kind: "empty", hasDelivered };
    cycle.take(lease, queue);
    const end = await sender.ship({
      queue,
      lease,
      items,
      health,
      cycle,
      signal,
    });
    cycle.release(lease);
    hasDelivered ||= items.some((item) => item.fate === "delivered");
    if (end !== "settled") return { kind: end, hasDelivered };
  }
}
