import { runWithin, toTimeoutMs } from "../core/clock.ts";
import type { Parts } from "./parts.ts";

/** Time given to a shutdown unless the caller says otherwise, in ms. */
const DEFAULT_TIMEOUT_MS = 30_000;

/** How often a second caller looks whether the first is done, in ms. */
const LOOK_AGAIN_MS = 25;

/**
 * Creates the shutdown of a client. The work is done once; further callers watch for its end instead of awaiting its
 * promise, which on Workers may belong to a request that is over.
 */
export function createShutdown(
  { lifecycle, queue, flags, release, options: { clock, testMode } }: Parts,
): (timeoutMs?: number) => Promise<void> {
  let isDone = false;

  const close = async (timeoutMs: number) => {
    lifecycle.shutDown();
    await runWithin(clock, timeoutMs, async (signal) => {
      await Promise.all([queue.flush(timeoutMs), flags.shutdown(signal)]);
    });
    // In `testMode` the queue stays as it is, for inspection.
    if (!testMode) queue.close();
    release();
    isDone = true;
  };
  const watch = async (timeoutMs: number) => {
    const deadline = clock.now() + timeoutMs;
    while (!isDone) {
      const leftMs = deadline - clock.now();
      if (leftMs <= 0) return;
      await clock.sleep(Math.min(LOOK_AGAIN_MS, leftMs));
    }
  };
  return (givenMs) => {
    const timeoutMs = toTimeoutMs(givenMs) ?? DEFAULT_TIMEOUT_MS;
    return lifecycle.isShutDown ? watch(timeoutMs) : close(timeoutMs);
  };
}
