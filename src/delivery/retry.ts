import type { DeliveryReason } from "../core/delivery.ts";
import type { DeliverySettings } from "./delivery.ts";

// Pure, so that a test can name every wait.

/** A `Retry-After` as far as it is kept at all: five minutes, in ms. */
export function clampRetryAfterMs(retryAfterMs: number): number {
  return Math.min(retryAfterMs, 5 * 60 * 1000);
}

/**
 * The wait before retry `n` (1, 2, …) in ms: exponential, with `Retry-After` as a floor and jitter on top.
 * `retryAfterMs` is 0 without one, `unit` a random number in [0, 1).
 */
export function computeDelayMs(
  { fetchRetryDelay, maxRetryDelayMs, retryJitter }: Pick<
    DeliverySettings,
    "fetchRetryDelay" | "maxRetryDelayMs" | "retryJitter"
  >,
  n: number,
  retryAfterMs: number,
  unit: number,
): number {
  // Past 2^31 every base is over every ceiling, and no base of 0 meets an infinity.
  const doubled = fetchRetryDelay * 2 ** Math.min(n - 1, 31);
  const wish = Math.max(doubled, retryAfterMs);
  return Math.min(wish, maxRetryDelayMs) * (1 + unit * retryJitter);
}

/** Whether the status may succeed when sent again; 413 is split instead. */
export function isRetryableStatus(status: number): boolean {
  return status === 408 || status === 429 || status >= 500;
}

/**
 * Whether another attempt at once is of no use, and the events wait: v1 tells by 429 that the project sends too much, its
 * 404 is a route that is changing, and a success that takes nothing is a web page's.
 */
export function isDeferred(
  captureMode: DeliverySettings["captureMode"],
  { status = 0 }: DeliveryReason,
): boolean {
  return status === 404 || status === 429
    ? captureMode === "v1"
    : status >= 200 && status < 300;
}

/**
 * A `Retry-After` header as ms from `now`: delta seconds or one of the three HTTP dates (RFC 9110, 5.6.7),
 * read as GMT. Zero, the past and anything unreadable give undefined: "retry now" would be a hot loop.
 */
export function parseRetryAfterMs(
  header: string | null | undefined,
  now: number,
): number | undefined {
  const text = header?.trim() ?? "";
  // The oldest of the three, asctime, names no zone, and would be read as local time.
  const ms = /^(mon|tue|wed|thu|fri|sat|sun)/i.test(text)
    ? Date.parse(text.endsWith("GMT") ? text : `${text} GMT`) - now
    : /^\d+(\.\d+)?$/.test(text)
    ? Number(text) * 1000
    : 0;
  return ms > 0 && ms < Infinity ? ms : undefined;
}
