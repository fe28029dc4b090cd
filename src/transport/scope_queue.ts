import { runWithin, toTimeoutMs } from "../core/clock.ts";
import type { Lane } from "../core/delivery.ts";
import type { Reporter } from "../core/reporter.ts";
import { createCycle, type Cycle } from "./cycle.ts";
import { reportOverflow } from "./delivery_reports.ts";
import { type DrainDeps, drainQueue, type LaneState } from "./drain.ts";
import type { ClientQueue, EventQueue, QueueSettings } from "./event_queue.ts";
import { countFates } from "./flush.ts";
import { waitOutServerPause } from "./health.ts";
import { createQueue } from "./queue.ts";
import { reservePlace } from "./reserve.ts";
import type { RequestLane } from "./strays.ts";

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

/** One drain. It belongs to this request, so it may be awaited here. */
interface Drain {
  readonly cycle: Cycle;
  /** Ends it. */
  readonly controller: AbortController;
  /** The moment at which it is surely over, or its request gone. */
  readonly goneAt: number;
  /** How long a flush would wait for the server to end a pause, in ms; undefined while nobody flushes. */
  patienceMs: number | undefined;
  done: Promise<void>;
}

interface ScopeLane extends LaneState, RequestLane {
  /** The drain under way. */
  drain: Drain | undefined;
  /** The preparations under way. */
  readonly preparing: Set<Promise<void>>;
}

/** A drain is cut off here, in ms: Workers cancel what `waitUntil` holds after 30 s. */
const MAX_DRAIN_MS = 25_000;

/** A drain that has not ended by itself is gone after this many ms, and its request with it. */
const GONE_AFTER_MS = 30_000;

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
    const queue = createQueue(lane, settings.queueLimits);
    const created: ScopeLane = {
      lane,
      queue,
      health: clientQueue.health(lane),
      drain: undefined,
      preparing: new Set(),
      get goneAt() {
        return created.drain?.goneAt ?? 0;
      },
      takeAll: queue.takeAll,
    };
    lanes.set(lane, created);
    return created;
  };

  const drainOnce = async (
    state: ScopeLane,
    drain: Drain,
    signal: AbortSignal,
  ) => {
    const { cycle } = drain;
    const { preparing } = state;
    const ignoresRest = () => drain.patienceMs !== undefined;
    let hasDelivered = false;
    for (let isDone = false; !isDone;) {
      const { patienceMs } = drain;
      if (patienceMs !== undefined) {
        await waitOutServerPause(clock, state.health, patienceMs, signal);
      }
      const own = await drainQueue(deps, state, { cycle, signal, ignoresRest });
      hasDelivered ||= own.hasDelivered;
      // Paused before somebody flushed: that changes what a pause means.
      if (own.kind === "paused" && patienceMs !== drain.patienceMs) continue;
      isDone = own.kind !== "empty";
      if (!isDone && hasDelivered) {
        const { lane } = state;
        const along = await clientQueue.drainAlong(lane, { cycle, signal });
        isDone = along.kind !== "empty";
      }
      if (preparing.size === 0) {
        isDone ||= state.queue.free(clock.now()).count === 0;
      }
      // Before a hand-over all of them: an event that is taken out is finished as it is.
      while (preparing.size > 0) {
        await Promise.all(preparing);
        if (!isDone) break;
      }
    }
  };
  // One synchronous step, so that no event is admitted between the last look and the end of the drain.
  const finish = (state: ScopeLane, drain: Drain) => {
    drain.cycle.end();
    if (state.drain !== drain) return;
    state.drain = undefined;
    clientQueue.forget(state);
    const left = state.queue.takeAll();
    if (left.length > 0) clientQueue.adopt(state.lane, left);
  };
  const start = (state: ScopeLane) => {
    if (state.drain && clock.now() < state.drain.goneAt) return;
    // Its request is gone, or froze: what it held is free again.
    state.drain?.cycle.end();
    let isKept = true;
    const drain: Drain = {
      cycle: createCycle(reporter),
      controller: new AbortController(),
      goneAt: clock.now() + GONE_AFTER_MS,
      patienceMs: undefined,
      // `then` puts the first batch one microtask behind the admission that started it.
      done: Promise.resolve().then(async () => {
        if (isKept) {
          const run = (signal: AbortSignal) => drainOnce(state, drain, signal);
          await runWithin(clock, MAX_DRAIN_MS, run, drain.controller.signal);
        } else if (state.preparing.size > 0) await Promise.all(state.preparing);
        finish(state, drain);
      }),
    };
    state.drain = drain;
    clientQueue.watch(state);
    isKept = keepAlive(drain.done);
  };

  return {
    admit(lane, item) {
      const state = laneOf(lane);
      reportOverflow(reporter, lane, state.queue.admit([item]));
      start(state);
    },
    reserve(lane, item, ready) {
      const state = laneOf(lane);
      const { queue, preparing } = state;
      const prepared = reservePlace(deps, queue, item, ready)
        .then(() => void preparing.delete(prepared));
      preparing.add(prepared);
      start(state);
      return prepared;
    },
    sendNow: clientQueue.sendNow,
    async flush(givenMs) {
      const timeoutMs = toTimeoutMs(givenMs);
      const patienceMs = Math.min(timeoutMs ?? settings.restMs, MAX_DRAIN_MS);
      const present = [...lanes.values()].flatMap(({ queue }) => queue.items());
      const drains = [...lanes.values()].flatMap(({ drain }) => drain ?? []);
      for (const drain of drains) {
        drain.patienceMs = Math.max(drain.patienceMs ?? 0, patienceMs);
      }
      const waitForAll = () => Promise.all(drains.map(({ done }) => done));
      const work = runWithin(clock, timeoutMs, waitForAll).then((end) => {
        if (end.kind === "timeout") {
          reporter.warn(`Cannot finish the flush within ${timeoutMs} ms`);
          for (const { controller } of drains) controller.abort();
        }
      });
      keepAlive(work);
      await work;
      return countFates(present);
    },
  };
}
