import type { FlushFigure } from "./flush_main.ts";
import { formatBound, formatNumber, formatTable } from "./markdown.ts";
import { PROCESSES, runBundle } from "./processes.ts";

/** Capture and flush of an event may take so many times what they take posthog-node. */
const MAX_SHARE = 0.6;

/** Makes the table of what capture and flush take of CPU on a runtime. */
export async function measureFlushes(
  runtime: "node" | "deno",
): Promise<readonly string[]> {
  const command = PROCESSES[runtime]?.time ?? [];
  const [figures = []] = await runBundle<FlushFigure>("flush_main", [
    { command, args: [] },
  ]);
  return formatTable(
    [
      `${runtime}: 3,000 events`,
      "µs of CPU an event",
      "µs of posthog-node",
      "× posthog-node",
      "bound",
    ],
    figures.map(({ name, µs, otherµs, share }) => [
      name,
      formatNumber(µs, 2),
      formatNumber(otherµs, 2),
      formatNumber(share, 2),
      formatBound(share, MAX_SHARE, "× posthog-node"),
    ]),
  );
}
