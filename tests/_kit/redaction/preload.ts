/**
 * Loaded before each test file of `test:deno`: puts the watched reporter in the place of the library's own, for every
 * client of every test, and fails a test during which a key, a token or the canary came out.
 */
import { registerHooks } from "node:module";
import { takeLeaks } from "./leaks.ts";

const REPORTER = new URL("../../../src/core/reporter.ts", import.meta.url).href;
const WATCHED = new URL("./watched_reporter.ts", import.meta.url).href;

registerHooks({
  resolve(specifier, context, next) {
    const resolved = next(specifier, context);
    const isOthers = context.parentURL !== WATCHED;
    return resolved.url === REPORTER && isOthers
      ? { ...resolved, url: WATCHED }
      : resolved;
  },
});

function assertNoLeaks(): void {
  const leaks = takeLeaks();
  if (leaks.length === 0) return;
  throw new Error(`A secret came out:\n${leaks.join("\n")}`);
}

Deno.test.afterEach(assertNoLeaks);
globalThis.addEventListener("unload", assertNoLeaks);
