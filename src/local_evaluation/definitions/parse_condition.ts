import { describeType, isFiniteNumber, isText } from "../../core/guards.ts";
import type {
  FlagCondition,
  PropertyFilter,
} from "../evaluation/definitions.ts";
import { type NumberTexts, parseFilterValue } from "./filter_value.ts";
import { expect, toList, toRecord } from "./odd.ts";

/** Reads one entry of `filters.groups`; throws where it is odd. */
export function parseCondition(
  json: unknown,
  numberTexts: NumberTexts | undefined,
): FlagCondition {
  const condition = toRecord(json, "condition");
  const rolloutPercentage = condition["rollout_percentage"] ?? 100;
  const variant = condition["variant"] ?? undefined;
  expect(
    isFiniteNumber(rolloutPercentage),
    "condition: the rollout percentage is not a number",
  );
  expect(isTextOrAbsent(variant), "condition: the variant is not a string");
  return {
    properties: toList(condition["properties"], "properties").map((filter) =>
      parsePropertyFilter(filter, numberTexts)
    ),
    rolloutPercentage,
    variant,
    aggregation: parseAggregation(condition),
  };
}

/** Reads a group type index: undefined where it is absent, and null, which says "person", as it is. */
export function parseAggregation(
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

/** Reads one comparison; throws where it is odd. */
export function parsePropertyFilter(
  json: unknown,
  numberTexts: NumberTexts | undefined,
): PropertyFilter {
  const filter = toRecord(json, "property filter");
  const { key, operator: given, dependency_chain: chain } = filter;
  const operator = given ?? undefined;
  const type = filter["type"] ?? undefined;
  const groupTypeIndex = filter["group_type_index"] ?? undefined;
  expect(
    typeof key === "string",
    "property filter: the key is not a string",
  );
  expect(isTextOrAbsent(type), "property filter: the type is not a string");
  expect(
    groupTypeIndex === undefined || isFiniteNumber(groupTypeIndex),
    "property filter: the group type index is not a number",
  );
  return {
    key,
    type,
    // A non-string operator keeps a name that no operator has, so that only its filter is unknown.
    operator: isTextOrAbsent(operator)
      ? operator
      : `(${describeType(operator)})`,
    value: Object.hasOwn(filter, "value")
      ? parseFilterValue(filter, "value", numberTexts)
      : undefined,
    groupTypeIndex,
    // A chain that is not a list of keys is as good as none.
    dependencyChain: Array.isArray(chain) && chain.every(isText) ? chain : [],
  };
}

function isTextOrAbsent(json: unknown): json is string | undefined {
  return json === undefined || isText(json);
}
