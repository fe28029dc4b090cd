import type { Lane } from "../core/delivery.ts";
import type { QueueItem } from "./queue.ts";

/** A request's lane while it is drained. */
export interface RequestLane {
  /** Which one. */
  readonly lane: Lane;
  /** The moment at which the drain is surely over, or gone, in ms since the epoch. */
  readonly goneAt: number;
  /** Takes everything out of it. */
  takeAll(): QueueItem[];
}

/**
 * Finds the events of requests that are gone. On Workers a request's context can end in the middle of a send, and
 * then none of its code runs again: it can hand nothing over. What it queued is settled data, so whoever comes next
 * may take it. Nothing of the gone request is awaited.
 */
export interface Strays {
  /** Keeps an eye on a lane whose drain begins. */
  watch(lane: RequestLane): void;
  /** Ends that: the drain ended by itself. */
  forget(lane: RequestLane): void;
  /** The lanes whose requests are gone, each given once. */
  takeGone(now: number): RequestLane[];
}

/** Creates {@linkcode Strays} that watch nothing. As many lanes are held as requests drain in one half-minute. */
export function createStrays(): Strays {
  // In the order in which they began, which is that of `goneAt`: a look costs nothing while all are alive.
  const watched = new Set<RequestLane>();
  return {
    watch(lane) {
      watched.delete(lane);
      watched.add(lane);
    },
    forget: (lane) => void watched.delete(lane),
    takeGone(now) {
      const gone: RequestLane[] = [];
      for (const lane of watched) {
        if (lane.goneAt > now) break;
        watched.delete(lane);
        gone.push(lane);
      }
      return gone;
    },
  };
}
