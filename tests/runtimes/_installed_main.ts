import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import process from "node:process";
import { inspect } from "node:util";
import type { ContractResult } from "../contract/_runner.ts";
import { runExits } from "./_exits.ts";
import type { ModuleFormat, SuiteRun } from "./_results.ts";
import { runContract } from "./_suite.ts";

/** Bun prints by a printer of its own, where that is what runs this. */
interface BunLike {
  readonly Bun?: {
    readonly version: string;
    inspect(value: unknown, options: { readonly depth: number }): string;
  };
  readonly Deno?: { readonly version: { readonly deno: string } };
}

const { Bun, Deno } = globalThis as BunLike;

function print(value: unknown): string {
  return inspect(value, { showHidden: true, depth: 10 }) +
    (Bun?.inspect(value, { depth: 10 }) ?? "");
}

/** Whether what ran is the build that the run is about. */
function checkFormat(main: string, format: ModuleFormat): ContractResult {
  const name = `the package is loaded from its build '${format}'`;
  const required = Object.keys(createRequire(main).cache)
    .some((path) => path.replaceAll("\\", "/").endsWith("/dist/cjs/index.js"));
  return required === (format === "cjs")
    ? { name }
    : { name, error: `Required: ${required}` };
}

async function runAll(main: string, results: string): Promise<void> {
  const format = main.endsWith(".cjs") ? "cjs" : "esm";
  const run: SuiteRun = {
    version: Bun?.version ?? Deno?.version.deno ?? process.versions.node,
    results: [
      ...await runContract(readFileSync(main, "utf8"), print),
      checkFormat(main, format),
      ...await runExits(format),
    ],
  };
  writeFileSync(results, JSON.stringify(run));
}

const [, main = "", results = ""] = process.argv;
runAll(main, results);
