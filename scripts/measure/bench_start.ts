/**
 * What a fresh isolate and a fresh request pay on each runtime, beside posthog-node's and floors of the same run. By
 * `--only` one part of:
 *
 * - `requests`: a client's construction, a scope and its first event, in time and heap; beside them reading what a
 *   scope reads of a request, and copying and stringifying the event once. What an event's send takes is not in it.
 * - `loads`: the first evaluation of a new client, and loading definitions beside `JSON.parse` of them, warm and in a fresh
 *   process. Not in workerd.
 * - `starts`: CPU of a fresh workerd from its start to the end of its first request, an empty Worker's taken off.
 * - `traffic`: CPU of a warm workerd for requests with flags and an event each.
 *
 * Runs on Node, Bun, Deno and workerd; with `--runtime node` and the like on one of them.
 *
 * @module
 */
import { say } from "../../tests/_kit/run.ts";
import { Run } from "./start/figures.ts";
import { measureFreshLoads } from "./start/fresh_table.ts";
import { buildLoadTable } from "./start/load_table.ts";
import { measureInProcess, PROCESSES } from "./start/processes.ts";
import { buildTable } from "./start/table.ts";
import { measureStarts } from "./start/worker_starts.ts";
import { measureTraffic } from "./start/worker_traffic.ts";
import { measureInWorkerd } from "./start/workerd.ts";

const PARTS = ["requests", "loads", "starts", "traffic"];

/** What an argument names, one of the known; all of them without it. */
function choose(option: string, known: readonly string[]): readonly string[] {
  const index = Deno.args.indexOf(option);
  if (index < 0) return known;
  const name = Deno.args[index + 1] ?? "";
  if (!known.includes(name)) {
    throw new TypeError(`Cannot measure "${name}": not one of ${known}`);
  }
  return [name];
}

function print(lines: readonly string[]): void {
  say(["", ...lines].join("\n"));
}

async function measureProcess(
  runtime: string,
  parts: readonly string[],
): Promise<void> {
  const commands = PROCESSES[runtime];
  if (!commands || !parts.some((part) => /requests|loads/.test(part))) return;
  const run = new Run(await measureInProcess(commands, parts));
  print(buildTable(runtime, run));
  if (!parts.includes("loads")) return;
  print(buildLoadTable(run));
  print(await measureFreshLoads(runtime));
}

async function measureWorkerd(parts: readonly string[]): Promise<void> {
  if (parts.includes("requests")) {
    print(buildTable("workerd", new Run(await measureInWorkerd())));
  }
  if (parts.includes("starts")) print(await measureStarts());
  if (parts.includes("traffic")) print(await measureTraffic());
}

/** Prints the tables of each runtime. */
async function main(): Promise<void> {
  const runtimes = choose("--runtime", [...Object.keys(PROCESSES), "workerd"]);
  const parts = choose("--only", PARTS);
  for (const runtime of runtimes) {
    if (runtime === "workerd") await measureWorkerd(parts);
    else await measureProcess(runtime, parts);
  }
}

if (import.meta.main) main().then(() => Deno.exit(0));
