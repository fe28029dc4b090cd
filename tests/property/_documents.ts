import fc from "fast-check";

/** Every operator that the server knows, and some that nobody does. */
export const OPERATOR: fc.Arbitrary<string | null> = fc.constantFrom(
  ...["exact", "is_not", "is_set", "is_not_set"],
  ...["icontains", "icontains_multi", "starts_with", "ends_with"].flatMap(
    (name) => [name, `not_${name}`],
  ),
  ...["gt", "gte", "lt", "lte", "between", "not_between", "regex", "not_regex"],
  ...["is_date_exact", "is_date_before", "is_date_after"],
  ...["eq", "neq", "gt", "gte", "lt", "lte", "tilde", "caret", "wildcard"].map(
    (name) => `semver_${name}`,
  ),
  ...["in", "not_in", "flag_evaluates_to", "min", "is_cleaned_path_exact"],
  ...["toString", null],
);

const PATTERNS = [
  ...["^.+@example\\.com$", ".*.*=", "(a|a)*b", "^(a+)+$", "(?i)^PRO$", "[a"],
  ...["(?P<x>a)", "(?<=a)b", "\\d{1,3}", "a{1001}", "(?!a)b", "\\p{L}", "*"],
];

const DATES = [
  ...["-3d", "7m", "9999y", "10000d", "-25h", "999w", "2026-02-30", "tomorrow"],
  ...["2026-08-01", "2026-08-01T10:00:00Z", "2026-08-01T10:00:00.5+02:00"],
  ...["2026-03-29 02:30", "2024", "1785585600", 1785585600, -1.5, 8.3e12],
];

const VERSIONS = [
  ...["1.2.3", "v1.2", "1.*", "*", "1.2.3-beta.1", "2.0.0+b", "1..2", "V1"],
  ...["01.2.3", "99999999999999999999.0.0", "0", "0.0", "1.*.3"],
];

const TEXTS = [
  ...["", "a", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!", "ada@example.com", "pro"],
  ...["true", "FALSE", "null", "5", "5.0", "-inf", "ÄSS", "😀", "\ud800"],
];

const RANGES = [[1, 5], ["0", "6"], [5, 1], [1], ["a", 2], 3, "4", 0.5];

const scalar = fc.constantFrom<unknown>(
  ...[...PATTERNS, ...DATES, ...VERSIONS, ...TEXTS],
  ...[true, false, null, 0, 5, 0.5, 1e21, 2 ** 53],
);
const list = fc.oneof(
  fc.array(scalar, { maxLength: 3 }),
  fc.tuple(fc.integer(), fc.integer()),
);
const json = fc.jsonValue({ maxDepth: 2 });

const FLAG_KEYS = ["f", "g", "h", "__proto__", "constructor"];
const COHORT_IDS = ["1", "2", "3", "__proto__"];

const propertyName = fc.constantFrom("p", "q", "__proto__", "toString");
const flagKey = fc.constantFrom(...FLAG_KEYS);

const FILTER_VALUE: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 6, arbitrary: scalar },
  { weight: 2, arbitrary: list },
  { weight: 1, arbitrary: json },
);

/** The first most of the time. */
function mostly<T>(usual: T, ...others: readonly T[]): fc.Arbitrary<T> {
  return fc.oneof(
    { weight: 19, arbitrary: fc.constant(usual) },
    { weight: 1, arbitrary: fc.constantFrom(...others) },
  );
}

/** What becomes of a part of a document: itself, or now and then something else. */
type Part = <T>(arbitrary: fc.Arbitrary<T>) => fc.Arbitrary<unknown>;

/** One filter of any type. */
function createFilter(part: Part): fc.Arbitrary<unknown> {
  const propertyFilter = fc.record({
    key: part(propertyName),
    type: mostly("person", "group", undefined, "behavioral"),
    operator: part(OPERATOR),
    value: FILTER_VALUE,
    negation: mostly(undefined, true),
    "group_type_index": part(mostly(undefined, 0, 1)),
  });
  const cohortFilter = fc.record({
    key: fc.constant("id"),
    type: fc.constant("cohort"),
    operator: mostly<unknown>("in", "not_in", undefined, "exact"),
    value: part(fc.constantFrom<unknown>(...COHORT_IDS, 1, 2)),
    negation: mostly(undefined, true),
  });
  const flagFilter = fc.record({
    key: flagKey,
    type: fc.constant("flag"),
    operator: mostly("flag_evaluates_to", "exact"),
    value: part(fc.constantFrom(true, false, "a")),
    "dependency_chain": part(
      fc.array(flagKey, { minLength: 1, maxLength: 4 }),
    ),
  });
  return part(
    fc.oneof(
      { weight: 4, arbitrary: propertyFilter },
      { weight: 1, arbitrary: cohortFilter },
      { weight: 1, arbitrary: flagFilter },
    ),
  );
}

/** A cohort: nested, and free to name itself or one that names it. */
function createCohort(part: Part): fc.Arbitrary<unknown> {
  const filter = createFilter(part);
  const { group } = fc.letrec((tie) => ({
    group: fc.record({
      type: part(fc.constantFrom("AND", "OR", "property")),
      values: part(
        fc.array(
          fc.oneof({ maxDepth: 2 }, filter, tie("group")),
          { maxLength: 3 },
        ),
      ),
    }),
  }));
  return group;
}

function createRow(part: Part): fc.Arbitrary<unknown> {
  const percentage = part(
    fc.oneof(
      fc.constantFrom(0, 50, 100, null),
      fc.double({ min: -10, max: 110, noNaN: true }),
    ),
  );
  const condition = part(fc.record({
    properties: part(fc.array(createFilter(part), { maxLength: 3 })),
    "rollout_percentage": percentage,
    variant: part(fc.constantFrom(null, "a", "b")),
    "aggregation_group_type_index": part(
      mostly<unknown>(undefined, 0, null, 9),
    ),
  }));
  const variant = part(fc.record({
    key: part(fc.constantFrom("a", "b", "__proto__")),
    "rollout_percentage": part(fc.constantFrom(0, 33.33, 50, 100)),
  }));
  const variants = part(fc.array(variant, { maxLength: 3 }));
  const holdout = fc.record({
    id: fc.nat(),
    "exclusion_percentage": part(fc.constantFrom(0, 10, 100)),
  });
  const filters = fc.record({
    groups: part(fc.array(condition, { minLength: 1, maxLength: 3 })),
    multivariate: part(fc.option(fc.record({ variants }))),
    payloads: part(mostly<unknown>(undefined, { true: "{}", a: "[1]" })),
    holdout: part(fc.option(holdout, { freq: 1 })),
    "early_exit": part(fc.boolean()),
    "feature_enrollment": mostly(undefined, true),
    "aggregation_group_type_index": part(mostly<unknown>(null, 0, 1, 9)),
    version: mostly(undefined, 1, 2),
  });
  return part(fc.record({
    key: part(flagKey),
    active: mostly(true, false),
    "bucketing_identifier": part(mostly<unknown>(null, "device_id")),
    "ensure_experience_continuity": mostly<unknown>(null, true),
    "evaluation_runtime": part(mostly("all", "client")),
    "evaluation_contexts": part(mostly<unknown>(undefined, ["c"], ["d"])),
    filters: part(filters),
  }));
}

function createDocument(part: Part): fc.Arbitrary<unknown> {
  return fc.record({
    flags: part(fc.array(createRow(part), { minLength: 2, maxLength: 6 })),
    "group_type_mapping": part(
      fc.constant({ "0": "company", "1": "__proto__" }),
    ),
    cohorts: part(
      fc.dictionary(fc.constantFrom(...COHORT_IDS), createCohort(part)),
    ),
    "property_matching_version": fc.constantFrom(1, 2),
  });
}

/** Definitions of any JSON: mostly in a form that the server sends, so that evaluation gets far. */
export const DOCUMENT: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 4, arbitrary: createDocument((arbitrary) => arbitrary) },
  {
    weight: 1,
    arbitrary: createDocument((arbitrary) =>
      fc.oneof({ weight: 14, arbitrary }, { weight: 1, arbitrary: json })
    ),
  },
  // JSON has no `undefined`: such a member is absent.
).map((document) => JSON.parse(JSON.stringify(document)));

const PROPERTY_VALUE: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 4, arbitrary: fc.oneof(scalar, list) },
  { weight: 1, arbitrary: fc.anything({ withDate: true, withBigInt: true }) },
);

/** A filter's value and some properties': mostly all about one matter, so that they meet. */
export const COMPARISON: fc.Arbitrary<readonly unknown[]> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.constantFrom<readonly unknown[]>(
      ...[PATTERNS, DATES, VERSIONS, RANGES, TEXTS],
    ).chain((matter) => {
      const one = fc.constantFrom(...matter, ...TEXTS);
      return fc.tuple(fc.constantFrom(...matter), one, one, one, one);
    }),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(FILTER_VALUE, PROPERTY_VALUE, PROPERTY_VALUE),
  },
);

/** Properties of any values. */
export const PROPERTIES: fc.Arbitrary<unknown> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.dictionary(
      fc.oneof(
        propertyName,
        fc.constantFrom("$device_id", "$feature_enrollment/f"),
      ),
      PROPERTY_VALUE,
    ),
  },
  { weight: 1, arbitrary: fc.anything({ withNullPrototype: true }) },
);

/** Groups of any values. */
export const GROUPS: fc.Arbitrary<unknown> = fc.oneof(
  fc.dictionary(
    fc.constantFrom("company", "__proto__"),
    fc.oneof(fc.string(), fc.integer(), fc.anything()),
  ),
  fc.constant(undefined),
);
