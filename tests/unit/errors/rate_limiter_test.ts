import { assertEquals } from "@std/assert";
import { RateLimiter } from "../../../src/errors/rate_limiter.ts";

function create(bucketSize: number, refillRate: number) {
  let now = 1_000_000;
  const limiter = new RateLimiter({
    exceptionRateLimiterBucketSize: bucketSize,
    exceptionRateLimiterRefillRate: refillRate,
  }, { now: () => now });
  return {
    limiter,
    wait: (ms: number) => void (now += ms),
    takeAll: (type: string, tries: number) =>
      Array.from({ length: tries }, () => limiter.take(type))
        .filter((isTaken) => isTaken).length,
  };
}

Deno.test("take() gives ten of one type in a burst, and one more after 10 s (ERR-045)", () => {
  const { takeAll, wait } = create(10, 1);
  assertEquals([takeAll("TypeError", 11), takeAll("RangeError", 1)], [10, 1]);
  wait(9999);
  assertEquals(takeAll("TypeError", 1), 0);
  wait(1);
  assertEquals(takeAll("TypeError", 2), 1);
});

interface RefillRow {
  readonly name: string;
  readonly bucketSize: number;
  readonly refillRate: number;
  /** Waits in ms, each followed by ten tries. */
  readonly waits: readonly number[];
  readonly taken: readonly number[];
}

const REFILLS: readonly RefillRow[] = [
  {
    name: "no more than the bucket holds",
    bucketSize: 3,
    refillRate: 1,
    waits: [0, 3_600_000],
    taken: [3, 3],
  },
  {
    name: "what is regained in parts of an interval",
    bucketSize: 1,
    refillRate: 1,
    waits: [0, 3333, 3333, 3334],
    taken: [1, 0, 0, 1],
  },
  {
    name: "the rest of an interval that was begun",
    bucketSize: 1,
    refillRate: 1,
    waits: [0, 15_000, 5000],
    taken: [1, 1, 1],
  },
  {
    name: "half a token in an interval",
    bucketSize: 1,
    refillRate: 0.5,
    waits: [0, 10_000, 10_000],
    taken: [1, 0, 1],
  },
  {
    name: "nothing at a rate of 0",
    bucketSize: 2,
    refillRate: 0,
    waits: [0, 3_600_000],
    taken: [2, 0],
  },
  {
    name: "one after 10 s of a clock that was set back",
    bucketSize: 1,
    refillRate: 1,
    waits: [0, -900_000, 10_000],
    taken: [1, 0, 1],
  },
];

for (const { name, bucketSize, refillRate, waits, taken } of REFILLS) {
  Deno.test(`take() gives ${name} (ERR-045)`, () => {
    const { takeAll, wait } = create(bucketSize, refillRate);
    const given = waits.map((ms) => {
      wait(ms);
      return takeAll("Error", 10);
    });
    assertEquals(given, [...taken]);
  });
}

Deno.test("take() holds at most 500 buckets, the oldest out (ERR-046)", () => {
  const { limiter, takeAll } = create(1, 1);
  for (let n = 0; n < 10_000; n++) limiter.take(`Error${n}`);
  assertEquals(limiter.size, 500);
  assertEquals([takeAll("Error9999", 1), takeAll("Error0", 1)], [0, 1]);
});
