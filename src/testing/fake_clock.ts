import { type Clock, systemClock } from "../core/clock.ts";

/** A clock that stands still until a test moves it. */
export interface FakeClock extends Clock {
  /** The waits that are neither over nor aborted. */
  readonly pending: number;
  /**
   * Moves time on by `ms` milliseconds. Waits that come due end in order, each at its own moment, and the work
   * that follows one is done before the next one ends; waits begun meanwhile count too. Resolves when nothing
   * is left to do at the new time.
   */
  advance(ms: number): Promise<void>;
  /** Resolves when nothing is left to do at the current time: everything waits, or is over. */
  settle(): Promise<void>;
  /** Sets the time without ending a wait, backwards too: a clock that is corrected. */
  set(ms: number): void;
  /**
   * Lets {@linkcode advance} and {@linkcode settle} wait for work that ends outside of any clock, such as a
   * digest. Gives back the promise. Never for work that itself waits for this clock.
   */
  track<T>(work: Promise<T>): Promise<T>;
}

interface Wait {
  readonly until: number;
  readonly end: () => void;
}

/** The moment at which a fake clock starts: 2026-01-01T00:00:00Z. */
const DEFAULT_START_MS = 1_767_225_600_000;

/**
 * Turns of the event loop without tracked work after which all is quiet. One turn runs every promise reaction
 * there is, however long the chain; the other is for platforms that finish stream reads a turn later.
 */
const QUIET_TURNS = 2;

/** Turns in which somebody looked again at what may have changed, before all counts as quiet. */
const MAX_LOOKS = 4;

/**
 * Creates a {@linkcode FakeClock}. Nothing waits for real time: the platform's clock is asked for nothing but
 * turns of its event loop.
 *
 * @param startMs The first moment in ms since the epoch; default 2026-01-01T00:00:00Z.
 *
 * @example A wait of a minute, in no time
 * ```ts
 * import { createFakeClock } from "edgehog/testing";
 * import { assertEquals } from "@std/assert";
 *
 * const clock = createFakeClock();
 * const log: string[] = [];
 * clock.sleep(60_000).then(() => log.push("a minute later"));
 * await clock.advance(59_999);
 * assertEquals(log, []);
 * await clock.advance(1);
 * assertEquals(log, ["a minute later"]);
 * ```
 */
export function createFakeClock(startMs: number = DEFAULT_START_MS): FakeClock {
  let now = startMs;
  const waits = new Set<Wait>();
  const work = new Set<Promise<unknown>>();

  let hasLooked = false;

  const settle = async () => {
    let looks = 0;
    for (let quiet = 0; quiet < QUIET_TURNS; quiet++) {
      if (work.size > 0) {
        quiet = 0;
        await Promise.allSettled(work);
      }
      hasLooked = false;
      // Not a message or a microtask, which are faster: in workerd stream reads go on only between timers.
      await systemClock.sleep(0);
      // Whoever looks may have seen something; one who looks in vain must not keep time from going on.
      if (hasLooked && looks++ < MAX_LOOKS) quiet = 0;
    }
  };

  // Time stands still until a test moves it, and what is looked at may have changed all the same.
  const look = async () => {
    await systemClock.sleep(0);
    hasLooked = true;
  };
  const sleep = (ms: number, signal?: AbortSignal) =>
    new Promise<void>((resolve) => {
      if (signal?.aborted) return resolve();
      const end = () => {
        waits.delete(wait);
        signal?.removeEventListener("abort", end);
        resolve();
      };
      // Whole milliseconds, as with the platform's clock, also after a wait with jitter.
      const wait = { until: now + Math.ceil(Math.max(0, ms)), end };
      waits.add(wait);
      signal?.addEventListener("abort", end);
    });

  return {
    now: () => now,
    get pending() {
      return waits.size;
    },
    // Who is given this wait alone, as an option, gets the other with it.
    sleep: Object.assign(sleep, { look }),
    look,
    async advance(ms) {
      const target = now + ms;
      await settle();
      for (
        let wait = findNext(waits, target);
        wait;
        wait = findNext(waits, target)
      ) {
        now = Math.max(now, wait.until);
        wait.end();
        await settle();
      }
      now = Math.max(now, target);
    },
    settle,
    set(ms) {
      now = ms;
    },
    track(promise) {
      const done = () => work.delete(promise);
      work.add(promise);
      promise.then(done, done);
      return promise;
    },
  };
}

/** The wait that ends first, by `target` at the latest; of equal ones the one begun first. */
function findNext(waits: Iterable<Wait>, target: number): Wait | undefined {
  let next: Wait | undefined;
  for (const wait of waits) {
    if (wait.until <= target && (!next || wait.until < next.until)) next = wait;
  }
  return next;
}
