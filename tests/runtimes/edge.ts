import { EdgeVM } from "@edge-runtime/vm";
import type { ContractResult } from "../contract/_runner.ts";
import { bundle } from "../_kit/bundle.ts";
import { report } from "../_kit/report.ts";
import { say } from "../_kit/run.ts";

/**
 * Runs the contract suite in Vercel's sandbox, which has no `CompressionStream`, for one thing.
 *
 * @param code A script whose `suite.main` runs it, handed the script itself.
 */
export async function runEdge(code: string): Promise<ContractResult[]> {
  const vm = new EdgeVM();
  // The suite's clients have no `ctx`, and it counts warnings: the one about that (FLD-004) has tests of its own.
  vm.evaluate("EdgeRuntime = undefined");
  vm.evaluate(code);
  const results: string = await vm.evaluate(
    `suite.main(${JSON.stringify(code)})`,
  );
  return JSON.parse(results);
}

async function main(): Promise<number> {
  const code = bundle("tests/runtimes/_edge_main.ts", {
    format: "iife",
    globalName: "suite",
  });
  return report(await runEdge(code), say);
}

if (import.meta.main) main().then(Deno.exit);
