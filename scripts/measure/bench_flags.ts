/**
 * What evaluating 100 flags locally costs, for an id that is new and for one seen before: this library with Web
 * Crypto and with the synchronous hasher, beside two measures of the same run: posthog-node's local evaluation of
 * the same definitions, and the digests alone, which is Web Crypto's floor. Nothing is requested while it runs.
 *
 * Runs on Deno; with `--node` on Node, where the floor is another.
 *
 * @module
 */
import { type Hasher, PostHog } from "edgehog";
import { syncHasher } from "edgehog/sync-hash";
import { buildSync } from "esbuild";
import { spawn } from "node:child_process";
import { once } from "node:events";
import process from "node:process";
import { PostHog as PostHogNode } from "posthog-node";
import { ROOT } from "../../tests/_kit/paths.ts";
import { LIBRARY_SOURCES } from "../check/_entries.ts";
import { timeQuickestRound } from "./_quickest_round.ts";
import { buildDefinitions, KINDS, PERSON } from "./start/definitions.ts";

const FLAGS = 100;

/** New ids are evaluated one after another; a sample is the time of so many. */
const IDS_A_TURN = 20;

/** Each flag out of half of all ids, by a digest: the most usual flag by itself. */
const SHARES = [{ groups: [{ properties: [], rollout_percentage: 50 }] }];

/** Counts and collects what the evaluator asks for. */
function createSpy(): Hasher & { readonly texts: string[] } {
  const texts: string[] = [];
  return {
    texts,
    digest(asked) {
      texts.push(...asked);
      return syncHasher.digest(asked);
    },
  };
}

/** Nanoseconds of one flag of one id. */
async function time(work: () => Promise<unknown>): Promise<number> {
  const ns = await timeQuickestRound(async () => {
    for (let turn = 0; turn < IDS_A_TURN; turn++) await work();
  });
  return ns / IDS_A_TURN / FLAGS;
}

type Evaluate = (distinctId: string) => Promise<unknown>;

/** A client with the definitions in memory, which asks for nothing else. */
async function createEdgehog(
  definitions: string,
  hasher?: Hasher,
): Promise<Evaluate> {
  const posthog = new PostHog("phc_bench", {
    personalApiKey: "phx_bench",
    disableSingletonWarning: true,
    fetch: () => Promise.resolve(new Response(definitions)),
    // Definitions stay fresh for the whole run.
    featureFlagsPollingInterval: 1e9,
    ...(hasher && { hasher }),
  });
  if (!await posthog.waitForLocalEvaluationReady()) {
    throw new Error("edgehog has no definitions");
  }
  const options = { personProperties: PERSON, onlyEvaluateLocally: true };
  return (distinctId) => posthog.evaluateFlags(distinctId, options);
}

async function createPostHogNode(definitions: string): Promise<Evaluate> {
  const posthog = new PostHogNode("phc_bench", {
    personalApiKey: "phx_bench",
    fetch: () => Promise.resolve(new Response(definitions)),
    featureFlagsPollingInterval: 1e9,
  });
  if (!await posthog.waitForLocalEvaluationReady()) {
    throw new Error("posthog-node has no definitions");
  }
  const options = { personProperties: PERSON, onlyEvaluateLocally: true };
  return (distinctId) => posthog.getAllFlags(distinctId, options);
}

/** The digests of these texts, requested together and nothing else. */
async function timeDigests(texts: readonly string[]): Promise<number> {
  const bytes = texts.map((text) => new TextEncoder().encode(text));
  return await time(() =>
    Promise.all(bytes.map((data) => crypto.subtle.digest("SHA-1", data)))
  );
}

interface Row {
  readonly who: string;
  readonly ns: number;
}

async function measureAll(definitions: string): Promise<readonly Row[]> {
  const spy = createSpy();
  await (await createEdgehog(definitions, spy))("user-12345678");
  const digests = spy.texts.length / FLAGS;
  const clients: Record<string, Evaluate> = {
    "posthog-node": await createPostHogNode(definitions),
    "edgehog": await createEdgehog(definitions),
    "edgehog, sync-hash": await createEdgehog(definitions, syncHasher),
  };
  const rows: Row[] = [{
    who: `Web Crypto's floor: ${digests} digests a flag`,
    ns: await timeDigests(spy.texts),
  }];
  let id = 10_000_000;
  for (const [name, evaluate] of Object.entries(clients)) {
    rows.push({
      who: `${name}, a new id`,
      ns: await time(() => evaluate(`user-${id++}`)),
    });
  }
  for (const [name, evaluate] of Object.entries(clients)) {
    rows.push({
      who: `${name}, the same id`,
      ns: await time(() => evaluate("user-1")),
    });
  }
  return rows;
}

/** Prints a table: ns a flag, and how that compares with the floor and with posthog-node for such an id. */
async function main(): Promise<void> {
  const mixes = { "a mix of flags": KINDS, "shares of 50 %": SHARES };
  for (const [mix, kinds] of Object.entries(mixes)) {
    const rows = await measureAll(buildDefinitions(FLAGS, kinds));
    const find = (start: string) =>
      rows.find(({ who }) => who.startsWith(start))?.ns ?? NaN;
    const floor = find("Web Crypto");
    const table = rows.map(({ who, ns }) => {
      const other = find(
        `posthog-node, ${who.includes("same") ? "the same" : "a new"}`,
      );
      return {
        [mix]: who,
        "ns a flag": Math.round(ns),
        "× the floor": (ns / floor).toFixed(2),
        "posthog-node's share": `1/${(other / ns).toFixed(1)}`,
      };
    });
    // deno-lint-ignore no-console -- what this script is for
    console.table(table);
  }
}

/** Bundles this file with the library's sources, as the npm build is, and runs it on Node. */
async function runOnNode(): Promise<void> {
  const { outputFiles } = buildSync({
    absWorkingDir: ROOT,
    entryPoints: ["scripts/measure/bench_flags.ts"],
    bundle: true,
    write: false,
    format: "esm",
    platform: "node",
    target: "es2022",
    packages: "external",
    alias: LIBRARY_SOURCES,
    define: { "import.meta.main": "true" },
  });
  // From standard input, so that packages are looked up in the checkout and nothing is left behind.
  const node = spawn("node", ["--input-type=module", "-"], {
    cwd: ROOT,
    stdio: ["pipe", "inherit", "inherit"],
  });
  node.stdin.end(outputFiles[0]?.contents);
  await once(node, "exit");
}

if (import.meta.main) {
  (process.argv.includes("--node") ? runOnNode() : main()).then(() =>
    process.exit()
  );
}
