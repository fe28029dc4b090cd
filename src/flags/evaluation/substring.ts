import type { Matcher, Operand } from "./matcher.ts";
import { lowerAscii, toSpellings, toText } from "./text.ts";
import { buildUnknown, NO, YES } from "./types.ts";

const UNCERTAIN = buildUnknown("the server's text of a number is not certain");

/** Compiles `icontains`: substring search with ASCII letters folded. A list is its JSON text, not its members. */
export function compileContains({ value }: Operand): Matcher {
  const needles = toSpellings(value).map(lowerAscii);
  return (property) => {
    const text = toText(property);
    if (text === undefined) return UNCERTAIN;
    const lowered = lowerAscii(text);
    let hits = 0;
    for (const needle of needles) if (lowered.includes(needle)) hits++;
    if (needles.length === 0 || (hits > 0 && hits < needles.length)) {
      return UNCERTAIN;
    }
    return hits > 0 ? YES : NO;
  };
}
