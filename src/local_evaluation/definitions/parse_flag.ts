import {
  describeType,
  getOwn,
  isFiniteNumber,
  isRecord,
} from "../../core/guards.ts";
import type { JsonValue } from "../../core/json.ts";
import type {
  FlagDefinition,
  FlagFilters,
  FlagHoldout,
  FlagVariant,
  UnreadableFilters,
} from "../evaluation/definitions.ts";
import type { NumberTexts } from "./filter_value.ts";
import {
  parseAggregation,
  parseCondition,
  parseList,
  type RowContext,
  toRecord,
} from "./parse_condition.ts";

/** Reads one row; a text says why it is left out. */
export function parseFlag(
  row: unknown,
  numberTexts: NumberTexts | undefined,
): FlagDefinition | string {
  if (!isRecord(row)) return `expected an object, got ${describeType(row)}`;
  const key = getOwn(row, "key");
  if (typeof key !== "string") return "the row has no key";
  if (getOwn(row, "deleted") === true) return "the flag is deleted";
  const filters = getOwn(row, "filters") ?? {};
  return {
    key,
    id: readInteger(row, "id"),
    version: readInteger(row, "version"),
    isActive: getOwn(row, "active") === true,
    hasExperienceContinuity: Boolean(
      getOwn(row, "ensure_experience_continuity"),
    ),
    bucketingIdentifier: parseBucketingIdentifier(row, filters),
    isClientOnly:
      readText(row, "evaluation_runtime")?.toLowerCase() === "client",
    evaluationContexts: parseContexts(
      getOwn(row, "evaluation_contexts") ?? getOwn(row, "evaluation_tags"),
    ),
    matchesAnyContext:
      (getOwn(row, "evaluation_contexts_match_mode") ?? "any") === "any",
    hasExperiment: readBoolean(row, "has_experiment"),
    hasEncryptedPayloads: getOwn(row, "has_encrypted_payloads") === true,
    isSupportedVersion: !isRecord(filters) ||
      !Object.hasOwn(filters, "version") ||
      getOwn(filters, "version") === 1,
    filters: parseFilters(filters, numberTexts),
  };
}

function parseFilters(
  json: unknown,
  numberTexts: NumberTexts | undefined,
): FlagFilters | UnreadableFilters {
  let reason: string | undefined;
  const context: RowContext = {
    numberTexts,
    reportOdd(text) {
      reason ??= text;
    },
  };
  const row = toRecord(json, "filters", context);
  const filters: FlagFilters = {
    kind: "filters",
    conditions: parseList(row, "groups", context).map((condition) =>
      parseCondition(condition, context)
    ),
    variants: parseVariants(getOwn(row, "multivariate") ?? undefined, context),
    payloads: parsePayloads(getOwn(row, "payloads")),
    aggregation: parseAggregation(row, context) ?? null,
    hasEarlyExit: getOwn(row, "early_exit") === true,
    holdout: parseHoldout(getOwn(row, "holdout") ?? undefined, context),
    hasEnrollment: getOwn(row, "feature_enrollment") === true,
  };
  return reason === undefined ? filters : { kind: "unreadable", reason };
}

function parseVariants(
  json: unknown,
  context: RowContext,
): readonly FlagVariant[] {
  if (json === undefined) return [];
  const variants = getOwn(toRecord(json, "multivariate", context), "variants");
  if (!Array.isArray(variants)) {
    context.reportOdd("multivariate: expected a list of variants");
    return [];
  }
  return variants.flatMap((json: unknown) => {
    const variant = toRecord(json, "variant", context);
    const key = getOwn(variant, "key");
    const rolloutPercentage = getOwn(variant, "rollout_percentage");
    if (typeof key === "string" && isFiniteNumber(rolloutPercentage)) {
      return [{ key, rolloutPercentage }];
    }
    context.reportOdd("variant: expected a key and a rollout percentage");
    return [];
  });
}

function parseHoldout(
  json: unknown,
  context: RowContext,
): FlagHoldout | undefined {
  if (json === undefined) return undefined;
  const holdout = toRecord(json, "holdout", context);
  const id = getOwn(holdout, "id");
  const percentage = getOwn(holdout, "exclusion_percentage");
  if (
    (typeof id === "string" || isFiniteNumber(id)) && isFiniteNumber(percentage)
  ) {
    return {
      id: String(id),
      exclusionPercentage: Math.min(100, Math.max(0, percentage)),
    };
  }
  context.reportOdd("holdout: expected an id and an exclusion percentage");
  return undefined;
}

function parsePayloads(json: unknown): ReadonlyMap<string, JsonValue> {
  return new Map(
    isRecord(json) ? Object.entries(json) as [string, JsonValue][] : [],
  );
}

/** Parity: posthog-python reads it from the filters where the row has none. */
function parseBucketingIdentifier(
  row: object,
  filters: unknown,
): "distinct_id" | "device_id" {
  const own = getOwn(row, "bucketing_identifier");
  const identifier = own ||
    (isRecord(filters) ? getOwn(filters, "bucketing_identifier") : undefined);
  return identifier === "device_id" ? "device_id" : "distinct_id";
}

function parseContexts(json: unknown): readonly string[] {
  return Array.isArray(json)
    ? json.filter((context: unknown) => typeof context === "string")
    : [];
}

function readInteger(row: object, name: string): number | undefined {
  const value = getOwn(row, name);
  return typeof value === "number" && Number.isInteger(value)
    ? value
    : undefined;
}

function readBoolean(row: object, name: string): boolean | undefined {
  const value = getOwn(row, name);
  return typeof value === "boolean" ? value : undefined;
}

function readText(row: object, name: string): string | undefined {
  const value = getOwn(row, name);
  return typeof value === "string" ? value : undefined;
}
