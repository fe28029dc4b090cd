import * as edgehog from "edgehog";
import * as dev from "edgehog/dev";
import * as testing from "edgehog/testing";
import { contract } from "../contract/mod.ts";

contract({ test: (name, fn) => Deno.test(name, fn) }, {
  edgehog,
  dev,
  testing,
  readSource: (filename) => Deno.readTextFileSync(filename),
});
