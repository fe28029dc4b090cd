import { isFiniteNumber, isRecord, isText } from "../../core/guards.ts";
import type { JsonValue } from "../../core/json.ts";
import { decodePayload } from "../../flags/payloads.ts";
import { ofType } from "../../flags/wire.ts";
import { buildVariantRanges, type VariantRange } from "./bucketing.ts";
import { compileFilters } from "./filters.ts";
import { expect, type JsonRecord, toList, toReason, toRecord } from "./odd.ts";
import type { FlagOutcome } from "./outcome.ts";
import { isTextOrAbsent } from "./property_filter.ts";
import { DEPTH, TOO_DEEP } from "./rule_table.ts";
import type {
  Aggregation,
  CompileContext,
  ConditionRule,
  FlagRule,
  HoldoutRule,
} from "./rules.ts";
import {
  buildDecision,
  buildInconclusive,
  FIXED,
  OFF,
  OMITTED,
  UNSUPPORTED,
} from "./types.ts";

/** The outcome of a flag that is switched off. */
const DISABLED = buildDecision(OFF, "flag_disabled");

const UNKNOWN_VERSION: FlagOutcome = {
  kind: "requires-server",
  reason: "the version of the flag's filters is not known",
  cause: UNSUPPORTED,
};
const CONTINUITY = buildInconclusive(
  "the flag's value is remembered by the server (experience continuity)",
  "experience_continuity",
  FIXED,
);
const UNMAPPED = buildInconclusive(
  "the flag's group type is not in the mapping",
  UNSUPPORTED,
  FIXED,
);

// What many rules have in common is kept once.
const PERSON: Aggregation = { kind: "person" };
const DEVICE: Aggregation = { kind: "device" };
const NONE: readonly never[] = [];

/**
 * Compiles a flag's row, in one pass, into a rule that is cheap to evaluate. Total: an odd flag becomes inconclusive.
 *
 * @param index The rule's place in bucket rows.
 * @param needs Is told the keys of the flags that it depends on.
 */
export function compileFlag(
  key: string,
  row: JsonRecord,
  index: number,
  needs: string[],
  context: CompileContext,
): FlagRule {
  const given = row["filters"] ?? {};
  const filters: JsonRecord = isRecord(given) ? given : {};
  const contexts = row["evaluation_contexts"] ?? row["evaluation_tags"];
  const runtime = ofType(row["evaluation_runtime"], "string")?.toLowerCase();
  const settled = findSettled(row, filters, runtime);
  const rule: Open<FlagRule> = {
    key,
    index,
    id: toInteger(row["id"]),
    name: row["name"],
    variantKeys: listVariantKeys(filters["multivariate"]),
    version: toInteger(row["version"]),
    hasExperiment: ofType(row["has_experiment"], "boolean"),
    payloads: compilePayloads(row, filters),
    isEncrypted: isEncrypted(row),
    runtime: runtime === "client" || runtime === "server" ? runtime : "all",
    // No context matters to what is settled.
    contexts: !settled && Array.isArray(contexts)
      ? contexts.filter(isText)
      : NONE,
    matchesAnyContext:
      (row["evaluation_contexts_match_mode"] ?? "any") === "any",
    // Experience continuity: what else the row says does not matter.
    outcome: settled ??
      (row["ensure_experience_continuity"] ? CONTINUITY : undefined),
    aggregation: PERSON,
    hasEnrollment: false,
    holdout: undefined,
    conditions: NONE,
    variants: NONE,
    hasEarlyExit: false,
    [DEPTH]: TOO_DEEP,
  };
  if (!rule.outcome) compileFilterRule(rule, row, given, needs, context);
  return rule;
}

/**
 * Finds the outcome of a flag that no input can change, in the server's order: an inactive flag is `false` whatever
 * else it says.
 */
function findSettled(
  row: JsonRecord,
  filters: JsonRecord,
  runtime: string | undefined,
): FlagOutcome | undefined {
  if (row["active"] !== true) return DISABLED;
  if (Object.hasOwn(filters, "version") && filters["version"] !== 1) {
    return UNKNOWN_VERSION;
  }
  return runtime === "client" ? OMITTED : undefined;
}

/** A rule that is being made. */
type Open<Rule> = { -readonly [Name in keyof Rule]: Rule[Name] };

function compileFilterRule(
  rule: Open<FlagRule>,
  row: JsonRecord,
  given: unknown,
  needs: string[],
  context: CompileContext,
): void {
  try {
    const filters = toRecord(given, "filters");
    // Parity: posthog-python reads it from the filters where the row has none.
    const bucketing = row["bucketing_identifier"] ||
      filters["bucketing_identifier"];
    const person = bucketing === "device_id" ? DEVICE : PERSON;
    const variants = compileVariants(filters["multivariate"] ?? undefined);
    const variantKeys = new Set<unknown>(
      variants.map((variant) => variant.key),
    );
    const groupTypeIndex = readAggregation(filters) ?? null;
    // An absent aggregation is the flag's, while an explicit null says "person", also in a group flag.
    const findAggregation: FindAggregation = (index = groupTypeIndex) => {
      if (index === null) return person;
      const groupType = context.groupTypes.get(index);
      return groupType === undefined
        ? { kind: "unmapped" }
        : { kind: "group", groupType };
    };
    const aggregation = findAggregation();
    // Neither do its conditions, nor the flags that they ask for.
    if (aggregation.kind === "unmapped") {
      rule.outcome = UNMAPPED;
      return;
    }
    // Where it decides for everybody, no condition is looked at, nor what one depends on.
    const hasEnrollment = filters["feature_enrollment"] === true;
    const conditions = toList(filters["groups"], "groups").map((json) =>
      compileCondition(
        json,
        findAggregation,
        variantKeys,
        hasEnrollment ? [] : needs,
        context,
      )
    );
    rule.aggregation = aggregation;
    rule.hasEnrollment = hasEnrollment;
    rule.holdout = compileHoldout(filters["holdout"] ?? undefined);
    if (!hasEnrollment) rule.conditions = conditions;
    rule.variants = variants;
    rule.hasEarlyExit = filters["early_exit"] === true;
  } catch (error) {
    needs.length = 0;
    rule.outcome = buildInconclusive(toReason(error), UNSUPPORTED);
  }
}

/** Whose id is hashed, by a group type index, null for persons; without one the flag says so. */
type FindAggregation = (index?: number | null) => Aggregation;

function compileCondition(
  json: unknown,
  findAggregation: FindAggregation,
  variants: ReadonlySet<unknown>,
  needs: string[],
  context: CompileContext,
): ConditionRule {
  const condition = toRecord(json, "condition");
  const percentage = condition["rollout_percentage"] ?? 100;
  const variant = condition["variant"] ?? undefined;
  expect(
    isFiniteNumber(percentage) && isTextOrAbsent(variant),
    "condition: expected a rollout percentage and a variant, if any",
  );
  const aggregation = findAggregation(readAggregation(condition));
  return {
    aggregation,
    tests: compileFilters(
      toList(condition["properties"], "properties"),
      aggregation,
      needs,
      context,
    ),
    percentage,
    fixedValue: variants.size === 0 ||
      (variants.has(variant) ? variant : undefined),
  };
}

/** Reads a group type index: undefined where it is absent, and null, which says "person", as it is. */
function readAggregation(
  { aggregation_group_type_index: index }: {
    readonly "aggregation_group_type_index"?: unknown;
  },
): number | null | undefined {
  expect(
    (index ?? null) === null || Number.isInteger(index),
    "the aggregation group type index is not an integer",
  );
  return index as number | null | undefined;
}

function compileVariants(json: unknown): readonly VariantRange[] {
  if (json === undefined) return NONE;
  const { variants } = toRecord(json, "multivariate");
  expect(
    Array.isArray(variants),
    "multivariate: expected a list of variants",
  );
  return buildVariantRanges(variants.map((json: unknown) => {
    const { key, rollout_percentage: rolloutPercentage } = toRecord(
      json,
      "variant",
    );
    expect(
      isText(key) && isFiniteNumber(rolloutPercentage),
      "variant: expected a key and a rollout percentage",
    );
    return { key, rolloutPercentage };
  }));
}

/** Total, unlike {@linkcode compileVariants}. */
function listVariantKeys(multivariate: unknown): readonly string[] {
  const variants = isRecord(multivariate) && multivariate["variants"];
  if (!Array.isArray(variants)) return NONE;
  return variants.map((variant: unknown) => Object(variant).key).filter(isText);
}

function compileHoldout(json: unknown): HoldoutRule | undefined {
  if (json === undefined) return undefined;
  const { id, exclusion_percentage: percentage } = toRecord(json, "holdout");
  expect(
    (isText(id) || isFiniteNumber(id)) && isFiniteNumber(percentage),
    "holdout: expected an id and an exclusion percentage",
  );
  return percentage <= 0 ? undefined : {
    share: Math.min(100, percentage) / 100,
    decision: buildDecision(`holdout-${id}`, "holdout_condition_value"),
  };
}

/** Encrypted ones are not served. */
function compilePayloads(
  row: JsonRecord,
  { payloads }: JsonRecord,
): ReadonlyMap<string, JsonValue> | undefined {
  if (!isRecord(payloads) || isEncrypted(row)) return undefined;
  const entries = Object.entries(payloads).map((
    [value, payload],
  ) => [value, decodePayload(payload as JsonValue)] as const);
  return entries.length > 0 ? new Map(entries) : undefined;
}

function isEncrypted(row: JsonRecord): boolean {
  return row["has_encrypted_payloads"] === true;
}

function toInteger(json: unknown): number | undefined {
  return Number.isInteger(json) ? json as number : undefined;
}
