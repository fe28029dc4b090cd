import ts from "typescript";
import { ROOT } from "../../tests/_kit/paths.ts";

/** What the declarations are made and read with; a superset of what every supported runtime has. */
const OPTIONS: ts.CompilerOptions = {
  target: ts.ScriptTarget.ESNext,
  lib: [
    "lib.esnext.d.ts",
    "lib.webworker.d.ts",
    "lib.webworker.iterable.d.ts",
    "lib.webworker.asynciterable.d.ts",
  ],
  types: [],
  strict: true,
  exactOptionalPropertyTypes: true,
};

const DECLARATIONS_ONLY = true;

/**
 * What the compiler writes for a class with private members is an error for a target before ES2015, which is the default
 * until TypeScript 5. This says the same, that no other type is that class, in words that every target takes.
 */
const ES5_PRIVATE = [/^( +)#private;$/gm, '$1private "#private";'] as const;

/** Writes a declaration file for each module that the entries reach, in the same tree as the sources. */
export async function emitDeclarations(
  entries: readonly string[],
  outDir: string,
): Promise<void> {
  const program = ts.createProgram(entries, {
    ...OPTIONS,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    allowImportingTsExtensions: true,
    verbatimModuleSyntax: true,
    isolatedDeclarations: true,
    declaration: true,
    emitDeclarationOnly: true,
    rootDir: ROOT,
    outDir,
  });
  const files = new Map<string, string>();
  const { diagnostics } = program.emit(
    undefined,
    (path, text) => files.set(path, text.replace(...ES5_PRIVATE)),
    undefined,
    DECLARATIONS_ONLY,
    { afterDeclarations: [toJsSpecifiers] },
  );
  failOn(
    [...program.getSemanticDiagnostics(), ...diagnostics],
    "The sources do not give declarations",
  );
  for (const [path, text] of files) {
    await Deno.mkdir(path.slice(0, path.lastIndexOf("/")), { recursive: true });
    await Deno.writeTextFile(path, text);
  }
}

/** Reads the declarations as a strict Node project would. */
export function checkDeclarations(files: readonly string[]): void {
  const program = ts.createProgram(files, {
    ...OPTIONS,
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    skipLibCheck: false,
    noEmit: true,
  });
  failOn(
    ts.getPreEmitDiagnostics(program),
    "The declarations do not type-check",
  );
}

/** Node's resolution wants the name of the built file: `./types.ts` becomes `./types.js`. */
function toJsSpecifiers(
  context: ts.TransformationContext,
): ts.Transformer<ts.SourceFile | ts.Bundle> {
  const { factory } = context;
  const rename = (node: ts.StringLiteral): ts.StringLiteral =>
    node.text.startsWith(".")
      ? factory.createStringLiteral(node.text.replace(/\.ts$/, ".js"))
      : node;
  const isSpecifier = (node: ts.StringLiteral): boolean =>
    ts.isImportDeclaration(node.parent) ||
    ts.isExportDeclaration(node.parent) ||
    (ts.isLiteralTypeNode(node.parent) &&
      ts.isImportTypeNode(node.parent.parent));
  const visit = (node: ts.Node): ts.Node =>
    ts.isStringLiteral(node) && node.parent !== undefined && isSpecifier(node)
      ? rename(node)
      : ts.visitEachChild(node, visit, context);
  return (file) =>
    ts.isSourceFile(file) ? ts.visitEachChild(file, visit, context) : file;
}

function failOn(diagnostics: readonly ts.Diagnostic[], message: string): void {
  if (diagnostics.length === 0) return;
  const text = ts.formatDiagnostics(diagnostics, {
    getCurrentDirectory: () => ROOT,
    getCanonicalFileName: (name) => name,
    getNewLine: () => "\n",
  });
  throw new Error(`${message}\n${text}`);
}
