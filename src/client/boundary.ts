import { CallbackError } from "../core/errors.ts";
import { isThenable } from "../core/guards.ts";
import type { Reporter } from "../core/reporter.ts";

/** Answers of methods that failed, where undefined would be no answer. */
export type Neutral<Methods> = {
  readonly [Name in keyof Methods]?: () => unknown;
};

/**
 * Wraps each method so that nothing it throws or rejects with reaches the host. What comes this far is a hostile
 * argument (a getter that throws, a revoked proxy) or a bug: it is reported, and the method answers neutrally.
 */
export function guardMethods<Methods extends object>(
  methods: Methods,
  reporter: Reporter,
  neutral: Neutral<Methods> = {},
): Methods {
  const guarded = Object.entries(methods).map(([name, method]) => {
    if (typeof method !== "function") return [name, method];
    const answer = neutral[name as keyof Methods];
    const fail = (cause: unknown) => {
      const message =
        `Cannot complete '${name}': an argument could not be read`;
      reporter.error(message);
      reporter.report(new CallbackError(message, name, cause));
      return answer?.();
    };
    const call = (...args: unknown[]): unknown => {
      try {
        const result: unknown = method(...args);
        return isThenable(result) ? result.then(undefined, fail) : result;
      } catch (cause) {
        return fail(cause);
      }
    };
    return [name, call];
  });
  return Object.fromEntries(guarded) as Methods;
}

/**
 * Calls a function of the application's that a method was given. What it throws is for the application, which expects
 * it; anything that is no function is told of, and answered with undefined.
 */
export function callBack<Argument, Result>(
  method: string,
  fn: (argument: Argument) => Result,
  argument: Argument,
  reporter: Reporter,
): Result {
  if (typeof fn === "function") return fn(argument);
  reporter.warn(`Cannot complete '${method}': expected a function`);
  return undefined as Result;
}
