import { runWithin } from "../core/clock.ts";
import type { DeliveryReason, LogicalRequest } from "../core/delivery.ts";
import { drawUnit } from "../core/random.ts";
import type { QueueItem } from "./delivery.ts";
import { countEvents } from "./http.ts";
import type { Lease } from "./lease.ts";
import { reportEvents } from "./reports.ts";
import { clampRetryAfterMs, computeDelayMs, isDeferred } from "./retry.ts";
import type { Store } from "./store.ts";

/** Why an attempt left events that are to be sent again. */
interface Left {
  /** The reason of the first of them, which speaks for all; undefined when there are none. */
  reason?: DeliveryReason;
  /** The longest wait that was asked for, in ms; 0 when none was. */
  afterMs: number;
}

/**
 * Sends events batch by batch, in order, until none of them is left, or the next is being prepared: true then. What is
 * added while a batch is in flight travels in the next one, so batches grow with load and there is no delay to tune. Never
 * rejects.
 *
 * A scope takes along what belongs to nobody as soon as it has met a healthy server. A flush first waits while the server
 * wants to be left alone, unless that takes longer than its caller's patience.
 */
export async function drain(
  store: Store,
  lease: Lease,
  from: Set<QueueItem>,
): Promise<boolean> {
  const { clock, options } = store.deps;
  lease.renew();
  while (
    store.wishMs > 0 && !lease.isOver &&
    store.wishMs <= (lease.patience?.() ?? 0)
  ) await clock.sleep(store.wishMs, lease.signal);
  while (!lease.isOver) {
    if ((lease.patience ? store.wishMs : store.restMs) > 0) return false;
    let items = store.claim(lease, from);
    if (items.length === 0 && lease.isScopes && lease.hasDelivered) {
      items = store.claim(lease, store.nobodys);
    }
    if (items.length === 0) return true;
    if (await send(store, lease, items)) {
      // Under load it never ends, and is told of by parts.
      if (lease.accepted.length >= options.maxQueueSize) store.report(lease);
      continue;
    }
    // Nobody sends it any more.
    for (const item of items) if (item.lease === lease) item.lease = undefined;
    return false;
  }
  return false;
}

/**
 * Sends leased events as one logical request, in order, until each is settled or the attempts are used up: false then,
 * or when the work was cut short. What is left stays queued. Never rejects.
 */
export async function send(
  store: Store,
  lease: Lease,
  items: readonly QueueItem[],
): Promise<boolean> {
  const { clock, createUuid, options, random, reporter } = store.deps;
  const createdAt = clock.now();
  let request = { id: createUuid(createdAt), attempt: 0, createdAt };
  const dropped: QueueItem[] = [];
  // The others are gone: evicted by newer events, or claimed by another after this lease ran out.
  const isHeld = (item: QueueItem) =>
    item.lease === lease && item.fate === "retained";
  try {
    for (;;) {
      items = items.filter(isHeld);
      const sent = items.length;
      if (sent === 0) return true;
      if (lease.isOver) return false;
      request = { ...request, attempt: request.attempt + 1 };
      lease.renew();
      const left = await attempt(store, lease, items, request, dropped);
      // Taken over after it was silent for too long: whoever did goes on with the rest.
      if (items.some((item) => item.lease !== lease)) return false;
      const { reason, afterMs } = left;
      items = items.filter(isHeld);
      if (!reason) return true;
      const isPutOff = isDeferred(options.captureMode, reason);
      // A server that wants to be left alone means the events behind these, too.
      if (items.length === 0 && !isPutOff) return true;
      if (reason.status === 413) {
        if (sent > 1) {
          // Halves with budgets of their own, in order.
          const middle = Math.ceil(items.length / 2);
          return await send(store, lease, items.slice(0, middle)) &&
            await send(store, lease, items.slice(middle));
        }
        // Refused alone: it will never fit.
        dropped.push(
          ...items.filter((item) => store.settle(item, "dropped", reason)),
        );
        return true;
      }
      if (lease.isOver) return false;
      const wishMs = clampRetryAfterMs(afterMs);
      if (isPutOff || request.attempt > options.fetchRetryCount) {
        const isServerWish = isPutOff && reason.code !== "unparseable" &&
          wishMs > 0;
        const leastMs = isServerWish ? 0 : options.maxRetryDelayMs;
        store.rest(Math.max(leastMs, wishMs), isServerWish);
        const kept = items.map(({ uuid, event }) => ({ uuid, event, reason }));
        reportEvents(store, "outage", kept, request, afterMs || undefined);
        return false;
      }
      const unit = drawUnit(random);
      const delayMs = computeDelayMs(options, request.attempt, afterMs, unit);
      const again = items.length;
      reporter.debug(() =>
        `Sending ${countEvents(again)} again in ${Math.round(delayMs)} ms`
      );
      const askedAt = clock.now();
      await clock.sleep(delayMs, lease.signal);
      // A `Retry-After` that outlasts the work becomes a rest of the lane.
      const leftMs = Math.min(wishMs, wishMs - (clock.now() - askedAt));
      const isServerWish = lease.isOver && leftMs > 0;
      if (isServerWish) store.rest(leftMs, isServerWish);
    }
  } finally {
    reportEvents(store, "rejected", dropped, request);
  }
}

/** Makes one attempt, and settles what the answer speaks of: "delivered" counts from one that comes too late as well. */
async function attempt(
  store: Store,
  lease: Lease,
  items: readonly QueueItem[],
  request: LogicalRequest,
  dropped: QueueItem[],
): Promise<Left> {
  const { lane, deps: { clock, options, reporter } } = store;
  const ended = await runWithin(
    clock,
    options.requestTimeout,
    async (signal) => {
      const judge = await store.deps.send(items, request, signal);
      const left: Left = { afterMs: 0 };
      for (const item of items) {
        const verdict = judge(item.uuid);
        const { kind, reason } = verdict;
        if (kind === "delivered") {
          // The server is healthy, whosever event it took.
          store.rest(0);
          reporter.rearm(`outage:${lane}`);
          if (store.settle(item, kind, reason)) lease.accept(item);
        } else if (signal.aborted) {
          // Nobody waits for this answer any more, and another may be sending the event.
        } else if (kind === "dropped") {
          if (store.settle(item, kind, reason)) dropped.push(item);
        } else {
          left.reason ??= reason;
          left.afterMs = Math.max(left.afterMs, verdict.afterMs ?? 0);
        }
      }
      // Who was cut short has told already.
      if (lease.isOver) store.report(lease);
      return left;
    },
    lease.signal,
  );
  if (ended.kind === "done") return ended.value;
  const reason: DeliveryReason = ended.kind === "failed"
    ? { code: "network", cause: ended.cause }
    : { code: "timeout" };
  return { reason, afterMs: 0 };
}
