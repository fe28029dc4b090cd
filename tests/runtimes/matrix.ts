/**
 * Runs the contract suite from the packed npm package on every runtime and in both module formats, prints a table of
 * runtime × suite, and ends with `N passed, N failed`. A row names what it ran on as that says it itself.
 *
 * @module
 */
import type { ContractResult } from "../contract/_runner.ts";
import { fromRoot } from "../_kit/paths.ts";
import { report } from "../_kit/report.ts";
import { run, say } from "../_kit/run.ts";
import { createWorker } from "../_kit/workerd.ts";
import { runEdge } from "./edge.ts";
import { EXITS } from "./_exits.ts";
import { type InstalledSuite, installSuite } from "./_installed.ts";
import { bundlePacked, type PackedBundles } from "./_packed.ts";
import type { ModuleFormat, SuiteRun } from "./_results.ts";

/** One runtime with one build of the package. */
interface Row {
  readonly runtime: string;
  readonly build: "ES modules" | "CommonJS" | "sources";
  /** What has to be there for it; where that can't be installed, the row is not run, and nothing is claimed. */
  readonly needs?: readonly string[];
  run(): Promise<SuiteRun>;
}

const FORMATS = { esm: "ES modules", cjs: "CommonJS" } as const;

/** Programs that read packages: the newest of each line, and the floor. */
const PROGRAMS: readonly {
  readonly runtime: string;
  readonly command: readonly string[];
  readonly args: readonly string[];
}[] = [
  ...["20.19.0", "20", "22", "24"].map((version) => ({
    runtime: "Node",
    command: ["npx", "-y", `node@${version}`],
    args: ["--enable-source-maps"],
  })),
  ...["1.1.45", "1.4.5"].map((version) => ({
    runtime: "Bun",
    command: ["npx", "-y", `bun@${version}`],
    args: [],
  })),
  ...["2.0.6", "2.9.6"].map((version) => ({
    runtime: "Deno",
    command: ["npx", "-y", `deno@${version}`],
    args: ["run", "-A"],
  })),
];

/** The runtime of Workers: what they say about navigators, the suite has tests of its own for. */
const WORKERS: readonly {
  readonly date: string;
  readonly flags: readonly string[];
}[] = [
  { date: "2021-11-02", flags: [] },
  { date: "2026-07-01", flags: ["no_global_navigator"] },
  { date: "2026-07-01", flags: ["no_global_navigator", "nodejs_compat"] },
];

function listRows(
  suite: InstalledSuite,
  packed: Readonly<Record<ModuleFormat, PackedBundles>>,
): Row[] {
  const formats = ["esm", "cjs"] as const;
  return [
    ...PROGRAMS.flatMap(({ runtime, command, args }) =>
      formats.map((format) => ({
        runtime,
        build: FORMATS[format],
        needs: [...command, "--version"],
        run: () => suite.run([...command, ...args], format),
      }))
    ),
    { runtime: "Deno", build: "sources", run: runSources },
    ...WORKERS.flatMap(({ date, flags }) =>
      formats.map((format) => ({
        runtime: ["workerd", date, ...flags.slice(1)].join(", "),
        build: FORMATS[format],
        run: () => runWorker(packed[format].worker, date, flags),
      }))
    ),
    ...formats.map((format) => ({
      runtime: "@edge-runtime/vm",
      build: FORMATS[format],
      run: async () => ({
        version: await versionOf("@edge-runtime/vm"),
        results: await runEdge(packed[format].script),
      }),
    })),
  ];
}

async function runSources(): Promise<SuiteRun> {
  const results = await Deno.makeTempFile();
  try {
    const main = fromRoot("tests/runtimes/_source_main.ts");
    const { output } = await run([Deno.execPath(), "run", "-A", main, results]);
    const text = await Deno.readTextFile(results);
    if (text === "") throw new Error(output);
    return JSON.parse(text);
  } finally {
    await Deno.remove(results);
  }
}

async function runWorker(
  script: string,
  compatibilityDate: string,
  compatibilityFlags: readonly string[],
): Promise<SuiteRun> {
  await using worker = await createWorker({
    script,
    compatibilityDate,
    compatibilityFlags,
  });
  const response = await worker.fetch("/", { method: "POST", body: script });
  return {
    version: await versionOf("miniflare", "workerd"),
    results: await response.json(),
  };
}

/** The version of an installed package, or of what it pins. */
async function versionOf(name: string, pinned?: string): Promise<string> {
  const { version, dependencies } = JSON.parse(
    await Deno.readTextFile(fromRoot(`node_modules/${name}/package.json`)),
  );
  return pinned === undefined ? version : dependencies[pinned];
}

/** A row that was run, or why it was not. */
interface Outcome extends Row {
  readonly version: string;
  readonly results: readonly ContractResult[];
  readonly isMissing?: boolean;
}

async function settle(row: Row): Promise<Outcome> {
  if (row.needs !== undefined && (await run(row.needs)).code !== 0) {
    return { ...row, version: "–", results: [], isMissing: true };
  }
  try {
    return { ...row, ...await row.run() };
  } catch (error) {
    const failure = { name: "the suite comes to its end", error: `${error}` };
    return { ...row, version: "–", results: [failure] };
  }
}

/** The suite of a test, by how its name begins. */
const SUITES: readonly (readonly [suite: string, start: RegExp])[] = [
  ["capture only", /^createClient: /],
  ["+ flags", /^createClient with flags: /],
  ["+ local evaluation", /^createClient with local evaluation: /],
  ["+ errors", /^createClient with error tracking: /],
  ["every feature", /^createClient with every feature: /],
  ["process", new RegExp(`^${EXITS}`)],
  ["`PostHog`", /^/],
];

function suiteOf(name: string): string {
  return SUITES.find(([, start]) => start.test(name))?.[0] ?? "";
}

/** Counts, and `n FAILED` where there are any; a suite that a runtime has no use for is a dash. */
function toCell(results: readonly ContractResult[]): string {
  const failed = results.filter(({ error }) => error !== undefined).length;
  if (failed > 0) return `${results.length - failed}, ${failed} FAILED`;
  return results.length === 0 ? "–" : `${results.length}`;
}

const COLUMNS = SUITES.map(([suite]) => suite);

const HEAD = [
  ["runtime", "version", "package", ...COLUMNS],
  ["---", "---", "---", ...COLUMNS.map(() => "---")],
];

function toCells({ runtime, version, build, results }: Outcome): string[] {
  const cells = COLUMNS.map((suite) =>
    toCell(results.filter(({ name }) => suiteOf(name) === suite))
  );
  return [runtime, version, build, ...cells];
}

function sayRow(cells: readonly string[]): void {
  say(`| ${cells.join(" | ")} |`);
}

/** Runs two rows at a time, and hands them on in their order. */
async function* runRows(rows: readonly Row[]): AsyncGenerator<Outcome> {
  const queue = [...rows];
  const underWay: Promise<Outcome>[] = [];
  const fill = (): void => {
    const row = queue.shift();
    if (row !== undefined) underWay.push(settle(row));
  };
  fill();
  fill();
  for (let next = underWay.shift(); next; next = underWay.shift()) {
    yield await next;
    fill();
  }
}

async function main(): Promise<number> {
  await using suite = await installSuite();
  const packed = {
    esm: await bundlePacked("esm"),
    cjs: await bundlePacked("cjs"),
  };
  HEAD.forEach(sayRow);
  const outcomes: Outcome[] = [];
  for await (const outcome of runRows(listRows(suite, packed))) {
    sayRow(toCells(outcome));
    outcomes.push(outcome);
  }
  for (const { runtime, needs = [], isMissing } of outcomes) {
    if (isMissing) say(`Not run, can't be installed: ${runtime}, ${needs[2]}`);
  }
  say("");
  const results = outcomes.flatMap(({ runtime, version, build, results }) =>
    results.map((result) => ({
      ...result,
      name: `${runtime} ${version}, ${build}: ${result.name}`,
    }))
  );
  return report(results, say);
}

if (import.meta.main) main().then(Deno.exit);
