import ts from "typescript";
import {
  nodesOf,
  placeOf,
  type SourceModule,
  type SourceTree,
} from "./source_tree.ts";

/** Which files may use a platform's global: a name (`fetch`), a member (`Date.now`), or `new Date()`. */
export type GlobalTable = Readonly<Record<string, readonly string[]>>;

/** Uses of the table's globals outside the files it names. Types do not count, nor names of ours. */
export function strayGlobals(tree: SourceTree, table: GlobalTable): string[] {
  return findNodes(tree, (module, node) => {
    const name = globalUse(tree, node);
    if (name === undefined || !Object.hasOwn(table, name)) return undefined;
    return table[name]?.includes(module.path) ? undefined : `uses ${name}`;
  });
}

function globalUse(tree: SourceTree, node: ts.Node): string | undefined {
  if (!ts.isIdentifier(node) || isTypePosition(node) || isMemberName(node)) {
    return undefined;
  }
  const name = tree.globalName(node);
  const parent = node.parent;
  if (name === undefined) return undefined;
  if (ts.isPropertyAccessExpression(parent) && MEMBERS_MATTER.has(name)) {
    return `${name}.${parent.name.text}`;
  }
  if (name !== "Date") return name;
  const isBare = ts.isNewExpression(parent) && parent.expression === node &&
    (parent.arguments ?? []).length === 0;
  return isBare || ts.isCallExpression(parent) ? "new Date()" : name;
}

/** Of these a file may use some members and not others. */
const MEMBERS_MATTER: ReadonlySet<string> = new Set([
  "Date",
  "Math",
  "AbortSignal",
]);

function isTypePosition(node: ts.Node): boolean {
  return ts.isPartOfTypeNode(node) ||
    ts.findAncestor(node, ts.isTypeQueryNode) !== undefined;
}

/** `fetch` in `deps.fetch` or `{ fetch: … }` or `fetch(): void` is a name of that object's. */
function isMemberName(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent)) return parent.name === node;
  if (ts.isBindingElement(parent)) return parent.propertyName === node;
  return "name" in parent && parent.name === node &&
    !ts.isShorthandPropertyAssignment(parent);
}

/** Calls of anything named `fetch`, a handed-in one included, outside the files and rooms named. */
export function strayFetchCalls(
  tree: SourceTree,
  allowed: readonly string[],
): string[] {
  return findNodes(tree, (module, node) => {
    if (
      !ts.isCallExpression(node) ||
      allowed.some((prefix) => module.path.startsWith(prefix))
    ) return undefined;
    const callee = node.expression;
    const name = ts.isPropertyAccessExpression(callee) ? callee.name : callee;
    return ts.isIdentifier(name) && name.text === "fetch"
      ? "calls fetch"
      : undefined;
  });
}

/** `any`, `!` and comments that silence the compiler. */
export function looseTypes(tree: SourceTree): string[] {
  const nodes = findNodes(tree, (_, node) => {
    if (node.kind === ts.SyntaxKind.AnyKeyword) return "says any";
    if (ts.isNonNullExpression(node)) return "asserts with !";
    const isDefinite =
      (ts.isPropertyDeclaration(node) || ts.isVariableDeclaration(node)) &&
      node.exclamationToken;
    return isDefinite ? "asserts with !" : undefined;
  });
  const comments = tree.modules.flatMap(({ path, file }) =>
    Array.from(
      file.text.matchAll(/@ts-(ignore|nocheck|expect-error)/g),
      ([comment]) => `${path} has ${comment}`,
    )
  );
  return [...nodes, ...comments];
}

/** Modules with more lines than that. */
export function longFiles(
  { modules }: SourceTree,
  maxLines: number,
): string[] {
  return modules
    .map(({ path, file }) => ({
      path,
      lines: file.text.trimEnd().split("\n").length,
    }))
    .filter(({ lines }) => lines > maxLines)
    .map(({ path, lines }) => `${path} has ${lines} lines`);
}

/** Functions with more lines than that, closures that hold a whole part included. */
export function longFunctions(tree: SourceTree, maxLines: number): string[] {
  return findNodes(tree, ({ file }, node) => {
    if (!ts.isFunctionLike(node) || !("body" in node) || !node.body) {
      return undefined;
    }
    const lineOf = (position: number) =>
      file.getLineAndCharacterOfPosition(position).line;
    const lines = lineOf(node.end) - lineOf(node.getStart(file)) + 1;
    return lines > maxLines ? `is a function of ${lines} lines` : undefined;
  });
}

/** Statements of an entry point other than re-exports by name. */
export function entryStatements(
  { modules }: SourceTree,
  entry: string,
): string[] {
  const module = modules.find(({ path }) => path === entry);
  if (module === undefined) return [`${entry} is missing`];
  return module.file.statements
    .filter((statement) =>
      !(ts.isExportDeclaration(statement) &&
        statement.moduleSpecifier !== undefined &&
        statement.exportClause !== undefined &&
        ts.isNamedExports(statement.exportClause))
    )
    .map((statement) =>
      `${placeOf(module, statement)} is no re-export by name`
    );
}

/** Runs a finder over every node and puts the place before what it says. */
function findNodes(
  { modules }: SourceTree,
  find: (module: SourceModule, node: ts.Node) => string | undefined,
): string[] {
  return modules.flatMap((module) =>
    [...nodesOf(module.file)].flatMap((node) => {
      const found = find(module, node);
      return found === undefined ? [] : [`${placeOf(module, node)} ${found}`];
    })
  );
}
