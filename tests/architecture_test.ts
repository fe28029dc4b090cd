import { assertEquals } from "@std/assert";
import config from "../deno.json" with { type: "json" };
import {
  entryStatements,
  longFiles,
  longFunctions,
  looseTypes,
  strayFetchCalls,
  strayGlobals,
} from "./_kit/code_rules.ts";
import { HOUSE } from "./_kit/house.ts";
import { importEffects } from "./_kit/import_effects.ts";
import {
  foreignImports,
  importCycles,
  reachableFrom,
  strayArrows,
} from "./_kit/import_rules.ts";
import { readSourceTree } from "./_kit/source_tree.ts";
import { VERSION } from "../src/core/version.ts";

const tree = readSourceTree();

Deno.test("every import follows a line of the house", () => {
  assertEquals(strayArrows(tree, HOUSE.arrows), []);
});

Deno.test("no module imports itself in a circle, by types either", () => {
  assertEquals(importCycles(tree), []);
});

Deno.test("fetch is called in one file", () => {
  assertEquals(strayFetchCalls(tree, HOUSE.fetchCallers), []);
});

Deno.test("console, clock, timers, randomness, crypto and globalThis are used in their files only (EDGE-003)", () => {
  assertEquals(strayGlobals(tree, HOUSE.globals), []);
});

Deno.test("nothing of a platform or a package is imported (EDGE-002)", () => {
  assertEquals(foreignImports(tree), []);
});

Deno.test("no platform's own global is used", () => {
  assertEquals(strayGlobals(tree, HOUSE.platformGlobals), []);
});

Deno.test("nothing happens at import (EDGE-003)", () => {
  assertEquals(importEffects(tree), []);
});

Deno.test("no file is longer than 400 lines, and no function than 100", () => {
  assertEquals(longFiles(tree, 400), []);
  const files = longFunctions(tree, 100).map((found) => found.split(":")[0]);
  assertEquals(files, [...HOUSE.longFunctions]);
});

Deno.test("the kernel reaches no feature", () => {
  const features = ["flags", "local_evaluation", "errors", "compat", "caches"];
  assertEquals(
    [...reachableFrom(tree, "src/client/create_client.ts")].filter((path) =>
      features.some((room) => path.startsWith(`src/${room}/`))
    ),
    [],
  );
});

Deno.test("the version in core is that of deno.json", () => {
  assertEquals<string>(VERSION, config.version);
});

Deno.test("types are not loosened by any, ! or a comment", () => {
  assertEquals(looseTypes(tree), []);
});

Deno.test("parsing and evaluating flags reach nothing that does I/O", () => {
  const pure = [
    "src/core/",
    "src/local_evaluation/",
    "src/flags/input.ts",
    "src/flags/payloads.ts",
    "src/flags/results.ts",
    "src/flags/wire.ts",
  ];
  const entries = tree.modules.map(({ path }) => path).filter((path) =>
    path.startsWith("src/local_evaluation/evaluation/") ||
    path === "src/local_evaluation/definitions/cache_data.ts" ||
    path === "src/local_evaluation/definitions/number_texts.ts"
  );
  const reached = new Set(
    entries.flatMap((entry) => [...reachableFrom(tree, entry)]),
  );
  assertEquals(
    [...reached].filter((path) => !pure.some((room) => path.startsWith(room))),
    [],
  );
});

Deno.test("flags carry nothing of local evaluation, local evaluation nothing of regular expressions", () => {
  const optional: [entry: string, prefixes: string[]][] = [
    ["src/flags/mod.ts", ["src/local_evaluation/", "src/compat/"]],
    ["src/local_evaluation/local_evaluation.ts", [
      "src/local_evaluation/regex/",
    ]],
  ];
  for (const [entry, prefixes] of optional) {
    const reached = [...reachableFrom(tree, entry)];
    const carried = (path: string) =>
      prefixes.some((prefix) => path.startsWith(prefix));
    assertEquals(reached.filter(carried), []);
  }
});

Deno.test("the emulator and the testing kit carry nothing of the emulator's page", () => {
  const reached = ["src/dev/mod.ts", "src/testing/mod.ts"].flatMap((entry) => [
    ...reachableFrom(tree, entry),
  ]);
  assertEquals(
    reached.filter((path) => path.startsWith("src/dev/page/")),
    [],
  );
});

Deno.test("mod.ts re-exports by name and does nothing else", () => {
  assertEquals(entryStatements(tree, "mod.ts"), []);
});

Deno.test("mod.ts carries nothing of the optional entries", () => {
  const reached = [...reachableFrom(tree, "mod.ts")];
  const optional = HOUSE.optional.map((name) => `src/${name}`);
  assertEquals(
    reached.filter((path) =>
      optional.some((prefix) => path.startsWith(prefix))
    ),
    [],
  );
});

Deno.test("Featureflip carries nothing of PostHog's, and nobody else its stream", () => {
  const shared = ["src/core/", "src/delivery/http.ts", "src/delivery/retry.ts"];
  const own = ["src/featureflip/", "src/delivery/stream.ts"];
  const isOneOf = (starts: readonly string[]) => (path: string) =>
    starts.some((start) => path.startsWith(start));
  // What of `retry.ts` is only types leads to more, and to no byte of it.
  const imports = tree.modules.filter(({ path }) => isOneOf(own)(path))
    .flatMap(({ imports }) => imports.flatMap(({ target }) => target ?? []));
  assertEquals(
    imports.filter((path) => !isOneOf([...shared, ...own])(path)),
    [],
  );
  const others = tree.modules.filter(({ path }) => !isOneOf(own)(path));
  assertEquals(
    others.filter(({ imports }) =>
      imports.some(({ target }) => target !== undefined && isOneOf(own)(target))
    ).map(({ path }) => path),
    [],
  );
});
