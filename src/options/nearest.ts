/** What other SDKs call an option, in plain letters, and before the next such name the option. */
const OTHER_NAMES =
  "apihost host timeout requestTimeout pollinterval featureFlagsPollingInterval flagdefinitioncacheprovider flagDefinitionCache";

/** A name further off than this many letters is another name. */
const MAX_DISTANCE = 2;

/**
 * The known name that was meant by another: the same but for case, `_` and `-`; what another SDK calls so; or one that is
 * at most two letters off, the nearest and then the first, where that is less than half of it.
 */
export function findNearest(
  name: string,
  known: readonly string[],
): string | undefined {
  const plain = toPlain(name);
  const find = (distance: number) =>
    known.find((option) => isWithin(distance, plain, toPlain(option)));
  const names = OTHER_NAMES.split(" ");
  const other = names[names.indexOf(plain) + 1] ?? "";
  let near = find(0) ?? (known.includes(other) ? other : undefined);
  for (
    let distance = 1;
    !near && distance <= MAX_DISTANCE && distance * 2 < plain.length;
    distance++
  ) near = find(distance);
  return near;
}

function toPlain(name: string): string {
  return name.replace(/[_-]/g, "").toLowerCase();
}

/** Whether one name becomes the other by so many letters inserted, left out, replaced or swapped with the next. */
function isWithin(distance: number, one: string, other: string): boolean {
  let same = 0;
  while (same < one.length && one[same] === other[same]) same++;
  const [a, b] = [one.slice(same), other.slice(same)];
  if (!a || !b) return a.length + b.length <= distance;
  const isNext = (skipA: number, skipB: number) =>
    isWithin(distance - 1, a.slice(skipA), b.slice(skipB));
  return distance > 0 &&
    (isNext(1, 0) || isNext(0, 1) || isNext(1, 1) ||
      a[0] === b[1] && a[1] === b[0] && isNext(2, 2));
}
