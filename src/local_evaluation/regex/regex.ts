import type { Matcher, Operand } from "../evaluation/matcher.ts";
import { isAffordable } from "./regex_cost.ts";
import { type PortableRegex, scanRegex } from "./regex_syntax.ts";
import { toSpellings, toText } from "../evaluation/text.ts";
import { type Answer, buildUnknown, NO, YES } from "../evaluation/types.ts";

/** A longer subject is left to the server. */
const MAX_SUBJECT_LENGTH = 4096;

const UNCERTAIN = buildUnknown("the server's text of a number is not certain");
const COSTLY = buildUnknown("the search could take too long");
const FOREIGN = buildUnknown("the pattern may differ here for such a text");
const UNSUPPORTED = buildUnknown("this runtime can't search with the pattern");

/** What a pattern says of a property's text; undefined: the text is not certain. */
type TextMatcher = (text: string | undefined) => Answer;

/**
 * Builds an operator that searches in the server's dialect, unanchored, where JavaScript's does the same. `found` is
 * what a match answers: "no" for the complement. An invalid pattern is "no" for both.
 */
export function buildRegexSearch(
  found: Answer,
): (operand: Operand) => Matcher | Answer {
  return ({ value }) => {
    const [first, ...others] = toSpellings(value).map((pattern) =>
      compilePattern(pattern, found)
    );
    if (!first) return UNCERTAIN;
    return (property) => {
      const text = toText(property);
      const answer = first(text);
      return others.every((match) => match(text) === answer)
        ? answer
        : UNCERTAIN;
    };
  };
}

function compilePattern(pattern: string, found: Answer): TextMatcher {
  const scan = scanRegex(pattern);
  switch (scan.kind) {
    case "invalid":
      return () => NO;
    case "unknown": {
      const answer = buildUnknown(
        `the pattern is not evaluated locally: ${scan.reason}`,
      );
      return () => answer;
    }
    case "portable":
      return compilePortable(scan, found);
  }
}

function compilePortable(scan: PortableRegex, found: Answer): TextMatcher {
  const search = createSearch(scan.source, scan.flags);
  const missed = found === YES ? NO : YES;
  return (text) => {
    if (text === undefined) return UNCERTAIN;
    if (
      text.length > MAX_SUBJECT_LENGTH || !isAffordable(scan.shape, text.length)
    ) return COSTLY;
    if (
      /\p{Surrogate}/u.test(text) ||
      (scan.needsAscii && /\P{ASCII}/u.test(text)) ||
      (scan.forbidsLineBreaks && /[\r\u2028\u2029]/.test(text))
    ) return FOREIGN;
    const isFound = search(text);
    return isFound === undefined ? UNSUPPORTED : isFound ? found : missed;
  };
}

/** Engines compile at the first search: both steps may find a pattern too large, which says nothing of the server. */
function createSearch(
  source: string,
  flags: string,
): (text: string) => boolean | undefined {
  let expression: RegExp | undefined;
  try {
    expression = new RegExp(source, flags);
  } catch {
    return () => undefined;
  }
  return (text) => {
    try {
      return expression.test(text);
    } catch {
      return undefined;
    }
  };
}
