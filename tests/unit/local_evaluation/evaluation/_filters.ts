import { flag, read } from "../../flags/_helpers.ts";

/** A filter that the person "ada" matches. */
export const yes = { key: "distinct_id", type: "person", value: "ada" };

/** A filter that the person "ada" does not match. */
export const no = { key: "distinct_id", type: "person", value: "nobody" };

/** A filter on a property that nobody gave. */
export const unknown = { key: "absent", type: "person", value: "x" };

/** A filter on a cohort that is not in the document. */
export const server: Record<string, unknown> = cohort(404);

/** A filter on membership. */
export function cohort(
  value: unknown,
  rest: Record<string, unknown> = {},
): Record<string, unknown> {
  return { key: "id", type: "cohort", value, ...rest };
}

/** A filter on another flag. */
export function dependency(
  key: string,
  rest: Record<string, unknown> = {},
): Record<string, unknown> {
  return {
    key,
    type: "flag",
    operator: "flag_evaluates_to",
    value: true,
    "dependency_chain": [key],
    ...rest,
  };
}

/** The same filter of a cohort, turned round. */
export function negated(
  leaf: Record<string, unknown>,
): Record<string, unknown> {
  return { ...leaf, negation: true };
}

/** A cohort's group of which all members have to match. */
export function all(...values: unknown[]): unknown {
  return { type: "AND", values };
}

/** A cohort's group of which one member is enough. */
export function any(...values: unknown[]): unknown {
  return { type: "OR", values };
}

/** What a flag for the members of cohort 1 gives; other cohorts lie around it. */
export function readCohort(
  members: unknown,
  others: Record<string, unknown> = {},
  filter: Record<string, unknown> = cohort(1),
): Promise<boolean | string> {
  return read([flag([{ properties: [filter] }])], {}, {
    cohorts: { ...others, "1": members },
  });
}
