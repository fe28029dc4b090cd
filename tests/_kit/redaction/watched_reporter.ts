import {
  createReporter as createUnwatched,
  type PostHogListeners,
  type Reporter,
  type ReporterOptions,
} from "../../../src/core/reporter.ts";
import { describeError, watch } from "./leaks.ts";

export { LISTENED } from "../../../src/core/reporter.ts";
export type * from "../../../src/core/reporter.ts";

/**
 * Stands for `src/core/reporter.ts` in the test run (see `preload.ts`): the same reporter, whose every message and
 * error is looked through on its way out. All that a client says goes through one.
 */
export function createReporter(options: ReporterOptions): Reporter {
  const { logger, onError } = options;
  const log = (level: keyof typeof logger) => (message: string) => {
    watch(level, message);
    // The result counts: a logger of a test may return a promise that rejects.
    return logger[level](message);
  };
  const reporter = createUnwatched({
    ...options,
    logger: {
      debug: log("debug"),
      info: log("info"),
      warn: log("warn"),
      error: log("error"),
    },
    onError: onError && ((error) => {
      watch("onError", describeError(error));
      return onError(error);
    }),
  });
  const listen = <Name extends keyof PostHogListeners>(
    name: Name,
    listener: PostHogListeners[Name],
  ) => reporter.on(name, listener);
  listen("error", (error) => watch("on error", describeError(error)));
  listen("warning", (message) => watch("on warning", message));
  listen("drop", (event) => watch("on drop", JSON.stringify(event)));
  return reporter;
}
