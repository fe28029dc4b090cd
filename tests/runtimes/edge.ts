import { EdgeVM } from "@edge-runtime/vm";
import { bundle } from "../_kit/bundle.ts";
import { report } from "../_kit/report.ts";
import { say } from "../_kit/run.ts";

/** Runs the contract suite in Vercel's sandbox, which has no `CompressionStream`, for one thing. */
async function main(): Promise<number> {
  const vm = new EdgeVM();
  const code = bundle("tests/runtimes/_edge_main.ts", {
    format: "iife",
    globalName: "suite",
  });
  // The suite's clients have no `ctx`, and it counts warnings: the one about that (FLD-004) has tests of its own.
  vm.evaluate("EdgeRuntime = undefined");
  vm.evaluate(code);
  const results: string = await vm.evaluate(
    `suite.main(${JSON.stringify(code)})`,
  );
  return report(JSON.parse(results), say);
}

if (import.meta.main) main().then(Deno.exit);
