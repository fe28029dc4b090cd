/**
 * The part of `@std/assert` that edgehog's tests and examples use, for places where JSR is out of reach.
 * `links` in the root `deno.json` puts it in the real one's place; without that line the real one is used.
 * It needs nothing from a runtime, since the contract suite also runs where `node:assert` is missing.
 *
 * @module
 */

export * from "./assertions.ts";
export { equal } from "./equal.ts";
export { AssertionError } from "./error.ts";
