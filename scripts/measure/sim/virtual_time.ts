import { setImmediate } from "node:timers";
import type { Clock } from "../../../src/core/clock.ts";

/** The time of a simulation: a clock that jumps from one event to the next. */
export interface VirtualTime extends Clock {
  /** Runs `action` at `moment`, in ms since the epoch; events of one moment run in the order of their plan. */
  at(moment: number, action: () => void): void;
  /** Runs every event up to `end`; the work that follows an event is done before the next one. */
  run(end: number): Promise<void>;
}

/** Something to happen. */
interface Event {
  readonly at: number;
  readonly order: number;
  /** Undefined once it is called off. */
  action: (() => void) | undefined;
}

/**
 * Creates a {@linkcode VirtualTime} that begins at `start`. Beside `createFakeClock` it is made for a million
 * events: the next one comes from a heap, and between two there is one turn of the event loop without a timer, in
 * which every promise reaction runs. Nothing in the simulation may therefore end outside of this clock.
 */
export function createVirtualTime(start: number): VirtualTime {
  const heap: Event[] = [];
  let now = start;
  let planned = 0;

  const plan = (moment: number, action: () => void): Event => {
    const event = { at: Math.max(moment, now), order: planned++, action };
    push(heap, event);
    return event;
  };

  return {
    now: () => now,
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted) return resolve();
        const end = () => {
          event.action = undefined;
          signal?.removeEventListener("abort", end);
          resolve();
        };
        const event = plan(now + Math.ceil(Math.max(0, ms)), end);
        signal?.addEventListener("abort", end);
      }),
    at: plan,
    async run(end) {
      await settle();
      while (heap[0] && heap[0].at <= end) {
        const { at, action } = pop(heap, heap[0]);
        if (!action) continue;
        now = at;
        action();
        await settle();
      }
      now = Math.max(now, end);
    },
  };
}

function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function isBefore(a: Event, b: Event): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}

function push(heap: Event[], event: Event): void {
  let index = heap.length;
  while (index > 0) {
    const above = (index - 1) >> 1;
    const parent = heap[above];
    if (!parent || !isBefore(event, parent)) break;
    heap[index] = parent;
    index = above;
  }
  heap[index] = event;
}

/** Takes `first`, the root, out of the heap. */
function pop(heap: Event[], first: Event): Event {
  const last = heap.pop();
  if (!last || heap.length === 0) return first;
  let index = 0;
  while (true) {
    const left = heap[2 * index + 1];
    const right = heap[2 * index + 2];
    if (!left) break;
    const isRight = right !== undefined && isBefore(right, left);
    const child = isRight ? right : left;
    if (!isBefore(child, last)) break;
    heap[index] = child;
    index = 2 * index + (isRight ? 2 : 1);
  }
  heap[index] = last;
  return first;
}
