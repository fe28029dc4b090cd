import { findBun } from "../../../tests/_kit/bun.ts";
import { ROOT } from "../../../tests/_kit/paths.ts";
import { run } from "../../../tests/_kit/run.ts";
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

const DENO = [Deno.execPath(), "run", "-A", "--no-config"];

/** The runtimes that are a process, by name. */
export const PROCESSES: Readonly<Record<string, Commands>> = {
  node: { time: ["node"], heap: ["node", ...V8_FLAGS] },
  get bun() {
    const command = [findBun(), "run"];
    return { time: command, heap: command };
  },
  deno: { time: DENO, heap: [...DENO, `--v8-flags=${V8_FLAGS}`] },
};

/** Measures in a fresh process for time and in another for the heap: `requests`, `loads` or both. */
export async function measureInProcess(
  commands: Commands,
  parts: readonly string[],
): Promise<readonly Figure[]> {
  const { time, heap } = commands;
  const [times = [], heaps = []] = await runBundle<Figure>("process_main", [
    { command: time, args: ["time", ...parts] },
    { command: heap, args: ["heap", ...parts] },
  ]);
  return times.map((figure) => ({
    ...heaps.find(({ name }) => name === figure.name),
    ...figure,
  }));
}

/** Bundles what measures, and runs it so and so. The figures of each run are the last line that it prints. */
export async function runBundle<Result>(
  main: Parameters<typeof buildBundle>[0],
  runs: readonly {
    readonly command: readonly string[];
    readonly args: readonly string[];
  }[],
): Promise<readonly (readonly Result[])[]> {
  const file = await Deno.makeTempFile({ suffix: ".mjs" });
  const figures: (readonly Result[])[] = [];
  try {
    await Deno.writeTextFile(file, buildBundle(main));
    for (const { command, args } of runs) {
      const { code, stdout, output } = await run(
        [...command, file, ...args],
        { cwd: ROOT },
      );
      if (code !== 0) throw new Error(`Cannot measure: ${output}`);
      figures.push(JSON.parse(stdout.trim().split("\n").at(-1) ?? ""));
    }
    return figures;
  } finally {
    await Deno.remove(file);
  }
}
