import { type Clock, systemClock, untilAborted } from "../core/clock.ts";
import { attempt } from "../core/guards.ts";
import { type RandomSource, systemRandom } from "../core/random.ts";
import type { OptionReader } from "./reader.ts";

/** The last moment that has a year of four digits, in ms since the epoch. */
const MAX_MOMENT = 253_402_300_799_999;

/** The caller's clock, held so that one which throws or answers nonsense can't stop the client. */
export function createClock(read: OptionReader): Clock {
  const now = read.callback<() => unknown>("now");
  const sleep = read.callback<Clock["sleep"] & Pick<Clock, "look">>("sleep");
  // A test's clock carries it.
  const look = attempt(() => sleep?.look);
  const clock: Clock = sleep
    ? {
      now: systemClock.now,
      // One that rejects counts as over, and one that does not listen ends with its signal all the same.
      sleep: (ms, signal) =>
        untilAborted(signal, (end) => {
          new Promise((wait) => wait(sleep(ms, signal))).then(end, end);
          return undefined;
        }),
      ...(look && { look }),
    }
    : systemClock;
  return now
    ? { ...clock, now: () => readMoment(now) ?? systemClock.now() }
    : clock;
}

/** The caller's random source, held in the same way. */
export function createRandom(read: OptionReader): RandomSource {
  const random = read.callback<RandomSource>("random");
  if (!random) return systemRandom;
  return (bytes) => {
    try {
      random(bytes);
    } catch {
      systemRandom(bytes);
    }
  };
}

function readMoment(now: () => unknown): number | undefined {
  const moment = attempt(now);
  return typeof moment === "number" && moment >= 0 && moment <= MAX_MOMENT
    ? moment
    : undefined;
}
