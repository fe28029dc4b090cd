import type { Clock } from "../core/clock.ts";

/** What may be captured of one kind of error. */
export interface RateLimits {
  /** In a burst. */
  readonly exceptionRateLimiterBucketSize: number;
  /** Regained every 10 s. */
  readonly exceptionRateLimiterRefillRate: number;
}

const REFILL_INTERVAL_MS = 10_000;

/** Whoever sends requests may choose the types of errors: the bucket used longest ago makes room. */
const MAX_BUCKETS = 500;

interface Bucket {
  tokens: number;
  refilledAt: number;
}

/**
 * Says for each automatic capture whether it is one too many: an outage throws the same error at every request. Needs
 * no timer: a bucket is refilled when it is used.
 */
export class RateLimiter {
  readonly #limits: RateLimits;
  readonly #clock: Pick<Clock, "now">;
  /** Those used longest ago come first. */
  readonly #buckets = new Map<string, Bucket>();

  constructor(limits: RateLimits, clock: Pick<Clock, "now">) {
    this.#limits = limits;
    this.#clock = clock;
  }

  /** Buckets held. */
  get size(): number {
    return this.#buckets.size;
  }

  /** Takes a token of that type's bucket; false when there is none. */
  take(type: string): boolean {
    const {
      exceptionRateLimiterBucketSize: bucketSize,
      exceptionRateLimiterRefillRate: refillRate,
    } = this.#limits;
    const buckets = this.#buckets;
    const now = this.#clock.now();
    const bucket = buckets.get(type) ?? { tokens: bucketSize, refilledAt: now };
    buckets.delete(type);
    for (const oldest of buckets.keys()) {
      if (buckets.size < MAX_BUCKETS) break;
      buckets.delete(oldest);
    }
    buckets.set(type, bucket);
    // Whole intervals only: parts of a token would add up to something just below one.
    const intervals = Math.floor(
      (now - bucket.refilledAt) / REFILL_INTERVAL_MS,
    );
    bucket.tokens = Math.min(
      bucketSize,
      bucket.tokens + Math.max(intervals, 0) * refillRate,
    );
    bucket.refilledAt += intervals * REFILL_INTERVAL_MS;
    // A clock that is set back must not close the bucket until it has caught up.
    if (intervals < 0) bucket.refilledAt = now;
    if (bucket.tokens < 1) return false;
    bucket.tokens--;
    return true;
  }
}
