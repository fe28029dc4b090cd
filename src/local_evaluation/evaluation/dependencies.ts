import type { FlagValue } from "../../flags/results.ts";
import { evaluateRule } from "./evaluate.ts";
import { toTest } from "./kleene.ts";
import type { PropertyFilter } from "./property_filter.ts";
import { DEPTH } from "./rule_table.ts";
import type { CompileContext, FilterTest } from "./rules.ts";
import type { FilterValue } from "./text.ts";
import {
  buildServer,
  buildUnknown,
  DEPENDENCY,
  NO,
  UNSUPPORTED,
  YES,
} from "./types.ts";

/** How deep dependencies may nest: a guard for the stack. Each level takes a few calls. */
export const MAX_FLAG_DEPTH = 199;

/**
 * Compiles a filter on another flag's value; that flag is added to `needs`.
 *
 * @param maxDepth How deep what that flag needs may nest.
 */
export function compileDependency(
  { key, operator, value, chain }: PropertyFilter,
  needs: string[],
  { flags }: CompileContext,
  maxDepth: number = MAX_FLAG_DEPTH,
): FilterTest {
  // The one operator that the server knows for flags: to it any other is no match.
  if (operator !== "flag_evaluates_to") return toTest(NO);
  // An empty chain, or one that names no flag of the document, is the feed's way to say that a flag is missing.
  if (
    chain.length === 0 || !flags.has(key) ||
    !chain.every((needed) => flags.has(needed))
  ) {
    return toTest(
      buildUnknown(`what the dependency on flag "${key}" needs is missing`),
    );
  }
  if (!isFlagValue(value)) return toTest(NO);
  needs.push(key);
  const loop = buildUnknown(
    `the dependency on flag "${key}" leads into a loop, or too deep`,
    UNSUPPORTED,
  );
  const server = buildServer(
    `only the server can decide flag "${key}"`,
    DEPENDENCY,
  );
  const test: FilterTest["test"] = (pass) => {
    const rule = flags.get(key);
    if (!rule || rule[DEPTH] > maxDepth) return loop;
    const target = evaluateRule(rule, pass);
    switch (target.kind) {
      case "pending":
        return target;
      case "inconclusive":
        return buildUnknown(
          `flag "${key}" is not decided locally`,
          DEPENDENCY,
          target.isFixed,
        );
      case "requires-server":
        return server;
      case "value":
        return matchesExpected(target.value, value) ? YES : NO;
      // Not for this SDK or context, or about a group that was not passed: off, as the server has it.
      case "omitted":
      case "missing-group":
        return value === false ? YES : NO;
    }
  };
  return { test };
}

/** No flag has any other value. */
function isFlagValue(value: FilterValue): value is FlagValue {
  return typeof value === "boolean" || typeof value === "string";
}

function matchesExpected(value: FlagValue, expected: FlagValue): boolean {
  return expected === true ? value !== false : value === expected;
}
