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
    name: "the time zone known",
    setting: { timeZone: "UTC", isCached: false },
    counts: { right: 3834, declined: {}, givenAway: 0 },
  },
  {
    name: "without the time zone",
    setting: { timeZone: undefined, isCached: false },
    counts: { right: 3810, declined: { "5.7": 24 }, givenAway: 0 },
  },
  {
    name: "out of a cache",
    setting: { timeZone: "UTC", isCached: true },
    counts: { right: 3834, declined: {}, givenAway: 0 },
  },
  {
    name: "out of a cache, without the time zone",
    setting: { timeZone: undefined, isCached: true },
    counts: { right: 3810, declined: { "5.7": 24 }, givenAway: 0 },
  },
];
