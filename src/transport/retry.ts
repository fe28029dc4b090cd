/** The numbers of a retry policy; all pure functions below, so that a test can name every wait. */
export interface RetryPolicy {
  /** Retries after the first attempt. */
  readonly maxRetries: number;
  /** The first wait, in ms; doubled for each further one. */
  readonly baseDelayMs: number;
  /** The longest step, and the longest `Retry-After` honoured inside a cycle, in ms. */
  readonly maxDelayMs: number;
  /** The share by which a wait may be lengthened, 0–1. It is never shortened. */
  readonly jitter: number;
}

/** The longest `Retry-After` that is kept at all: five minutes, in ms. */
export const MAX_RETRY_AFTER_MS: number = 5 * 60 * 1000;

/**
 * The wait before retry `n` (1, 2, …) in ms: exponential, with `Retry-After` as a floor and jitter on top.
 * `unit` is a random number in [0, 1).
 */
export function computeDelayMs(
  policy: RetryPolicy,
  n: number,
  retryAfterMs: number | undefined,
  unit: number,
): number {
  // Past 2^31 every base is over every ceiling, and no base of 0 meets an infinity.
  const doubled = policy.baseDelayMs * 2 ** Math.min(n - 1, 31);
  const step = Math.min(doubled, policy.maxDelayMs);
  const floor = Math.min(retryAfterMs ?? 0, policy.maxDelayMs);
  return Math.max(step, floor) * (1 + unit * policy.jitter);
}

/** Whether the status may succeed when sent again (v0 and the AI lane; 413 is split instead). */
export function isRetryableStatus(status: number): boolean {
  return status === 408 || status === 429 || status >= 500;
}

const MONTHS = [
  "jan",
  "feb",
  "mar",
  "apr",
  "may",
  "jun",
  "jul",
  "aug",
  "sep",
  "oct",
  "nov",
  "dec",
];

/**
 * A `Retry-After` header as ms from `now`: delta seconds or one of the three HTTP dates (RFC 9110, 5.6.7),
 * read as GMT. Zero, the past and anything unreadable give undefined: "retry now" would be a hot loop.
 */
export function parseRetryAfterMs(
  header: string | null | undefined,
  now: number,
): number | undefined {
  const text = header?.trim() ?? "";
  const ms = /^\d+(\.\d+)?$/.test(text)
    ? Number(text) * 1000
    : parseHttpDate(text, now) - now;
  return Number.isFinite(ms) && ms > 0 ? ms : undefined;
}

/** Epoch ms of an HTTP date, NaN if it is none. Written out because `Date.parse` reads asctime as local time. */
function parseHttpDate(text: string, now: number): number {
  const imf = /^\w{3}, (\d{2}) (\w{3}) (\d{4}) (\d{2}):(\d{2}):(\d{2}) GMT$/
    .exec(text);
  if (imf) {
    return toEpoch(Number(imf[3]), imf[2], imf[1], imf[4], imf[5], imf[6]);
  }
  const rfc850 =
    /^\w{6,9}, (\d{2})-(\w{3})-(\d{2}) (\d{2}):(\d{2}):(\d{2}) GMT$/.exec(text);
  if (rfc850) {
    return toEpoch(
      expandYear(Number(rfc850[3]), now),
      rfc850[2],
      rfc850[1],
      rfc850[4],
      rfc850[5],
      rfc850[6],
    );
  }
  const asctime = /^\w{3} (\w{3}) ([ \d]\d) (\d{2}):(\d{2}):(\d{2}) (\d{4})$/
    .exec(text);
  if (asctime) {
    return toEpoch(
      Number(asctime[6]),
      asctime[1],
      asctime[2],
      asctime[3],
      asctime[4],
      asctime[5],
    );
  }
  return NaN;
}

/** RFC 9110: a two-digit year more than 50 years ahead is the past one with the same digits. */
function expandYear(twoDigits: number, now: number): number {
  const current = new Date(now).getUTCFullYear();
  const year = current - current % 100 + twoDigits;
  return year > current + 50 ? year - 100 : year;
}

function toEpoch(
  year: number,
  month: string | undefined,
  ...rest: (string | undefined)[]
): number {
  const [day, hour, minute, second] = rest.map(Number);
  const index = MONTHS.indexOf(month?.toLowerCase() ?? "");
  return index < 0 ? NaN : Date.UTC(year, index, day, hour, minute, second);
}
