import type { FlagValue } from "../../flags/results.ts";
import type {
  FilterValue,
  FlagDefinitions,
  PropertyFilter,
} from "./definitions.ts";
import { measureDepths } from "./depths.ts";
import { evaluateRule } from "./evaluate.ts";
import { listReachable } from "./gates.ts";
import { toTest } from "./kleene.ts";
import type { CompileContext, FilterTest } from "./rules.ts";
import { buildServer, buildUnknown, NO, YES } from "./types.ts";

/** How many dependencies may nest: a guard for the stack. Each level takes a few calls. */
const MAX_DEPTH = 200;

/** The one operator that the server knows for flags. */
const OPERATOR = "flag_evaluates_to";

/** Finds how deep each flag's dependencies nest, by the conditions that an evaluation may look at. */
export function measureDependencies(
  definitions: FlagDefinitions,
): ReadonlyMap<string, number> {
  const { flags } = definitions;
  const references = new Map<string, readonly string[]>();
  for (const definition of flags.values()) {
    const filters = listReachable(definition, definitions).flatMap((
      { properties },
    ) => properties);
    references.set(
      definition.key,
      filters.filter((filter) => isDependency(filter, flags)).map(({ key }) =>
        key
      ),
    );
  }
  return measureDepths(references, MAX_DEPTH - 1);
}

/** Compiles a filter on another flag's value. */
export function compileDependency(
  filter: PropertyFilter,
  context: CompileContext,
): FilterTest {
  const { key, operator, value } = filter;
  // To the server any other is no match.
  if (operator !== OPERATOR) return toTest(NO);
  if (!hasChain(filter, context.definitions.flags)) {
    return toTest(
      buildUnknown(`what the dependency on flag "${key}" needs is missing`),
    );
  }
  if (!isFlagValue(value)) return toTest(NO);
  if (!context.flagDepths.has(key)) {
    return toTest(
      buildUnknown(
        `the dependency on flag "${key}" leads into a loop, or too deep`,
      ),
    );
  }
  const unknown = buildUnknown(`flag "${key}" is not decided locally`);
  const server = buildServer(`only the server can decide flag "${key}"`);
  return (pass) => {
    const rule = context.rules.get(key);
    if (!rule) return unknown;
    const target = evaluateRule(rule, pass);
    switch (target.kind) {
      case "pending":
        return target;
      case "inconclusive":
        return unknown;
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
}

/** Whether a filter's answer takes the value of another flag. */
function isDependency(
  filter: PropertyFilter,
  flags: ReadonlyMap<string, unknown>,
): boolean {
  return filter.type === "flag" && filter.operator === OPERATOR &&
    isFlagValue(filter.value) && hasChain(filter, flags);
}

/** An empty chain, or one that names no flag of the document, is the feed's way to say that a flag is missing. */
function hasChain(
  { key, dependencyChain }: PropertyFilter,
  flags: ReadonlyMap<string, unknown>,
): boolean {
  return dependencyChain.length > 0 &&
    [key, ...dependencyChain].every((needed) => flags.has(needed));
}

/** No flag has any other value. */
function isFlagValue(value: FilterValue | undefined): value is FlagValue {
  return typeof value === "boolean" || typeof value === "string";
}

function matchesExpected(value: FlagValue, expected: FlagValue): boolean {
  return expected === true ? value !== false : value === expected;
}
