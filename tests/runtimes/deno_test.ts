import { inspect } from "node:util";
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

contract({ test: (name, fn) => Deno.test(name, fn) }, {
  edgehog,
  dev,
  testing,
  client,
  featureFlags,
  localEvaluation,
  errorTracking,
  openFeature,
  featureflip,
  readSource: (filename) => Deno.readTextFileSync(filename),
  inspect: (value) =>
    Deno.inspect(value, { showHidden: true, depth: 10 }) +
    inspect(value, { showHidden: true, depth: 10 }),
});
