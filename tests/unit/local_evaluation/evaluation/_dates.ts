import type { JsonValue } from "../../../../src/core/json.ts";
import type { Matcher } from "../../../../src/local_evaluation/evaluation/matcher.ts";
import { findOperator } from "../../../../src/local_evaluation/evaluation/operators.ts";
import type { TimeZone } from "../../../../src/local_evaluation/evaluation/time_zone.ts";

/** How dates are compared. */
export type DateOperator = "is_date_exact" | "is_date_before" | "is_date_after";

export const DATE_OPERATORS: readonly DateOperator[] = [
  "is_date_exact",
  "is_date_before",
  "is_date_after",
];

export interface Comparison {
  readonly operator: DateOperator;
  readonly filter: string;
  readonly property: JsonValue;
  readonly timeZone?: TimeZone | undefined;
  readonly now?: number;
}

/** A filter, compiled. */
export function compileDates(
  { operator, filter, timeZone }: Omit<Comparison, "property" | "now">,
): Matcher {
  const operand = { value: filter, matchingVersion: 1, timeZone } as const;
  const match = findOperator(operator)?.(operand);
  if (typeof match !== "function") throw new Error(`No matcher: ${operator}`);
  return match;
}

/** What a filter says of a property that is present. */
export function compareDates(
  { property, now = 0, ...rest }: Comparison,
): string {
  return compileDates(rest)(property, now).kind;
}

/** What the three operators say, in the order exact, before, after. */
export function compareThrice(
  comparison: Omit<Comparison, "operator">,
): string {
  return DATE_OPERATORS.map((operator) =>
    compareDates({ ...comparison, operator })
  ).join(" ");
}

/** The three operators' answers to each relation of the property to the filter. */
export const RELATIONS = {
  same: "yes no no",
  before: "no yes no",
  after: "no no yes",
  /** Before it, or the same. */
  "not after": "unknown unknown no",
  "not before": "unknown no unknown",
  /** One of the sides is no date at all, and the server knows it. */
  never: "no no no",
  unknown: "unknown unknown unknown",
} as const;

export type Relation = keyof typeof RELATIONS;
