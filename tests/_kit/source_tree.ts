import ts from "typescript";
import { ROOT } from "./paths.ts";

/** One import, re-export or import type of a module. */
export interface SourceImport {
  readonly specifier: string;
  /** The module it leads to, relative to the checkout, where the specifier is a relative one. */
  readonly target: string | undefined;
}

/** A module of the library. */
export interface SourceModule {
  /** Relative to the checkout: `src/core/clock.ts`. */
  readonly path: string;
  readonly file: ts.SourceFile;
  readonly imports: readonly SourceImport[];
}

/** The library's modules, parsed and bound, as the architecture test reads them. */
export interface SourceTree {
  readonly modules: readonly SourceModule[];
  /** The name of the platform's global that an identifier means; undefined for a name of ours. */
  globalName(node: ts.Identifier): string | undefined;
}

/** How the sources are read: as modules for the platforms alone. */
export const SOURCE_OPTIONS: ts.CompilerOptions = {
  target: ts.ScriptTarget.ESNext,
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  lib: ["lib.esnext.d.ts", "lib.webworker.d.ts"],
  types: [],
  allowImportingTsExtensions: true,
  noEmit: true,
};

const WITH_PARENTS = true;

/** Library declarations, by path: parsing them is most of the work. */
const parsed = new Map<string, ts.SourceFile | undefined>();

/** Reads `mod.ts` and everything in `src/`. */
export function readSourceTree(): SourceTree {
  const paths = [
    "mod.ts",
    ...ts.sys.readDirectory(`${ROOT}src`, [".ts"]).map((path) =>
      path.slice(ROOT.length)
    ),
  ];
  return createSourceTree(
    new Map(paths.map((path) => [path, ts.sys.readFile(ROOT + path) ?? ""])),
  );
}

/** Makes a tree of the given modules: path, relative to the checkout, to text. */
export function createSourceTree(
  texts: ReadonlyMap<string, string>,
): SourceTree {
  const ours = new Map([...texts].map(([path, text]) => [ROOT + path, text]));
  const disk = ts.createCompilerHost(SOURCE_OPTIONS);
  const program = ts.createProgram([...ours.keys()], SOURCE_OPTIONS, {
    ...disk,
    fileExists: (path) => ours.has(path),
    readFile: (path) => ours.get(path),
    getSourceFile: (path, version) => {
      const text = ours.get(path);
      if (text !== undefined) {
        return ts.createSourceFile(path, text, version, WITH_PARENTS);
      }
      if (!parsed.has(path)) {
        parsed.set(path, disk.getSourceFile(path, version));
      }
      return parsed.get(path);
    },
  });
  const checker = program.getTypeChecker();
  const modules = [...ours.keys()].flatMap((path) =>
    program.getSourceFile(path) ?? []
  ).map((file) => ({
    path: file.fileName.slice(ROOT.length),
    file,
    imports: importsOf(file),
  }));
  return {
    modules,
    globalName: (node) => {
      const declarations = symbolOf(checker, node)?.declarations;
      const isOurs =
        declarations?.some((each) => ours.has(each.getSourceFile().fileName)) ??
          false;
      return isOurs ? undefined : node.text;
    },
  };
}

/** `{ fetch }` declares a property of ours and reads a variable; the variable is meant. */
function symbolOf(
  checker: ts.TypeChecker,
  node: ts.Identifier,
): ts.Symbol | undefined {
  return ts.isShorthandPropertyAssignment(node.parent)
    ? checker.getShorthandAssignmentValueSymbol(node.parent)
    : checker.getSymbolAtLocation(node);
}

/** Type-only ones, import types and dynamic ones included. */
function importsOf(file: ts.SourceFile): SourceImport[] {
  return [...nodesOf(file)].flatMap((node) => {
    const specifier = specifierOf(node);
    return specifier === undefined
      ? []
      : [{ specifier, target: resolve(file.fileName, specifier) }];
  });
}

function specifierOf(node: ts.Node): string | undefined {
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) {
    return textOf(node.moduleSpecifier);
  }
  if (ts.isImportTypeNode(node)) {
    return textOf(
      ts.isLiteralTypeNode(node.argument) ? node.argument.literal : undefined,
    );
  }
  if (ts.isExternalModuleReference(node)) return textOf(node.expression);
  if (
    !ts.isCallExpression(node) ||
    node.expression.kind !== ts.SyntaxKind.ImportKeyword
  ) return undefined;
  return textOf(node.arguments[0]) ?? "import() of an expression";
}

function textOf(node: ts.Node | undefined): string | undefined {
  return node !== undefined && ts.isStringLiteralLike(node)
    ? node.text
    : undefined;
}

function resolve(from: string, specifier: string): string | undefined {
  if (!specifier.startsWith(".")) return undefined;
  return new URL(specifier, `file://${from}`).pathname.slice(ROOT.length);
}

/** A node and everything below it. */
export function* nodesOf(node: ts.Node): Generator<ts.Node> {
  yield node;
  const children: ts.Node[] = [];
  ts.forEachChild(node, (child) => void children.push(child));
  for (const child of children) yield* nodesOf(child);
}

/** Where a node stands, for a message: `src/core/clock.ts:12`. */
export function placeOf(module: SourceModule, node: ts.Node): string {
  const { line } = module.file.getLineAndCharacterOfPosition(
    node.getStart(module.file),
  );
  return `${module.path}:${line + 1}`;
}
