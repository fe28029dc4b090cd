import { readFileSync } from "node:fs";
import process from "node:process";
import { inspect } from "node:util";
import type { ContractResult } from "../contract/_runner.ts";
import { report } from "../_kit/report.ts";
import { runExits } from "./_exits.ts";
import { runContract } from "./_suite.ts";

/** Bun prints by a printer of its own, where that is what runs this. */
interface BunLike {
  readonly Bun?: {
    inspect(value: unknown, options: { readonly depth: number }): string;
  };
}

function print(value: unknown): string {
  const { Bun } = globalThis as BunLike;
  return inspect(value, { showHidden: true, depth: 10 }) +
    (Bun?.inspect(value, { depth: 10 }) ?? "");
}

async function runAll(): Promise<ContractResult[]> {
  const bundle = readFileSync(process.argv[1] ?? "", "utf8");
  return [...await runContract(bundle, print), ...await runExits()];
}

runAll().then((results) => {
  process.exitCode = report(
    results,
    (line) => process.stdout.write(`${line}\n`),
  );
});
