import type { PropertyFilter } from "./definitions.ts";
import { PROPERTY_OPERATORS } from "./operators.ts";
import type {
  Aggregation,
  CompileContext,
  EvaluationPass,
  FilterTest,
} from "./rules.ts";
import {
  type Answer,
  buildServer,
  buildUnknown,
  NO,
  type PropertyMap,
} from "./types.ts";

/** Compiles one filter of a condition. */
export function compileFilter(
  filter: PropertyFilter,
  aggregation: Aggregation,
  context: CompileContext,
): FilterTest {
  switch (filter.type ?? (aggregation.kind === "group" ? "group" : "person")) {
    case "person":
      return compileProperty(
        filter,
        context,
        (pass) => pass.input.personProperties,
      );
    case "group":
      return compileGroupProperty(filter, aggregation, context);
    case "cohort":
      return compileCohort(filter);
    case "flag":
      return compileDependency(filter);
    default:
      return toTest(
        buildUnknown(
          `filters of type "${filter.type}" are not evaluated locally`,
        ),
      );
  }
}

/** A group filter reads the group type that it names, else the condition's. */
function compileGroupProperty(
  filter: PropertyFilter,
  aggregation: Aggregation,
  context: CompileContext,
): FilterTest {
  const groupType = filter.groupTypeIndex === undefined
    ? aggregation.kind === "group" ? aggregation.groupType : undefined
    : context.definitions.groupTypes.get(filter.groupTypeIndex);
  if (groupType === undefined) {
    return toTest(
      buildUnknown("the filter's group type is not in the mapping"),
    );
  }
  return compileProperty(
    filter,
    context,
    (pass) => pass.input.groups.get(groupType)?.properties,
  );
}

function compileProperty(
  { key, operator: name = "exact", value }: PropertyFilter,
  { definitions, timeZone }: CompileContext,
  select: (pass: EvaluationPass) => PropertyMap | undefined,
): FilterTest {
  const operator = PROPERTY_OPERATORS.get(name);
  if (!operator) {
    return toTest(
      buildUnknown(`the operator "${name}" is not evaluated locally`),
    );
  }
  // The server says "no" to a filter without a value, negated operators included.
  if (operator.needsValue && (value === undefined || value === null)) {
    return toTest(NO);
  }
  const match = operator.compile({
    value: value ?? null,
    matchingVersion: definitions.propertyMatchingVersion,
    timeZone,
  });
  if (typeof match === "object") return toTest(match);
  // Unknown for every operator, because the server may hold the property in its database.
  const absent = buildUnknown(`the property "${key}" is not given`);
  return (pass) => {
    const property = select(pass)?.get(key);
    return property === undefined ? absent : match(property, pass.input.now);
  };
}

/** Membership may rest on a static cohort, which only the server knows; until it is looked into, all may. */
function compileCohort({ operator = "in", value }: PropertyFilter): FilterTest {
  return toTest(
    operator === "in" || operator === "not_in"
      ? buildServer(
        `cohort ${
          typeof value === "string" ? value : "filters"
        } is not evaluated locally`,
      )
      : buildUnknown(`the operator "${operator}" is not known for cohorts`),
  );
}

/** The target may be for the server alone; until it is looked into, every one may. */
function compileDependency(
  { key, operator = "exact" }: PropertyFilter,
): FilterTest {
  return toTest(
    operator === "flag_evaluates_to"
      ? buildServer(`the dependency on flag "${key}" is not evaluated locally`)
      : NO, // The server knows no other operator here: no match.
  );
}

function toTest(answer: Answer): FilterTest {
  return () => answer;
}
