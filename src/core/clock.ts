/** A source of time and the only way to wait; injected everywhere, so that tests can hold it. */
export interface Clock {
  /** The current moment in milliseconds since the Unix epoch. */
  now(): number;
  /**
   * Resolves after `ms` milliseconds, or at once when `signal` aborts. Never rejects.
   *
   * Each wait belongs to an operation in progress, and its owner aborts `signal` on every exit path, so no
   * timer outlives the work it guards.
   */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /**
   * Calls `done` after `ms` milliseconds, unless the result is called before: what `sleep` does, for less where the clock
   * is the platform's own.
   */
  after?(ms: number, done: () => void): () => void;
  /**
   * Waits before settled state is looked at again: what `sleep(ms, signal)` does, unless the clock is a test's that
   * stands still.
   */
  look?(ms: number, signal?: AbortSignal): Promise<void>;
}

/** The platform's clock. Timers exist in this file only. */
export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: (ms, signal) => untilAborted(signal, (end) => startTimer(ms, end)),
  after: startTimer,
};

function startTimer(ms: number, done: () => void): () => void {
  const timer = setTimeout(done, ms);
  return () => clearTimeout(timer);
}

/** Resolves when `begin` says that its wait is over, or when the signal aborts; the wait is cancelled then, if it can be. */
export function untilAborted(
  signal: AbortSignal | undefined,
  begin: (end: () => void) => (() => void) | undefined,
): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      cancel?.();
      signal?.removeEventListener("abort", end);
      resolve();
    };
    const cancel = begin(end);
    if (signal?.aborted) end();
    else signal?.addEventListener("abort", end);
  });
}

/** The longest wait a timer can hold, in ms (2^31 − 1); a longer one would end at once. */
export const MAX_TIMER_MS = 2_147_483_647;

/** A caller's time limit in ms, between 0 and what a timer can hold; undefined when it is no number. */
export function toTimeoutMs(value: unknown): number | undefined {
  return typeof value === "number" && !Number.isNaN(value)
    ? Math.min(Math.max(0, value), MAX_TIMER_MS)
    : undefined;
}

/**
 * Whether a span that began at `sinceMs` (ms since the epoch) is over. A clock that is set back never makes one last longer
 * than twice its length.
 */
export function hasPassed(
  clock: Pick<Clock, "now">,
  sinceMs: number,
  lengthMs: number,
): boolean {
  const agoMs = clock.now() - sinceMs;
  return agoMs >= lengthMs || agoMs < -lengthMs;
}

/** What is left of a span, in ms; 0 when it is over. */
export type Countdown = () => number;

/** Begins a span: a rest, a lease, a wait. {@linkcode hasPassed} says when it is over. */
export function countDown(
  clock: Pick<Clock, "now">,
  lengthMs: number,
): Countdown {
  const sinceMs = clock.now();
  return () =>
    hasPassed(clock, sinceMs, lengthMs) ? 0 : sinceMs + lengthMs - clock.now();
}

/** The longest wait between two looks, in ms. */
const MAX_LOOK_MS = 25;

/**
 * Waits until settled state is worth another look, the `turn`th of a row: first for 1 ms, then longer. On Workers a promise
 * of a finished request may never settle, and awaiting it from another hangs; what it left behind can be looked at.
 */
export function lookAgain(
  clock: Clock,
  turn: number,
  signal?: AbortSignal,
): Promise<void> {
  const ms = Math.min(2 ** turn, MAX_LOOK_MS);
  return clock.look ? clock.look(ms, signal) : clock.sleep(ms, signal);
}

/** How bounded work ended. */
export type Bounded<T> =
  | { readonly kind: "done"; readonly value: T }
  | { readonly kind: "failed"; readonly cause: unknown }
  | { readonly kind: "timeout" }
  | { readonly kind: "aborted" };

/**
 * Runs `work` for at most `ms` milliseconds. Never rejects.
 *
 * `work` is told through its signal when the time is up or `parent` aborts, and is abandoned then even if it
 * does not listen. Without `ms` only `parent` bounds it.
 */
export function runWithin<T>(
  clock: Clock,
  ms: number | undefined,
  work: (signal: AbortSignal) => Promise<T>,
  parent?: AbortSignal,
): Promise<Bounded<T>> {
  return new Promise((resolve) => {
    // What nothing but the parent ends needs no signal of its own.
    const inner = ms === undefined && parent
      ? undefined
      : new AbortController();
    const signal = (inner?.signal ?? parent) as AbortSignal;
    let cancelTimer: (() => void) | undefined;
    const settle = (result: Bounded<T>) => {
      parent?.removeEventListener("abort", onParentAbort);
      cancelTimer?.();
      resolve(result);
    };
    const stop = (kind: "timeout" | "aborted") => {
      settle({ kind });
      inner?.abort();
    };
    const onParentAbort = () => stop("aborted");
    if (parent?.aborted) return onParentAbort();
    parent?.addEventListener("abort", onParentAbort);
    if (ms !== undefined) {
      cancelTimer = atDeadline(clock, ms, () => stop("timeout"));
    }
    const started = new Promise<T>((start) => start(work(signal)));
    started.then(
      (value) => settle({ kind: "done", value }),
      (cause) => settle({ kind: "failed", cause }),
    );
  });
}

/**
 * Calls `done` when `ms` milliseconds and the turn in which they ended are over, unless the result is called before: an
 * answer that has been read by then wins.
 */
export function atDeadline(
  clock: Clock,
  ms: number,
  done: () => void,
): () => void {
  let cancel = callAfter(clock, ms, () => {
    cancel = callAfter(clock, 0, done);
  });
  return () => cancel();
}

/** Calls `done` after `ms` milliseconds, unless the result is called before. */
export function callAfter(
  clock: Clock,
  ms: number,
  done: () => void,
): () => void {
  if (clock.after) return clock.after(ms, done);
  const timer = new AbortController();
  clock.sleep(ms, timer.signal).then(() => {
    if (!timer.signal.aborted) done();
  });
  return () => timer.abort();
}
