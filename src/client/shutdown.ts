import { runWithin, toTimeoutMs } from "../core/clock.ts";
import type { KernelCaller } from "./caller.ts";
import type { Kernel } from "./kernel.ts";

/** Time given to a shutdown unless the caller says otherwise, in ms. */
const DEFAULT_TIMEOUT_MS = 30_000;

/** How often a second caller looks whether the first is done, in ms. */
const LOOK_AGAIN_MS = 25;

/**
 * Shuts a client down. The work is done once; further callers look for its end instead of awaiting its promise, which
 * on Workers may belong to a request that is over.
 */
export async function shutDown(
  { kernel }: KernelCaller,
  givenMs?: number,
): Promise<void> {
  const { clock, delivery: { queue }, features, options } = kernel;
  const timeoutMs = toTimeoutMs(givenMs) ?? DEFAULT_TIMEOUT_MS;
  if (kernel.isShutDown) return await waitForEnd(kernel, timeoutMs);
  kernel.isShutDown = true;
  await runWithin(
    clock,
    timeoutMs,
    (signal) =>
      Promise.all([queue.flush(timeoutMs), features.shutdown(signal)]),
  );
  // In `testMode` the queue stays as it is, for inspection.
  if (!options.testMode) queue.close();
  kernel.unregister();
  kernel.hasEnded = true;
}

async function waitForEnd(kernel: Kernel, timeoutMs: number): Promise<void> {
  const { clock } = kernel;
  const deadline = clock.now() + timeoutMs;
  while (!kernel.hasEnded) {
    const leftMs = deadline - clock.now();
    if (leftMs <= 0) return;
    await clock.sleep(Math.min(LOOK_AGAIN_MS, leftMs));
  }
}
