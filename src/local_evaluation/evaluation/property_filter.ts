import {
  describeType,
  isFiniteNumber,
  isObject,
  isText,
} from "../../core/guards.ts";
import { expect, toRecord } from "./odd.ts";
import type { FilterValue } from "./text.ts";

/** One comparison. */
export interface PropertyFilter {
  /** The property's name, or the target flag's key. */
  readonly key: string;
  /** Where the property lives; undefined: with the condition's aggregation. */
  readonly type: string | undefined;
  /** The comparison; undefined: the default of the type. */
  readonly operator: string | undefined;
  /** What to compare with; null where the row has none. */
  readonly value: FilterValue;
  /** The group type of a `group` filter; undefined: the condition's. */
  readonly groupTypeIndex: number | undefined;
  /** The flags that a `flag` filter needs, its target last; empty where one is missing, or they form a loop. */
  readonly chain: readonly string[];
}

/** Deeper values are not read: a guard for the stack. Real filters are a list of scalars. */
const MAX_VALUE_DEPTH = 32;

/** Reads one comparison; throws where it is odd. */
export function readPropertyFilter(json: unknown): PropertyFilter {
  const filter = toRecord(json, "property filter");
  const { key, dependency_chain: chain } = filter;
  const operator = filter["operator"] ?? undefined;
  const type = filter["type"] ?? undefined;
  const groupTypeIndex = filter["group_type_index"] ?? undefined;
  const value = filter["value"] ?? null;
  expect(
    isText(key) && isTextOrAbsent(type) &&
      (groupTypeIndex === undefined || isFiniteNumber(groupTypeIndex)) &&
      isShallow(value, MAX_VALUE_DEPTH),
    "property filter: expected a key, a flat value, and a type and a group type index if any",
  );
  return {
    key,
    type,
    // A non-string operator keeps a name that no operator has, so that only its filter is unknown.
    operator: isTextOrAbsent(operator)
      ? operator
      : `(${describeType(operator)})`,
    value: value as FilterValue,
    groupTypeIndex,
    // A chain that is not a list of keys is as good as none.
    chain: Array.isArray(chain) && chain.every(isText) ? chain : [],
  };
}

function isShallow(json: unknown, depth: number): boolean {
  return !isObject(json) ||
    Object.values(json).every((member) =>
      depth > 0 && isShallow(member, depth - 1)
    );
}

/** Whether it is a text, or not given. */
export function isTextOrAbsent(json: unknown): json is string | undefined {
  return json === undefined || isText(json);
}
