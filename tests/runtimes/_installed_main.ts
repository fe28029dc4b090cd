import process from "node:process";
import { report } from "../_kit/report.ts";
import { runContract } from "./_suite.ts";

runContract().then((results) => {
  process.exitCode = report(
    results,
    (line) => process.stdout.write(`${line}\n`),
  );
});
