import { isRecord } from "../../core/guards.ts";
import { compileDependency } from "./dependencies.ts";
import { combine, negate, toTest } from "./kleene.ts";
import { expect, toReason } from "./odd.ts";
import { PENDING } from "./pass.ts";
import { type PropertyFilter, readPropertyFilter } from "./property_filter.ts";
import { compilePersonProperty } from "./property_tests.ts";
import { DEPTH, TOO_DEEP } from "./rule_table.ts";
import type { CohortRule, CompileContext, FilterTest } from "./rules.ts";
import { FilterNumber, type FilterValue, toText } from "./text.ts";
import { buildServer, buildUnknown, NO, UNSUPPORTED, YES } from "./types.ts";

/** How deep cohorts may nest in cohorts. */
export const MAX_COHORT_DEPTH = 19;

/** How deep a cohort's groups may nest: a guard for the stack. PostHog's editor makes two levels. */
const MAX_GROUP_DEPTH = 20;

/**
 * How deep the flags that a cohort asks for may depend on others: a guard for the stack, since each level may be a
 * cohort of the deepest kind.
 */
const MAX_DEPENDENCY_DEPTH = 2;

/**
 * Compiles a filter on membership in a cohort. A cohort outside the document (static, deleted, too new) is known
 * to the server alone.
 *
 * @param needs Is told the keys of the flags that the cohort asks for, and those that it needs.
 */
export function compileMembership(
  { operator = "in", value }: PropertyFilter,
  { cohorts }: CompileContext,
  needs?: string[],
): FilterTest {
  if (operator !== "in" && operator !== "not_in") {
    return toTest(
      buildUnknown(`the operator "${operator}" is not known for cohorts`),
    );
  }
  const id = toCohortId(value);
  if (id === undefined || !cohorts.has(id)) {
    return toTest(
      id
        ? buildServer(`cohort ${id} is not in the definitions`)
        : buildUnknown("the filter names no cohort"),
    );
  }
  for (const key of needs ? listFlags(id, cohorts) : []) needs?.push(key);
  const loop = buildUnknown(
    `cohort ${id} leads into a loop, or too deep`,
    UNSUPPORTED,
  );
  // A cohort looks at a person once an evaluation, unless a flag that it asks for lacks a bucket: then once a pass.
  const membership: FilterTest = {
    test(pass) {
      const cohort = cohorts.get(id);
      if (!cohort || cohort[DEPTH] === TOO_DEEP) return loop;
      const known = pass.cohorts.get(cohort);
      if (known) return known;
      if (pass.pending.has(cohort)) return PENDING;
      const answer = cohort.filter.test(pass);
      if (answer.kind === "pending") pass.pending.add(cohort);
      else pass.cohorts.set(cohort, answer);
      return answer;
    },
  };
  return operator === "in" ? membership : negate(membership);
}

/** The keys of the flags that a cohort asks for, with those of the cohorts in it, which are compiled for that. */
function listFlags(
  id: string,
  cohorts: CompileContext["cohorts"],
): readonly string[] {
  const cohort = cohorts.get(id);
  if (!cohort || cohort[DEPTH] === TOO_DEEP) return [];
  // Found out once, however many ask.
  const inner = cohort.cohorts.splice(0).flatMap((id) =>
    listFlags(id, cohorts)
  );
  if (inner.length > 0) {
    cohort.flags = [...new Set([...cohort.flags, ...inner])];
  }
  return cohort.flags;
}

/** Compiles a cohort. Total: an odd part of it is unknown. The cohorts that it needs are added to `needs`. */
export function compileCohort(
  json: unknown,
  needs: string[],
  context: CompileContext,
): CohortRule {
  const flags: string[] = [];
  const filter = compileWhole(() =>
    compileGroup(json, 1, needs, flags, context)
  );
  return { filter, cohorts: [...new Set(needs)], flags, [DEPTH]: TOO_DEEP };
}

/** Where something is odd about a part, nothing of it is used. */
function compileWhole(compile: () => FilterTest): FilterTest {
  try {
    return compile();
  } catch (error) {
    const odd = buildUnknown(toReason(error), UNSUPPORTED);
    return { test: () => odd };
  }
}

function compileGroup(
  json: unknown,
  depth: number,
  needs: string[],
  flags: string[],
  context: CompileContext,
): FilterTest {
  const { type, values } = (isRecord(json) ? json : {}) as {
    readonly type?: unknown;
    readonly values?: unknown;
  };
  expect(
    Array.isArray(values) && values.length > 0 && depth <= MAX_GROUP_DEPTH &&
      // "property" is an old alias of AND.
      (type === "OR" || type === "AND" || type === "property"),
    "a part of the cohort is empty, of an unknown type, or nested too deeply",
  );
  const tests = values.map((value: unknown) =>
    compileWhole(() =>
      isRecord(value) && Object.hasOwn(value, "values")
        ? compileGroup(value, depth + 1, needs, flags, context)
        : compileLeaf(value, needs, flags, context)
    )
  );
  const deciding = type === "OR" ? YES : NO;
  return { test: (pass) => combine(tests, pass, deciding) };
}

/** A cohort is about persons, also where the condition is about a group. */
function compileLeaf(
  json: unknown,
  needs: string[],
  flags: string[],
  context: CompileContext,
): FilterTest {
  const filter = readPropertyFilter(json);
  const { type = "person", value } = filter;
  const id = type === "cohort" ? toCohortId(value) : undefined;
  if (id !== undefined) needs.push(id);
  const test = type === "cohort"
    ? compileMembership(filter, context)
    : type === "person"
    ? compilePersonProperty(filter, context)
    // What the server makes of another operator in a cohort is not known.
    : type === "flag" && filter.operator === "flag_evaluates_to"
    ? compileDependency(filter, flags, context, MAX_DEPENDENCY_DEPTH)
    : toTest(
      buildUnknown(
        `filters of type "${type}" are not evaluated locally in cohorts`,
      ),
    );
  return isRecord(json) && json["negation"] === true ? negate(test) : test;
}

/** Ids are compared as texts: the number 77 is "77". */
function toCohortId(value: FilterValue): string | undefined {
  const isId = typeof value === "string" || typeof value === "number" ||
    value instanceof FilterNumber;
  return isId ? toText(value) : undefined;
}
