import {
  FLAG_REQUESTS_A_304,
  FLAG_REQUESTS_A_DOCUMENT,
  type FleetFigures,
} from "./figures.ts";
import type { FleetOptions } from "./fleet_plan.ts";

/** The figures of one fleet, with its name. */
export interface ReportRow {
  readonly name: string;
  readonly figures: FleetFigures;
}

/** A column: its head, in two lines, and its cells. */
interface Column {
  readonly head: readonly [string, string];
  readonly cell: (figures: FleetFigures) => string;
}

const COLUMNS: readonly Column[] = [
  { head: ["full", "answers"], cell: ({ full }) => count(full) },
  { head: ["304", ""], cell: ({ unchanged }) => count(unchanged) },
  { head: ["take-", "overs"], cell: ({ takeOvers }) => count(takeOvers) },
  { head: ["by iso-", "lates"], cell: ({ byIsolates }) => count(byIsolates) },
  { head: ["billed", ""], cell: ({ billed }) => count(billed) },
  {
    head: ["KV reads", "/ 1,000"],
    cell: ({ readsPerThousand }) => readsPerThousand.toFixed(1),
  },
  {
    head: ["writes", "/ 1,000"],
    cell: ({ writesPerThousand }) => writesPerThousand.toFixed(2),
  },
  { head: ["refused", ""], cell: ({ refused }) => count(refused) },
  { head: ["without", "any"], cell: ({ blind }) => count(blind) },
  { head: ["50 % see", "change"], cell: ({ halfMs }) => seconds(halfMs) },
  { head: ["95 %", ""], cell: ({ mostMs }) => seconds(mostMs) },
  { head: ["100 %", ""], cell: ({ allMs }) => seconds(allMs) },
];

/** What the heads are too short for. */
const LEGEND: readonly string[] = [
  "timers              each isolate asks every interval, used or not, as posthog-node does",
  "each isolate …      each isolate asks on use, without a cache",
  "KV, …               isolates share what one of them asks for; with cron, readers have no key at all",
  "200: …, 50 at once  fleets of so many isolates, for which something goes wrong, at KV's places",
  "full answers, 304   what PostHog answered to requests for definitions",
  "take-overs          those of them by an isolate whose predecessor was silent for two intervals",
  "by isolates         those of them that no cron trigger made",
  `billed              flag requests on PostHog's bill: ${FLAG_REQUESTS_A_DOCUMENT} for a full answer, ${FLAG_REQUESTS_A_304} for a 304`,
  "/ 1,000             for a thousand requests that the fleet served",
  "refused             writes beyond KV's one a second and key",
  "without any         requests answered without definitions",
  "50 % see change     from then on, half of the living isolates answered with the new value, idle ones counted",
];

const CELL_WIDTH = 9;

/** Builds the table of all fleets, a line each, with what its columns mean. */
export function buildReport(
  rows: readonly ReportRow[],
  options: FleetOptions,
): readonly string[] {
  const { isolates, durationMs, intervalMs, changeAt, meanLifeMs, seed } =
    options;
  const nameWidth = Math.max(...rows.map(({ name }) => name.length));
  const line = (name: string, cells: readonly string[]) =>
    (name.padEnd(nameWidth) +
      cells.map((cell) => cell.padStart(CELL_WIDTH)).join("")).trimEnd();
  return [
    `${count(isolates)} isolates for ${
      durationMs / 60_000
    } min at an interval of ${seconds(intervalMs)}, each living ${
      meanLifeMs / 60_000
    } min on average;`,
    `a flag changes after ${changeAt / 60_000} min; seed ${seed}`,
    "",
    line("definitions by", COLUMNS.map(({ head }) => head[0])),
    line("", COLUMNS.map(({ head }) => head[1])),
    ...rows.map(({ name, figures }) =>
      line(name, COLUMNS.map(({ cell }) => cell(figures)))
    ),
    "",
    ...LEGEND,
  ];
}

function count(value: number): string {
  return value.toLocaleString("en");
}

function seconds(ms: number | undefined): string {
  return ms === undefined ? "never" : `${Math.round(ms / 100) / 10} s`;
}
