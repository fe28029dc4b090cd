import { assert, assertEquals } from "@std/assert";
import {
  type CaptureExceptionInput,
  type FeatureFlagEvaluations,
  type IPostHog,
  PostHog,
  type RequestScope,
} from "edgehog";
import ts from "typescript";
import { ROOT } from "../_kit/paths.ts";

const SOURCE = `${ROOT}tests/types/capture_exception_test.ts`;

/** Every form of the call; nothing runs it. */
export function captureInEveryForm(
  posthog: IPostHog | RequestScope,
  flags: FeatureFlagEvaluations,
): Promise<string | undefined> {
  const input: CaptureExceptionInput = {
    distinctId: 1n,
    properties: { area: "pay" },
    uuid: "u",
    flags,
    level: "warn",
  };
  posthog.captureException("bare");
  posthog.captureException("object", input);
  posthog.captureException("snapshot", flags);
  posthog.captureException("places", "u", { area: "pay" });
  posthog.captureException("nobody", undefined, { area: "pay" });
  // @ts-expect-error -- no such member
  posthog.captureException("unknown", { distnctId: "u" });
  posthog.captureException("uuid", "u", {}, "uuid", flags);
  posthog.captureException("options", "u", {}, { level: "info" });
  return posthog.captureExceptionImmediate("object", input);
}

/** The calls of this file that an editor strikes out, by their first argument. */
function listDeprecated(): readonly string[] {
  const program = ts.createProgram([SOURCE], {
    target: ts.ScriptTarget.ESNext,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    lib: ["lib.esnext.d.ts", "lib.dom.d.ts"],
    paths: { edgehog: [`${ROOT}mod.ts`] },
    types: [],
    strict: true,
    allowImportingTsExtensions: true,
    noEmit: true,
  });
  const checker = program.getTypeChecker();
  const file = program.getSourceFile(SOURCE);
  assert(file !== undefined);
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node)) {
      const tags = checker.getResolvedSignature(node)?.getJsDocTags() ?? [];
      const [first] = node.arguments;
      if (tags.some(({ name }) => name === "deprecated")) {
        found.push(first && ts.isStringLiteral(first) ? first.text : "other");
      }
    }
    node.forEachChild(visit);
  };
  visit(file);
  return found;
}

Deno.test("fourth and fifth place of captureException are deprecated, and nothing else of it (UPS-060, UPS-062)", () => {
  assert(typeof PostHog === "function");
  assertEquals(listDeprecated(), ["uuid", "options"]);
});
