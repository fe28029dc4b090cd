import { getOwn, isRecord } from "../../core/guards.ts";
import type { CohortNode } from "../evaluation/definitions.ts";
import type { NumberTexts } from "./filter_value.ts";
import { parsePropertyFilter } from "./parse_condition.ts";

/** Groups nested deeper are not read: a guard for the stack. PostHog's editor makes two levels. */
const MAX_DEPTH = 20;

/** Reads the cohorts of a document by id; what is odd stays unreadable by itself. */
export function parseCohorts(
  json: unknown,
  numberTexts: NumberTexts | undefined,
): ReadonlyMap<string, CohortNode> {
  const cohorts = new Map<string, CohortNode>();
  if (!isRecord(json)) return cohorts;
  for (const [id, cohort] of Object.entries(json)) {
    cohorts.set(id, parseGroup(cohort, numberTexts, 1));
  }
  return cohorts;
}

function parseGroup(
  json: unknown,
  numberTexts: NumberTexts | undefined,
  depth: number,
): CohortNode {
  const type = isRecord(json) ? getOwn(json, "type") : undefined;
  const values = isRecord(json) ? getOwn(json, "values") : undefined;
  if (!Array.isArray(values) || values.length === 0) {
    return buildUnreadable("the cohort, or a part of it, has no filters");
  }
  // "property" is an old alias of AND.
  if (type !== "OR" && type !== "AND" && type !== "property") {
    return buildUnreadable("the type of the cohort's filters is not known");
  }
  if (depth > MAX_DEPTH) {
    return buildUnreadable("the cohort's filters are nested too deeply");
  }
  return {
    kind: "group",
    matchesAny: type === "OR",
    members: values.map((value: unknown) =>
      isRecord(value) && Object.hasOwn(value, "values")
        ? parseGroup(value, numberTexts, depth + 1)
        : parseLeaf(value, numberTexts)
    ),
  };
}

function parseLeaf(
  json: unknown,
  numberTexts: NumberTexts | undefined,
): CohortNode {
  let reason: string | undefined;
  const filter = parsePropertyFilter(json, {
    numberTexts,
    reportOdd(text) {
      reason ??= text;
    },
  });
  return reason === undefined
    ? {
      kind: "leaf",
      filter,
      isNegated: isRecord(json) && getOwn(json, "negation") === true,
    }
    : buildUnreadable(reason);
}

function buildUnreadable(reason: string): CohortNode {
  return { kind: "unreadable", reason };
}
