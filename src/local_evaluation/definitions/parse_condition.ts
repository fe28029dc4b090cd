import {
  describeType,
  getOwn,
  isFiniteNumber,
  isRecord,
} from "../../core/guards.ts";
import type {
  FlagCondition,
  PropertyFilter,
} from "../evaluation/definitions.ts";
import { type NumberTexts, parseFilterValue } from "./filter_value.ts";

/** What the parse functions of one row share. */
export interface RowContext {
  /** How the document spells its numbers, where that is known. */
  readonly numberTexts: NumberTexts | undefined;
  /** Notes something odd, after which nothing of the flag's filters is used: the server would refuse them too. */
  reportOdd(reason: string): void;
}

/** Reads one entry of `filters.groups`. */
export function parseCondition(
  json: unknown,
  context: RowContext,
): FlagCondition {
  const condition = toRecord(json, "condition", context);
  const rolloutPercentage = getOwn(condition, "rollout_percentage") ?? 100;
  const variant = getOwn(condition, "variant") ?? undefined;
  if (!isFiniteNumber(rolloutPercentage)) {
    context.reportOdd("condition: the rollout percentage is not a number");
  }
  if (variant !== undefined && typeof variant !== "string") {
    context.reportOdd("condition: the variant is not a string");
  }
  return {
    properties: parseList(condition, "properties", context).map((filter) =>
      parsePropertyFilter(filter, context)
    ),
    rolloutPercentage: isFiniteNumber(rolloutPercentage)
      ? rolloutPercentage
      : 0,
    variant: typeof variant === "string" ? variant : undefined,
    aggregation: parseAggregation(condition, context),
  };
}

/** Reads a group type index: undefined where it is absent, and null, which says "person", as it is. */
export function parseAggregation(
  json: object,
  context: RowContext,
): number | null | undefined {
  const index = getOwn(json, "aggregation_group_type_index");
  if (index === undefined || index === null) return index;
  if (typeof index === "number" && Number.isInteger(index)) return index;
  context.reportOdd("the aggregation group type index is not an integer");
  return undefined;
}

/** Reads a list that may be absent or null. */
export function parseList(
  json: object,
  name: string,
  context: RowContext,
): readonly unknown[] {
  const list = getOwn(json, name) ?? [];
  if (Array.isArray(list)) return list;
  context.reportOdd(`${name}: expected an array, got ${describeType(list)}`);
  return [];
}

/** Reads an object; anything else is odd. */
export function toRecord(
  json: unknown,
  name: string,
  context: RowContext,
): object {
  if (isRecord(json)) return json;
  context.reportOdd(`${name}: expected an object, got ${describeType(json)}`);
  return {};
}

/** Reads one comparison. */
export function parsePropertyFilter(
  json: unknown,
  context: RowContext,
): PropertyFilter {
  const filter = toRecord(json, "property filter", context);
  const key = getOwn(filter, "key");
  const type = getOwn(filter, "type") ?? undefined;
  const groupTypeIndex = getOwn(filter, "group_type_index") ?? undefined;
  const hasValue = Object.hasOwn(filter, "value");
  const value = hasValue
    ? parseFilterValue(filter, "value", context.numberTexts)
    : undefined;
  if (typeof key !== "string") {
    context.reportOdd("property filter: the key is not a string");
  }
  if (type !== undefined && typeof type !== "string") {
    context.reportOdd("property filter: the type is not a string");
  }
  if (groupTypeIndex !== undefined && !isFiniteNumber(groupTypeIndex)) {
    context.reportOdd("property filter: the group type index is not a number");
  }
  if (hasValue && value === undefined) {
    context.reportOdd("property filter: the value is nested too deeply");
  }
  return {
    key: typeof key === "string" ? key : "",
    type: typeof type === "string" ? type : undefined,
    operator: parseOperator(getOwn(filter, "operator") ?? undefined),
    value,
    groupTypeIndex: isFiniteNumber(groupTypeIndex) ? groupTypeIndex : undefined,
    dependencyChain: parseChain(getOwn(filter, "dependency_chain")),
  };
}

/** A chain that is not a list of keys is as good as none. */
function parseChain(json: unknown): readonly string[] {
  if (!Array.isArray(json)) return [];
  const keys = json.filter((key: unknown) => typeof key === "string");
  return keys.length === json.length ? keys : [];
}

/** A non-string operator keeps a name that no operator has, so that only its filter is unknown. */
function parseOperator(json: unknown): string | undefined {
  return json === undefined || typeof json === "string"
    ? json
    : `(${describeType(json)})`;
}
