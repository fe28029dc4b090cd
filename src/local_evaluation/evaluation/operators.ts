import { compileBetween, compileNotBetween } from "./between.ts";
import { buildDateComparison } from "./dates.ts";
import { compileExact } from "./exact.ts";
import type { CompileOperator, Matcher, Operand } from "./matcher.ts";
import { buildNumberOrder, type Comparison } from "./numbers.ts";
import { buildRegexSearch } from "../regex/regex.ts";
import {
  buildVersionIdentity,
  buildVersionOrder,
  buildVersionRange,
} from "./semver_operators.ts";
import { parseCaret, parseTilde, parseWildcard } from "./semver_ranges.ts";
import { buildSearch, compileMultiSearch } from "./text_search.ts";
import { NO, YES } from "./types.ts";

const isEqual: Comparison = (property, filter) => property === filter;
const isAbove: Comparison = (property, filter) => property > filter;
const isAtLeast: Comparison = (property, filter) => property >= filter;
const isBelow: Comparison = (property, filter) => property < filter;
const isAtMost: Comparison = (property, filter) => property <= filter;

/** Finds the operator of that name; undefined for one that is not decided locally. */
export function findOperator(name: string): CompileOperator | undefined {
  switch (name) {
    // Absent is unknown like everywhere: only the server knows that a person has no such property.
    case "is_set":
      return () => () => YES;
    case "is_not_set":
      return () => () => NO;
    case "exact":
      return compileExact;
    case "is_not":
      return negate(compileExact);
    case "icontains":
      return buildSearch("includes");
    case "not_icontains":
      return negate(buildSearch("includes"));
    case "starts_with":
      return buildSearch("startsWith");
    case "not_starts_with":
      return negate(buildSearch("startsWith"));
    case "ends_with":
      return buildSearch("endsWith");
    case "not_ends_with":
      return negate(buildSearch("endsWith"));
    case "icontains_multi":
      return compileMultiSearch;
    case "not_icontains_multi":
      return negate(compileMultiSearch);
    case "gt":
      return buildNumberOrder(isAbove);
    case "gte":
      return buildNumberOrder(isAtLeast);
    case "lt":
      return buildNumberOrder(isBelow);
    case "lte":
      return buildNumberOrder(isAtMost);
    case "between":
      return compileBetween;
    case "not_between":
      return compileNotBetween;
    // No complement: an invalid pattern is a "no" for both.
    case "regex":
      return buildRegexSearch(YES);
    case "not_regex":
      return buildRegexSearch(NO);
    case "is_date_exact":
      return buildDateComparison(isEqual);
    case "is_date_before":
      return buildDateComparison(isBelow);
    case "is_date_after":
      return buildDateComparison(isAbove);
    // No complement: a property of null is a "no" for both.
    case "semver_eq":
      return buildVersionIdentity(YES);
    case "semver_neq":
      return buildVersionIdentity(NO);
    case "semver_gt":
      return buildVersionOrder(isAbove);
    case "semver_gte":
      return buildVersionOrder(isAtLeast);
    case "semver_lt":
      return buildVersionOrder(isBelow);
    case "semver_lte":
      return buildVersionOrder(isAtMost);
    case "semver_tilde":
      return buildVersionRange(parseTilde);
    case "semver_caret":
      return buildVersionRange(parseCaret);
    case "semver_wildcard":
      return buildVersionRange(parseWildcard);
    default:
      return undefined;
  }
}

/** Whether a filter of this operator makes sense without a value; to all others the server says "no" then. */
export function isPresenceOperator(name: string): boolean {
  return name === "is_set" || name === "is_not_set";
}

/** The complement where the property is present; unknown stays unknown. */
function negate(compile: (operand: Operand) => Matcher): CompileOperator {
  return (operand) => {
    const match = compile(operand);
    return (property, now) => {
      const answer = match(property, now);
      if (answer === YES) return NO;
      return answer === NO ? YES : answer;
    };
  };
}
