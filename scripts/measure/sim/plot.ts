import {
  type Box,
  type Chart,
  type ChartAxis,
  type ChartLine,
  drawChart,
  text,
} from "./chart.ts";
import type { FleetResult } from "./fleet.ts";
import type { FleetOptions } from "./fleet_plan.ts";
import type { DefinitionsRequest } from "./origin.ts";

/** A fleet with its name in the legend. */
export interface NamedResult {
  readonly name: string;
  readonly result: FleetResult;
}

/** Told apart with any kind of colour vision (Okabe and Ito), and by their dashes without one. */
const STYLES: readonly (readonly [color: string, dashes: string])[] = [
  ["#d55e00", ""],
  ["#e69f00", "7 4"],
  ["#0072b2", ""],
  ["#56b4e9", "7 4"],
  ["#009e73", ""],
  ["#cc79a7", "2 3"],
];

const WIDTH = 1080;
const LEFT: Box = { left: 90, top: 90, width: 410, height: 330 };
const RIGHT: Box = { ...LEFT, left: 620 };
const LEGEND_TOP = 500;
const LEGEND_ROW = 24;
const LEGEND_COLUMNS = 2;

/** How long after the change the second chart goes on. */
const SPREAD_MS = 240_000;

const CSS = `
text { font: 13px system-ui, "Helvetica Neue", Arial, sans-serif; fill: #333 }
.head { font-size: 18px; font-weight: 600; fill: #111 }
.title { font-size: 14px; font-weight: 600; fill: #111 }
.note { font-size: 12px; fill: #666 }
.axis { stroke: #333; fill: none }
.grid { stroke: #e3e3e3; fill: none }
.mark { stroke: #999; stroke-dasharray: 3 3; fill: none }
.line { fill: none; stroke-width: 2.2; stroke-linejoin: round }`;

/** Draws the picture of all fleets as an SVG document: what they ask, and how the change spreads. */
export function plotFleets(
  fleets: readonly NamedResult[],
  options: FleetOptions,
): string {
  const { isolates, durationMs, intervalMs, changeAt } = options;
  const height = LEGEND_TOP +
    LEGEND_ROW * Math.ceil(fleets.length / LEGEND_COLUMNS) + 10;
  const head = `${isolates.toLocaleString("en")} isolates, ${
    durationMs / 60_000
  } minutes, definitions refreshed every ${intervalMs / 1000} s`;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}">
<style>${CSS}</style>
<rect width="100%" height="100%" fill="#fff"/>
${text(LEFT.left, 36, head, 'class="head"')}
${drawChart(buildRequestsChart(fleets, durationMs, changeAt), LEFT)}
${drawChart(buildSpreadChart(fleets, durationMs, changeAt), RIGHT)}
${fleets.map(({ name }, index) => drawLegend(name, index)).join("\n")}
</svg>
`;
}

function buildRequestsChart(
  fleets: readonly NamedResult[],
  durationMs: number,
  changeAt: number,
): Chart {
  const highest = Math.max(
    ...fleets.map(({ result }) => result.definitions.length),
  );
  const decades = Math.ceil(Math.log10(Math.max(highest, 10)));
  const powers = Array.from({ length: decades + 1 }, (_, power) => 10 ** power);
  const toMinutes = (ms: number) => ms / 60_000;
  return {
    title: "Requests for definitions, from the beginning",
    x: buildAxis("minutes", toMinutes(durationMs), 1),
    y: {
      title: "requests, logarithmic",
      range: [1, 10 ** decades],
      ticks: powers.map((value) => [value, value.toLocaleString("en")]),
      isLogarithmic: true,
    },
    lines: fleets.map(({ result }, index) =>
      buildLine(
        index,
        countBySecond(result.definitions, durationMs)
          .map(([at, count]) => [toMinutes(at), Math.max(count, 1)]),
      )
    ),
    mark: [toMinutes(changeAt), "the flag changes"],
  };
}

/** How many requests there were until each second. */
function countBySecond(
  requests: readonly DefinitionsRequest[],
  durationMs: number,
): readonly (readonly [at: number, count: number])[] {
  const points: (readonly [number, number])[] = [];
  let count = 0;
  for (let at = 0; at <= durationMs; at += 1000) {
    while ((requests[count]?.at ?? Infinity) <= at) count++;
    points.push([at, count]);
  }
  return points;
}

function buildSpreadChart(
  fleets: readonly NamedResult[],
  durationMs: number,
  changeAt: number,
): Chart {
  const end = Math.min(SPREAD_MS, durationMs - changeAt);
  const toSeconds = (at: number) => (at - changeAt) / 1000;
  const percents = [0, 25, 50, 75, 100];
  return {
    title: "Isolates that answer with the changed flag",
    x: buildAxis("seconds after the change", end / 1000, 30),
    y: {
      title: "share of the living isolates",
      range: [0, 100],
      ticks: percents.map((value) => [value, `${value} %`]),
    },
    lines: fleets.map(({ result }, index) =>
      buildLine(
        index,
        result.spread.series(durationMs)
          .filter(({ at }) => at >= changeAt && at <= changeAt + end)
          .map(({ at, share }) => [toSeconds(at), share * 100]),
      )
    ),
  };
}

function buildLine(index: number, points: ChartLine["points"]): ChartLine {
  const [color = "#000", dashes = ""] = STYLES[index % STYLES.length] ?? [];
  return { color, dashes, points };
}

/** An axis from 0 with about ten marks at most, at multiples of `step`. */
function buildAxis(title: string, end: number, step: number): ChartAxis {
  const wide = step * Math.max(1, Math.ceil(end / step / 10));
  const ticks = Array.from(
    { length: Math.floor(end / wide) + 1 },
    (_, index) => [index * wide, String(index * wide)] as const,
  );
  return { title, range: [0, end], ticks };
}

function drawLegend(name: string, index: number): string {
  const { color, dashes } = buildLine(index, []);
  const { left } = index % LEGEND_COLUMNS === 0 ? LEFT : RIGHT;
  const y = LEGEND_TOP + LEGEND_ROW * Math.floor(index / LEGEND_COLUMNS);
  const pattern = dashes === "" ? "" : ` stroke-dasharray="${dashes}"`;
  return `<path class="line" stroke="${color}"${pattern} d="M${left} ${y}h36"/>
${text(left + 46, y + 4, name)}`;
}
