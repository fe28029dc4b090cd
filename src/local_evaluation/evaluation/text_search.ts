import type {
  CompileOperator,
  Matcher,
  Operand,
  RegexOperators,
  Searches,
} from "./matcher.ts";
import { type FilterValue, lowerAscii, toText } from "./text.ts";
import { type Answer, buildUnknown, NO, UNSUPPORTED, YES } from "./types.ts";

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
  const needles = values.map((value) => {
    const text = toText(value);
    return text === undefined ? undefined : lowerAscii(text);
  });
  return (property) => {
    const text = toText(property);
    if (text === undefined) return UNCERTAIN;
    const lowered = lowerAscii(text);
    let isUncertain = false;
    for (const needle of needles) {
      if (needle === undefined) isUncertain = true;
      else if (lowered[place](needle)) return YES;
    }
    return isUncertain ? UNCERTAIN : NO;
  };
}

/** What the searches of one evaluation may take, in ms of a slow core. They are counted in steps, not by the clock. */
const MAX_SEARCH_MS = 50;

/** A slow core takes 6 ns for each. */
const STEPS_PER_MS = 160_000;

/** Prepares the searches of one evaluation. */
export function createSearches(): Searches {
  return { left: MAX_SEARCH_MS * STEPS_PER_MS, answers: new Map() };
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
  const missed = found === YES ? NO : YES;
  return ({ value }) => {
    if (!regex) return NO_REGEX;
    const pattern = toText(value);
    if (pattern === undefined) return UNCERTAIN;
    const search = regex.compile(pattern);
    if (!search) return () => NO;
    const match: Matcher = (property, _now, searches = createSearches()) => {
      const known = searches.answers.get(match);
      if (known) return known;
      const text = toText(property);
      if (text === undefined) return UNCERTAIN;
      const result = search(text, searches);
      const answer = typeof result === "string"
        ? buildUnknown(result, UNSUPPORTED)
        : result
        ? found
        : missed;
      searches.answers.set(match, answer);
      return answer;
    };
    return match;
  };
}
