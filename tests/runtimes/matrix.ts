/**
 * Runs the contract suite from the packed npm package on every runtime and in both module formats, prints a table of
 * runtime × suite, and ends with `N passed, N failed`. A row names what it ran on as that says it itself. An argument is
 * a part of the names of the rows to run.
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
  readonly quirks?: readonly Quirk[];
  run(): Promise<SuiteRun>;
}

/** What an old runtime does wrong whatever the library does. Its tests are not run as the library's, but looked at. */
interface Quirk {
  /** What the names of its tests contain, all of which fail. */
  readonly tests: readonly string[];
  readonly what: string;
}

const QUIRKS_OF_BUN_1_1: readonly Quirk[] = [
  {
    tests: [
      "the frames of an error after an await end where it failed",
      "what is no error has the place of the call, by captureTextNow",
    ],
    what: "frames after an await have no function's name",
  },
  {
    tests: ["a request with a stream for a body and an aborted signal stays"],
    what: "a Request with a stream for a body forgets its 'redirect'",
  },
];

const QUIRKS_OF_DENO_2_0: readonly Quirk[] = [
  {
    tests: [
      "the frames of an error ",
      "the frames of an aggregate end",
      "the frames of a DOMException end",
      "a cause has its own place",
      "a member has its own place",
      "what is no error has the place of the call, by captureText",
      "withPostHog captures what escapes, where it failed",
    ],
    what:
      "frames have a module's name with the lines of the sources in its map",
  },
];

const FORMATS = { esm: "ES modules", cjs: "CommonJS" } as const;

/** Programs that read packages: the newest of each line, and the floor. */
const PROGRAMS: readonly {
  readonly runtime: string;
  readonly command: readonly string[];
  readonly args: readonly string[];
  readonly quirks?: Partial<Record<ModuleFormat, readonly Quirk[]>>;
}[] = [
  ...["20.19.0", "20", "22", "24"].map((version) => ({
    runtime: "Node",
    command: ["npx", "-y", `node@${version}`],
    args: ["--enable-source-maps"],
  })),
  {
    runtime: "Bun",
    command: ["npx", "-y", "bun@1.1.45"],
    args: [],
    quirks: { esm: QUIRKS_OF_BUN_1_1, cjs: QUIRKS_OF_BUN_1_1 },
  },
  { runtime: "Bun", command: ["npx", "-y", "bun@1.4.5"], args: [] },
  {
    runtime: "Deno",
    command: ["npx", "-y", "deno@2.0.6"],
    args: ["run", "-A"],
    quirks: { esm: QUIRKS_OF_DENO_2_0 },
  },
  {
    runtime: "Deno",
    command: ["npx", "-y", "deno@2.9.6"],
    args: ["run", "-A"],
  },
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
    ...PROGRAMS.flatMap(({ runtime, command, args, quirks }) =>
      formats.map((format) => ({
        runtime,
        build: FORMATS[format],
        needs: [...command, "--version"],
        quirks: quirks?.[format] ?? [],
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
    const { version, results } = await row.run();
    return { ...row, version, results: judgeQuirks(results, row.quirks ?? []) };
  } catch (error) {
    const failure = { name: "the suite comes to its end", error: `${error}` };
    return { ...row, version: "–", results: [failure] };
  }
}

/** Takes out what a runtime gets wrong by itself; where it gets that right, the list of its quirks is wrong. */
function judgeQuirks(
  results: readonly ContractResult[],
  quirks: readonly Quirk[],
): ContractResult[] {
  const isQuirk = (name: string) =>
    quirks.some(({ tests }) => tests.some((part) => name.includes(part)));
  return results.flatMap(({ name, error }) => {
    if (!isQuirk(name)) {
      return [error === undefined ? { name } : { name, error }];
    }
    return error === undefined
      ? [{ name, error: "Passes: no quirk of this runtime" }]
      : [];
  });
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

/** What the table does not tell: rows that were not run, and tests that were taken out. */
function sayNotes(outcomes: readonly Outcome[]): void {
  for (const { runtime, version, quirks = [], needs, isMissing } of outcomes) {
    if (isMissing) {
      say(`Not run, since it can't be installed: ${runtime}, ${needs?.[2]}`);
    } else {
      for (const { what } of quirks) say(`${runtime} ${version}: ${what}`);
    }
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
  const [only = ""] = Deno.args;
  const rows = listRows(suite, packed).filter(({ runtime, needs = [] }) =>
    `${runtime} ${needs.join(" ")}`.includes(only)
  );
  for await (const outcome of runRows(rows)) {
    sayRow(toCells(outcome));
    outcomes.push(outcome);
  }
  say("");
  sayNotes(outcomes);
  const results = outcomes.flatMap(({ runtime, version, build, results }) =>
    results.map((result) => ({
      ...result,
      name: `${runtime} ${version}, ${build}: ${result.name}`,
    }))
  );
  return report(results, say);
}

if (import.meta.main) main().then(Deno.exit);
