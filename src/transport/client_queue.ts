import { runWithin, toTimeoutMs } from "../core/clock.ts";
import type { FlushResult, Lane } from "../core/delivery.ts";
import type { Reporter } from "../core/reporter.ts";
import { createCycle } from "./cycle.ts";
import { reportOverflow, reportUndelivered } from "./delivery_reports.ts";
import { type DrainDeps, drainQueue, type LaneState } from "./drain.ts";
import type { ClientQueue, QueueSettings } from "./event_queue.ts";
import { countFates, flushLane } from "./flush.ts";
import { createLaneHealth } from "./health.ts";
import { createQueue, type Lease, type QueueItem } from "./queue.ts";
import { finishWhenReady, reservePlace } from "./reserve.ts";
import { createStrays } from "./strays.ts";

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

/** Cycles that the client's end can cut short; of more, the oldest end by their own deadlines. */
const MAX_ACTIVE = 1000;

const NOTHING: FlushResult = Object.freeze({
  delivered: 0,
  dropped: 0,
  retained: 0,
});

/** Creates the client's queue. Nothing runs until something is admitted. */
export function createClientQueue(deps: ClientQueueDeps): ClientQueue {
  const { settings, reporter, clock, sender, keepAlive } = deps;
  const lanes = new Map<Lane, ClientLane>();
  const strays = createStrays();
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

  // What the client's end cuts short. Work of a request that is gone never leaves by itself, hence the limit.
  const active = new Set<AbortController>();
  let isClosed = false;
  const runUntilClosed = async <T>(
    work: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> => {
    const controller = new AbortController();
    active.add(controller);
    for (const oldest of active) {
      if (active.size <= MAX_ACTIVE) break;
      active.delete(oldest);
    }
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
    const cycle = createCycle(reporter);
    let lease: Lease | undefined;
    // A drain that wakes up after its lease ran out finds another's here, and ends.
    state.ownLease = undefined;
    const drain = runUntilClosed((signal) =>
      drainQueue(deps, state, {
        cycle,
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
      cycle.end();
      if (lease === state.ownLease) state.ownLease = undefined;
      if (kind === "empty") trigger(state);
    }));
  };

  const takeOver = (lane: Lane, items: readonly QueueItem[]) => {
    if (isClosed) return reportUndelivered(reporter, lane, items);
    reportOverflow(reporter, lane, laneOf(lane).queue.admit(items));
  };
  // Triggers nothing: whoever comes across them sends them along.
  const adoptStrays = () => {
    for (const gone of strays.takeGone(clock.now())) {
      takeOver(gone.lane, gone.takeAll());
    }
  };

  return {
    admit(lane, item) {
      adoptStrays();
      const state = laneOf(lane);
      reportOverflow(reporter, lane, state.queue.admit([item]));
      trigger(state);
    },
    async reserve(lane, item, ready) {
      adoptStrays();
      const state = laneOf(lane);
      await runUntilClosed((signal) =>
        reservePlace(deps, state.queue, item, ready, signal)
      );
      trigger(state);
    },
    adopt(lane, items) {
      takeOver(lane, items);
      trigger(laneOf(lane));
    },
    async sendNow(lane, item, ready) {
      const { queue, health } = laneOf(lane);
      if (settings.isTestMode) {
        if (ready) return await reservePlace(deps, queue, item, ready);
        return reportOverflow(reporter, lane, queue.admit([item]));
      }
      const cycle = createCycle(reporter);
      const lease = sender.createLease();
      cycle.take(lease, queue);
      reportOverflow(reporter, lane, queue.admit([item], lease));
      const items = [item];
      await runUntilClosed(async (signal) => {
        if (ready) await finishWhenReady(deps, queue, item, ready, signal);
        await sender.ship({ queue, lease, items, health, cycle, signal });
      });
      cycle.end();
    },
    async flush(givenMs) {
      adoptStrays();
      const present = new Set(
        [...lanes.values()].flatMap(({ queue }) => queue.items()),
      );
      if (settings.isTestMode || present.size === 0) return NOTHING;
      const timeoutMs = toTimeoutMs(givenMs);
      const cycle = createCycle(reporter);
      const flushAll = (signal: AbortSignal) =>
        Promise.all(
          [...lanes.values()].map((state) =>
            flushLane(deps, state, { present, cycle, signal, timeoutMs })
          ),
        );
      const work = runUntilClosed((closing) =>
        runWithin(clock, timeoutMs, flushAll, closing)
      ).then((end) => {
        cycle.end();
        if (end.kind === "timeout") {
          reporter.warn(`Cannot finish the flush within ${timeoutMs} ms`);
        }
        return countFates(present);
      });
      keepAlive(work);
      return await work;
    },
    drainAlong: (lane, work) => drainQueue(deps, laneOf(lane), work),
    watch(lane) {
      adoptStrays();
      strays.watch(lane);
    },
    forget: strays.forget,
    health: (lane) => laneOf(lane).health,
    items: (lane) => {
      const chosen = lane ? [laneOf(lane)] : [...lanes.values()];
      return chosen.flatMap(({ queue }) => queue.items());
    },
    close() {
      isClosed = true;
      for (const controller of active) abort(controller);
      for (const { queue } of lanes.values()) {
        const left = queue.items();
        queue.settle(left, "dropped");
        reportUndelivered(reporter, queue.lane, left);
      }
    },
    discard(items) {
      for (const { queue } of lanes.values()) queue.settle(items, "dropped");
    },
  };
}

/** Ends work. That of another request can't be reached on Workers: it ends by its own deadlines, or is gone. */
function abort(controller: AbortController): void {
  try {
    controller.abort();
  } catch {
    // Cannot perform I/O on behalf of a different request.
  }
}
