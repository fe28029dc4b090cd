/** A version as it is compared. */
export interface Semver {
  /** The numbers, as texts: they have no bound. */
  readonly segments: readonly string[];
  /** The identifiers of a prerelease; none for a release. */
  readonly prerelease: readonly string[];
}

/** Parses a version of any number of segments; what follows a `+` does not count. Undefined where it is none. */
export function parseSemver(text: string): Semver | undefined {
  const [version = ""] = text.trim().split("+", 1);
  const [, core, prerelease] =
    /^v?(\d+(?:\.\d+)*)(?:-(.*))?$/is.exec(version) ??
      [];
  const identifiers = prerelease?.split(".") ?? [];
  if (core === undefined || identifiers.includes("")) return undefined;
  return { segments: core.split("."), prerelease: identifiers };
}

/** Below 0 where the left one comes first, above where the right one does. Missing segments are zeros. */
export function compareSemver(left: Semver, right: Semver): number {
  const [a, b] = [left.prerelease, right.prerelease];
  return compareLists(left.segments, right.segments, compareSegments, "0") ||
    // A release comes after all its prereleases.
    Number(b.length > 0) - Number(a.length > 0) ||
    compareLists(a, b, compareIdentifiers);
}

/** By the first members that differ. Where one list is shorter it goes on with `missing`, or comes first. */
function compareLists(
  left: readonly string[],
  right: readonly string[],
  compare: (a: string, b: string) => number,
  missing?: string,
): number {
  for (let index = 0; index < Math.max(left.length, right.length); index++) {
    const a = left[index] ?? missing;
    const b = right[index] ?? missing;
    if (a === undefined) return -1;
    if (b === undefined) return 1;
    const order = compare(a, b);
    if (order) return order;
  }
  return 0;
}

function compareSegments(left: string, right: string): number {
  const [a, b] = [left.replace(/^0+/, ""), right.replace(/^0+/, "")];
  return a.length - b.length || compareUnits(a, b);
}

/** Numbers come before words. */
function compareIdentifiers(left: string, right: string): number {
  const [a, b] = [/^\d+$/.test(left), /^\d+$/.test(right)];
  return a && b
    ? compareSegments(left, right)
    : Number(b) - Number(a) || compareUnits(left, right);
}

function compareUnits(left: string, right: string): number {
  return Number(left > right) - Number(left < right);
}
