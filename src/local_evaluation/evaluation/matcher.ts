import type { JsonValue } from "../../core/json.ts";
import type { FilterValue } from "./text.ts";
import type { TimeZone } from "./time_zone.ts";
import type { Answer } from "./types.ts";

/**
 * Tests a property that is present; `now` is the moment of the evaluation in ms. Total, and pure but for what searches
 * note; without them a search has the whole budget.
 */
export type Matcher = (
  property: JsonValue,
  now: number,
  searches?: Searches,
) => Answer;

/** The searches for regular expressions in one evaluation. */
export interface Searches extends RegexBudget {
  /** What each filter gave: later passes neither search nor pay again. */
  readonly answers: Map<Matcher, Answer>;
}

/** What searches may take. */
export interface RegexBudget {
  /** The estimated steps that are left; a search takes its own away. */
  left: number;
}

/** What an operator is compiled from. */
export interface Operand {
  /** The filter's value; null where it has none. */
  readonly value: FilterValue;
  /** How `exact` and `is_not` compare. */
  readonly matchingVersion: 1 | 2;
  /** The project's time zone, for dates without one; undefined: unknown. */
  readonly timeZone: TimeZone | undefined;
}

/** Searches for a pattern in a text; a text is why that can't be decided here. Total. */
export type RegexSearch = (
  text: string,
  budget: RegexBudget,
) => boolean | string;

/** Regular expressions in the server's dialect. */
export interface RegexOperators {
  /** Prepares the search for a pattern, unanchored; undefined for an invalid one. */
  compile(pattern: string): RegexSearch | undefined;
}

/**
 * Prepares everything that does not depend on the property, once. An answer in place of a matcher is the
 * filter's own, given whether the property is present or not.
 */
export type CompileOperator = (operand: Operand) => Matcher | Answer;
