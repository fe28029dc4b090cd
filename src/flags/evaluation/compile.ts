import { createBucketTable } from "./bucket_table.ts";
import { buildVariantRanges } from "./bucketing.ts";
import type {
  FlagCondition,
  FlagDefinition,
  FlagDefinitions,
  FlagFilters,
} from "./definitions.ts";
import { decodePayload } from "./payloads.ts";
import { compileFilter } from "./property_filters.ts";
import type {
  Aggregation,
  CompileContext,
  CompiledFlags,
  ConditionRule,
  FlagRule,
  HoldoutRule,
} from "./rules.ts";
import type { TimeZone } from "./time_zone.ts";
import { buildInconclusive, type FlagOutcome } from "./types.ts";

/** The outcome of a flag that is switched off. */
const DISABLED: FlagOutcome = Object.freeze({
  kind: "value",
  value: false,
  reason: "flag_disabled",
  conditionIndex: undefined,
});

const OMITTED: FlagOutcome = Object.freeze({ kind: "omitted" });

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
 */
export function compileFlags(
  definitions: FlagDefinitions,
  timeZone?: TimeZone,
): CompiledFlags {
  const context: CompileContext = { definitions, timeZone };
  const rules = new Map<string, FlagRule>();
  for (const definition of definitions.flags.values()) {
    rules.set(definition.key, compileRule(definition, rules.size, context));
  }
  return Object.freeze({
    definitions,
    rules,
    buckets: createBucketTable(rules.size),
  });
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
  const usesDevice = definition.bucketingIdentifier === "device_id";
  const variants = buildVariantRanges(filters.variants);
  const variantKeys = new Set(variants.map((variant) => variant.key));
  return {
    key: definition.key,
    index,
    definition,
    settled: findSettled(definition),
    blocked: findBlocked(definition, definitions),
    aggregation: compileAggregation(
      filters.aggregation,
      usesDevice,
      definitions,
    ),
    enrollmentProperty: filters.hasEnrollment
      ? `$feature_enrollment/${definition.key}`
      : undefined,
    holdout: compileHoldout(filters),
    conditions: filters.conditions.map((condition, index) => {
      // An absent aggregation is the flag's, while an explicit null says "person", also in a group flag.
      const own = condition.aggregation === undefined
        ? filters.aggregation
        : condition.aggregation;
      const aggregation = compileAggregation(own, usesDevice, definitions);
      return compileCondition(condition, {
        index,
        aggregation,
        variantKeys,
        context,
      });
    }),
    variants,
    hasEarlyExit: filters.hasEarlyExit,
    payloads: definition.hasEncryptedPayloads ? new Map() : new Map(
      [...filters.payloads].map((
        [value, payload],
      ) => [value, decodePayload(payload)]),
    ),
  };
}

/** Gates that no input can change, in the server's order: an inactive flag is `false` whatever else it says. */
function findSettled(definition: FlagDefinition): FlagOutcome | undefined {
  if (!definition.isActive) return DISABLED;
  if (!definition.isSupportedVersion) {
    return Object.freeze({
      kind: "requires-server",
      reason: "the version of the flag's filters is not known",
    });
  }
  return definition.isClientOnly ? OMITTED : undefined;
}

function findBlocked(
  definition: FlagDefinition,
  definitions: FlagDefinitions,
): FlagOutcome | undefined {
  const { filters } = definition;
  if (definition.hasExperienceContinuity) {
    return buildInconclusive(
      "the flag's value is remembered by the server (experience continuity)",
    );
  }
  if (filters.kind === "unreadable") return buildInconclusive(filters.reason);
  if (
    filters.aggregation !== null &&
    !definitions.groupTypes.has(filters.aggregation)
  ) {
    return buildInconclusive("the flag's group type is not in the mapping");
  }
  return undefined;
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
    decision: Object.freeze({
      kind: "value",
      value: `holdout-${holdout.id}`,
      reason: "holdout_condition_value",
      conditionIndex: undefined,
    }),
  };
}

/** What a condition takes from its surroundings. */
interface ConditionContext {
  readonly index: number;
  readonly aggregation: Aggregation;
  readonly variantKeys: ReadonlySet<string>;
  readonly context: CompileContext;
}

function compileCondition(
  condition: FlagCondition,
  { index, aggregation, variantKeys, context }: ConditionContext,
): ConditionRule {
  const { properties, rolloutPercentage, variant } = condition;
  const isHonoured = variant !== undefined && variantKeys.has(variant);
  return {
    index,
    aggregation,
    tests: properties.map((filter) =>
      compileFilter(filter, aggregation, context)
    ),
    share: rolloutPercentage / 100,
    fixedValue: isHonoured
      ? variant
      : variantKeys.size === 0
      ? true
      : undefined,
  };
}
