import { compileBetween, compileNotBetween } from "./between.ts";
import { buildDateComparison } from "./dates.ts";
import { compileExact } from "./exact.ts";
import type {
  CompileOperator,
  Matcher,
  Operand,
  RegexOperators,
} from "./matcher.ts";
import { buildNumberOrder, type Comparison } from "./numbers.ts";
import {
  buildVersionIdentity,
  buildVersionOrder,
  buildVersionRange,
} from "./semver_operators.ts";
import { parseCaret, parseTilde, parseWildcard } from "./semver_ranges.ts";
import {
  buildPatternSearch,
  buildSearch,
  compileMultiSearch,
} from "./text_search.ts";
import { NO, YES } from "./types.ts";

const isEqual: Comparison = (property, filter) => property === filter;
const isAbove: Comparison = (property, filter) => property > filter;
const isBelow: Comparison = (property, filter) => property < filter;

/** Finds the operator of that name; undefined for one that is not decided locally. */
export function findOperator(
  name: string,
  regex?: RegexOperators,
): CompileOperator | undefined {
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
    case "between":
      return compileBetween;
    case "not_between":
      return compileNotBetween;
    // No complement: an invalid pattern is a "no" for both.
    case "regex":
      return buildPatternSearch(regex, YES);
    case "not_regex":
      return buildPatternSearch(regex, NO);
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
    case "semver_tilde":
      return buildVersionRange(parseTilde);
    case "semver_caret":
      return buildVersionRange(parseCaret);
    case "semver_wildcard":
      return buildVersionRange(parseWildcard);
    default:
      return findSearch(name) ?? findOrder(name);
  }
}

/** Finds a search in texts, or its complement. */
function findSearch(name: string): CompileOperator | undefined {
  const plain = name.replace(/^not_/, "");
  const search = plain === "icontains"
    ? buildSearch("includes")
    : plain === "starts_with"
    ? buildSearch("startsWith")
    : plain === "ends_with"
    ? buildSearch("endsWith")
    : plain === "icontains_multi"
    ? compileMultiSearch
    : undefined;
  return search && (plain === name ? search : negate(search));
}

/** Finds a comparison of numbers, or of versions. */
function findOrder(name: string): CompileOperator | undefined {
  const build = name.startsWith("semver_")
    ? buildVersionOrder
    : buildNumberOrder;
  switch (name.replace(/^semver_/, "")) {
    case "gt":
      return build(isAbove);
    case "gte":
      return build((property, filter) => property >= filter);
    case "lt":
      return build(isBelow);
    case "lte":
      return build((property, filter) => property <= filter);
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
