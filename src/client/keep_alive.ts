import { CallbackError } from "../core/errors.ts";
import type { ExecutionContextLike, WaitUntil } from "../core/platform.ts";
import type { Reporter } from "../core/reporter.ts";

/** Hands a promise to the runtime; false when the runtime refused it. True where there is nobody to ask. */
export type KeepAlive = (promise: Promise<unknown>) => boolean;

/** Creates a {@linkcode KeepAlive} around a `waitUntil`, which may throw: a detached one, or one whose request is over. */
export function createKeepAlive(
  waitUntil: WaitUntil | undefined,
  reporter: Reporter,
): KeepAlive {
  if (!waitUntil) return () => true;
  return (promise) => {
    try {
      waitUntil(promise);
      return true;
    } catch (cause) {
      const hint = cause instanceof TypeError ? "; pass 'ctx', or bind it" : "";
      const message = `Cannot extend the request: 'waitUntil' failed${hint}`;
      reporter.warn(message, "waitUntil");
      reporter.report(new CallbackError(message, "waitUntil", cause));
      return false;
    }
  };
}

/** The `waitUntil` of an execution context, called on its owner; undefined when it has none. */
export function findWaitUntil(
  ctx: ExecutionContextLike | undefined,
): WaitUntil | undefined {
  return typeof ctx?.waitUntil === "function"
    ? (promise) => ctx.waitUntil?.(promise)
    : undefined;
}
