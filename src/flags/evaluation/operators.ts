import { compileExact } from "./exact.ts";
import type { Matcher, Operand } from "./matcher.ts";
import { compileCompare } from "./numbers.ts";
import { compileContains } from "./substring.ts";
import { type Answer, NO, YES } from "./types.ts";

/** An operator: how it is compiled, once per load. */
export interface PropertyOperator {
  /** Whether a filter without a value is a certain "no": so for all but the presence pair. */
  readonly needsValue: boolean;
  /**
   * Prepares everything that does not depend on the property. An answer in place of a matcher is the filter's own,
   * given whether the property is present or not.
   */
  compile(operand: Operand): Matcher | Answer;
}

/** The operators that are decided locally; every other one is unknown. */
export const PROPERTY_OPERATORS: ReadonlyMap<string, PropertyOperator> =
  new Map<string, PropertyOperator>([
    ["exact", { needsValue: true, compile: compileExact }],
    ["is_not", {
      needsValue: true,
      compile: (operand) => negate(compileExact(operand)),
    }],
    ["is_set", { needsValue: false, compile: () => () => YES }],
    // Absent is unknown like everywhere: only the server knows that a person has no such property.
    ["is_not_set", { needsValue: false, compile: () => () => NO }],
    ["icontains", { needsValue: true, compile: compileContains }],
    ["not_icontains", {
      needsValue: true,
      compile: (operand) => negate(compileContains(operand)),
    }],
    ["gt", {
      needsValue: true,
      compile: (operand) => compileCompare(operand, (a, b) => a > b),
    }],
    ["gte", {
      needsValue: true,
      compile: (operand) => compileCompare(operand, (a, b) => a >= b),
    }],
    ["lt", {
      needsValue: true,
      compile: (operand) => compileCompare(operand, (a, b) => a < b),
    }],
    ["lte", {
      needsValue: true,
      compile: (operand) => compileCompare(operand, (a, b) => a <= b),
    }],
  ]);

/** The complement where the property is present; unknown stays unknown. */
function negate(matcher: Matcher): Matcher {
  return (property, now) => {
    const answer = matcher(property, now);
    if (answer === YES) return NO;
    return answer === NO ? YES : answer;
  };
}
