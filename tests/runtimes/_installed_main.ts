import { readFileSync } from "node:fs";
import process from "node:process";
import type { ContractResult } from "../contract/_runner.ts";
import { report } from "../_kit/report.ts";
import { runExits } from "./_exits.ts";
import { runContract } from "./_suite.ts";

async function runAll(): Promise<ContractResult[]> {
  const bundle = readFileSync(process.argv[1] ?? "", "utf8");
  return [...await runContract(bundle), ...await runExits()];
}

runAll().then((results) => {
  process.exitCode = report(
    results,
    (line) => process.stdout.write(`${line}\n`),
  );
});
