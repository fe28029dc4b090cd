import type { ContractResult } from "../../contract/_runner.ts";
import { bundle } from "../../_kit/bundle.ts";
import { createWorker, workerTest } from "../../_kit/workerd.ts";

const ROWS = [
  { name: "workerd", compatibilityFlags: ["no_global_navigator"] },
  {
    name: "workerd with Node compatibility",
    compatibilityFlags: ["no_global_navigator", "nodejs_compat"],
  },
];

for (const { name, compatibilityFlags } of ROWS) {
  workerTest(`${name} runs the contract suite`, async (t) => {
    const script = bundle("tests/runtimes/workerd/_contract_worker.ts");
    await using worker = await createWorker({ script, compatibilityFlags });
    const response = await worker.fetch("/", { method: "POST", body: script });
    const results: ContractResult[] = await response.json();
    for (const { name, error } of results) {
      await t.step(name, () => {
        if (error !== undefined) throw new Error(error);
      });
    }
    if (results.length === 0) throw new Error("No test ran");
  });
}
