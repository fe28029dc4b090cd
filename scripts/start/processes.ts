import { fromRoot, ROOT } from "../../tests/_kit/paths.ts";
import { run } from "../../tests/_kit/run.ts";
import { buildBundle } from "./build.ts";
import type { Figure } from "./figures.ts";

/** How a runtime runs a file. */
interface Commands {
  /** For time: with nothing but what a usual process has. */
  readonly time: readonly string[];
  /** For the heap: with a hand on its garbage collector. */
  readonly heap: readonly string[];
}

/** With a young generation, in MB, that no turn fills: what is allocated is seen before any of it is collected. */
const V8_FLAGS = [
  "--expose-gc",
  "--min-semi-space-size=128",
  "--max-semi-space-size=128",
];

const BUN = [fromRoot("node_modules/bun/bin/bun.exe"), "run"];
const DENO = [Deno.execPath(), "run", "-A", "--no-config"];

/** The runtimes that are a process, by name. */
export const PROCESSES: Readonly<Record<string, Commands>> = {
  node: { time: ["node"], heap: ["node", ...V8_FLAGS] },
  bun: { time: BUN, heap: BUN },
  deno: { time: DENO, heap: [...DENO, `--v8-flags=${V8_FLAGS}`] },
};

/** Measures in a fresh process for time and in another for the heap. */
export async function measureInProcess(
  commands: Commands,
): Promise<readonly Figure[]> {
  const file = await Deno.makeTempFile({ suffix: ".mjs" });
  try {
    await Deno.writeTextFile(file, buildBundle("process"));
    const times = await runFigures([...commands.time, file, "time"]);
    const heaps = await runFigures([...commands.heap, file, "heap"]);
    return times.map((figure) => ({
      ...heaps.find(({ name }) => name === figure.name),
      ...figure,
    }));
  } finally {
    await Deno.remove(file);
  }
}

/** The last line that a run prints. */
async function runFigures(
  command: readonly string[],
): Promise<readonly Figure[]> {
  const { code, stdout, output } = await run(command, { cwd: ROOT });
  if (code !== 0) throw new Error(`Cannot measure: ${output}`);
  return JSON.parse(stdout.trim().split("\n").at(-1) ?? "");
}
