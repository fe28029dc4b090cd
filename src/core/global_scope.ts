import { attempt } from "./guards.ts";
import type { RandomSource } from "./random.ts";
import type { Reporter } from "./reporter.ts";

/** The same for every verb: which of the three a call needs first is nobody's business. */
const REFUSED =
  "Cannot do this at a Worker's global scope: it has no random bytes, timers and requests";

/** Tells once of work that failed because it was asked for at a Worker's global scope; whether it was. */
export function warnOfGlobalScope(reporter: Reporter, cause: unknown): boolean {
  // In workerd's own words: nothing else tells that scope from a request's. A seam says what failed it.
  const words = attempt(() => String((cause as Error).cause ?? cause)) ?? "";
  const isRefused = words.includes("within global scope");
  if (isRefused) reporter.warn(REFUSED, REFUSED);
  return isRefused;
}

/** Whether this is a Worker's global scope, before anything is asked for in vain. */
export function isGlobalScope(random: RandomSource): boolean {
  try {
    random(new Uint8Array(1));
    return false;
  } catch {
    return true;
  }
}
