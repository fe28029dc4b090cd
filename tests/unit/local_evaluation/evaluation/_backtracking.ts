import fc from "fast-check";

/** A pattern of a small part of the portable subset, as a tree. */
export type PatternNode =
  | { readonly kind: "atom"; readonly text: "a" | "b" | "c" | "." | "^" }
  | { readonly kind: "sequence"; readonly parts: readonly PatternNode[] }
  | { readonly kind: "choice"; readonly options: readonly PatternNode[] }
  | { readonly kind: "repeat"; readonly part: PatternNode; readonly mark: Mark }
  | {
    readonly kind: "ahead";
    readonly part: PatternNode;
    readonly isNegative: boolean;
  };

type Mark = "*" | "+" | "?" | "*?" | "{3}" | "{9,}" | "{1,4}";

const COUNTS: Readonly<Record<Mark, readonly [least: number, most: number]>> = {
  "*": [0, Infinity],
  "+": [1, Infinity],
  "?": [0, 1],
  "*?": [0, Infinity],
  "{3}": [3, 3],
  "{9,}": [9, Infinity],
  "{1,4}": [1, 4],
};

const atom: fc.Arbitrary<PatternNode> = fc.record({
  kind: fc.constant("atom"),
  text: fc.constantFrom("a", "a", ".", "b"),
});

/** Trees of a few levels, mostly loops. */
const inner: fc.Arbitrary<PatternNode> = fc.letrec<{ node: PatternNode }>(
  (tie) => {
    const node = tie("node");
    const loop = (part: fc.Arbitrary<PatternNode>) =>
      fc.record({
        kind: fc.constant("repeat"),
        part,
        mark: fc.constantFrom(...Object.keys(COUNTS) as Mark[]),
      });
    const some = (maxLength: number) =>
      fc.array(node, { minLength: 2, maxLength });
    return {
      node: fc.oneof(
        { maxDepth: 3 },
        { weight: 2, arbitrary: atom },
        { weight: 5, arbitrary: loop(atom) },
        { weight: 1, arbitrary: loop(node) },
        fc.record({ kind: fc.constant("sequence"), parts: some(3) }),
        fc.record({ kind: fc.constant("choice"), options: some(3) }),
        fc.record({
          kind: fc.constant("ahead"),
          part: node,
          isNegative: fc.boolean(),
        }),
      ),
    };
  },
).node;

/** Patterns: some with an end that no subject has, so that every way is tried. */
export const patternNode: fc.Arbitrary<PatternNode> = fc.tuple(
  fc.constantFrom("^", "", ""),
  fc.array(inner, { minLength: 1, maxLength: 4, size: "max" }),
  fc.constantFrom("b", "c"),
).map(([start, parts, end]) => ({
  kind: "sequence",
  parts: [
    ...(start ? [{ kind: "atom", text: start } as const] : []),
    ...parts,
    { kind: "atom", text: end },
  ],
}));

/** The pattern's text. */
export function print(node: PatternNode): string {
  switch (node.kind) {
    case "atom":
      return node.text;
    case "sequence":
      return node.parts.map((part) =>
        part.kind === "choice" ? `(?:${print(part)})` : print(part)
      ).join("");
    case "choice":
      return node.options.map(print).join("|");
    case "repeat":
      return node.part.kind === "atom"
        ? print(node.part) + node.mark
        : `(?:${print(node.part)})${node.mark}`;
    case "ahead":
      return `(?${node.isNegative ? "!" : "="}${print(node.part)})`;
  }
}

/** What a search by backtracking took. */
export interface Search {
  readonly isFound: boolean;
  /** How often a character or a place was looked at. */
  readonly steps: number;
  /** How often another way was tried after one had failed. */
  readonly backtracks: number;
}

/** Searches as engines do that try every way in turn, and counts. */
export function search(pattern: PatternNode, subject: string): Search {
  let steps = 0;
  let backtracks = 0;
  type Next = (at: number) => boolean;

  function match(node: PatternNode, at: number, next: Next): boolean {
    switch (node.kind) {
      case "atom":
        steps++;
        if (node.text === "^") return at === 0 && next(at);
        return at < subject.length &&
          (node.text === "." || node.text === subject[at]) && next(at + 1);
      case "sequence":
        return matchAll(node.parts, 0, at, next);
      case "choice":
        return node.options.some((option, index) => {
          if (index > 0) backtracks++;
          return match(option, at, next);
        });
      case "repeat":
        return repeat(node, 0, at, next);
      case "ahead": {
        const isMatch = match(node.part, at, () => true);
        if (node.isNegative && !isMatch) backtracks++;
        return isMatch !== node.isNegative && next(at);
      }
    }
  }

  function matchAll(
    parts: readonly PatternNode[],
    index: number,
    at: number,
    next: Next,
  ): boolean {
    const part = parts[index];
    return part === undefined
      ? next(at)
      : match(part, at, (end) => matchAll(parts, index + 1, end, next));
  }

  function repeat(
    node: Extract<PatternNode, { kind: "repeat" }>,
    done: number,
    at: number,
    next: Next,
  ): boolean {
    const [least, most] = COUNTS[node.mark];
    const more = () =>
      done < most &&
      match(node.part, at, (end) => repeat(node, done + 1, end, next));
    if (done < least) return more();
    if (done === most) return next(at);
    const [first, second] = node.mark === "*?"
      ? [() => next(at), more]
      : [more, () => next(at)];
    if (first()) return true;
    backtracks++;
    return second();
  }

  let isFound = false;
  for (let start = 0; start <= subject.length && !isFound; start++) {
    if (start > 0) backtracks++;
    isFound = match(pattern, start, () => true);
  }
  return { isFound, steps, backtracks };
}
