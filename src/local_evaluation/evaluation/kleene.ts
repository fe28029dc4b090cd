import type { EvaluationPass, FilterTest, TestAnswer } from "./rules.ts";
import type { Doubt } from "./outcome.ts";
import {
  type Answer,
  buildUnknown,
  FIXED,
  NO,
  pickWorse,
  UNSUPPORTED,
  YES,
} from "./types.ts";

/** What an answer that is neither yes nor no hides: a waiting one may still turn into each of the others. */
const DEPTH = { yes: 0, no: 0, unknown: 1, server: 2, pending: 3 };

/**
 * Kleene's AND where "no" decides, his OR where "yes" does: a deciding answer counts whatever else is in doubt, in
 * any order; without one the deepest doubt is the answer, for the worst cause of any.
 */
export function combine(
  tests: readonly FilterTest[],
  pass: EvaluationPass,
  deciding: Answer,
): TestAnswer {
  let result: TestAnswer = deciding === NO ? YES : NO;
  let worst: Extract<Answer, Doubt> | undefined;
  for (const filter of tests) {
    const answer = filter.test(pass);
    if (answer.kind === deciding.kind) return answer;
    const depth = DEPTH[answer.kind];
    if (depth === 0) continue;
    if (depth > DEPTH[result.kind]) result = answer;
    if (answer.kind === "unknown" || answer.kind === "server") {
      worst = pickWorse(worst, answer);
    }
  }
  if (!worst || result.kind === "pending") return result;
  return worst.kind === result.kind ? worst : { ...worst, kind: "server" };
}

/** Turns a test's yes and no round; doubt stays as it is. */
export function negate(filter: FilterTest): FilterTest {
  return {
    test(pass) {
      const answer = filter.test(pass);
      if (answer.kind === "yes") return NO;
      return answer.kind === "no" ? YES : answer;
    },
  };
}

/** A test with the same answer for everybody. */
export function toTest(answer: Answer): FilterTest {
  const fixed: Answer = answer.kind === "unknown"
    ? buildUnknown(answer.reason, UNSUPPORTED, FIXED)
    : answer;
  return { test: () => fixed };
}
