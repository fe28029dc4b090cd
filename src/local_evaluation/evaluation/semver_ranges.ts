import { comparePrecedence, parseVersion, type Version } from "./semver.ts";

/** The versions from one on that agree with it in the leading numbers. */
export interface VersionRange {
  /** The least version. */
  readonly base: Version;
  /** How many of the three numbers have to be the same. */
  readonly fixed: number;
}

/** Whether a version is in the range; a pre-release only where the base is a pre-release of the same numbers. */
export function isInRange(
  version: Version,
  { base, fixed }: VersionRange,
): boolean {
  // With the same numbers, a pre-release is below a base that is none.
  const same = version.prerelease.length > 0 ? 3 : fixed;
  return version.numbers.slice(0, same)
    .every((number, index) => number === base.numbers[index]) &&
    comparePrecedence(version, base) >= 0;
}

/** `~a.b.c`: below a.(b+1).0. */
export function parseTilde(text: string): VersionRange | undefined {
  const base = parseVersion(text);
  return base && { base, fixed: 2 };
}

/** `^a.b.c`: everything up to the first number that is not 0 is fixed. */
export function parseCaret(text: string): VersionRange | undefined {
  const base = parseVersion(text);
  return base && { base, fixed: countCaret(base) };
}

/**
 * `*`, `1.*`, `1.*.*`, `1.2.*`; "no" where a number follows a `*`, which the server rejects. Without a `*` the
 * server reads a caret, in which numbers that are not written are free: `0` is any 0.x.y.
 */
export function parseWildcard(text: string): VersionRange | "no" | undefined {
  if (!text.includes("*")) return parseBareWildcard(text);
  const parts = text.split(".");
  if (!parts.every((part) => /^(\d+|\*)$/.test(part))) return undefined;
  const fixed = parts.indexOf("*");
  if (parts.slice(fixed).some((part) => part !== "*")) return "no";
  if (parts.length > (fixed === 0 ? 1 : 3)) return undefined;
  const base = parseVersion(parts.slice(0, fixed).join(".") || "0");
  return base && { base, fixed };
}

function parseBareWildcard(text: string): VersionRange | undefined {
  const base = parseVersion(text);
  if (!base) return undefined;
  const isPlain = base.prerelease.length === 0 && base.build === "";
  // With a suffix the server wants all three numbers, and strips no zeros from the one before the suffix.
  if (!isPlain && (base.written < 3 || /^[^+-]*\.0\d+[+-]/.test(text))) {
    return undefined;
  }
  return { base, fixed: Math.min(base.written, countCaret(base)) };
}

function countCaret({ numbers }: Version): number {
  const first = numbers.findIndex((number) => number !== "0");
  return first < 0 ? 3 : first + 1;
}
