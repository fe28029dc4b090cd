/**
 * What a fresh request pays on each runtime: a client's construction, a scope and its first event, in time and heap.
 * Beside them stand posthog-node's and two floors of the same run: reading what a scope reads of a request, and
 * copying and stringifying the event once. What an event's send takes is not in it.
 *
 * Runs on Node, Bun, Deno and workerd; with `--runtime node` and the like on one of them.
 *
 * @module
 */
import { say } from "../tests/_kit/run.ts";
import type { Figure } from "./start/figures.ts";
import { measureInProcess, PROCESSES } from "./start/processes.ts";
import { buildTable } from "./start/table.ts";
import { measureInWorkerd } from "./start/workerd.ts";

const RUNTIMES: Readonly<Record<string, () => Promise<readonly Figure[]>>> = {
  ...Object.fromEntries(
    Object.entries(PROCESSES).map(([name, commands]) => [
      name,
      () => measureInProcess(commands),
    ]),
  ),
  workerd: measureInWorkerd,
};

/** The runtimes that the arguments name: all without any. */
function chooseRuntimes(args: readonly string[]): readonly string[] {
  const known = Object.keys(RUNTIMES);
  const index = args.indexOf("--runtime");
  if (index < 0) return known;
  const name = args[index + 1] ?? "";
  if (!known.includes(name)) {
    throw new TypeError(`Cannot measure "${name}": not one of ${known}`);
  }
  return [name];
}

/** Prints a table for each runtime. */
async function main(): Promise<void> {
  for (const name of chooseRuntimes(Deno.args)) {
    const figures = await RUNTIMES[name]?.() ?? [];
    say(["", ...buildTable(name, figures)].join("\n"));
  }
}

if (import.meta.main) main().then(() => Deno.exit(0));
