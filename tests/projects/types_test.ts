import { assertEquals } from "@std/assert";
import { say } from "../_kit/run.ts";
import { ENTRIES } from "../../scripts/check/_entries.ts";
import { type Project, testProject } from "./_project.ts";

/** How a compiler finds the package; the old one is not in TypeScript 7, and 6 says that it is its last with it. */
const RESOLUTIONS = ["node16", "nodenext", "bundler", "node10"] as const;
type Resolution = typeof RESOLUTIONS[number];

const COMPILERS = ["ts54", "ts59", "ts6", "ts7"] as const;
type Compiler = typeof COMPILERS[number];

/** What is declared of the surroundings, one set at a time: nothing else brings a `Request` along. */
interface AmbientSet {
  readonly name: string;
  /** An application in these types. */
  readonly file: string;
  readonly lib: readonly string[];
  /** The package with the declarations. */
  readonly types?: string;
  /** How TypeScript 5.4, for which today's is too new, finds an older one; false where there is none. */
  readonly ts54?: { readonly typeRoots: readonly string[] } | false;
}

/** Where an older `@types/node` stands under its own name: packages that it needs ask for it by that. */
const OLDER = "older";

const AMBIENT_SETS: readonly AmbientSet[] = [
  { name: "webworker", file: "on_webworker.ts", lib: ["webworker"] },
  { name: "dom", file: "on_dom.ts", lib: ["dom"] },
  {
    name: "@cloudflare/workers-types",
    file: "on_workers.ts",
    lib: [],
    types: "@cloudflare/workers-types",
  },
  {
    name: "@types/node",
    file: "on_node.ts",
    lib: [],
    types: "node",
    ts54: { typeRoots: [OLDER] },
  },
  {
    name: "@types/bun",
    file: "on_bun.ts",
    lib: [],
    types: "bun",
    ts54: false,
  },
];

/** What is compiled beside an application. */
const OTHERS = ["await using", "es5"] as const;

/** Those whose default target that is. */
const ES5_COMPILERS = ["ts54", "ts59"] as const;

interface Compilation {
  readonly name: string;
  readonly compiler: Compiler;
  readonly ambientSet: string;
  readonly column: Resolution | typeof OTHERS[number];
  readonly files: readonly string[];
  readonly options: Readonly<Record<string, unknown>>;
}

/** With what stands in the declarations of every package checked, and nothing that was not asked for. */
const STRICT = {
  noEmit: true,
  strict: true,
  exactOptionalPropertyTypes: true,
  skipLibCheck: false,
  target: "es2022",
};

function listCompilations(): Compilation[] {
  const es5 = ES5_COMPILERS.map((compiler): Compilation => ({
    name: `every entry compiles by ${compiler} for es5 (FLD-060)`,
    compiler,
    ambientSet: "dom",
    column: "es5",
    files: ["entries.ts"],
    options: {
      lib: ["es2022", "dom"],
      module: "nodenext",
      target: "es5",
      types: [],
    },
  }));
  return es5.concat(COMPILERS.flatMap((compiler): Compilation[] => [
    ...AMBIENT_SETS.flatMap((set) =>
      RESOLUTIONS.flatMap((resolution) => compile(compiler, set, resolution))
    ),
    {
      name: `\`await using\` compiles by ${compiler} (FLD-060)`,
      compiler,
      ambientSet: "dom",
      column: "await using" as const,
      files: ["using.ts"],
      options: { lib: ["esnext", "dom"], module: "nodenext", types: [] },
    },
  ]));
}

function compile(
  compiler: Compiler,
  { name: ambientSet, file, lib, types, ts54 }: AmbientSet,
  resolution: Resolution,
): Compilation[] {
  const isOld = resolution === "node10";
  const older = compiler === "ts54" ? ts54 : undefined;
  if (older === false || (compiler === "ts7" && isOld)) return [];
  const sources = ["app.ts", "entries.ts", file];
  // A file of a package of ES modules is CommonJS by its name, where the resolution knows of that.
  const asCommonJs = resolution.startsWith("node") && !isOld
    ? sources.map((source) => source.replace(/ts$/, "cts"))
    : [];
  return [{
    name:
      `an application compiles by ${compiler}, ${resolution}, es2022 and ${ambientSet} (FLD-060)`,
    compiler,
    ambientSet,
    column: resolution,
    files: [...sources, ...asCommonJs],
    options: {
      lib: ["es2022", ...lib],
      types: types === undefined ? [] : [types],
      moduleResolution: resolution,
      module: { bundler: "esnext", node10: "commonjs" }[resolution as string] ??
        resolution,
      ...older,
      ...(compiler === "ts6" && isOld ? { ignoreDeprecations: "6.0" } : {}),
    },
  }];
}

testProject("types", async (project, t) => {
  await writeSources(project.directory);
  const compilations = listCompilations();
  const failures = await compileAll(project, compilations);
  for (const compilation of compilations) {
    await t.step(compilation.name, () => {
      const failure = failures.get(compilation);
      if (failure !== undefined) throw failure;
    });
  }
  for (const line of toTable(compilations, failures)) say(line);
  await t.step(
    "every way to resolve the package finds the declarations that belong to it (FLD-061)",
    async () => {
      const printed = await project.run("node", "resolutions.mjs");
      assertEquals(JSON.parse(printed), []);
    },
  );
});

/** Every entry point by its name, and everything a second time for CommonJS. */
async function writeSources(directory: string): Promise<void> {
  const entries = ENTRIES.map(({ specifier }, at) =>
    `export * as entry${at} from "${specifier}";\n`
  );
  await Deno.writeTextFile(`${directory}/entries.ts`, entries.join(""));
  await Deno.mkdir(`${directory}/${OLDER}`);
  await Deno.rename(
    `${directory}/node_modules/node24`,
    `${directory}/${OLDER}/node`,
  );
  const files = AMBIENT_SETS.map(({ file }) => file);
  for (const file of ["app.ts", "entries.ts", ...files]) {
    await Deno.copyFile(
      `${directory}/${file}`,
      `${directory}/${file.replace(/ts$/, "cts")}`,
    );
  }
}

/** Two at a time: a compiler has a core to itself. */
async function compileAll(
  { directory, run }: Project,
  compilations: readonly Compilation[],
): Promise<Map<Compilation, Error>> {
  const failures = new Map<Compilation, Error>();
  const rest = [...compilations.entries()];
  const work = async (): Promise<void> => {
    for (let next = rest.shift(); next; next = rest.shift()) {
      const [at, compilation] = next;
      const { compiler, files, options } = compilation;
      const config = `tsconfig.${at}.json`;
      await Deno.writeTextFile(
        `${directory}/${config}`,
        JSON.stringify({ compilerOptions: { ...STRICT, ...options }, files }),
      );
      const tsc = ["node", `node_modules/${compiler}/bin/tsc`, "-p", config];
      await run(...tsc).catch((error) => failures.set(compilation, error));
    }
  };
  await Promise.all([work(), work()]);
  return failures;
}

/** Compiler and ambient set × resolution. */
function toTable(
  compilations: readonly Compilation[],
  failures: ReadonlyMap<Compilation, Error>,
): string[] {
  const columns = [...RESOLUTIONS, ...OTHERS] as const;
  const head = ["", "compiler", "ambient set", ...columns, ""];
  const rows = COMPILERS.flatMap((compiler) =>
    AMBIENT_SETS.map(({ name }) => {
      const cells = columns.map((column) => {
        const found = compilations.find((it) =>
          it.compiler === compiler && it.ambientSet === name &&
          it.column === column
        );
        if (found === undefined) return "–";
        return failures.has(found) ? "FAILED" : "ok";
      });
      return ["", compiler, name, ...cells, ""];
    })
  );
  const rule = ["", ...head.slice(1, -1).map(() => "---"), ""];
  return [head, rule, ...rows].map((row) => row.join(" | ").trim());
}
