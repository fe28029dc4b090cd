import { assert, assertEquals } from "@std/assert";
import { createTestClient } from "edgehog/testing";
import type { PostHog, RequestScope } from "edgehog";
import ts from "typescript";
import v8 from "node:v8";
import vm from "node:vm";
import { createSourceTree, readSourceTree } from "../../_kit/source_tree.ts";
import type { SourceTree } from "../../_kit/source_tree.ts";

/** Collects garbage, now. */
function collectGarbage(): void {
  v8.setFlagsFromString("--expose-gc");
  vm.runInNewContext("gc")();
}

interface Visit {
  readonly objects: readonly WeakRef<object>[];
  readonly pending: readonly Promise<unknown>[];
}

/** How a request goes. */
interface Manner {
  readonly name: string;
  readonly hasWaitUntil: boolean;
  /** Whether it uses all of its scope; a scope that nobody uses has not read its request yet. */
  readonly isUsed: boolean;
  /** Whether PostHog is out of reach; what was captured outlives the request then. */
  readonly isDown?: boolean;
}

/** A request, in a function of its own: nothing here outlives the call. */
async function visit(
  posthog: PostHog,
  { hasWaitUntil, isUsed }: Manner,
): Promise<Visit> {
  const request = new Request("https://shop.example/cart", {
    headers: { "x-posthog-distinct-id": "visitor-1" },
  });
  const pending: Promise<unknown>[] = [];
  const ctx = { waitUntil: (p: Promise<unknown>) => void pending.push(p) };
  const hog = posthog.forRequest(request, hasWaitUntil ? ctx : undefined);
  const inner = hog.withContext({ distinctId: "user-1" }, (scope) => scope);
  for (const scope of isUsed ? [hog, inner] : []) await use(scope);
  return {
    objects: [request, ctx, hog, inner].map((object) => new WeakRef(object)),
    pending,
  };
}

async function use(scope: RequestScope): Promise<void> {
  scope.setContext({ properties: { plan: "pro" } });
  scope.setPersonPropertiesForFlags({ plan: "pro" });
  const flags = await scope.evaluateFlags();
  flags.isEnabled("beta");
  await scope.getFeatureFlag("beta");
  scope.capture({ event: "viewed", flags, sendFeatureFlags: true });
  await scope.captureImmediate({ event: "now" });
  scope.wrapFetch(fetch, { hostnames: ["stock.example"] });
  await scope.flush();
}

const MANNERS: readonly Manner[] = [
  { name: "with a waitUntil", hasWaitUntil: true, isUsed: true },
  { name: "without a waitUntil", hasWaitUntil: false, isUsed: true },
  { name: "that nobody used", hasWaitUntil: true, isUsed: false },
  {
    name: "that could deliver nothing",
    hasWaitUntil: true,
    isUsed: true,
    isDown: true,
  },
];

/** A PostHog out of reach. Nothing keeps the errors: until it is read, a stack holds what its functions belong to. */
const DOWN = {
  fetch: () => Promise.resolve(new Response("", { status: 503 })),
  onError: () => {},
  logger: { debug() {}, info() {}, warn() {}, error() {} },
};

for (const manner of MANNERS) {
  Deno.test(`nothing holds a scope ${manner.name}, its request or its context once it is over (CTX-018)`, async () => {
    const { posthog, clock } = createTestClient({
      flags: { beta: true },
      ...(manner.isDown && DOWN),
    });
    const visiting = visit(posthog, manner);
    await clock.advance(120_000);
    const { objects, pending } = await visiting;
    await Promise.all(pending);
    // A weak reference holds its target until the job at hand is over.
    await clock.settle();
    collectGarbage();
    assertEquals(objects.map((object) => object.deref() === undefined), [
      true,
      true,
      true,
      true,
    ]);
    assert(!posthog.isDisabled, "the client lives on");
  });
}

/** What modules of a scope keep at top level that could hold what a request brought. */
function keptByModules({ modules }: SourceTree): string[] {
  return modules
    .filter(({ path }) =>
      path.startsWith("src/context/") || path === "src/client/caller.ts"
    )
    .flatMap(({ path, file }) =>
      file.statements.filter(ts.isVariableStatement).flatMap((
        { declarationList },
      ) =>
        declarationList.declarations.filter(({ initializer }) =>
          !(declarationList.flags & ts.NodeFlags.Const) || !initializer ||
          !isConstant(initializer)
        ).map(({ name }) => `${path} keeps ${name.getText(file)}`)
      )
    );
}

/** A text, a number, a pattern, a symbol, or a literal of them, which nothing is ever added to. */
function isConstant(node: ts.Expression): boolean {
  if (ts.isCallExpression(node)) {
    return ["Symbol", "Symbol.for", "Object.freeze"].includes(
      node.expression.getText(),
    );
  }
  if (ts.isBinaryExpression(node)) {
    return isConstant(node.left) && isConstant(node.right);
  }
  if (ts.isObjectLiteralExpression(node)) {
    return node.properties.every((property) =>
      ts.isPropertyAssignment(property) && isConstant(property.initializer)
    );
  }
  return ts.isLiteralExpression(node);
}

Deno.test("no module of a scope keeps anything of a request (CTX-018)", () => {
  assertEquals(keptByModules(readSourceTree()), []);
});

Deno.test("the review of modules sees what could keep something", () => {
  const text = [
    "const scopes = new Map();",
    "let last;",
    "var count = 1;",
    "const list = [];",
    "const memo = { last: undefined };",
    "export const A = 'a', B = 2 * 3, C = /x/, D = { url: 5 };",
  ].join("\n");
  const tree = createSourceTree(new Map([["src/context/a.ts", text]]));
  assertEquals(
    keptByModules(tree),
    ["scopes", "last", "count", "list", "memo"].map((name) =>
      `src/context/a.ts keeps ${name}`
    ),
  );
});
