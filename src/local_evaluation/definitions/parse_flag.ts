import { describeType, isFiniteNumber, isRecord } from "../../core/guards.ts";
import type { JsonValue } from "../../core/json.ts";
import { ofType } from "../../flags/wire.ts";
import type {
  FlagDefinition,
  FlagFilters,
  FlagHoldout,
  FlagVariant,
} from "../evaluation/definitions.ts";
import type { NumberTexts } from "./filter_value.ts";
import { expect, readWhole, toList, toRecord } from "./odd.ts";
import { parseAggregation, parseCondition } from "./parse_condition.ts";

/** Reads one row; a text says why it is left out. */
export function parseFlag(
  row: unknown,
  numberTexts: NumberTexts | undefined,
): FlagDefinition | string {
  if (!isRecord(row)) return `expected an object, got ${describeType(row)}`;
  const key = row["key"];
  if (typeof key !== "string") return "the row has no key";
  if (row["deleted"] === true) return "the flag is deleted";
  const filters = row["filters"] ?? {};
  const known: Readonly<Record<string, unknown>> = isRecord(filters)
    ? filters
    : {};
  const contexts = row["evaluation_contexts"] ?? row["evaluation_tags"];
  return {
    key,
    id: toInteger(row["id"]),
    version: toInteger(row["version"]),
    isActive: row["active"] === true,
    hasExperienceContinuity: Boolean(row["ensure_experience_continuity"]),
    // Parity: posthog-python reads it from the filters where the row has none.
    usesDevice:
      (row["bucketing_identifier"] || known["bucketing_identifier"]) ===
        "device_id",
    isClientOnly: ofType(row["evaluation_runtime"], "string")?.toLowerCase() ===
      "client",
    evaluationContexts: Array.isArray(contexts)
      ? contexts.filter((context: unknown) => typeof context === "string")
      : [],
    matchesAnyContext:
      (row["evaluation_contexts_match_mode"] ?? "any") === "any",
    hasExperiment: ofType(row["has_experiment"], "boolean"),
    hasEncryptedPayloads: row["has_encrypted_payloads"] === true,
    isSupportedVersion: !Object.hasOwn(known, "version") ||
      known["version"] === 1,
    filters: readWhole(() => parseFilters(filters, numberTexts)),
  };
}

function parseFilters(
  json: unknown,
  numberTexts: NumberTexts | undefined,
): FlagFilters {
  const filters = toRecord(json, "filters");
  const { payloads } = filters;
  return {
    kind: "filters",
    conditions: toList(filters["groups"], "groups").map((condition) =>
      parseCondition(condition, numberTexts)
    ),
    variants: parseVariants(filters["multivariate"] ?? undefined),
    payloads: new Map(
      isRecord(payloads)
        ? Object.entries(payloads) as [string, JsonValue][]
        : [],
    ),
    aggregation: parseAggregation(filters) ?? null,
    hasEarlyExit: filters["early_exit"] === true,
    holdout: parseHoldout(filters["holdout"] ?? undefined),
    hasEnrollment: filters["feature_enrollment"] === true,
  };
}

function parseVariants(json: unknown): readonly FlagVariant[] {
  if (json === undefined) return [];
  const { variants } = toRecord(json, "multivariate");
  expect(
    Array.isArray(variants),
    "multivariate: expected a list of variants",
  );
  return variants.map((json: unknown) => {
    const { key, rollout_percentage: rolloutPercentage } = toRecord(
      json,
      "variant",
    );
    expect(
      typeof key === "string" && isFiniteNumber(rolloutPercentage),
      "variant: expected a key and a rollout percentage",
    );
    return { key, rolloutPercentage };
  });
}

function parseHoldout(json: unknown): FlagHoldout | undefined {
  if (json === undefined) return undefined;
  const { id, exclusion_percentage: percentage } = toRecord(json, "holdout");
  expect(
    (typeof id === "string" || isFiniteNumber(id)) &&
      isFiniteNumber(percentage),
    "holdout: expected an id and an exclusion percentage",
  );
  return {
    id: String(id),
    exclusionPercentage: Math.min(100, Math.max(0, percentage)),
  };
}

function toInteger(json: unknown): number | undefined {
  return Number.isInteger(json) ? json as number : undefined;
}
