import { attempt, getOwn, isFiniteNumber } from "../core/guards.ts";
import { parseDate } from "./dates.ts";
import { compareSemver, parseSemver } from "./semver.ts";

/** Whether an attribute fits a condition's values: its text, and what it was before. */
export type Match = (text: string, value: unknown) => boolean;

/** What each comparison asks of the order of its two sides. */
const ORDERS: Readonly<Record<string, (order: number) => boolean>> = {
  equals: (order) => order === 0,
  greaterthan: (order) => order > 0,
  greaterthanorequal: (order) => order >= 0,
  lessthan: (order) => order < 0,
  lessthanorequal: (order) => order <= 0,
};

/**
 * Prepares an operator for the values of a condition. Its name counts without underscores and in any case; undefined where
 * it is unknown.
 */
export function prepareOperator(
  operator: string,
  values: readonly string[],
): Match | undefined {
  const name = operator.replaceAll("_", "").toLowerCase();
  switch (name) {
    case "equals":
    case "in":
      return matchEqual(values);
    case "notequals":
    case "notin":
      return invert(matchEqual(values));
    case "contains":
      return matchPart(values, "includes");
    case "notcontains":
      return invert(matchPart(values, "includes"));
    case "startswith":
      return matchPart(values, "startsWith");
    case "endswith":
      return matchPart(values, "endsWith");
    case "matchesregex":
      return matchPattern(values);
    case "before":
      return matchOrder(values, "lessthan", parseDate, subtract);
    case "after":
      return matchOrder(values, "greaterthan", parseDate, subtract);
  }
  return name.startsWith("semver")
    ? matchOrder(values, name.slice(6), parseSemver, compareSemver)
    : matchOrder(values, name, parseNumber, subtract);
}

function invert(match: Match): Match {
  return (text, value) => !match(text, value);
}

function matchEqual(values: readonly string[]): Match {
  const texts = new Set(values.map((value) => value.toLowerCase()));
  const numbers = new Set(values.map(parseNumber));
  return (text, value) =>
    isFiniteNumber(value) || typeof value === "bigint"
      ? numbers.has(Number(value))
      : texts.has(text.toLowerCase());
}

function matchPart(
  values: readonly string[],
  method: "includes" | "startsWith" | "endsWith",
): Match {
  const parts = values.map((value) => value.toLowerCase());
  return (text) => {
    const folded = text.toLowerCase();
    return parts.some((part) => folded[method](part));
  };
}

/** Patterns are compiled when they are first needed: most flags are never read. */
function matchPattern(values: readonly string[]): Match {
  let patterns: readonly RegExp[] | undefined;
  return (text) => {
    patterns ??= values.flatMap((value) =>
      attempt(() => toRegExp(value)) ?? []
    );
    return patterns.some((pattern) => pattern.test(text));
  };
}

/** The engine takes flags at a pattern's start, which JavaScript has no syntax for. */
function toRegExp(pattern: string): RegExp {
  const [head = "", flags = ""] = /^\(\?([ims]+)\)/.exec(pattern) ?? [];
  return new RegExp(pattern.slice(head.length), flags);
}

/** Undefined where there is no such comparison. */
function matchOrder<Side>(
  values: readonly string[],
  comparison: string,
  parse: (text: string) => Side | undefined,
  compare: (left: Side, right: Side) => number,
): Match | undefined {
  const fits = getOwn(ORDERS, comparison) as
    | ((order: number) => boolean)
    | undefined;
  const sides = values.map(parse).filter((side) => side !== undefined);
  return fits && ((text) => {
    const left = parse(text);
    return left !== undefined &&
      sides.some((right) => fits(compare(left, right)));
  });
}

function subtract(left: number, right: number): number {
  return left - right;
}

/** The decimal number that a text is, blanks around it aside; undefined for all else, as the infinities. */
function parseNumber(text: string): number | undefined {
  const isDecimal =
    /^[\t\n\v\f\r ]*[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?[\t\n\v\f\r ]*$/i
      .test(text);
  const number = isDecimal ? Number(text) : undefined;
  return isFiniteNumber(number) ? number : undefined;
}
