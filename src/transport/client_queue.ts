import { runWithin } from "../core/clock.ts";
import type { FlushResult, Lane } from "../core/delivery.ts";
import type { Reporter } from "../core/reporter.ts";
import { reportEvicted, reportUndelivered } from "./delivery_reports.ts";
import { type DrainDeps, drainQueue, type LaneState } from "./drain.ts";
import type { ClientQueue, QueueSettings } from "./event_queue.ts";
import { countFates, flushLane } from "./flush.ts";
import { createLaneHealth } from "./health.ts";
import { createQueue, type Lease } from "./queue.ts";

/** What the client's queue is made of. */
export interface ClientQueueDeps extends DrainDeps {
  /** The numbers. */
  readonly settings: QueueSettings;
  /** Hears of what was lost. */
  readonly reporter: Reporter;
  /** Keeps the runtime alive for a promise; false when it refused. */
  readonly keepAlive: (promise: Promise<unknown>) => boolean;
}

interface ClientLane extends LaneState {
  /** The lease that the running drain of our own works under. */
  ownLease: Lease | undefined;
}

const NOTHING: FlushResult = Object.freeze({
  delivered: 0,
  dropped: 0,
  retained: 0,
});

/** Creates the client's queue. Nothing runs until something is admitted. */
export function createClientQueue(deps: ClientQueueDeps): ClientQueue {
  const { settings, reporter, clock, sender, keepAlive } = deps;
  const lanes = new Map<Lane, ClientLane>();
  const laneOf = (lane: Lane): ClientLane => {
    const existing = lanes.get(lane);
    if (existing) return existing;
    const queue = createQueue(lane, settings.queueLimits);
    const created = {
      queue,
      health: createLaneHealth(settings.restMs),
      ownLease: undefined,
    };
    lanes.set(lane, created);
    return created;
  };

  // What the queue sends of itself has no deadline: the end of the client is one.
  const active = new Set<AbortController>();
  let isClosed = false;
  const runUntilClosed = async <T>(
    work: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> => {
    const controller = new AbortController();
    active.add(controller);
    try {
      return await work(controller.signal);
    } finally {
      active.delete(controller);
    }
  };

  const isTriggered = ({ queue }: ClientLane) => {
    const { count, bytes, oldestAt } = queue.free(clock.now());
    if (count === 0 || oldestAt === undefined) return false;
    const isOld = settings.flushIntervalMs > 0 &&
      clock.now() - oldestAt >= settings.flushIntervalMs;
    return count >= settings.flushAt || bytes >= deps.batchLimits.maxBytes ||
      isOld;
  };
  // A drain whose request was dropped by the runtime never ends; its lease does, and stands for it.
  const isDraining = ({ queue, ownLease }: ClientLane) =>
    !!ownLease && queue.isLive(ownLease, clock.now());

  const trigger = (state: ClientLane) => {
    if (settings.isTestMode || state.health.isPaused(clock.now())) return;
    if (isDraining(state) || !isTriggered(state)) return;
    const present = new Set(state.queue.items());
    let lease: Lease | undefined;
    // A drain that wakes up after its lease ran out finds another's here, and ends.
    state.ownLease = undefined;
    const drain = runUntilClosed((signal) =>
      drainQueue(deps, state, {
        signal,
        isWanted: (item) => present.has(item),
        onLease(next) {
          if (lease !== state.ownLease) return false;
          lease = state.ownLease = next;
          return true;
        },
      })
    );
    keepAlive(drain.then(({ kind }) => {
      if (lease === state.ownLease) state.ownLease = undefined;
      if (kind === "empty") trigger(state);
    }));
  };

  return {
    admit(lane, item) {
      const state = laneOf(lane);
      reportEvicted(reporter, lane, state.queue.admit([item]));
      trigger(state);
    },
    adopt(lane, items) {
      if (isClosed) return reportUndelivered(reporter, lane, items);
      const state = laneOf(lane);
      for (const item of items) {
        reportEvicted(reporter, lane, state.queue.admit([item]));
      }
      trigger(state);
    },
    async sendNow(lane, item) {
      const { queue, health } = laneOf(lane);
      if (settings.isTestMode) return void queue.admit([item]);
      const lease = sender.createLease();
      reportEvicted(reporter, lane, queue.admit([item], lease));
      const items = [item];
      await runUntilClosed((signal) =>
        sender.ship({ queue, lease, items, health, signal })
      );
      queue.release(lease);
    },
    async flush(timeoutMs) {
      const present = new Set(
        [...lanes.values()].flatMap(({ queue }) => queue.items()),
      );
      if (settings.isTestMode || present.size === 0) return NOTHING;
      const work = runWithin(
        clock,
        timeoutMs,
        (signal) =>
          Promise.all(
            [...lanes.values()].map((state) =>
              flushLane(deps, state, present, signal, timeoutMs)
            ),
          ),
      );
      keepAlive(work);
      if ((await work).kind === "timeout") {
        reporter.warn(`Cannot finish the flush within ${timeoutMs} ms`);
      }
      return countFates(present);
    },
    drainAlong: (lane, signal) => drainQueue(deps, laneOf(lane), { signal }),
    health: (lane) => laneOf(lane).health,
    items: (lane) => {
      const chosen = lane ? [laneOf(lane)] : [...lanes.values()];
      return chosen.flatMap(({ queue }) => queue.items());
    },
    close() {
      isClosed = true;
      for (const controller of active) controller.abort();
      for (const { queue } of lanes.values()) {
        const left = queue.items();
        queue.settle(left, "dropped");
        reportUndelivered(reporter, queue.lane, left);
      }
    },
    discard(items) {
      for (const { queue } of lanes.values()) {
        const here = new Set(queue.items());
        queue.settle(items.filter((item) => here.has(item)), "dropped");
      }
    },
  };
}
