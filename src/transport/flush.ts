import type { FlushResult } from "../core/delivery.ts";
import { type DrainDeps, drainQueue, type LaneState } from "./drain.ts";
import type { QueueSettings } from "./event_queue.ts";
import type { Lease, QueueItem } from "./queue.ts";

/** The first and the longest pause between looks at the lease table, in ms. */
const LOOK_AGAIN_MS = { first: 25, longest: 250 };

/** Counts what became of the events that were present when a flush began. */
export function countFates(items: Iterable<QueueItem>): FlushResult {
  const counts = { delivered: 0, dropped: 0, queued: 0 };
  for (const { fate } of items) counts[fate]++;
  return {
    delivered: counts.delivered,
    dropped: counts.dropped,
    retained: counts.queued,
  };
}

/**
 * Flushes one lane of the client's queue: takes what is free, then waits for what others had leased before.
 *
 * Another's work is observed through the lease table and never through its promise: on Workers a promise of a
 * finished request may never settle, and awaiting it from another request hangs.
 */
export async function flushLane(
  deps: DrainDeps & { readonly settings: QueueSettings },
  state: LaneState,
  present: ReadonlySet<QueueItem>,
  signal: AbortSignal,
  timeoutMs: number | undefined,
): Promise<void> {
  const { clock, settings } = deps;
  const { queue, health } = state;
  const pauseMs = health.pausedUntil - clock.now();
  if (health.isServerWish && pauseMs > 0) {
    if (pauseMs > (timeoutMs ?? settings.restMs)) return;
    await clock.sleep(pauseMs, signal);
  }
  const foreign = queue.liveLeases(clock.now());
  const isWanted = (item: QueueItem) => present.has(item);
  const drain = () =>
    drainQueue(deps, state, { signal, isWanted, ignoresPause: true });
  await drain();
  const lapsed = await waitForLeases(deps, state, foreign, signal);
  if (lapsed && !signal.aborted) await drain();
}

/** Waits until the leases are released; resolves to true when one of them ran out instead. */
async function waitForLeases(
  { clock }: DrainDeps,
  { queue }: LaneState,
  leases: readonly Lease[],
  signal: AbortSignal,
): Promise<boolean> {
  const isLive = (lease: Lease) => queue.isLive(lease, clock.now());
  for (let ms = LOOK_AGAIN_MS.first; leases.some(isLive) && !signal.aborted;) {
    await clock.sleep(ms, signal);
    ms = Math.min(ms * 2, LOOK_AGAIN_MS.longest);
  }
  return leases.some((lease) => lease.expiresAt <= clock.now());
}
