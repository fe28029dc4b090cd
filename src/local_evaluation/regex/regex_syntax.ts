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

const INVALID: RegexScan = { kind: "invalid" };

/** Reads a pattern once: what it is in JavaScript, where the two agree, and what a search costs. */
export function scanRegex(pattern: string): RegexScan {
  if (pattern.length > MAX_PATTERN_LENGTH) return buildUnknown("its length");
  if (/\p{Surrogate}/u.test(pattern)) return buildUnknown("a lone surrogate");
  const [leading = "", flags = ""] = /^\(\?([ims]+)\)/.exec(pattern) ?? [];
  if (new Set(flags).size < flags.length) return buildUnknown("repeated flags");
  const tokens = pattern.slice(leading.length).match(TOKEN) ?? [];
  const scanner = new RegexScanner(flags);
  for (const token of tokens) {
    const refusal = scanner.read(token);
    if (refusal) return refusal;
  }
  return scanner.finish(tokens[0]);
}

/** What a quantifier would stand behind. */
type Before = Piece | "nothing" | "assertion" | "quantifier";

/** What is known of a pattern, token by token. */
class RegexScanner {
  readonly #flags: string;
  readonly #outer: OpenGroup[] = [];
  readonly #names = new Set<string>();
  #group = openGroup("");
  #before: Before = "nothing";
  #source = "";
  #needsAscii: boolean;
  #forbidsLineBreaks: boolean;
  #unbounded = 0;
  #choices = 1;
  #negations = 0;
  #isFancy = false;
  #isBackwards = false;

  constructor(flags: string) {
    this.#flags = flags;
    this.#needsAscii = flags.includes("i");
    this.#forbidsLineBreaks = flags.includes("m");
  }

  /** Reads one token; what it gives is why the pattern can't be used. */
  read(token: string): RegexScan | undefined {
    switch (token[0]) {
      case "(":
        return this.#open(token);
      case ")":
        return this.#close(token);
      case "|":
        this.#group.alternatives++;
        this.#group.isIntricate = true;
        return this.#pass(token, "nothing");
      case "*":
      case "+":
      case "?":
      case "{":
        return this.#repeat(token);
      case "^":
      case "$":
        return this.#assert(token);
      case ".":
        this.#forbidsLineBreaks ||= !this.#flags.includes("s");
        return this.#add(token, []);
      case "[": {
        const scan = scanClass(token);
        return scan.kind === "class"
          ? this.#add(scan.source, scan.members)
          : scan;
      }
    }
    if (token === "\\") return INVALID;
    if (/^\\b$/i.test(token)) {
      this.#needsAscii = this.#isFancy = true;
      return this.#assert(token);
    }
    const scan = scanEscape(token);
    return scan
      ? this.#add(scan.source, [scan.member])
      : buildUnknown(`the escape ${token}`);
  }

  /** The scan, once all tokens are read. */
  finish(first: string | undefined): RegexScan {
    const { alternatives, length, weight } = this.#group;
    if (this.#outer.length > 0) return INVALID;
    if (weight > MAX_WEIGHT) return buildUnknown("its size");
    // Where it searches by backtracking, the server takes `a{2,1}` for valid.
    if (this.#isBackwards) {
      return this.#isFancy ? buildUnknown("its counts") : INVALID;
    }
    return {
      kind: "portable",
      source: this.#source,
      flags: `u${this.#flags}`,
      needsAscii: this.#needsAscii,
      forbidsLineBreaks: this.#forbidsLineBreaks,
      shape: {
        unbounded: this.#unbounded,
        choices: this.#choices * alternatives,
        // `^` is for its own alternative, and for each line with the flag.
        isAnchored: first === "^" && alternatives === 1 &&
          !this.#flags.includes("m"),
        length,
        isFancy: this.#isFancy,
        negations: this.#negations,
      },
    };
  }

  #pass(text: string, before: Before): undefined {
    this.#source += text;
    this.#before = before;
  }

  #assert(token: string): undefined {
    this.#group.length++;
    this.#pass(token, "assertion");
  }

  #open(token: string): RegexScan | undefined {
    if (this.#outer.length === MAX_DEPTH) return buildUnknown("its depth");
    const name = /<(.+)>/.exec(token)?.[1];
    const isKnown = name === undefined
      ? /^\((\?[:=!])?$/.test(token)
      : !this.#names.has(name);
    if (!isKnown) return buildUnknown(`a group that starts with ${token}`);
    if (name !== undefined) this.#names.add(name);
    this.#outer.push(this.#group);
    this.#group = openGroup(token);
    // Nothing refers to a group, so that it needs neither name nor number.
    return this.#pass(isLookahead(this.#group) ? token : "(?:", "nothing");
  }

  #close(token: string): RegexScan | undefined {
    const group = this.#group;
    const parent = this.#outer.pop();
    if (!parent) return INVALID;
    addPiece(group, parent);
    this.#choices *= group.alternatives;
    if (group.opening[2] === "!") this.#negations++;
    this.#isFancy ||= isLookahead(group);
    this.#group = parent;
    return this.#pass(token, isLookahead(group) ? "assertion" : group);
  }

  #repeat(token: string): RegexScan | undefined {
    const group = this.#group;
    const before = this.#before;
    const count = readCount(token);
    // Where nothing stands before it, the server takes a brace for a character.
    if (before === "nothing" && token[0] !== "{") return INVALID;
    const reason = count ? refuseCount(token, count, before) : "a brace";
    if (reason !== undefined || !count || typeof before === "string") {
      return buildUnknown(reason ?? token);
    }
    if (count.isUnbounded) this.#unbounded++;
    else this.#choices *= count.most - count.least + 1;
    this.#isBackwards ||= count.most < count.least;
    const more = Math.max(count.most, 1) - 1;
    group.length += before.length * more;
    group.weight += before.weight * more;
    group.isIntricate = true;
    return this.#pass(token, "quantifier");
  }

  #add(text: string, members: readonly ClassMember[]): RegexScan | undefined {
    const isWide = (member: ClassMember) => Number(member) > 127;
    if (this.#flags.includes("i") && members.some(isWide)) {
      return buildUnknown("case folding beyond ASCII");
    }
    this.#needsAscii ||= members.some((member) => typeof member === "string");
    const atom = buildAtom(members);
    addPiece(atom, this.#group);
    return this.#pass(text, atom);
  }
}

function buildUnknown(reason: string): RegexScan {
  return { kind: "unknown", reason };
}
