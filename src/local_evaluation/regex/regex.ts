import type { RegexOperators, RegexSearch } from "../evaluation/matcher.ts";
import { estimateSteps, isAffordable } from "./regex_cost.ts";
import { scanRegex } from "./regex_syntax.ts";

/** A longer subject is left to the server. */
const MAX_SUBJECT_LENGTH = 4096;

/**
 * The operators `regex` and `not_regex` for `localEvaluation({ regex: regexOperators() })`: they search in the server's
 * dialect where JavaScript's does the same. Without them, and where the dialects may differ, PostHog is asked. The
 * searches of one evaluation share 50 ms of a slow core, counted in estimated steps; past them PostHog is asked, too.
 */
export function regexOperators(): RegexOperators {
  return { compile };
}

function compile(pattern: string): RegexSearch | undefined {
  const scan = scanRegex(pattern);
  if (scan.kind === "invalid") return undefined;
  if (scan.kind === "unknown") {
    const reason = `the pattern is not evaluated locally: ${scan.reason}`;
    return () => reason;
  }
  const search = createSearch(scan.source, scan.flags);
  return (text, budget) => {
    if (
      text.length > MAX_SUBJECT_LENGTH || !isAffordable(scan.shape, text.length)
    ) return "the search could take too long";
    const steps = estimateSteps(scan.shape, text.length);
    if (steps > budget.left) {
      return "the evaluation has searched for as many patterns as it may";
    }
    budget.left -= steps;
    if (
      /\p{Surrogate}/u.test(text) ||
      (scan.needsAscii && /\P{ASCII}/u.test(text)) ||
      (scan.forbidsLineBreaks && /[\r\u2028\u2029]/.test(text))
    ) return "the pattern may differ here for such a text";
    return search(text) ?? "this runtime can't search with the pattern";
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
