import { assert, assertEquals } from "@std/assert";
import ts from "typescript";
import { ROOT } from "../_kit/paths.ts";

/** Those of posthog-node 6, which npm has not got yet. */
const OF_SIX = [
  "beforeSend",
  "customBlockedUseragents",
  "disableCaptureUrlHashes",
];

/** The members of a package's interface or type, as they are declared. */
function listMembers(module: string, type: string): readonly string[] {
  const path = `${ROOT}tests/types/_members.ts`;
  const text = `export type { ${type} } from ${JSON.stringify(module)};`;
  const options: ts.CompilerOptions = {
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    target: ts.ScriptTarget.ESNext,
    types: [],
    allowImportingTsExtensions: true,
  };
  const host = ts.createCompilerHost(options);
  const program = ts.createProgram([path], options, {
    ...host,
    fileExists: (file) => file === path || host.fileExists(file),
    getSourceFile: (file, version) =>
      file === path
        ? ts.createSourceFile(file, text, version)
        : host.getSourceFile(file, version),
  });
  const checker = program.getTypeChecker();
  const file = program.getSourceFile(path);
  const symbol = file && checker.getSymbolAtLocation(file);
  assert(symbol);
  const [exported] = checker.getExportsOfModule(symbol);
  assert(exported);
  return checker.getDeclaredTypeOfSymbol(checker.getAliasedSymbol(exported))
    .getProperties().map(({ name }) => name);
}

/** The rows of the guide's table of options: the names, and what becomes of them. */
async function readRows(): Promise<
  readonly (readonly [names: readonly string[], word: string])[]
> {
  const guide = await Deno.readTextFile(
    `${ROOT}docs/migrating-from-posthog-node.md`,
  );
  const [, section = ""] = guide.split("\n## Option by option\n");
  const [table = ""] = section.split("\n## ");
  return table.split("\n").filter((line) => line.startsWith("| `"))
    .map((line) => line.split("|").map((cell) => cell.trim()))
    .map(([, names = "", word = ""]) => [
      Array.from(names.matchAll(/`([^`]+)`/g), ([, name = ""]) => name),
      word,
    ]);
}

Deno.test("the guide has a row for each option of posthog-node, and for no other (FLD-055)", async () => {
  const rows = (await readRows()).flatMap(([names]) => names).sort();
  const theirs = listMembers("posthog-node", "PostHogOptions");
  assert(theirs.length > 50);
  assertEquals(rows, [...theirs, ...OF_SIX].sort());
});

Deno.test("the guide says which of them have no effect, and no other (FLD-055)", async () => {
  const rows = await readRows();
  const words = ["differs", "no effect", "same"];
  assertEquals([...new Set(rows.map(([, word]) => word))].sort(), words);
  const inert = rows.flatMap(([names, word]) =>
    word === "no effect" ? names : []
  );
  const declared = listMembers("../../src/posthog/types.ts", "InertOptions");
  assertEquals([...inert].sort(), [...declared].sort());
});
