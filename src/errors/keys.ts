import { readKeys } from "./reads.ts";

/** The longest list, in UTF-16 units. */
const MAX_LENGTH = 40;

/** Keys that are sorted at most. */
const MAX_KEYS = 1000;

/** The object's keys in order, as many whole ones as fit; undefined where it refuses to tell. */
export function listKeys(object: object): string | undefined {
  const keys = readKeys(object)?.slice(0, MAX_KEYS).sort();
  if (keys === undefined) return undefined;
  const [first, ...others] = keys;
  if (first === undefined) return "[object has no keys]";
  let list = first.slice(0, MAX_LENGTH);
  for (const key of others) {
    if (list.length + 2 + key.length > MAX_LENGTH) break;
    list += `, ${key}`;
  }
  return list;
}
