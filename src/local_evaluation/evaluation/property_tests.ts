import type { JsonValue } from "../../core/json.ts";
import { toTest } from "./kleene.ts";
import { findOperator, isPresenceOperator } from "./operators.ts";
import type { Matcher } from "./matcher.ts";
import type { PropertyFilter } from "./property_filter.ts";
import type {
  Aggregation,
  CompileContext,
  EvaluationPass,
  FilterTest,
  TestAnswer,
} from "./rules.ts";
import { buildUnknown, NO } from "./types.ts";

/** Gives a property of whom a pass is about. */
type ReadProperty = (
  pass: EvaluationPass,
  key: string,
) => JsonValue | undefined;

const readPerson: ReadProperty = ({ input }, key) =>
  input.personProperties.get(key);

/** The caller's own wins. It is known to local matching alone: the server has its own. */
const readDistinctId: ReadProperty = (pass, key) => {
  const own = readPerson(pass, key);
  return own === undefined ? pass.input.distinctId.toWellFormed() : own;
};

/** Compiles a filter that reads a person property. */
export function compilePersonProperty(
  filter: PropertyFilter,
  context: CompileContext,
): FilterTest {
  const read = filter.key === "distinct_id" ? readDistinctId : readPerson;
  return compileProperty(filter, context, read);
}

/** Compiles a filter that reads a property of the group type that it names, else of the condition's. */
export function compileGroupProperty(
  filter: PropertyFilter,
  aggregation: Aggregation,
  context: CompileContext,
): FilterTest {
  const groupType = filter.groupTypeIndex === undefined
    ? aggregation.kind === "group" ? aggregation.groupType : undefined
    : context.groupTypes.get(filter.groupTypeIndex);
  if (groupType === undefined) {
    return toTest(
      buildUnknown("the filter's group type is not in the mapping"),
    );
  }
  return compileProperty(
    filter,
    context,
    ({ input }, key) => input.groupProperties.get(groupType)?.get(key),
  );
}

function compileProperty(
  { key, operator: name = "exact", value }: PropertyFilter,
  { matchingVersion, timeZone, regex }: CompileContext,
  read: ReadProperty,
): FilterTest {
  const compile = findOperator(name, regex);
  if (!compile) {
    return toTest(
      buildUnknown(`the operator "${name}" is not evaluated locally`),
    );
  }
  // The server says "no" to a filter without a value, negated operators included.
  if (!isPresenceOperator(name) && value === null) return toTest(NO);
  const match = compile({ value, matchingVersion, timeZone });
  return typeof match === "object"
    ? toTest(match)
    : new PropertyTest(key, read, match);
}

/** By far the most filters are of this kind. */
class PropertyTest implements FilterTest {
  declare readonly key: string;
  declare readonly read: ReadProperty;
  declare readonly match: Matcher;

  constructor(key: string, read: ReadProperty, match: Matcher) {
    this.key = key;
    this.read = read;
    this.match = match;
  }

  test(pass: EvaluationPass): TestAnswer {
    const property = this.read(pass, this.key);
    // Unknown for every operator, because the server may hold the property in its database. Not built ahead: kept for each
    // filter of a document, it would take as much memory as the filter.
    return property === undefined
      ? buildUnknown(`the property "${this.key}" is not given`)
      : this.match(property, pass.input.now, pass.searches);
  }
}
