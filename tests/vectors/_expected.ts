import type { Counts, Setting } from "./_judge.ts";

/** What the cases of `flags-vectors.json` come to under a setting; none may be wrong. */
export interface Expected {
  readonly name: string;
  readonly setting: Setting;
  readonly counts: Omit<Counts, "wrong">;
}

/**
 * Exact, so that a change of the evaluator that decides less, or more, is seen. What is declined stands under the
 * rules of the specification that allow it; nothing else may be.
 */
export const EXPECTED: readonly Expected[] = [
  {
    name: "the time zone and the spelling of numbers known",
    setting: { timeZone: "UTC", isSpelled: true },
    counts: { right: 3834, declined: {}, givenAway: 0 },
  },
  {
    name: "without the time zone",
    setting: { timeZone: undefined, isSpelled: true },
    counts: { right: 3810, declined: { "5.7": 24 }, givenAway: 0 },
  },
  {
    name: "without the spelling of numbers",
    setting: { timeZone: "UTC", isSpelled: false },
    counts: { right: 3830, declined: { "1.7": 4 }, givenAway: 0 },
  },
  {
    name: "without both",
    setting: { timeZone: undefined, isSpelled: false },
    counts: { right: 3806, declined: { "1.7": 4, "5.7": 24 }, givenAway: 0 },
  },
];
