import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  countDown,
  hasPassed,
  runWithin,
  systemClock,
  toTimeoutMs,
} from "../../../src/core/clock.ts";
import { createFakeClock } from "../../../src/testing/fake_clock.ts";

const ROWS: readonly [given: unknown, expected: number | undefined][] = [
  [undefined, undefined],
  [null, undefined],
  ["50", undefined],
  [NaN, undefined],
  [-5, 0],
  [-Infinity, 0],
  [0, 0],
  [1.5, 1.5],
  // A platform's timer takes a longer wait for none at all.
  [2 ** 31, 2 ** 31 - 1],
  [Infinity, 2 ** 31 - 1],
];

for (const [given, expected] of ROWS) {
  Deno.test(`toTimeoutMs(${String(given)}) is ${expected}`, () => {
    assertEquals(toTimeoutMs(given), expected);
  });
}

Deno.test("systemClock.sleep() leaves no timer behind when its signal aborts (CAP-274)", async () => {
  const controller = new AbortController();
  const slept = systemClock.sleep(3_600_000, controller.signal);
  controller.abort();
  await slept;
  await systemClock.sleep(3_600_000, controller.signal);
});

Deno.test("runWithin() ends its wait on every way out (CAP-274)", async () => {
  const clock = createFakeClock();
  const parent = new AbortController();
  const forever = () => new Promise<never>(() => {});
  const done = await runWithin(clock, 1000, () => Promise.resolve(1));
  const failed = await runWithin(clock, 1000, () => {
    throw new Error("at once");
  });
  const timeout = runWithin(clock, 1000, forever);
  await clock.advance(1000);
  const aborted = runWithin(clock, 1000, forever, parent.signal);
  parent.abort();
  const late = await runWithin(clock, 1000, forever, parent.signal);
  assertEquals(
    [done, failed, await timeout, await aborted, late].map(({ kind }) => kind),
    ["done", "failed", "timeout", "aborted", "aborted"],
  );
  assertEquals(clock.pending, 0);
});

Deno.test("countDown() and hasPassed() agree on any clock; what is left is never more than twice the span, and a small step back ends nothing (FLD-081)", () => {
  const year = 365 * 24 * 3_600_000;
  const jump = fc.oneof(
    fc.integer({ min: -50, max: 50 }),
    fc.integer({ min: -3_600_000, max: 3_600_000 }),
    fc.integer({ min: -20 * year, max: 20 * year }),
  );
  const length = fc.integer({ min: 1, max: 24 * 3_600_000 });
  fc.assert(
    fc.property(length, fc.array(jump, { maxLength: 6 }), (lengthMs, jumps) => {
      const beganAt = 1_800_000_000_000;
      let now = beganAt;
      const clock = { now: () => now };
      const countLeft = countDown(clock, lengthMs);
      for (const ms of [0, ...jumps]) {
        now += ms;
        const agoMs = now - beganAt;
        const left = countLeft();
        assertEquals(left === 0, hasPassed(clock, beganAt, lengthMs));
        assertEquals(left === 0, agoMs >= lengthMs || agoMs < -lengthMs);
        assert(left >= 0 && left <= 2 * lengthMs, `${left} of ${lengthMs}`);
      }
    }),
    { seed: 1, numRuns: 2000 },
  );
});
