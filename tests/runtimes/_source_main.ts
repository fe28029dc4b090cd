import { inspect } from "node:util";
import type { SuiteRun } from "./_results.ts";
import { runContract } from "./_suite.ts";

/** The suite from the sources, whose frames name files. */
async function runSources(results: string): Promise<void> {
  const run: SuiteRun = {
    version: Deno.version.deno,
    results: await runContract(
      (filename) => Deno.readTextFileSync(filename),
      (value) =>
        Deno.inspect(value, { showHidden: true, depth: 10 }) +
        inspect(value, { showHidden: true, depth: 10 }),
    ),
  };
  await Deno.writeTextFile(results, JSON.stringify(run));
}

if (import.meta.main) runSources(Deno.args[0] ?? "");
