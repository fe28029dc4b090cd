import { type Clock, runWithin } from "../core/clock.ts";
import type { Reporter } from "../core/reporter.ts";
import { reportOverflow } from "./delivery_reports.ts";
import type { QueueSettings } from "./event_queue.ts";
import type { Lease, Queue, QueueItem } from "./queue.ts";

/** What the preparation of events needs, whoever's queue it is. */
export interface ReserveDeps {
  /** Bounds it. */
  readonly clock: Clock;
  /** The numbers. */
  readonly settings: QueueSettings;
  /** Hears of what had to make room. */
  readonly reporter: Reporter;
}

/** An owner that is silent for this much longer than a preparation may take is gone, in ms. */
const GONE_SLACK_MS = 1000;

/** Finishes a queued event as soon as it is ready, or when it had its time. Never rejects. */
export async function finishWhenReady(
  { clock, settings, reporter }: ReserveDeps,
  queue: Queue,
  item: QueueItem,
  ready: Promise<void>,
  signal?: AbortSignal,
): Promise<void> {
  await runWithin(clock, settings.preparationMs, () => ready, signal);
  reportOverflow(reporter, queue.lane, queue.finish(item));
}

/**
 * Queues an event that is being prepared: it keeps its place, and what stands behind it waits. Resolves when it can be
 * sent. When its owner is gone, the claim runs out and whoever comes next finishes the event. Never rejects.
 */
export async function reservePlace(
  deps: ReserveDeps,
  queue: Queue,
  item: QueueItem,
  ready: Promise<void>,
  signal?: AbortSignal,
): Promise<void> {
  const { clock, settings } = deps;
  const lease: Lease = {
    expiresAt: clock.now() + settings.preparationMs + GONE_SLACK_MS,
    keepsOrder: true,
  };
  reportOverflow(deps.reporter, queue.lane, queue.admit([item], lease));
  await finishWhenReady(deps, queue, item, ready, signal);
  queue.release(lease);
}
