import { buildDefinitions } from "./definitions.ts";
import type { Run } from "./figures.ts";
import { FLAG_COUNTS, LOAD_NAMES } from "./load_works.ts";
import { formatBound, formatNumber, formatTable } from "./markdown.ts";

/** A load may take so many times what `JSON.parse` takes of the same text. */
const MAX_PARSES = 2;

/** The slope of a line through the points, both axes logarithmic: 1 where the cost is in proportion to the flags. */
function fitExponent(
  points: readonly (readonly [x: number, y: number])[],
): number {
  const logs = points.map(([x, y]) => [Math.log(x), Math.log(y)] as const);
  const mean = (axis: 0 | 1) =>
    logs.reduce((sum, log) => sum + log[axis], 0) / logs.length;
  const [meanX, meanY] = [mean(0), mean(1)];
  const sum = (of: (x: number, y: number) => number) =>
    logs.reduce((all, [x, y]) => all + of(x - meanX, y - meanY), 0);
  return sum((x, y) => x * y) / sum((x) => x * x);
}

/** Makes the table of what loading definitions costs, by their number, and says how that grows. */
export function buildLoadTable(run: Run): readonly string[] {
  const sizes = FLAG_COUNTS.map((flags) => ({
    flags,
    parse: run.µs(LOAD_NAMES.parse(flags)),
    load: run.µs(LOAD_NAMES.load(flags)),
    parses: run.ratio(LOAD_NAMES.load(flags), LOAD_NAMES.parse(flags)),
    kept: run.bytes(LOAD_NAMES.load(flags), "keptBytes") / flags,
    keptOfAll: run.bytes(LOAD_NAMES.evaluate(flags), "keptBytes") / flags,
    text: buildDefinitions(flags).length / flags,
    keptOfParse: run.bytes(LOAD_NAMES.parse(flags), "keptBytes") / flags,
  }));
  const rows = sizes.map(({ flags, parse, load, parses, ...sizes }) => [
    `${flags}`,
    formatNumber(parse, 0),
    formatNumber(load, 0),
    formatNumber(parses, 2),
    formatNumber(sizes.keptOfParse, 0),
    formatNumber(sizes.kept, 0),
    formatNumber(sizes.keptOfAll, 0),
    formatNumber(sizes.keptOfAll / sizes.text, 2),
    formatBound(parses, MAX_PARSES, "× JSON.parse"),
  ]);
  const grow = (of: "parse" | "load") =>
    fitExponent(sizes.map((size) => [size.flags, size[of]])).toFixed(2);
  const bytes = fitExponent(sizes.map((size) => [size.flags, size.kept]));
  return [
    ...formatTable([
      "definitions",
      "µs of JSON.parse",
      "µs of a load",
      "× JSON.parse",
      "B a flag, parsed",
      "B a flag, loaded",
      "B a flag, evaluated",
      "× its JSON",
      "bound",
    ], rows),
    "",
    `With n flags JSON.parse grows by n^${grow("parse")}, a load by n^${
      grow("load")
    }, the heap it keeps a flag by n^${bytes.toFixed(2)}.`,
  ];
}
