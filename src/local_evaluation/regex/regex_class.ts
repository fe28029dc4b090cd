/** What a class or an escape stands for: a code point, or a set such as `\w`. */
export type ClassMember = number | string;

/** One character or set in JavaScript's dialect. */
export interface EscapeScan {
  /** Itself, in a form that has no other meaning in a class or outside. */
  readonly source: string;
  /** What it stands for. */
  readonly member: ClassMember;
}

/** A character class in JavaScript's dialect, or why there is none. */
export type ClassScan =
  | {
    readonly kind: "class";
    /** The class, for an expression with the `u` flag. */
    readonly source: string;
    /** What is in it; of a range, its ends. */
    readonly members: readonly ClassMember[];
  }
  | { readonly kind: "invalid" }
  | { readonly kind: "unknown"; readonly reason: string };

/** An escape or any one character. */
const TOKEN = /\\(?:x[\dA-Fa-f]{2}|u[\dA-Fa-f]{4}|[^])?|[^]/gu;

/** Reads a token of one character or set; undefined where the dialects differ. */
export function scanEscape(token: string): EscapeScan | undefined {
  if (/^\\[dws]$/i.test(token)) return { source: token, member: token };
  const member = toCodePoint(token);
  if (member === undefined) return undefined;
  const isPlain = /^[A-Za-z0-9]$/.test(token);
  return { source: isPlain ? token : `\\u{${member.toString(16)}}`, member };
}

/** Reads a class, brackets included. */
export function scanClass(text: string): ClassScan {
  const opening = text[1] === "^" ? "[^" : "[";
  const tokens = text.slice(opening.length).match(TOKEN) ?? [];
  if (tokens[0] === "]") return buildUnknown("a class that starts with ]");
  const closing = tokens.pop();
  const members: ClassMember[] = [];
  let source = opening;
  for (let index = 0; index < tokens.length; index++) {
    const token = tokens[index] ?? "";
    if (token === "[") return buildUnknown("a bracket in a class");
    if (/^[-&~]$/.test(token) && tokens[index + 1] === token) {
      return buildUnknown("a set operator");
    }
    const from = scanEscape(token);
    if (!from) return buildUnknown(`${token} in a class`);
    members.push(from.member);
    source += from.source;
    if (tokens[index + 1] !== "-" || index + 2 === tokens.length) continue;
    index += 2;
    const end = tokens[index] ?? "";
    const to = /^[[-]$/.test(end) ? undefined : scanEscape(end);
    if (typeof from.member === "string" || typeof to?.member !== "number") {
      return buildUnknown("the ends of a range");
    }
    if (to.member < from.member) return { kind: "invalid" };
    members.push(to.member);
    source += `-${to.source}`;
  }
  return closing === "]"
    ? { kind: "class", source: source + closing, members }
    : { kind: "invalid" };
}

function toCodePoint(token: string): number | undefined {
  if (!token.startsWith("\\")) return token.codePointAt(0);
  if (/^\\[xu]./.test(token)) {
    const code = parseInt(token.slice(2), 16);
    return code >= 0xd800 && code <= 0xdfff ? undefined : code;
  }
  // Not `\<` and `\>`: they are the ends of a word there.
  if (/^\\[!-/:;=?@[-`{-~]$/.test(token)) return token.codePointAt(1);
  const control = "tnvfr".indexOf(token.slice(1));
  return token.length === 2 && control >= 0 ? 9 + control : undefined;
}

function buildUnknown(reason: string): ClassScan {
  return { kind: "unknown", reason };
}
