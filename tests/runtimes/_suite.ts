import * as edgehog from "edgehog";
import * as dev from "edgehog/dev";
import * as testing from "edgehog/testing";
import { contract } from "../contract/mod.ts";
import { type ContractResult, createRunner } from "../contract/_runner.ts";
import { createSourceReader } from "../_kit/bundle_source.ts";

/**
 * Runs the contract suite against whatever `edgehog` is where this was bundled for.
 *
 * @param bundle The bundle that this is in, as text: stack frames name places in it.
 */
export function runContract(bundle: string): Promise<ContractResult[]> {
  const runner = createRunner();
  const readSource = createSourceReader(bundle);
  contract(runner, { edgehog, dev, testing, readSource });
  return runner.run();
}
