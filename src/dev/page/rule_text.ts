import { getOwn, isRecord } from "../../core/guards.ts";

/** Words for the operators that a reader would stumble over; others are their own words. */
const OPERATORS: ReadonlyMap<unknown, string> = new Map([
  ["exact", "is"],
  ["is_not", "is not"],
  ["is_set", "is set"],
  ["is_not_set", "is not set"],
  ["icontains", "contains"],
  ["not_icontains", "does not contain"],
  ["gt", ">"],
  ["gte", "≥"],
  ["lt", "<"],
  ["lte", "≤"],
]);

/** Says a condition in words: `plan is "pro", 50 % of them, as "blue"`, or `50 % of everybody`. */
export function describeCondition(condition: unknown): string {
  if (!isRecord(condition)) return "no condition";
  const listed = getOwn(condition, "properties");
  const filters = Array.isArray(listed) ? listed.map(describeFilter) : [];
  const rollout = getOwn(condition, "rollout_percentage") ?? 100;
  const variant = getOwn(condition, "variant");
  const isAll = rollout === 100;
  const share = `${String(rollout)} % of`;
  return [
    ...(filters.length > 0
      ? [filters.join(" and "), ...(isAll ? [] : [`${share} them`])]
      : [isAll ? "everybody" : `${share} everybody`]),
    ...(typeof variant === "string" ? [`as ${JSON.stringify(variant)}`] : []),
  ].join(", ");
}

function describeFilter(filter: unknown): string {
  if (!isRecord(filter)) return "no filter";
  const { key, value, operator = "exact", type, negation } = filter;
  const not = negation === true ? "not: " : "";
  if (type === "cohort") return `${not}in cohort ${toText(value)}`;
  if (type === "flag") {
    return `${not}flag ${toText(key)} is ${toText(value)}`;
  }
  const word = OPERATORS.get(operator) ?? String(operator).replaceAll("_", " ");
  const isPresence = operator === "is_set" || operator === "is_not_set";
  const operand = isPresence ? "" : ` ${toText(value)}`;
  return `${not}${String(key)} ${word}${operand}`;
}

function toText(value: unknown): string {
  return Array.isArray(value)
    ? value.map(toText).join(" or ")
    : JSON.stringify(value) ?? "nothing";
}
