import type { FilterValue } from "./definitions.ts";
import type {
  CompileOperator,
  Matcher,
  Operand,
  RegexOperators,
  RegexSearch,
} from "./matcher.ts";
import { lowerAscii, toSpellings, toText } from "./text.ts";
import { type Answer, buildUnknown, NO, YES } from "./types.ts";

/** Where the filter's text has to stand in the property's: the name of the string method that looks there. */
export type TextPlace = "includes" | "startsWith" | "endsWith";

const UNCERTAIN = buildUnknown("the server's text of a number is not certain");

/** Builds the compiler of a search, ASCII letters folded. A list is its JSON text, not its members. */
export function buildSearch(place: TextPlace): (operand: Operand) => Matcher {
  return ({ value }) => compileAny([value], place);
}

/** Compiles `icontains_multi`: one of the list's members is enough, and a single value is its own member. */
export function compileMultiSearch({ value }: Operand): Matcher {
  return compileAny(Array.isArray(value) ? value : [value], "includes");
}

function compileAny(values: readonly FilterValue[], place: TextPlace): Matcher {
  // Without members there is nothing to compare, however uncertain the property's text is.
  if (values.length === 0) return () => NO;
  const needles = values.map((value) => toSpellings(value).map(lowerAscii));
  return (property) => {
    const text = toText(property);
    if (text === undefined) return UNCERTAIN;
    const lowered = lowerAscii(text);
    let isUncertain = false;
    for (const spellings of needles) {
      const hits = spellings.filter((needle) => lowered[place](needle)).length;
      if (hits > 0 && hits === spellings.length) return YES;
      if (hits > 0 || spellings.length === 0) isUncertain = true;
    }
    return isUncertain ? UNCERTAIN : NO;
  };
}

const NO_REGEX = buildUnknown(
  "regular expressions are not part of this client; see 'regexOperators'",
);

/**
 * Builds the compiler of a search for a regular expression. `found` is what a match answers: "no" for the complement. An
 * invalid pattern is "no" for both.
 */
export function buildPatternSearch(
  regex: RegexOperators | undefined,
  found: Answer,
): CompileOperator {
  return ({ value }) => {
    if (!regex) return NO_REGEX;
    const [first, ...others] = toSpellings(value).map((pattern) =>
      buildTextMatcher(regex.compile(pattern), found)
    );
    if (!first) return UNCERTAIN;
    return (property) => {
      const text = toText(property);
      const answer = first(text);
      return others.every((match) => match(text).kind === answer.kind)
        ? answer
        : UNCERTAIN;
    };
  };
}

function buildTextMatcher(
  search: RegexSearch | undefined,
  found: Answer,
): (text: string | undefined) => Answer {
  if (!search) return () => NO;
  const missed = found === YES ? NO : YES;
  return (text) => {
    if (text === undefined) return UNCERTAIN;
    const result = search(text);
    if (typeof result === "string") return buildUnknown(result);
    return result ? found : missed;
  };
}
