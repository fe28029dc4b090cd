import { toPlain } from "../core/foreign_names.ts";

/** A name in which this many letters are others is another name, and so is one with half of its letters others. */
const MIN_OTHERS = 3;

/**
 * The option that was meant by a name: the same but for case, `_`, `-` and the order of its letters, or else the one with
 * the fewest letters missing, added or replaced; of several the first.
 */
export function findNearest(
  name: string,
  options: readonly string[],
): string | undefined {
  const plain = toPlain(name);
  let near: string | undefined;
  let least = Math.min(MIN_OTHERS, plain.length / 2);
  for (const option of options) {
    const spelled = toPlain(option);
    // So many at least are missing: a long name is not looked at.
    if (Math.abs(plain.length - spelled.length) >= least) continue;
    const others = Math.max(
      countOthers(plain, spelled),
      countOthers(spelled, plain),
    );
    if (others < least) [near, least] = [option, others];
  }
  return near;
}

/** How many letters of the second name the first has not. */
function countOthers(one: string, two: string): number {
  for (const letter of one) two = two.replace(letter, "");
  return two.length;
}
