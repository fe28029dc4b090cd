import { compileMembership } from "./cohorts.ts";
import type { PropertyFilter } from "./definitions.ts";
import { compileDependency } from "./dependencies.ts";
import { toTest } from "./kleene.ts";
import {
  compileGroupProperty,
  compilePersonProperty,
} from "./property_filters.ts";
import type { Aggregation, CompileContext, FilterTest } from "./rules.ts";
import { buildUnknown } from "./types.ts";

/** What takes longer to test comes later; the rest keeps its order. */
const SLOW: readonly unknown[] = ["cohort", "flag"];

/** Compiles the filters of a condition. */
export function compileFilters(
  filters: readonly PropertyFilter[],
  aggregation: Aggregation,
  context: CompileContext,
): readonly FilterTest[] {
  return [...filters]
    .sort((a, b) => SLOW.indexOf(a.type) - SLOW.indexOf(b.type))
    .map((filter) => compileFilter(filter, aggregation, context));
}

function compileFilter(
  filter: PropertyFilter,
  aggregation: Aggregation,
  context: CompileContext,
): FilterTest {
  switch (filter.type ?? (aggregation.kind === "group" ? "group" : "person")) {
    case "person":
      return compilePersonProperty(filter, context);
    case "group":
      return compileGroupProperty(filter, aggregation, context);
    case "cohort":
      return compileMembership(filter, context);
    case "flag":
      return compileDependency(filter, context);
    default:
      return toTest(
        buildUnknown(
          `filters of type "${filter.type}" are not evaluated locally`,
        ),
      );
  }
}
