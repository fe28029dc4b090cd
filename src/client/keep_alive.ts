import { CallbackError } from "../core/errors.ts";
import type { ExecutionContextLike, WaitUntil } from "../core/platform.ts";
import type { Reporter } from "../core/reporter.ts";

/** What keeps the runtime alive for a promise, if anything does. */
export interface Keeper {
  /** The runtime's execution context, on which `waitUntil` is called. */
  readonly ctx?: ExecutionContextLike | undefined;
  /** The application's own `waitUntil`. */
  readonly waitUntil?: WaitUntil | undefined;
}

/** Hands a promise to the runtime; false when the runtime refused it. True where there is nobody to ask. Never throws. */
export function keepAlive(
  promise: Promise<unknown>,
  { ctx, waitUntil }: Keeper,
  reporter: Reporter,
): boolean {
  try {
    ctx?.waitUntil?.(promise);
    waitUntil?.(promise);
    return true;
  } catch (cause) {
    const hint = cause instanceof TypeError ? "; pass 'ctx', or bind it" : "";
    const message = `Cannot extend the request: 'waitUntil' failed${hint}`;
    reporter.tell(
      new CallbackError(message, "waitUntil", cause),
      "warn",
      "waitUntil",
    );
    return false;
  }
}
