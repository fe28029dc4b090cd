import ts from "typescript";
import { placeOf, type SourceTree } from "./source_tree.ts";

/** What runs when a module is imported and is more than making a value out of literals. */
export function importEffects({ modules }: SourceTree): string[] {
  return modules.flatMap((module) =>
    module.file.statements.flatMap((statement) => [...effectsOf(statement)])
      .map((node) =>
        `${placeOf(module, node)} runs at import: ${
          node.getText(module.file).split("\n")[0]
        }`
      )
  );
}

function* effectsOf(statement: ts.Statement): Generator<ts.Node> {
  if (ts.isVariableStatement(statement)) {
    for (const { initializer } of statement.declarationList.declarations) {
      if (initializer !== undefined) yield* effects(initializer);
    }
  } else if (ts.isClassDeclaration(statement)) {
    yield* classEffects(statement);
  } else if (!isDeclaration(statement)) {
    yield statement;
  }
}

function isDeclaration(statement: ts.Statement): boolean {
  return ts.isImportDeclaration(statement) ||
    ts.isExportDeclaration(statement) ||
    ts.isInterfaceDeclaration(statement) ||
    ts.isTypeAliasDeclaration(statement) ||
    ts.isFunctionDeclaration(statement);
}

function* classEffects(node: ts.ClassLikeDeclaration): Generator<ts.Node> {
  for (const clause of node.heritageClauses ?? []) {
    for (const { expression } of clause.types) yield* effects(expression);
  }
  for (const member of node.members) {
    const isStatic = ts.canHaveModifiers(member) &&
      (ts.getModifiers(member) ?? []).some(({ kind }) =>
        kind === ts.SyntaxKind.StaticKeyword
      );
    if (ts.isClassStaticBlockDeclaration(member)) yield* blockEffects(member);
    if (isStatic && ts.isPropertyDeclaration(member) && member.initializer) {
      yield* effects(member.initializer);
    }
    if (member.name !== undefined && ts.isComputedPropertyName(member.name)) {
      yield* effects(member.name.expression);
    }
  }
}

/** A static block may hand a closure to the module, the one way to keep a constructor private to it. */
function* blockEffects(
  { body }: ts.ClassStaticBlockDeclaration,
): Generator<ts.Node> {
  for (const statement of body.statements) {
    const expression = ts.isExpressionStatement(statement)
      ? statement.expression
      : undefined;
    const isHandOver = expression !== undefined &&
      ts.isBinaryExpression(expression) &&
      expression.operatorToken.kind === ts.SyntaxKind.EqualsToken &&
      ts.isIdentifier(expression.left);
    if (isHandOver) yield* effects(expression.right);
    else yield statement;
  }
}

/** The parts of an expression that are more than making a value. */
function* effects(node: ts.Expression): Generator<ts.Node> {
  if (isInert(node) || isMarkedPure(node)) return;
  if (ts.isClassExpression(node)) return yield* classEffects(node);
  if (ts.isCallExpression(node) || ts.isNewExpression(node)) {
    if (!isPureCallee(node)) return yield node;
    if (ts.isPropertyAccessExpression(node.expression)) {
      yield* effects(node.expression.expression);
    }
    for (const argument of node.arguments ?? []) yield* effects(argument);
    return;
  }
  if (!isMadeOfParts(node)) return yield node;
  const parts: ts.Expression[] = [];
  ts.forEachChild(node, (child) => void parts.push(...expressionsOf(child)));
  for (const part of parts) yield* effects(part);
}

/** A call that says of itself that it only makes a value: bundlers leave it out where nobody uses that. */
function isMarkedPure(node: ts.Expression): boolean {
  return ts.isCallExpression(node) &&
    /^\s*\/\* @__PURE__ \*\//.test(node.getFullText());
}

function isInert(node: ts.Expression): boolean {
  return ts.isLiteralExpression(node) || ts.isIdentifier(node) ||
    ts.isArrowFunction(node) ||
    ts.isFunctionExpression(node) || ts.isOmittedExpression(node) ||
    INERT_KEYWORDS.has(node.kind);
}

const INERT_KEYWORDS: ReadonlySet<ts.SyntaxKind> = new Set([
  ts.SyntaxKind.TrueKeyword,
  ts.SyntaxKind.FalseKeyword,
  ts.SyntaxKind.NullKeyword,
]);

function isMadeOfParts(node: ts.Expression): boolean {
  return ts.isObjectLiteralExpression(node) ||
    ts.isArrayLiteralExpression(node) || ts.isSpreadElement(node) ||
    ts.isAsExpression(node) || ts.isSatisfiesExpression(node) ||
    ts.isParenthesizedExpression(node) ||
    ts.isTemplateExpression(node) || ts.isConditionalExpression(node) ||
    ts.isPropertyAccessExpression(node) ||
    ts.isElementAccessExpression(node) || isArithmetic(node);
}

function isArithmetic(node: ts.Expression): boolean {
  if (ts.isBinaryExpression(node)) {
    const { kind } = node.operatorToken;
    return kind < ts.SyntaxKind.FirstAssignment ||
      kind > ts.SyntaxKind.LastAssignment;
  }
  return ts.isPrefixUnaryExpression(node) &&
    node.operator !== ts.SyntaxKind.PlusPlusToken &&
    node.operator !== ts.SyntaxKind.MinusMinusToken;
}

/** The expressions in a part of an object literal or a template; types and operators have none. */
function expressionsOf(node: ts.Node): ts.Expression[] {
  if (ts.isPropertyAssignment(node)) {
    return [...nameOf(node.name), node.initializer];
  }
  if (ts.isShorthandPropertyAssignment(node)) return [node.name];
  if (ts.isSpreadAssignment(node) || ts.isTemplateSpan(node)) {
    return [node.expression];
  }
  if (ts.isMethodDeclaration(node) || ts.isAccessor(node)) {
    return nameOf(node.name);
  }
  return ts.isExpression(node) ? [node] : [];
}

function nameOf(name: ts.PropertyName): ts.Expression[] {
  return ts.isComputedPropertyName(name) ? [name.expression] : [];
}

/** A constructor, function or method that only makes a value out of what it is given. */
function isPureCallee(node: ts.CallExpression | ts.NewExpression): boolean {
  const callee = node.expression;
  if (ts.isNewExpression(node)) {
    return ts.isIdentifier(callee) && PURE_CONSTRUCTORS.has(callee.text);
  }
  if (ts.isIdentifier(callee)) {
    return PURE_FUNCTIONS.has(callee.text) || BUILD.test(callee.text);
  }
  if (!ts.isPropertyAccessExpression(callee)) return false;
  const owner = ts.isIdentifier(callee.expression)
    ? `${callee.expression.text}.${callee.name.text}`
    : "";
  return PURE_FUNCTIONS.has(owner) || PURE_METHODS.has(callee.name.text);
}

/** The house's verb for making a value and doing nothing else. */
const BUILD = /^build[A-Z]/;

const PURE_CONSTRUCTORS: ReadonlySet<string> = new Set([
  "Map",
  "Set",
  "WeakMap",
  "WeakSet",
  "RegExp",
  "TextEncoder",
  "TextDecoder",
  "Uint8Array",
  "Uint32Array",
  "Float64Array",
]);

const PURE_FUNCTIONS: ReadonlySet<string> = new Set([
  "BigInt",
  "Number",
  "Symbol",
  "Symbol.for",
  "Object.freeze",
  "Object.entries",
  "Object.fromEntries",
  "Object.keys",
  "Object.values",
  "Array.from",
  "String.raw",
]);

/** Of arrays and strings, by name: at import a module has nothing else to call them on. */
const PURE_METHODS: ReadonlySet<string> = new Set([
  "map",
  "flatMap",
  "filter",
  "join",
  "concat",
  "slice",
  "split",
]);
