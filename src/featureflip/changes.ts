import { isObject } from "../core/guards.ts";
import type { Flag, Snapshot, Source } from "./payload.ts";

/**
 * The keys of flags whose value may be another one now: those that changed by content, those whose segments did, and all that
 * stand on one of these.
 */
export function findAffected(before: Snapshot, after: Snapshot): string[] {
  const segments = findChanged(before.segments, after.segments);
  const flags = [...after.flags.values()];
  const uses = ({ rules }: Flag) =>
    rules.some(({ segmentKey }) => segments.has(segmentKey));
  return addDependents(after, [
    ...findChanged(before.flags, after.flags),
    ...flags.filter(uses).map(({ key }) => key),
  ]);
}

/** The keys and, however far away, those of the flags that have one of them as a prerequisite. */
export function addDependents(
  { flags }: Snapshot,
  keys: readonly string[],
): string[] {
  const affected = new Set(keys);
  // The set grows while it is walked through.
  for (const key of affected) {
    for (const { key: other, prerequisites } of flags.values()) {
      if (prerequisites.some(({ flagKey }) => flagKey === key)) {
        affected.add(other);
      }
    }
  }
  return [...affected];
}

type Items = ReadonlyMap<string, { readonly source: Source }>;

/** The keys of what came, went, or became another one; a new version alone is no change. */
function findChanged(before: Items, after: Items): ReadonlySet<string> {
  const read = (items: Items, key: string) =>
    items.has(key) && { ...items.get(key)?.source, version: 0 };
  const keys = [...before.keys(), ...after.keys()];
  return new Set(
    keys.filter((key) => !isSame(read(before, key), read(after, key))),
  );
}

/** Whether two pieces of JSON say the same. */
function isSame(left: unknown, right: unknown): boolean {
  if (!isObject(left) || !isObject(right)) return left === right;
  const keys = Object.keys(left);
  return Array.isArray(left) === Array.isArray(right) &&
    keys.length === Object.keys(right).length &&
    keys.every((key) =>
      Object.hasOwn(right, key) && isSame(left[key], right[key])
    );
}
