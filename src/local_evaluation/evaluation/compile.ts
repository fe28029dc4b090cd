import { attempt } from "../../core/guards.ts";
import type { JsonValue } from "../../core/json.ts";
import { decodePayload } from "../../flags/payloads.ts";
import { createBucketTable } from "./bucket_table.ts";
import { buildVariantRanges } from "./bucketing.ts";
import { measureCohorts } from "./cohorts.ts";
import type {
  FlagDefinition,
  FlagDefinitions,
  FlagFilters,
} from "./definitions.ts";
import { measureDependencies } from "./dependencies.ts";
import { compileFilters } from "./filters.ts";
import { findBlocked, findSettled, listReachable } from "./gates.ts";
import type { RegexOperators } from "./matcher.ts";
import type {
  Aggregation,
  CompileContext,
  CompiledFlags,
  FlagRule,
  HoldoutRule,
} from "./rules.ts";
import type { TimeZone } from "./time_zone.ts";
import { buildDecision } from "./types.ts";

/** A flag alone may need three: for its holdout, the rollouts and the variants. */
const ROUNDS_PER_FLAG = 3;

const NO_FILTERS: FlagFilters = {
  kind: "filters",
  conditions: [],
  variants: [],
  payloads: new Map(),
  aggregation: null,
  hasEarlyExit: false,
  holdout: undefined,
  hasEnrollment: false,
};

/**
 * Compiles definitions once into rules that are cheap to evaluate. Total: an odd flag becomes inconclusive.
 *
 * @param timeZone The project's time zone, for dates without one; undefined: unknown.
 * @param regex Regular expressions; undefined: a filter that takes them is left to the server.
 */
export function compileFlags(
  definitions: FlagDefinitions,
  timeZone?: TimeZone,
  regex?: RegexOperators,
): CompiledFlags {
  const flagDepths = measureDependencies(definitions);
  const rules = new Map<string, FlagRule>();
  const context: CompileContext = {
    definitions,
    timeZone,
    regex,
    flagDepths,
    cohortDepths: measureCohorts(definitions),
    cohortTests: new Map(),
    rules,
  };
  for (const definition of definitions.flags.values()) {
    rules.set(definition.key, compileRule(definition, rules.size, context));
  }
  return {
    definitions,
    rules,
    maxRounds: ROUNDS_PER_FLAG * countLevels(flagDepths, rules),
    buckets: createBucketTable(rules.size),
  };
}

/** Counts the levels of flags that may have to wait for each other. A flag without a depth may rest on the deepest. */
function countLevels(
  depths: ReadonlyMap<string, number>,
  rules: ReadonlyMap<string, FlagRule>,
): number {
  const deepest = [...depths.values()].at(-1) ?? 0;
  return deepest + (depths.size < rules.size ? 2 : 1);
}

function compileRule(
  definition: FlagDefinition,
  index: number,
  context: CompileContext,
): FlagRule {
  const { definitions } = context;
  const filters = definition.filters.kind === "filters"
    ? definition.filters
    : NO_FILTERS;
  const variants = buildVariantRanges(filters.variants);
  const findAggregation = (groupTypeIndex: number | null) =>
    compileAggregation(groupTypeIndex, definition.usesDevice, definitions);
  return {
    key: definition.key,
    index,
    definition,
    settled: findSettled(definition),
    blocked: findBlocked(definition, definitions),
    aggregation: findAggregation(filters.aggregation),
    enrollmentProperty: filters.hasEnrollment
      ? `$feature_enrollment/${definition.key}`
      : undefined,
    holdout: compileHoldout(filters),
    conditions: listReachable(definition, definitions).map((
      { properties, rolloutPercentage, variant, aggregation: own },
      index,
    ) => {
      // An absent aggregation is the flag's, while an explicit null says "person", also in a group flag.
      const aggregation = findAggregation(
        own === undefined ? filters.aggregation : own,
      );
      return {
        index,
        aggregation,
        tests: compileFilters(properties, aggregation, context),
        share: rolloutPercentage / 100,
        fixedValue: variants.length === 0 ||
          variants.find(({ key }) => key === variant)?.key,
      };
    }),
    variants,
    hasEarlyExit: filters.hasEarlyExit,
    payloads: definition.hasEncryptedPayloads ? new Map() : new Map(
      [...filters.payloads].map((
        [value, payload],
      ) => [value, decodePayload(copyDeep(payload))]),
    ),
  };
}

/** A copy, since the original may be a cache's; null for JSON nested deeper than the stack. */
function copyDeep(stored: JsonValue): JsonValue {
  return attempt(() => structuredClone(stored)) ?? null;
}

function compileAggregation(
  index: number | null,
  usesDevice: boolean,
  { groupTypes }: FlagDefinitions,
): Aggregation {
  if (index === null) return { kind: usesDevice ? "device" : "person" };
  const groupType = groupTypes.get(index);
  return groupType === undefined
    ? { kind: "unmapped" }
    : { kind: "group", groupType };
}

function compileHoldout({ holdout }: FlagFilters): HoldoutRule | undefined {
  if (!holdout || holdout.exclusionPercentage === 0) return undefined;
  return {
    share: holdout.exclusionPercentage / 100,
    decision: buildDecision(
      `holdout-${holdout.id}`,
      "holdout_condition_value",
    ),
  };
}
