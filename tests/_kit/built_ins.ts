import ts from "typescript";
import { ROOT } from "./paths.ts";
import { SOURCE_OPTIONS } from "./source_tree.ts";

/**
 * Declarations of the language that are newer than the floor (Node 20.19, Bun 1.1, Deno 2, and workerd of any date):
 * by the compiler's own files, so that what comes after today counts too. Node 20.19 has the two exceptions.
 */
const NEWER_LANGUAGE =
  /\/lib\.es(2024|202[5-9]|20[3-9]\d|next)\.(?!string\.d|disposable\.d|d)/;

/** Members of the web's interfaces that a runtime at the floor lacks. */
const NEWER_WEB: ReadonlySet<string> = new Set([
  // workerd has them from a later compatibility date, and Node's `URL.parse` came with 22.
  "canParse",
  "parse",
  "size",
  "getSetCookie",
  "duplex",
  "navigator",
  "scheduler",
  "ReadableStreamBYOBReader",
  "ReadableStreamDefaultController",
  // Not before Node 22, or nowhere but in browsers.
  "bytes",
  "WebSocket",
  "EventSource",
  "caches",
  "any",
]);

/** Uses of built-ins that are newer than the floor, as `path name`, each once; types don't count. */
export function findNewBuiltIns(
  texts: ReadonlyMap<string, string>,
): readonly string[] {
  const ours = new Map([...texts].map(([path, text]) => [ROOT + path, text]));
  const disk = ts.createCompilerHost(SOURCE_OPTIONS);
  const program = ts.createProgram([...ours.keys()], SOURCE_OPTIONS, {
    ...disk,
    fileExists: (path) => ours.has(path) || disk.fileExists(path),
    readFile: (path) => ours.get(path) ?? disk.readFile(path),
    getSourceFile(path, version) {
      const text = ours.get(path);
      return text === undefined
        ? disk.getSourceFile(path, version)
        : ts.createSourceFile(path, text, version, true);
    },
  });
  const checker = program.getTypeChecker();
  const found = new Set<string>();
  for (const path of ours.keys()) {
    const visit = (node: ts.Node): void => {
      if (ts.isTypeNode(node)) return;
      if (ts.isIdentifier(node) && isNewer(checker, node)) {
        found.add(`${path.slice(ROOT.length)} ${node.text}`);
      }
      ts.forEachChild(node, visit);
    };
    const file = program.getSourceFile(path);
    if (file) visit(file);
  }
  return [...found].sort();
}

function isNewer(checker: ts.TypeChecker, node: ts.Identifier): boolean {
  const symbol = checker.getSymbolAtLocation(node);
  const files = (symbol?.declarations ?? []).map((declaration) =>
    declaration.getSourceFile().fileName
  );
  return files.length > 0 &&
    (files.every((file) => NEWER_LANGUAGE.test(file)) ||
      NEWER_WEB.has(node.text) &&
        files.every((file) => file.endsWith("/lib.webworker.d.ts")));
}
