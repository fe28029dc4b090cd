import { createBoundedMap } from "../core/bounded_map.ts";

/** What may be captured of one kind of error. */
export interface RateLimits {
  /** In a burst. */
  readonly bucketSize: number;
  /** Regained every 10 s. */
  readonly refillRate: number;
}

/** Says for each automatic capture whether it is one too many: an outage throws the same error at every request. */
export interface RateLimiter {
  /** Takes a token of that type's bucket; false when there is none. */
  take(type: string): boolean;
  /** Buckets held. */
  readonly size: number;
}

const REFILL_INTERVAL_MS = 10_000;

/** Whoever sends requests may choose the types of errors: the bucket used longest ago makes room. */
const MAX_BUCKETS = 500;

interface Bucket {
  tokens: number;
  refilledAt: number;
}

/** Creates a {@linkcode RateLimiter} that needs no timer: a bucket is refilled when it is used. */
export function createRateLimiter(
  { bucketSize, refillRate }: RateLimits,
  now: () => number,
): RateLimiter {
  const buckets = createBoundedMap<string, Bucket>(MAX_BUCKETS);

  const refill = (bucket: Bucket, moment: number) => {
    // Whole intervals only: parts of a token would add up to something just below one.
    const intervals = Math.floor(
      (moment - bucket.refilledAt) / REFILL_INTERVAL_MS,
    );
    // A clock that is set back must not close the bucket until it has caught up.
    if (intervals < 0) bucket.refilledAt = moment;
    if (intervals <= 0) return;
    bucket.tokens = Math.min(
      bucketSize,
      bucket.tokens + intervals * refillRate,
    );
    bucket.refilledAt += intervals * REFILL_INTERVAL_MS;
  };
  return {
    get size() {
      return buckets.size;
    },
    take(type) {
      const moment = now();
      const bucket = buckets.get(type) ??
        { tokens: bucketSize, refilledAt: moment };
      buckets.set(type, bucket);
      refill(bucket, moment);
      if (bucket.tokens < 1) return false;
      bucket.tokens--;
      return true;
    },
  };
}
