/** What decides how long a search may take. */
export interface RegexShape {
  /** Quantifiers without an upper bound. */
  readonly unbounded: number;
  /** The product of the ways to go at each `?`, `{i,j}` and alternation. */
  readonly choices: number;
  /** Whether a match can start at the first character only. */
  readonly isAnchored: boolean;
  /** All of it in atoms and assertions, with counted repetition written out. */
  readonly length: number;
  /** Whether the server searches it by backtracking: look-ahead or word boundaries. */
  readonly isFancy: boolean;
  /** Negative look-aheads: each is one more way to go for the server. */
  readonly negations: number;
}

/** More ways through a pattern than this are not tried. */
const MAX_WAYS = 4_000_000;

/** The length of a pattern that {@linkcode MAX_WAYS} is meant for; a longer one lowers it. */
const MAX_USUAL_LENGTH = 8;

/** The server gives up after so many steps back, and answers no. */
const MAX_SERVER_BACKTRACKS = 10_000;

/** Estimates the ways through a pattern over all starts, for a subject of that many code units. */
export function estimateWays(
  { unbounded, choices, isAnchored }: RegexShape,
  subjectLength: number,
): number {
  return subjectLength ** (unbounded + (isAnchored ? 0 : 1)) * choices;
}

/** Estimates the steps of a search: each way goes through the pattern, or to the subject's end. */
export function estimateSteps(
  shape: RegexShape,
  subjectLength: number,
): number {
  return estimateWays(shape, subjectLength) *
      Math.min(shape.length, subjectLength) + subjectLength;
}

/** Whether a subject of that many code units is searched here, and within the server's limit. */
export function isAffordable(
  shape: RegexShape,
  subjectLength: number,
): boolean {
  const ways = estimateWays(shape, subjectLength);
  if (!(ways <= MAX_WAYS)) return false;
  if (ways * shape.length > MAX_WAYS * MAX_USUAL_LENGTH) return false;
  if (!shape.isFancy) return true;
  const choices = shape.choices * 2 ** shape.negations;
  if (choices === 1) return ways <= MAX_SERVER_BACKTRACKS;
  // Close to the limit the ends of loops and the other starts count too, which `ways` leaves out.
  const backtracks =
    estimateWays({ ...shape, choices }, Math.max(subjectLength, 4)) +
    choices + (shape.isAnchored ? subjectLength : 0);
  return backtracks <= MAX_SERVER_BACKTRACKS;
}
