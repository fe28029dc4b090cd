import { type Bounded, runWithin } from "../core/clock.ts";
import type {
  DeliveryReason,
  LogicalRequest,
  QueuedEvent,
} from "../core/delivery.ts";
import { drawUnit } from "../core/random.ts";
import { reportEvents } from "./delivery_reports.ts";
import type { QueueItem } from "./event_queue.ts";
import type { Lease, Store } from "./store.ts";
import { settleOutcomes } from "./outcomes.ts";
import { clampRetryAfterMs, computeDelayMs } from "./retry.ts";

/**
 * Sends events batch by batch, in order, until none of them is left: true then. What is added while a batch is in
 * flight travels in the next one, so batches grow with load and there is no delay to tune. Never rejects.
 *
 * A flush has patience, and sends although the lane rests after an outage; never against the server's wish. A scope
 * takes along what belongs to nobody as soon as it has met a healthy server.
 */
export async function drain(
  lease: Lease,
  from: Set<QueueItem>,
  patienceMs?: number,
): Promise<boolean> {
  const { store } = lease;
  lease.renew();
  // Who wakes up after the lease lapsed has a successor.
  while (lease.isLive) {
    const isResting = store.now() < store.pausedUntil;
    const mayIgnore = patienceMs !== undefined && !store.isServerWish;
    if (isResting && !mayIgnore) return false;
    lease.renew();
    let items = store.claim(lease, from);
    if (items.length === 0 && lease.isScopes && lease.hasDelivered) {
      items = store.claim(lease, store.ownerless);
    }
    if (items.length === 0) return true;
    if (!await send(lease, items)) return false;
  }
  return false;
}

/**
 * Sends leased events as one logical request, in order, until each is settled or the attempts are used up: false then,
 * or when the work was cut short. What is left stays queued. Never rejects.
 */
export async function send(
  lease: Lease,
  items: readonly QueueItem[],
): Promise<boolean> {
  const { store } = lease;
  const createdAt = store.now();
  const id = store.deps.createUuid(createdAt);
  const request = { id, attempt: 0, createdAt };
  const dropped = new Map<QueueItem, DeliveryReason>();
  const isSettled = await carry(lease, items, request, dropped);
  reportEvents(store, "rejected", dropped, request);
  return isSettled;
}

/** Counts a request's attempts, and notes what was given up. */
async function carry(
  lease: Lease,
  items: readonly QueueItem[],
  request: { -readonly [Key in keyof LogicalRequest]: LogicalRequest[Key] },
  dropped: Map<QueueItem, DeliveryReason>,
): Promise<boolean> {
  const { store } = lease;
  const { clock, random, options } = store.deps;
  // The others are gone: evicted by newer events, or claimed by another after this lease ran out.
  const isHeld = (item: QueueItem) => item.lease === lease;
  for (;;) {
    items = items.filter(isHeld);
    const sent = items.length;
    if (sent === 0) return true;
    if (lease.isOver) return false;
    request.attempt++;
    lease.renew();
    const answer = await attempt(lease, items, { ...request });
    const left = settleOutcomes(lease, items, answer, dropped);
    items = left.items.filter(isHeld);
    const { reason, afterMs } = left;
    if (items.length === 0 || !reason) return true;
    if (reason.status === 413) {
      if (sent > 1) {
        // Halves with budgets of their own, in order.
        const middle = Math.ceil(items.length / 2);
        return await send(lease, items.slice(0, middle)) &&
          send(lease, items.slice(middle));
      }
      // Refused alone: it will never fit.
      for (const item of items) {
        if (store.settle(item, "dropped")) dropped.set(item, reason);
      }
      return true;
    }
    const isUsedUp = request.attempt > options.fetchRetryCount;
    if (!lease.isOver && (isUsedUp || isDeferred(store, reason))) {
      lease.isSpent = true;
      rest(store, items, request, reason, afterMs);
      return false;
    }
    const unit = drawUnit(random);
    const delayMs = computeDelayMs(options, request.attempt, afterMs, unit);
    // A `Retry-After` that outlasts the work becomes a pause of the lane.
    if (afterMs) lease.pauseUntil = clock.now() + clampRetryAfterMs(afterMs);
    await clock.sleep(delayMs, lease.signal);
    if (!lease.isOver) lease.pauseUntil = 0;
  }
}

/** Asks the transport to send; it may answer too late, or not at all. */
function attempt(
  { signal, store: { lane, transport, deps: { clock, options } } }: Lease,
  items: readonly QueueItem[],
  request: LogicalRequest,
): Promise<Bounded<unknown>> {
  const batch = items.map(({ uuid, event, text, bytes }): QueuedEvent => {
    return { uuid, event, lane, text, bytes, request };
  });
  const ms = options.requestTimeout;
  return runWithin(clock, ms, (inner) => transport.send(batch, inner), signal);
}

/** The lane rests: no further attempt for now. */
function rest(
  store: Store,
  items: readonly QueueItem[],
  request: LogicalRequest,
  reason: DeliveryReason,
  afterMs: number,
): void {
  const wishMs = clampRetryAfterMs(afterMs);
  const isServerWish = wishMs > 0 && isDeferred(store, reason);
  const leastMs = isServerWish ? 0 : store.deps.options.maxRetryDelayMs;
  store.pause(store.now() + Math.max(leastMs, wishMs), isServerWish);
  const left = items.map((item) => [item, reason] as const);
  reportEvents(store, "outage", left, request, afterMs || undefined);
}

/** v1 tells by 429 that the project sends too much: another attempt at once would be one more. */
function isDeferred(
  { lane, deps: { options } }: Store,
  { status }: DeliveryReason,
): boolean {
  return status === 429 && lane === "analytics" && options.captureMode === "v1";
}
