import type { RequestError } from "../../core/errors.ts";
import type { Reporter } from "../../core/reporter.ts";
import type { DefinitionsFailure } from "./request.ts";

/** When the next load may begin, and what was said about the last ones. */
export interface DefinitionsBackoff {
  /** Whether a load at this moment (ms since the epoch) would be too early. */
  isWaiting(now: number): boolean;
  /** A load brought definitions, or that they are current: the next outage is reported anew. */
  succeed(): void;
  /** A request failed: it is reported, and the next one has to wait. */
  fail(failure: DefinitionsFailure, now: number): void;
  /** A load without a request brought nothing. */
  postpone(now: number): void;
}

/** The longest wait that refusals alone lead to. */
const MAX_BACKOFF_MS = 10 * 60 * 1000;

/** A longer `Retry-After` is taken for a mistake. */
const MAX_RETRY_AFTER_MS = 24 * 60 * 60 * 1000;

const OUTAGE_KEY = "flags:definitions:outage";

/** Creates a {@linkcode DefinitionsBackoff}; `intervalMs` is the polling interval. */
export function createDefinitionsBackoff(
  intervalMs: number,
  reporter: Reporter,
): DefinitionsBackoff {
  let refusals = 0;
  let nextAttemptAt = -Infinity;
  const onceKeys = new Set<string>();
  return {
    isWaiting: (now) => now < nextAttemptAt,
    succeed() {
      refusals = 0;
      nextAttemptAt = -Infinity;
      for (const onceKey of onceKeys) reporter.rearm(onceKey);
      onceKeys.clear();
    },
    fail({ error, isRefusal, retryAfterMs = 0 }, now) {
      // An unreadable document leaves the count of refusals alone; everything else ends their row.
      if (isRefusal) refusals++;
      else if (error.code !== "unreadable") refusals = 0;
      const doubled = isRefusal
        ? Math.min(MAX_BACKOFF_MS, intervalMs * 2 ** refusals)
        : 0;
      nextAttemptAt = now +
        Math.max(
          intervalMs,
          doubled,
          Math.min(retryAfterMs, MAX_RETRY_AFTER_MS),
        );
      onceKeys.add(announce(error, reporter));
      reporter.report(error);
    },
    postpone(now) {
      nextAttemptAt = now + intervalMs;
    },
  };
}

/** Logs a failure once per outage; the key under which it was logged. */
function announce(
  { message, status }: RequestError,
  reporter: Reporter,
): string {
  const onceKey = [401, 402, 403].includes(status)
    ? `flags:definitions:${status}`
    : OUTAGE_KEY;
  switch (status) {
    case 401:
    case 403:
      reporter.error(
        `${message}; check 'secretKey' or 'personalApiKey'. Definitions at hand are kept`,
        onceKey,
      );
      break;
    case 402:
      reporter.warn(
        `${message}: the project is over its billing limits. Definitions at hand are kept`,
        onceKey,
      );
      break;
    default:
      reporter.warn(`${message}. Definitions at hand are kept`, onceKey);
  }
  return onceKey;
}
