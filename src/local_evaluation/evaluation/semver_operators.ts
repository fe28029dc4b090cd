import type { CompileOperator } from "./matcher.ts";
import type { Comparison } from "./numbers.ts";
import { comparePrecedence, parseVersion, type Version } from "./semver.ts";
import { isInRange, type VersionRange } from "./semver_ranges.ts";
import { toText } from "./text.ts";
import { type Answer, buildUnknown, NO, UNSUPPORTED, YES } from "./types.ts";

// The server matches nobody here; official SDKs read some of these texts as versions.
const NO_VERSION = buildUnknown("the property is not a semantic version");
const NO_FILTER_VERSION = buildUnknown(
  "the filter's value is not a semantic version",
  UNSUPPORTED,
);
const BUILDS_DIFFER = buildUnknown(
  "the versions differ in nothing but build metadata",
);
const UNCERTAIN = buildUnknown("the server's text of a number is not certain");

/** Builds the compiler that gives an answer to the same version, pre-release and build metadata included. */
export function buildVersionIdentity(same: Answer): CompileOperator {
  const other = same === YES ? NO : YES;
  return buildComparison((order, hasSameBuild) =>
    order === 0 && hasSameBuild ? same : other
  );
}

/** Builds the compiler of a comparison by precedence. */
export function buildVersionOrder(holds: Comparison): CompileOperator {
  return buildComparison((order, hasSameBuild) => {
    // The specification ranks them the same, the server's library does not.
    if (order === 0 && !hasSameBuild) return BUILDS_DIFFER;
    return holds(order, 0) ? YES : NO;
  });
}

/** Builds the compiler of a range, "no" being one that matches nobody. */
export function buildVersionRange(
  parse: (text: string) => VersionRange | "no" | undefined,
): CompileOperator {
  return buildCompile((text) => {
    const range = parse(text);
    if (range === "no") return () => NO;
    return range && ((version) => isInRange(version, range) ? YES : NO);
  });
}

function buildComparison(
  decide: (order: number, hasSameBuild: boolean) => Answer,
): CompileOperator {
  return buildCompile((text) => {
    const filter = parseVersion(text);
    return filter && ((version) =>
      decide(
        comparePrecedence(version, filter),
        version.build === filter.build,
      ));
  });
}

/** The filter is read once. */
function buildCompile(
  parse: (text: string) => ((version: Version) => Answer) | undefined,
): CompileOperator {
  return ({ value }) => {
    const filter = toText(value);
    const test = filter === undefined ? () => UNCERTAIN : parse(filter);
    return (property) => {
      if (property === null) return NO;
      const text = toText(property);
      if (text === undefined) return UNCERTAIN;
      const version = parseVersion(text);
      if (!version) return NO_VERSION;
      return test ? test(version) : NO_FILTER_VERSION;
    };
  };
}
