import { assert, assertEquals } from "@std/assert";
import config from "../deno.json" with { type: "json" };
import { ENTRIES } from "../scripts/check/_entries.ts";
import {
  findManifestProblems,
  foldFiles,
  type PackedManifest,
} from "../scripts/check/_package_facts.ts";

const PATHS = { types: "./dist/index.d.ts", default: "./dist/index.js" };
const NAMES = ENTRIES.map(({ subpath }) => subpath.slice(2)).filter(Boolean);
const FILES: ReadonlySet<string> = new Set([
  "dist/index.d.ts",
  "dist/index.js",
]);

const MANIFEST: PackedManifest = {
  version: config.version,
  license: config.license,
  type: "module",
  sideEffects: false,
  engines: { node: ">=20.19" },
  repository: { url: "git+https://github.com/a/b.git" },
  publishConfig: { provenance: true },
  files: ["dist"],
  main: "./dist/index.js",
  types: "./dist/index.d.ts",
  exports: { ".": { require: PATHS, default: PATHS } },
  typesVersions: {
    "*": Object.fromEntries(NAMES.map((name) => [name, ["./dist/index.d.ts"]])),
  },
};

Deno.test("a manifest that registries and resolvers take has no problem", () => {
  assertEquals(findManifestProblems(MANIFEST, FILES), []);
});

const { default: code, types } = PATHS;

const BROKEN: readonly (readonly [
  change: PackedManifest,
  problem: string,
])[] = [
  [{ version: "0.0.0" }, "version is deno.json's"],
  [{ license: "ISC" }, "license is deno.json's"],
  [{ type: "commonjs" }, "type is module"],
  [{ sideEffects: true }, "sideEffects is false"],
  [{ engines: {} }, "engines has a floor for Node"],
  [{ repository: {} }, "repository is where provenance can come from"],
  [{ publishConfig: {} }, "publishConfig asks for provenance"],
  [{ files: [] }, "files is there"],
  [{ dependencies: { a: "1" } }, "no dependencies"],
  [{ scripts: { postinstall: "a" } }, "no scripts"],
  [{ main: "./dist/gone.js" }, "dist/gone.js is in the package"],
  [{ bin: { edgehog: "dist/cli.js" } }, "dist/cli.js is in the package"],
  [
    { exports: { ".": { default: code, types } } },
    "exports .: types first",
  ],
  [
    { exports: { ".": { default: PATHS, require: PATHS } } },
    "exports .: default last",
  ],
  [{ typesVersions: { "*": {} } }, `typesVersions has ${NAMES[0]}`],
];

for (const [change, problem] of BROKEN) {
  Deno.test(`a manifest with ${JSON.stringify(change)} has a problem`, () => {
    const problems = findManifestProblems({ ...MANIFEST, ...change }, FILES);
    assert(problems.includes(problem), problems.join("\n"));
  });
}

Deno.test("a package's list has one line for both builds, and none of its hashes", () => {
  assertEquals(
    foldFiles([
      "LICENSE",
      "dist/cjs/package.json",
      "dist/index.js",
      "dist/cjs/index.js",
      "dist/chunks/chunk-AB12CD34.js",
      "dist/chunks/chunk-EF56GH78.js",
      "dist/cjs/chunks/chunk-AB12CD34.js",
    ]),
    [
      "LICENSE",
      "dist/cjs/package.json",
      "dist{,/cjs}/chunks/chunk-*.js",
      "dist{,/cjs}/index.js",
    ],
  );
});
