import type { ClassMember } from "./regex_class.ts";

/** More repetitions are not decided here. */
const MAX_COUNT = 1000;

/** What a quantifier would repeat: one atom, or a group. */
export interface Piece {
  /** In atoms and assertions, with counted repetition written out. */
  length: number;
  /** What the server's compiled form of it takes, in KB at a generous guess. */
  weight: number;
  /** Whether something in it takes a character. */
  consumes: boolean;
  /** Whether there is an alternation or a quantifier in it. */
  isIntricate: boolean;
  /** Whether there is a look-ahead in it. */
  hasLookahead: boolean;
}

/** A group that is not closed yet, or the whole pattern. */
export interface OpenGroup extends Piece {
  /** The text that opens it; empty: the whole pattern. */
  readonly opening: string;
  /** How many there are so far. */
  alternatives: number;
}

/** How often a quantifier repeats. */
export interface Count {
  /** At least so often. */
  readonly least: number;
  /** How often the piece is written out at most. */
  readonly most: number;
  /** Whether it may go on for ever. */
  readonly isUnbounded: boolean;
}

/** Reads a quantifier; undefined where it is a brace without a count. */
export function readCount(token: string): Count | undefined {
  if (token[0] === "?") return { least: 0, most: 1, isUnbounded: false };
  if (token[0] !== "{") return { least: 0, most: 1, isUnbounded: true };
  const [, low, comma, high] = /^\{(\d+)(,?)(\d*)\}/.exec(token) ?? [];
  if (low === undefined) return undefined;
  return {
    least: Number(low),
    most: Number(high || low),
    isUnbounded: comma !== "" && high === "",
  };
}

/** Why a quantifier is not decided here; undefined: it is. */
export function refuseCount(
  token: string,
  { least, most }: Count,
  piece: Piece | string,
): string | undefined {
  // The server refuses to repeat some of them, `(?:^)*` among them, and its releases differ in which.
  if (typeof piece === "string" || !piece.consumes) {
    return `${token} after what takes no character`;
  }
  if (token[0] !== "?" && piece.isIntricate) {
    return "a repeated group with an alternation or a quantifier";
  }
  if (token[0] === "{" && piece.hasLookahead) return "a counted look-ahead";
  return Math.max(least, most) > MAX_COUNT ? "a high count" : undefined;
}

/** Starts a group. */
export function openGroup(opening: string): OpenGroup {
  return {
    opening,
    alternatives: 1,
    length: 0,
    weight: 0,
    consumes: false,
    isIntricate: false,
    hasLookahead: false,
  };
}

/** Whether a group is a look-ahead. */
export function isLookahead({ opening }: OpenGroup): boolean {
  return opening === "(?=" || opening === "(?!";
}

/** Counts a piece in with the group that it stands in. */
export function addPiece(piece: Piece | OpenGroup, group: OpenGroup): void {
  const isAhead = "opening" in piece && isLookahead(piece);
  group.length += piece.length;
  group.weight += piece.weight;
  group.consumes ||= piece.consumes && !isAhead;
  group.isIntricate ||= piece.isIntricate;
  group.hasLookahead ||= piece.hasLookahead || isAhead;
}

/** Builds the piece of one character, or of a class of these members. */
export function buildAtom(members: readonly ClassMember[]): Piece {
  // Unicode's word characters and digits are by far the largest sets.
  const words = members.filter((member) => /^\\[dw]/i.test(String(member)));
  return {
    length: 1,
    weight: 1 + members.length + words.length * 63,
    consumes: true,
    isIntricate: false,
    hasLookahead: false,
  };
}
