import { type Clock, runWithin } from "../core/clock.ts";
import { DeliveryError } from "../core/errors.ts";
import type { Reporter } from "../core/reporter.ts";
import type { Flags } from "../flags/flags.ts";
import type { ClientQueue } from "../transport/event_queue.ts";
import type { Lifecycle } from "./lifecycle.ts";

/** What a shutdown needs. */
export interface ShutdownDeps {
  /** Closed first. */
  readonly lifecycle: Lifecycle;
  /** Flushed. */
  readonly queue: ClientQueue;
  /** Released. */
  readonly flags: Flags;
  /** Bounds it. */
  readonly clock: Clock;
  /** Hears of what was lost. */
  readonly reporter: Reporter;
  /** Leaves the queue as it is, for inspection. */
  readonly isTestMode: boolean;
}

/** Time given to a shutdown unless the caller says otherwise, in ms. */
const DEFAULT_TIMEOUT_MS = 30_000;

/** How often a second caller looks whether the first is done, in ms. */
const LOOK_AGAIN_MS = 25;

/**
 * Creates the shutdown of a client. The work is done once; further callers watch for its end instead of awaiting its
 * promise, which on Workers may belong to a request that is over.
 */
export function createShutdown(
  deps: ShutdownDeps,
): (timeoutMs?: number) => Promise<void> {
  const { lifecycle, queue, flags, clock, reporter, isTestMode } = deps;
  let isDone = false;

  const close = async (timeoutMs: number) => {
    lifecycle.shutDown();
    await runWithin(clock, timeoutMs, async (signal) => {
      await Promise.all([queue.flush(timeoutMs), flags.shutdown(signal)]);
    });
    const left = isTestMode ? [] : queue.items();
    if (left.length > 0) {
      const events = left.map(({ uuid, event }) => ({ uuid, event }));
      const message =
        `Cannot deliver ${left.length} events before the shutdown: they are lost`;
      reporter.error(message);
      reporter.report(
        new DeliveryError(message, {
          code: "shutdown_timeout",
          lane: "analytics",
          events,
        }),
      );
      for (const { uuid, event } of left) {
        reporter.drop({ reason: "shutdown", lane: "analytics", uuid, event });
      }
      queue.discard(left);
    }
    isDone = true;
  };
  const watch = async (timeoutMs: number) => {
    const deadline = clock.now() + timeoutMs;
    while (!isDone && clock.now() < deadline) await clock.sleep(LOOK_AGAIN_MS);
  };
  return (timeoutMs = DEFAULT_TIMEOUT_MS) =>
    lifecycle.isShutDown ? watch(timeoutMs) : close(timeoutMs);
}
