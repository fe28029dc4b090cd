/** A semantic version, its numbers without leading zeros. */
export interface Version {
  /** Major, minor and patch, as digits: they may exceed what a number holds exactly. */
  readonly numbers: readonly string[];
  /** How many of the three were written; the others are zeros. */
  readonly written: number;
  /** The identifiers of the pre-release; none for a release. */
  readonly prerelease: readonly string[];
  /** The build metadata. */
  readonly build: string;
}

const VERSION =
  /^(\d+)(?:\.(\d+))?(?:\.(\d+))?(?:-([\dA-Za-z.-]+))?(?:\+([\dA-Za-z.-]+))?$/;

/** The server keeps a number of a version in 64 bits. */
const MAX_NUMBER = "18446744073709551615";

/**
 * Reads a version as the server does: one leading `v` and white space around are dropped, leading zeros too, and
 * missing numbers are 0. The rest is strict SemVer 2.0; undefined for anything else.
 */
export function parseVersion(text: string): Version | undefined {
  // JavaScript trims a byte order mark, which is no white space to the server.
  const match = text.includes("\uFEFF")
    ? null
    : VERSION.exec(text.replace(/^v/, "").trim());
  if (!match) return undefined;
  const [, major, minor, patch, prerelease, build = ""] = match;
  const written = [major, minor, patch].filter((part) => part !== undefined);
  const numbers = [...written, "0", "0"].slice(0, 3).map(stripZeros);
  const identifiers = prerelease?.split(".") ?? [];
  const isValid =
    numbers.every((number) => compareDecimals(number, MAX_NUMBER) <= 0) &&
    identifiers.every((identifier) =>
      /^(0|[1-9]\d*|\d*[A-Za-z-].*)$/.test(identifier)
    ) &&
    !/^\.|\.\.|\.$/.test(build);
  return isValid
    ? { numbers, written: written.length, prerelease: identifiers, build }
    : undefined;
}

/** Removes leading zeros from digits, all but the last. */
function stripZeros(digits: string): string {
  return digits.replace(/^0+(?=\d)/, "");
}

/** Orders versions by SemVer precedence: a pre-release is below its release, and build metadata does not count. */
export function comparePrecedence(a: Version, b: Version): number {
  return compareLists(a.numbers, b.numbers, compareDecimals) ||
    comparePrereleases(a.prerelease, b.prerelease);
}

function comparePrereleases(
  a: readonly string[],
  b: readonly string[],
): number {
  // No identifiers: a release, above all its pre-releases.
  if (a.length === 0 || b.length === 0) return b.length - a.length;
  return compareLists(a, b, compareIdentifiers) || a.length - b.length;
}

/** The order of the first members that differ. */
function compareLists(
  a: readonly string[],
  b: readonly string[],
  compare: (a: string, b: string) => number,
): number {
  for (const [index, member] of a.entries()) {
    const order = compare(member, b[index] ?? member);
    if (order !== 0) return order;
  }
  return 0;
}

/** Numbers come before words; words follow ASCII. */
function compareIdentifiers(a: string, b: string): number {
  const isNumber = /^\d+$/.test(a);
  if (isNumber !== /^\d+$/.test(b)) return isNumber ? -1 : 1;
  return isNumber ? compareDecimals(a, b) : compareTexts(a, b);
}

/** Of decimals without leading zeros the longer is the greater. */
function compareDecimals(a: string, b: string): number {
  return a.length - b.length || compareTexts(a, b);
}

function compareTexts(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1;
}
