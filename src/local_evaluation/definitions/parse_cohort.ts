import { isRecord } from "../../core/guards.ts";
import type { CohortNode } from "../evaluation/definitions.ts";
import type { NumberTexts } from "./filter_value.ts";
import { expect, readWhole } from "./odd.ts";
import { parsePropertyFilter } from "./parse_condition.ts";

/** A guard for the stack. PostHog's editor makes two levels. */
const MAX_DEPTH = 20;

/** Reads the cohorts of a document by id; what is odd stays unreadable by itself. */
export function parseCohorts(
  json: unknown,
  numberTexts: NumberTexts | undefined,
): ReadonlyMap<string, CohortNode> {
  return new Map(
    Object.entries(isRecord(json) ? json : {}).map(([id, cohort]) => [
      id,
      readWhole(() => parseGroup(cohort, numberTexts, 1)),
    ]),
  );
}

function parseGroup(
  json: unknown,
  numberTexts: NumberTexts | undefined,
  depth: number,
): CohortNode {
  const { type, values } = (isRecord(json) ? json : {}) as {
    readonly type?: unknown;
    readonly values?: unknown;
  };
  expect(
    Array.isArray(values) && values.length > 0,
    "the cohort, or a part of it, has no filters",
  );
  // "property" is an old alias of AND.
  expect(
    type === "OR" || type === "AND" || type === "property",
    "the type of the cohort's filters is not known",
  );
  expect(
    depth <= MAX_DEPTH,
    "the cohort's filters are nested too deeply",
  );
  return {
    kind: "group",
    matchesAny: type === "OR",
    members: values.map((value: unknown) =>
      readWhole(() =>
        isRecord(value) && Object.hasOwn(value, "values")
          ? parseGroup(value, numberTexts, depth + 1)
          : {
            kind: "leaf",
            filter: parsePropertyFilter(value, numberTexts),
            isNegated: isRecord(value) && value["negation"] === true,
          }
      )
    ),
  };
}
