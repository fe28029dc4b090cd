import type { FlushResult } from "../core/delivery.ts";
import type { Cycle } from "./cycle.ts";
import { type DrainDeps, drainQueue, type LaneState } from "./drain.ts";
import type { QueueSettings } from "./event_queue.ts";
import { waitOutServerPause } from "./health.ts";
import type { Lease, QueueItem } from "./queue.ts";

/** The first and the longest pause between looks at the lease table, in ms. */
const LOOK_AGAIN_MS = { first: 25, longest: 250 };

/** What a flush wants of one lane. */
export interface LaneFlush {
  /** The events that were there when it began. */
  readonly present: ReadonlySet<QueueItem>;
  /** The flush as a whole. */
  readonly cycle: Cycle;
  /** Ends it early. */
  readonly signal: AbortSignal;
  /** Its deadline in ms, if any. */
  readonly timeoutMs: number | undefined;
}

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
  { present, cycle, signal, timeoutMs }: LaneFlush,
): Promise<void> {
  const { clock, settings } = deps;
  const { queue, health } = state;
  const patienceMs = timeoutMs ?? settings.restMs;
  if (!await waitOutServerPause(clock, health, patienceMs, signal)) return;
  const tried = new Set<QueueItem>();
  const isWanted = (item: QueueItem) => present.has(item) && !tried.has(item);
  for (;;) {
    const foreign = queue.liveLeases(clock.now())
      .map((lease) => ({ lease, items: queue.heldBy(lease).filter(isWanted) }))
      .filter(({ items }) => items.length > 0);
    const { kind } = await drainQueue(deps, state, {
      cycle,
      signal,
      isWanted,
      ignoresRest: () => true,
    });
    await waitForLeases(deps, state, foreign.map(({ lease }) => lease), signal);
    if (kind !== "empty" || foreign.length === 0) return;
    for (const { lease, items } of foreign) {
      // What was being prepared, nobody has attempted, nor to the end what belonged to an owner that is gone. What
      // another cycle retained is not tried again.
      if (lease.keepsOrder || queue.hasLapsed(lease)) continue;
      for (const item of items) tried.add(item);
    }
  }
}

/** Waits until each lease was released or ran out. */
async function waitForLeases(
  { clock }: DrainDeps,
  { queue }: LaneState,
  leases: readonly Lease[],
  signal: AbortSignal,
): Promise<void> {
  const isLive = (lease: Lease) => queue.isLive(lease, clock.now());
  for (let ms = LOOK_AGAIN_MS.first; leases.some(isLive) && !signal.aborted;) {
    await clock.sleep(ms, signal);
    ms = Math.min(ms * 2, LOOK_AGAIN_MS.longest);
  }
}
