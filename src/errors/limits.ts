import { countBytes } from "../core/bytes.ts";
import type { ExceptionEntry } from "./types.ts";

/** UTF-8 bytes of a type; PostHog cuts at the same place. */
export const MAX_TYPE_BYTES = 255;

/** UTF-8 bytes of a message; PostHog cuts at the same place. */
export const MAX_VALUE_BYTES = 10_000;

/** UTF-8 bytes of the JSON of a list. */
const MAX_LIST_BYTES = 512 * 1024;

const ELLIPSIS = "...";

/** Takes off the object what is not known: the wire has no place for it. */
export function omitUndefined<Known extends object>(
  object: { [Key in keyof Known]: Known[Key] | undefined },
): Known {
  for (const key in object) {
    if (object[key] === undefined) delete object[key];
  }
  return object as Known;
}

/** Makes the text well-formed and, where it is longer, cuts it between characters so that `...` fits too. */
export function cutText(text: string, maxBytes: number): string {
  // A UTF-16 unit is a byte at least: what lies behind this is never looked at, however long the text.
  const head = text.slice(0, maxBytes + 1).toWellFormed();
  if (countBytes(head) <= maxBytes) return head;
  let bytes = ELLIPSIS.length;
  let end = 0;
  for (const character of head) {
    bytes += countBytes(character);
    if (bytes > maxBytes) break;
    end += character.length;
  }
  return head.slice(0, end) + ELLIPSIS;
}

/** Shortens a list that is too large from its end: first stacks, then whole entries. The caught one stays whole. */
export function shortenList(
  list: readonly [ExceptionEntry, ...ExceptionEntry[]],
): readonly [ExceptionEntry, ...ExceptionEntry[]] {
  const entries: [ExceptionEntry, ...ExceptionEntry[]] = [...list];
  let size = sizeOf(list);
  for (
    let last = entries.length - 1;
    last > 0 && size > MAX_LIST_BYTES;
    last--
  ) {
    const entry = entries[last] ?? list[0];
    const { stacktrace: _stacktrace, ...bare } = entry;
    size -= sizeOf(entry) - sizeOf(bare);
    entries[last] = bare;
  }
  while (size > MAX_LIST_BYTES && entries.length > 1) {
    // With the comma before it.
    size -= sizeOf(entries.pop()) + 1;
  }
  return entries;
}

function sizeOf(part: unknown): number {
  return countBytes(JSON.stringify(part));
}
