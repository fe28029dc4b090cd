import { assert, assertEquals } from "@std/assert";
import type * as edgehog from "edgehog";
import type * as node from "posthog-node";
import ts from "typescript";
import { ROOT } from "../_kit/paths.ts";
import { MISSING_EXPORTS, MISSING_MEMBERS } from "./_node_exceptions.ts";

const SOURCE = `${ROOT}tests/types/_documented_calls.ts`;

type Equal<One, Other> = [One] extends [Other]
  ? [Other] extends [One] ? true : never
  : never;

/** Public ones: what begins with `_` is posthog-node's own. */
type MissingMember = Exclude<
  keyof node.PostHog,
  keyof edgehog.PostHog | `_${string}`
>;

/** A CommonJS package has a `default` of its own. */
type MissingExport = Exclude<
  keyof typeof node,
  keyof typeof edgehog | "default"
>;

Deno.test("what of posthog-node is missing is what the list of exceptions has (FLD-055)", () => {
  const areMembers: Equal<MissingMember, keyof typeof MISSING_MEMBERS> = true;
  const areExports: Equal<MissingExport, keyof typeof MISSING_EXPORTS> = true;
  assert(areMembers && areExports);
});

Deno.test("the guide has each exception with its replacement (FLD-055)", async () => {
  const guide = await Deno.readTextFile(
    `${ROOT}docs/migrating-from-posthog-node.md`,
  );
  const rows = guide.split("\n").map((line) =>
    line.split("|").map((cell) => cell.trim())
  );
  const lacking = Object.entries({ ...MISSING_MEMBERS, ...MISSING_EXPORTS })
    .filter(([name, replacement]) =>
      !rows.some(([, names = "", text]) =>
        names.split(", ").includes(`\`${name}\``) && text === replacement
      )
    );
  assertEquals(lacking, []);
});

for (const specifier of ["edgehog", "posthog-node"]) {
  Deno.test(`the documented calls compile when they are imported from ${specifier} (FLD-055)`, () => {
    assertEquals(compile(specifier), []);
  });
}

Deno.test("a call that does not compile would be seen (FLD-055)", () => {
  assertEquals(compile("edgehog", `posthog.capture({ event: 1 });`).length, 1);
});

/** What the compiler says of the calls when they are imported from there. */
function compile(specifier: string, more = ""): readonly string[] {
  const target = specifier === "edgehog" ? `${ROOT}mod.ts` : specifier;
  const text = `${ts.sys.readFile(SOURCE)}${more}\n`
    .replace('"edgehog"', JSON.stringify(target));
  const options: ts.CompilerOptions = {
    target: ts.ScriptTarget.ESNext,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    lib: ["lib.esnext.d.ts", "lib.dom.d.ts"],
    types: [],
    strict: true,
    exactOptionalPropertyTypes: true,
    allowImportingTsExtensions: true,
    skipLibCheck: true,
    noEmit: true,
  };
  const host = ts.createCompilerHost(options);
  const program = ts.createProgram([SOURCE], options, {
    ...host,
    getSourceFile: (path, version) =>
      path === SOURCE
        ? ts.createSourceFile(path, text, version)
        : host.getSourceFile(path, version),
  });
  const file = program.getSourceFile(SOURCE);
  assert(file !== undefined);
  return program.getSemanticDiagnostics(file).map(({ messageText }) =>
    ts.flattenDiagnosticMessageText(messageText, "\n")
  );
}
