import type { ClosedGate } from "../events/pipeline.ts";

/** Whether the client takes events; settled data, changed at once and without I/O. */
export interface Lifecycle {
  /** Turned off for good, by option or for lack of a key. */
  readonly isDisabled: boolean;
  /** Whether capturing is switched off. */
  readonly isOptedOut: boolean;
  /** Whether `shutdown` was called. */
  readonly isShutDown: boolean;
  /** Whether the client is done for good, disabled or shut down. */
  readonly isClosed: boolean;
  /** Why events are not taken, if they are not. */
  closedGate(): ClosedGate | undefined;
  /** Takes events again. */
  optIn(): void;
  /** Takes no more events. */
  optOut(): void;
  /** Ends the taking of events for good. */
  shutDown(): void;
}

/** Creates the lifecycle of a client. */
export function createLifecycle(
  isDisabled: boolean,
  startsOptedOut: boolean,
): Lifecycle {
  let isOptedOut = startsOptedOut;
  let isShutDown = false;
  return {
    isDisabled,
    get isOptedOut() {
      return isOptedOut;
    },
    get isShutDown() {
      return isShutDown;
    },
    get isClosed() {
      return isDisabled || isShutDown;
    },
    closedGate() {
      if (isDisabled) return "disabled";
      if (isShutDown) return "shut down";
      return isOptedOut ? "opted out" : undefined;
    },
    optIn() {
      isOptedOut = false;
    },
    optOut() {
      isOptedOut = true;
    },
    shutDown() {
      isShutDown = true;
    },
  };
}
