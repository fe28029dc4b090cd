import ts from "typescript";
import { ROOT } from "./paths.ts";
import { nodesOf } from "./source_tree.ts";

/** A text of the sources: what stands between the values that are put into it. */
export interface SourceText {
  /** Where it stands: `src/core/clock.ts:12`. */
  readonly place: string;
  readonly pieces: readonly string[];
}

/** What stands for a value in a text, on the page and here. */
const VALUE = "…";
/** Words side by side, or a word beside a value. */
const SENTENCE = /[\p{L},;:'")] [\p{L}'"(…]|… \p{L}/u;

/** Every text of a module: string literals and templates, types included, comments not. */
export function listTexts(path: string, source: string): SourceText[] {
  const setsParents = true;
  const file = ts.createSourceFile(
    path,
    source,
    ts.ScriptTarget.ESNext,
    setsParents,
  );
  return [...nodesOf(file)].flatMap((node) => {
    const text = ts.isStringLiteralLike(node)
      ? node.text
      : ts.isTemplateExpression(node)
      ? [node.head, ...node.templateSpans.map(({ literal }) => literal)]
        .map(({ text }) => text).join(VALUE)
      : undefined;
    if (text === undefined || ts.isImportDeclaration(node.parent)) return [];
    const { line } = file.getLineAndCharacterOfPosition(node.getStart(file));
    return [{ place: `${path}:${line + 1}`, pieces: text.split(VALUE) }];
  });
}

/** The texts of all modules below `src`. */
export function readTexts(): SourceText[] {
  return ts.sys.readDirectory(`${ROOT}src`, [".ts"]).flatMap((path) =>
    listTexts(path.slice(ROOT.length), ts.sys.readFile(path) ?? "")
  );
}

/** Whether it reads as a message, or as a part of one: words, and not only names. */
export function isSentence({ pieces }: SourceText): boolean {
  return SENTENCE.test(pieces.join(VALUE)) &&
    pieces.some((piece) => /\p{L}{2}/u.test(piece));
}

/** The entries in code quotes of the first column of a page's tables with this heading. */
export function readFirstColumn(page: string, heading: string): string[] {
  const entries: string[] = [];
  let isWanted = false;
  for (const line of page.split("\n")) {
    const [, cell = ""] = /^\|((?:`[^`]*`|[^|`])*)\|/.exec(line) ?? [];
    if (!line.startsWith("|")) isWanted = false;
    else if (cell.trim() === heading) isWanted = true;
    else if (isWanted) {
      entries.push(
        ...Array.from(cell.matchAll(/`([^`]+)`/g), ([, entry = ""]) => entry),
      );
    }
  }
  return entries;
}

/** Texts that no entry has, their pieces one after another. */
export function listUnexplained(
  texts: readonly SourceText[],
  entries: readonly string[],
): string[] {
  const isIn = ({ pieces }: SourceText) => (entry: string) => {
    let at = 0;
    return pieces.map((piece) => piece.trim()).every((piece) => {
      const found = entry.indexOf(piece, at);
      at = found + piece.length;
      return found >= 0;
    });
  };
  return texts.filter((text) => !entries.some(isIn(text))).map((text) =>
    `${text.place}: ${text.pieces.join(VALUE)}`
  );
}

/** Entries with words that no text has. */
export function listUnknown(
  texts: readonly SourceText[],
  entries: readonly string[],
): string[] {
  const fragments = [
    ...new Set(
      texts.flatMap(({ pieces }) => pieces)
        .filter((piece) => piece.length > 1 && /\p{L}/u.test(piece))
        .map((piece) => piece.trim()),
    ),
  ];
  return entries.filter((entry) =>
    !entry.split(VALUE).every((part) => isMadeOf(part, fragments))
  );
}

/** Whether it is some of these, one after another, with nothing but signs between them. */
function isMadeOf(text: string, fragments: readonly string[]): boolean {
  const ends = new Set([0]);
  for (let at = 0; at < text.length; at++) {
    if (!ends.has(at)) continue;
    if (!/[\p{L}\d]/u.test(text[at] ?? "")) ends.add(at + 1);
    for (const fragment of fragments) {
      const end = at + fragment.length;
      // A short one is a word, not the beginning of one.
      const isCut = fragment.length < 3 && /\p{L}/u.test(text[end] ?? "");
      if (text.startsWith(fragment, at) && !isCut) ends.add(end);
    }
  }
  return ends.has(text.length);
}
