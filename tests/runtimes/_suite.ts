import * as edgehog from "edgehog";
import * as dev from "edgehog/dev";
import * as testing from "edgehog/testing";
import { contract } from "../contract/mod.ts";
import { type ContractResult, createRunner } from "../contract/_runner.ts";

/** Runs the contract suite against whatever `edgehog` is where this was bundled for. */
export function runContract(): Promise<ContractResult[]> {
  const runner = createRunner();
  contract(runner, { edgehog, dev, testing });
  return runner.run();
}
