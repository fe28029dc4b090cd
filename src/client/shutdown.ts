import { countDown, lookAgain, runWithin, toTimeoutMs } from "../core/clock.ts";
import { countFates, type Owner } from "../delivery/queue.ts";
import type { KernelCaller } from "./caller.ts";
import type { Kernel } from "./kernel.ts";

/** Time given to a shutdown unless the caller says otherwise, in ms. */
const DEFAULT_TIMEOUT_MS = 30_000;

/**
 * Shuts a client down. The work is done once; further callers look for its end instead of awaiting its promise, which
 * on Workers may belong to a request that is over.
 */
export async function shutDown(
  { kernel }: KernelCaller,
  givenMs?: number,
): Promise<void> {
  const { clock, features, options, queue, reporter } = kernel;
  const timeoutMs = toTimeoutMs(givenMs) ?? DEFAULT_TIMEOUT_MS;
  if (kernel.isShutDown) return await waitForEnd(kernel, timeoutMs);
  kernel.isShutDown = true;
  const left = countDown(clock, timeoutMs);
  const isPutOff = ({ store: { held, wishMs } }: Owner) =>
    held.size > 0 && wishMs > 0 && wishMs <= left();
  const flush = async () => {
    do {
      await queue.flush(left(), ({ store }) => store.held);
      // What the server puts off has no later flush.
    } while (queue.owners.some(isPutOff));
  };
  const present = queue.owners.flatMap(({ store }) => [...store.held]);
  await runWithin(
    clock,
    timeoutMs,
    (signal) => Promise.all([flush(), features.shutdown(signal)]),
  );
  // In `testMode` the queue stays as it is, for inspection.
  if (!options.testMode) {
    for (const { store } of queue.owners) {
      store.close();
    }
  }
  const { delivered, dropped, retained } = countFates(present);
  reporter.debug(
    `shutdown: delivered ${delivered}, dropped ${dropped}, retained ${retained}`,
  );
  kernel.unregister();
  kernel.hasEnded = true;
}

async function waitForEnd(kernel: Kernel, timeoutMs: number): Promise<void> {
  const { clock } = kernel;
  await runWithin(clock, timeoutMs, async (signal) => {
    for (let turn = 0; !kernel.hasEnded && !signal.aborted; turn++) {
      await lookAgain(clock, turn, signal);
    }
  });
}
