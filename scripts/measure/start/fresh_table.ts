import { median } from "./figures.ts";
import { FRESH_FLAGS } from "./fresh_main.ts";
import { formatBound, formatNumber, formatTable } from "./markdown.ts";
import { PROCESSES, runBundle } from "./processes.ts";

/** Processes of each kind. */
const STARTS = 15;

/** In a fresh process a load and an evaluation may take so many times what `JSON.parse` takes of the same text there. */
const MAX_PARSES = 3;

/** Makes the table of what a fresh process takes to load definitions and to evaluate one of them. */
export async function measureFreshLoads(
  runtime: string,
): Promise<readonly string[]> {
  const command = PROCESSES[runtime]?.time ?? [];
  // The two take turns.
  const runs = Array.from({ length: STARTS }, () => ["parse", "load"]).flat();
  const figures = await runBundle<number>(
    "fresh_main",
    runs.map((kind) => ({ command, args: [kind] })),
  );
  const [parse = NaN, load = NaN] = ["parse", "load"].map((kind) =>
    median(figures.flat().filter((_, index) => runs[index] === kind))
  );
  return formatTable(
    [
      `${runtime}, a fresh process`,
      "ms of JSON.parse",
      "ms of a load and an evaluation",
      "× JSON.parse",
      "bound",
    ],
    [[
      `one of ${FRESH_FLAGS} definitions`,
      formatNumber(parse, 2),
      formatNumber(load, 2),
      formatNumber(load / parse, 2),
      formatBound(load / parse, MAX_PARSES, "× JSON.parse"),
    ]],
  );
}
