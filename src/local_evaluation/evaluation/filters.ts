import { compileMembership } from "./cohorts.ts";
import { compileDependency } from "./dependencies.ts";
import { toTest } from "./kleene.ts";
import { type PropertyFilter, readPropertyFilter } from "./property_filter.ts";
import {
  compileGroupProperty,
  compilePersonProperty,
} from "./property_tests.ts";
import type { Aggregation, CompileContext, FilterTest } from "./rules.ts";
import { buildUnknown } from "./types.ts";

/** What takes longer to test comes later; the rest keeps its order. */
const SLOW: readonly unknown[] = ["cohort", "flag"];

const NONE: readonly FilterTest[] = [];

/** Compiles the filters of a condition; throws where one is odd. The flags that they need are added to `needs`. */
export function compileFilters(
  filters: readonly unknown[],
  aggregation: Aggregation,
  needs: string[],
  context: CompileContext,
): readonly FilterTest[] {
  return filters.length === 0 ? NONE : filters.map(readPropertyFilter)
    .sort((a, b) => SLOW.indexOf(a.type) - SLOW.indexOf(b.type))
    .map((filter) => compileFilter(filter, aggregation, needs, context));
}

function compileFilter(
  filter: PropertyFilter,
  aggregation: Aggregation,
  needs: string[],
  context: CompileContext,
): FilterTest {
  switch (filter.type ?? (aggregation.kind === "group" ? "group" : "person")) {
    case "person":
      return compilePersonProperty(filter, context);
    case "group":
      return compileGroupProperty(filter, aggregation, context);
    case "cohort":
      return compileMembership(filter, context, needs);
    case "flag":
      return compileDependency(filter, needs, context);
    default:
      return toTest(
        buildUnknown(
          `filters of type "${filter.type}" are not evaluated locally`,
        ),
      );
  }
}
