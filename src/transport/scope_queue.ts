import { runWithin } from "../core/clock.ts";
import type { Lane } from "../core/delivery.ts";
import type { Reporter } from "../core/reporter.ts";
import { reportEvicted } from "./delivery_reports.ts";
import { type DrainDeps, drainQueue, type LaneState } from "./drain.ts";
import type { ClientQueue, EventQueue, QueueSettings } from "./event_queue.ts";
import { countFates } from "./flush.ts";
import { createQueue } from "./queue.ts";

/** What a scope's queue is made of. */
export interface ScopeQueueDeps extends DrainDeps {
  /** Takes over what the scope can't deliver. */
  readonly clientQueue: ClientQueue;
  /** The numbers. */
  readonly settings: QueueSettings;
  /** Hears of what was lost. */
  readonly reporter: Reporter;
  /** Keeps the request alive for a promise; false when the runtime refused. */
  readonly keepAlive: (promise: Promise<unknown>) => boolean;
}

interface ScopeLane extends LaneState {
  /** The drain under way. It belongs to this request, so it may be awaited here. */
  drain: Promise<void> | undefined;
  /** Ends the drain under way. */
  controller: AbortController;
  /** Whether somebody asked for a flush, which sends although the lane rests after an outage. */
  isForced: boolean;
}

/** A drain is cut off here, in ms: Workers cancel what `waitUntil` holds after 30 s. */
const MAX_DRAIN_MS = 25_000;

/**
 * Creates the queue of one request: every admission starts or joins a drain, which begins one microtask later, so
 * that captures of one synchronous stretch travel together. What can't be delivered moves to the client's queue.
 */
export function createScopeQueue(deps: ScopeQueueDeps): EventQueue {
  const { clientQueue, settings, reporter, clock, keepAlive } = deps;
  const lanes = new Map<Lane, ScopeLane>();
  const laneOf = (lane: Lane): ScopeLane => {
    const existing = lanes.get(lane);
    if (existing) return existing;
    const created = {
      queue: createQueue(lane, settings.queueLimits),
      health: clientQueue.health(lane),
      drain: undefined,
      controller: new AbortController(),
      isForced: false,
    };
    lanes.set(lane, created);
    return created;
  };

  const drainOnce = async (state: ScopeLane, signal: AbortSignal) => {
    let hasDelivered = false;
    for (let isDone = false; !isDone;) {
      const own = await drainQueue(deps, state, {
        signal,
        ignoresPause: state.isForced,
      });
      hasDelivered ||= own.hasDelivered;
      isDone = own.kind !== "empty";
      if (!isDone && hasDelivered) {
        const along = await clientQueue.drainAlong(state.queue.lane, signal);
        isDone = along.kind !== "empty";
      }
      isDone ||= state.queue.free(clock.now()).count === 0;
    }
  };
  // One synchronous step, so that no event is admitted between the last look and the end of the drain.
  const finish = (state: ScopeLane) => {
    state.drain = undefined;
    state.isForced = false;
    const left = state.queue.takeFree(clock.now());
    if (left.length > 0) clientQueue.adopt(state.queue.lane, left);
  };
  const start = (state: ScopeLane) => {
    if (state.drain) return;
    state.controller = new AbortController();
    let isKept = true;
    const run = async (signal: AbortSignal) => {
      if (isKept) await drainOnce(state, signal);
      finish(state);
    };
    // `then` puts the first batch one microtask behind the admission that started it.
    state.drain = Promise.resolve().then(async () => {
      await runWithin(clock, MAX_DRAIN_MS, run, state.controller.signal);
    });
    isKept = keepAlive(state.drain);
  };

  return {
    admit(lane, item) {
      const state = laneOf(lane);
      reportEvicted(reporter, lane, state.queue.admit([item]));
      start(state);
    },
    sendNow: (lane, item) => clientQueue.sendNow(lane, item),
    async flush(timeoutMs) {
      const present = [...lanes.values()].flatMap(({ queue }) => queue.items());
      const drains = [...lanes.values()].flatMap((state) => {
        if (!state.drain) return [];
        state.isForced = true;
        return [state.drain];
      });
      const work = runWithin(clock, timeoutMs, () => Promise.all(drains));
      keepAlive(work);
      if ((await work).kind === "timeout") {
        reporter.warn(`Cannot finish the flush within ${timeoutMs} ms`);
        for (const { controller } of lanes.values()) controller.abort();
      }
      return countFates(present);
    },
  };
}
