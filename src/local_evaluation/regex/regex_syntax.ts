import { type ClassMember, scanClass, scanEscape } from "./regex_class.ts";
import type { RegexShape } from "./regex_cost.ts";
import {
  addPiece,
  buildAtom,
  isLookahead,
  type OpenGroup,
  openGroup,
  type Piece,
  readCount,
  refuseCount,
} from "./regex_pieces.ts";

/** What a pattern of the server's dialect is here. */
export type RegexScan =
  | PortableRegex
  /** No dialect takes it. */
  | { readonly kind: "invalid" }
  /** It means something else here, or may. */
  | { readonly kind: "unknown"; readonly reason: string };

/** A pattern that means the same in both dialects. */
export interface PortableRegex {
  /** Tells the kinds apart. */
  readonly kind: "portable";
  /** The pattern in JavaScript's dialect. */
  readonly source: string;
  /** The flags for it. */
  readonly flags: string;
  /** Whether the dialects agree on ASCII subjects only. */
  readonly needsAscii: boolean;
  /** Whether they agree only where the one line break is `\n`. */
  readonly forbidsLineBreaks: boolean;
  /** What decides how long a search takes. */
  readonly shape: RegexShape;
}

/** A longer pattern is not looked at. */
const MAX_PATTERN_LENGTH = 4096;

/** Groups may be nested so deep; the server's own limit is 64. */
const MAX_DEPTH = 20;

/**
 * What the server's compiled pattern may weigh, in KB at a generous guess. It takes patterns of over 10 MB for
 * invalid, and Unicode's `\w` is 27 to 45 KB each time it is written out: `\w{255}` is on the brink.
 */
const MAX_WEIGHT = 8192;

/** An escape, a class, the opening of a group, a quantifier, or any one character. */
const TOKEN =
  /\\(?:x[\dA-Fa-f]{2}|u[\dA-Fa-f]{4}|[^])?|\[\^?\]?(?:\\[^]|[^\]\\])*\]?|\((?:\?(?:P?<[A-Za-z_]\w*>|[^])?|\*)?|[*+?]\??|\{\d+(?:,\d*)?\}\??|[^]/gu;

const INVALID: RegexScan = Object.freeze({ kind: "invalid" });

/** Reads a pattern once: what it is in JavaScript, where the two agree, and what a search costs. */
export function scanRegex(pattern: string): RegexScan {
  if (pattern.length > MAX_PATTERN_LENGTH) return buildUnknown("its length");
  if (/\p{Surrogate}/u.test(pattern)) return buildUnknown("a lone surrogate");
  const [leading = "", flags = ""] = /^\(\?([ims]+)\)/.exec(pattern) ?? [];
  if (new Set(flags).size < flags.length) return buildUnknown("repeated flags");
  const ignoresCase = flags.includes("i");
  const isMultiline = flags.includes("m");
  const tokens = pattern.slice(leading.length).match(TOKEN) ?? [];

  const outer: OpenGroup[] = [];
  const names = new Set<string>();
  let group = openGroup("");
  let before: Piece | "nothing" | "assertion" | "quantifier" = "nothing";
  let source = "";
  let needsAscii = ignoresCase;
  let forbidsLineBreaks = isMultiline;
  let [unbounded, choices, negations] = [0, 1, 0];
  let isFancy = false;
  let isBackwards = false;

  for (const token of tokens) {
    let part = token;
    let members: readonly ClassMember[] = [];
    switch (token[0]) {
      case "(": {
        if (outer.length === MAX_DEPTH) return buildUnknown("its depth");
        const name = /<(.+)>/.exec(token)?.[1];
        const isKnown = name === undefined
          ? /^\((\?[:=!])?$/.test(token)
          : !names.has(name);
        if (!isKnown) return buildUnknown(`a group that starts with ${token}`);
        if (name !== undefined) names.add(name);
        outer.push(group);
        group = openGroup(token);
        before = "nothing";
        // Nothing refers to a group, so that it needs neither name nor number.
        source += isLookahead(group) ? token : "(?:";
        continue;
      }
      case ")": {
        const parent = outer.pop();
        if (!parent) return INVALID;
        addPiece(group, parent);
        choices *= group.alternatives;
        if (group.opening[2] === "!") negations++;
        isFancy ||= isLookahead(group);
        before = isLookahead(group) ? "assertion" : group;
        group = parent;
        source += token;
        continue;
      }
      case "|":
        group.alternatives++;
        group.isIntricate = true;
        before = "nothing";
        source += token;
        continue;
      case "*":
      case "+":
      case "?":
      case "{": {
        const count = readCount(token);
        // Where nothing stands before it, the server takes a brace for a character.
        if (before === "nothing" && token[0] !== "{") return INVALID;
        const reason = count ? refuseCount(token, count, before) : "a brace";
        if (reason !== undefined || !count || typeof before === "string") {
          return buildUnknown(reason ?? token);
        }
        if (count.isUnbounded) unbounded++;
        else choices *= count.most - count.least + 1;
        isBackwards ||= count.most < count.least;
        const more = Math.max(count.most, 1) - 1;
        group.length += before.length * more;
        group.weight += before.weight * more;
        group.isIntricate = true;
        before = "quantifier";
        source += token;
        continue;
      }
      case "^":
      case "$":
        group.length++;
        before = "assertion";
        source += token;
        continue;
      case ".":
        forbidsLineBreaks ||= !flags.includes("s");
        break;
      case "[": {
        const scan = scanClass(token);
        if (scan.kind !== "class") return scan;
        ({ members, source: part } = scan);
        break;
      }
      default: {
        if (token === "\\") return INVALID;
        if (/^\\b$/i.test(token)) {
          needsAscii = isFancy = true;
          group.length++;
          before = "assertion";
          source += token;
          continue;
        }
        const scan = scanEscape(token);
        if (!scan) return buildUnknown(`the escape ${token}`);
        ({ source: part } = scan);
        members = [scan.member];
      }
    }
    if (ignoresCase && members.some((member) => Number(member) > 127)) {
      return buildUnknown("case folding beyond ASCII");
    }
    needsAscii ||= members.some((member) => typeof member === "string");
    before = buildAtom(members);
    addPiece(before, group);
    source += part;
  }
  if (outer.length > 0) return INVALID;
  if (group.weight > MAX_WEIGHT) return buildUnknown("its size");
  // Where it searches by backtracking, the server takes `a{2,1}` for valid.
  if (isBackwards) return isFancy ? buildUnknown("its counts") : INVALID;
  const shape: RegexShape = {
    unbounded,
    choices: choices * group.alternatives,
    // `^` is for its own alternative, and for each line with the flag.
    isAnchored: tokens[0] === "^" && group.alternatives === 1 && !isMultiline,
    length: group.length,
    isFancy,
    negations,
  };
  return {
    kind: "portable",
    source,
    flags: `u${flags}`,
    needsAscii,
    forbidsLineBreaks,
    shape,
  };
}

function buildUnknown(reason: string): RegexScan {
  return { kind: "unknown", reason };
}
