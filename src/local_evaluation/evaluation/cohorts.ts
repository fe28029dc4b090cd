import {
  type CohortNode,
  FilterNumber,
  type FilterValue,
  type FlagDefinitions,
  type PropertyFilter,
} from "./definitions.ts";
import { measureDepths } from "./depths.ts";
import { combine, negate, toTest } from "./kleene.ts";
import { compilePersonProperty } from "./property_filters.ts";
import type { CompileContext, FilterTest } from "./rules.ts";
import { buildServer, buildUnknown, NO, YES } from "./types.ts";

/** How many cohorts may nest, the outermost counted. */
const MAX_DEPTH = 20;

/** Finds how deep each cohort's cohorts nest. */
export function measureCohorts(
  { cohorts }: FlagDefinitions,
): ReadonlyMap<string, number> {
  const references = new Map<string, readonly string[]>();
  for (const [id, cohort] of cohorts) {
    references.set(id, listReferences(cohort, cohorts));
  }
  return measureDepths(references, MAX_DEPTH - 1);
}

/**
 * Compiles a filter on membership in a cohort. A cohort outside the document (static, deleted, too new) is known
 * to the server alone.
 */
export function compileMembership(
  { operator = "in", value }: PropertyFilter,
  context: CompileContext,
): FilterTest {
  if (operator !== "in" && operator !== "not_in") {
    return toTest(
      buildUnknown(`the operator "${operator}" is not known for cohorts`),
    );
  }
  const [id = ""] = listSpellings(value);
  const known = findCohort(value, context.definitions.cohorts);
  if (known === undefined) {
    return toTest(
      id === ""
        ? buildUnknown("the filter names no cohort")
        : buildServer(`cohort ${id} is not in the definitions`),
    );
  }
  const test = compileCohort(known, context);
  return operator === "in" ? test : negate(test);
}

/** Compiles a cohort once a document; its test looks at a person once an evaluation, since no bucket plays a part. */
function compileCohort(id: string, context: CompileContext): FilterTest {
  const known = context.cohortTests.get(id);
  if (known) return known;
  const cohort = context.definitions.cohorts.get(id);
  // What has a depth refers to nothing without one, so this recursion ends.
  const test = cohort && context.cohortDepths.has(id)
    ? compileNode(cohort, context)
    : toTest(buildUnknown(`cohort ${id} leads into a loop, or too deep`));
  const remembering: FilterTest = (pass) => {
    const answer = pass.cohorts.get(id) ?? test(pass);
    pass.cohorts.set(id, answer);
    return answer;
  };
  context.cohortTests.set(id, remembering);
  return remembering;
}

function compileNode(node: CohortNode, context: CompileContext): FilterTest {
  switch (node.kind) {
    case "unreadable":
      return toTest(buildUnknown(node.reason));
    case "group": {
      const tests = node.members.map((member) => compileNode(member, context));
      const deciding = node.matchesAny ? YES : NO;
      return (pass) => combine(tests, pass, deciding);
    }
    case "leaf": {
      const test = compileLeaf(node.filter, context);
      return node.isNegated ? negate(test) : test;
    }
  }
}

/** A cohort is about persons, also where the condition is about a group. */
function compileLeaf(
  filter: PropertyFilter,
  context: CompileContext,
): FilterTest {
  const { type = "person" } = filter;
  if (type === "cohort") return compileMembership(filter, context);
  if (type === "person") return compilePersonProperty(filter, context);
  return toTest(
    buildUnknown(
      `filters of type "${type}" are not evaluated locally in cohorts`,
    ),
  );
}

function listReferences(
  node: CohortNode,
  cohorts: FlagDefinitions["cohorts"],
): readonly string[] {
  switch (node.kind) {
    case "unreadable":
      return [];
    case "group":
      return node.members.flatMap((member) => listReferences(member, cohorts));
    case "leaf": {
      const { type, value } = node.filter;
      const id = type === "cohort" ? findCohort(value, cohorts) : undefined;
      return id === undefined ? [] : [id];
    }
  }
}

/** Ids are compared as texts: the number 77 is "77". */
function findCohort(
  value: FilterValue | undefined,
  cohorts: FlagDefinitions["cohorts"],
): string | undefined {
  return listSpellings(value).find((id) => cohorts.has(id));
}

function listSpellings(value: FilterValue | undefined): readonly string[] {
  if (typeof value === "string") return [value];
  return value instanceof FilterNumber ? value.spellings : [];
}
