import process from "node:process";
import type { ContractResult } from "../contract/_runner.ts";
import { report } from "../_kit/report.ts";
import { runExits } from "./_exits.ts";
import { runContract } from "./_suite.ts";

async function runAll(): Promise<ContractResult[]> {
  return [...await runContract(), ...await runExits()];
}

runAll().then((results) => {
  process.exitCode = report(
    results,
    (line) => process.stdout.write(`${line}\n`),
  );
});
