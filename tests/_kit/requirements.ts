import ts from "typescript";
import { ROOT } from "./paths.ts";
import { nodesOf } from "./source_tree.ts";

/** A number as names of tests carry it. SHA and UTF are no requirements. */
const NUMBER = /\b(?!SHA|UTF)[A-Z]{3,4}-\d{3}\b/g;
/** A row of an example table: `R12: …`, `(R12, …)`. */
const ROW = /(?<=^|[\s(,])R\d{1,3}(?=[:,)]|$)/g;
/** Its line in the register. */
const LINE = /^- \*\*([A-Z]{3,4}-\d{3}|R\d{1,3})\*\*(.*(?:\n .*)*)/gm;

/** The numbers that the strings of a program carry; those in its comments and code don't count. */
export function findNumbers(text: string): readonly string[] {
  const file = ts.createSourceFile("test.ts", text, ts.ScriptTarget.Latest);
  return [...nodesOf(file)].flatMap((node) =>
    ts.isStringLiteralLike(node) || ts.isTemplateLiteralToken(node)
      ? [...node.text.match(NUMBER) ?? [], ...node.text.match(ROW) ?? []]
      : []
  );
}

/** The numbers that the tests of this checkout name, each with a file that does. */
export function readNamedNumbers(): ReadonlyMap<string, string> {
  const paths = ts.sys.readDirectory(
    `${ROOT}tests`,
    [".ts", ".tsx", ".js", ".mjs", ".cjs"],
    ["**/node_modules", "**/dist", "**/.*"],
  );
  return new Map(paths.flatMap((path) => {
    const text = ts.sys.readFile(path) ?? "";
    // Parsing is the work, and most files name none.
    const mayName = text.search(NUMBER) >= 0 || text.search(ROW) >= 0;
    const numbers = mayName ? findNumbers(text) : [];
    return numbers.map((number) => [number, path.slice(ROOT.length)] as const);
  }));
}

/** The lines of a register: number and sentence. */
export function readRegister(
  markdown: string,
): readonly (readonly [number: string, sentence: string])[] {
  return [...markdown.matchAll(LINE)].map(([, number = "", rest = ""]) =>
    [number, rest.replace(/\s+/g, " ").trim()] as const
  );
}
