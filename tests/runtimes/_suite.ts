import * as edgehog from "edgehog";
import * as client from "edgehog/client";
import * as dev from "edgehog/dev";
import * as errorTracking from "edgehog/error-tracking";
import * as featureFlags from "edgehog/feature-flags";
import * as featureflip from "edgehog/featureflip";
import * as localEvaluation from "edgehog/local-evaluation";
import * as openFeature from "edgehog/openfeature";
import * as testing from "edgehog/testing";
import { contract } from "../contract/mod.ts";
import {
  type ContractLibrary,
  type ContractResult,
  createRunner,
} from "../contract/_runner.ts";
import { createSourceReader } from "../_kit/bundle_source.ts";

/**
 * Runs the contract suite against whatever `edgehog` is where this was bundled for.
 *
 * @param source The bundle that this is in, as text, since stack frames name places in it; or what reads the file that
 *   a frame names, where the sources themselves run.
 * @param inspect The runtime's own printer, if it has one.
 */
export function runContract(
  source: string | ContractLibrary["readSource"],
  inspect?: ContractLibrary["inspect"],
): Promise<ContractResult[]> {
  const runner = createRunner();
  const readSource = typeof source === "string"
    ? createSourceReader(source)
    : source;
  contract(runner, {
    edgehog,
    dev,
    testing,
    client,
    featureFlags,
    localEvaluation,
    errorTracking,
    openFeature,
    featureflip,
    readSource,
    inspect,
  });
  return runner.run();
}
