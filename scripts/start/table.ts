import { type Figure, median } from "./figures.ts";
import { NAMES } from "./works.ts";

/** What one row is measured against. */
interface Comparison {
  readonly name: string;
  /** A work that is a part of it and is taken off first. */
  readonly without?: string;
  /** The least that such a work takes. */
  readonly floor?: string;
  /** What does the same of posthog-node's. */
  readonly other?: string;
  /** At most so many times the floor. */
  readonly maxFloors?: number;
  /** At most so many bytes of heap kept. */
  readonly maxKeptBytes?: number;
}

/** The rows, in their order; the bounds are the design's. */
const ROWS: readonly Comparison[] = [
  { name: NAMES.requestFloor },
  { name: NAMES.eventFloor },
  { name: NAMES.construction, other: NAMES.otherConstruction },
  { name: NAMES.kernel, other: NAMES.otherKernel },
  {
    name: NAMES.scope,
    floor: NAMES.requestFloor,
    maxFloors: 5,
    maxKeptBytes: 2_500,
  },
  { name: NAMES.capture },
  {
    name: NAMES.capture,
    without: NAMES.scope,
    floor: NAMES.eventFloor,
    other: NAMES.otherCapture,
    maxFloors: 2,
  },
  { name: NAMES.first, other: NAMES.otherFirst },
  { name: NAMES.otherConstruction },
  { name: NAMES.otherKernel },
  { name: NAMES.otherCapture, floor: NAMES.eventFloor },
  { name: NAMES.otherFirst },
];

/** The figures of one run, by the names of works. */
class Run {
  readonly #figures: ReadonlyMap<string, Figure>;

  constructor(figures: readonly Figure[]) {
    this.#figures = new Map(figures.map((figure) => [figure.name, figure]));
  }

  /** Of each round, without what the loop itself takes. */
  ns(name = NAMES.nothing as string): readonly number[] {
    const idle = this.#figures.get(NAMES.nothing)?.ns ?? [];
    const own = this.#figures.get(name)?.ns ?? [];
    return own.map((ns, round) => ns - (idle[round] ?? 0));
  }

  bytes(name: string, kind: "keptBytes" | "allocatedBytes"): number {
    const idle = this.#figures.get(NAMES.nothing)?.[kind] ?? NaN;
    return (this.#figures.get(name)?.[kind] ?? NaN) - idle;
  }

  has(name: string): boolean {
    return this.#figures.has(name);
  }
}

const COLUMNS = [
  "µs",
  "× floor",
  "× posthog-node",
  "B kept",
  "B allocated",
  "bound",
];

/** Makes the table of one runtime, in Markdown: a row for each thing that was measured. */
export function buildTable(
  runtime: string,
  figures: readonly Figure[],
): readonly string[] {
  const run = new Run(figures);
  const rows = ROWS.filter(({ name }) => run.has(name))
    .map((row) => buildRow(run, row));
  const head = [runtime, ...COLUMNS];
  const widths = head.map((_, column) =>
    Math.max(...[head, ...rows].map((cells) => cells[column]?.length ?? 0))
  );
  const format = (cells: readonly string[], filler = " ") => {
    const padded = cells.map((cell, column) => {
      const width = widths[column] ?? 0;
      // Texts stand on the left, numbers on the right.
      return column === 0 || column === cells.length - 1
        ? cell.padEnd(width, filler)
        : cell.padStart(width, filler);
    });
    return `| ${padded.join(" | ")} |`;
  };
  const line = format(head.map(() => ""), "-");
  return [format(head), line, ...rows.map((row) => format(row))];
}

function buildRow(run: Run, row: Comparison): readonly string[] {
  const { name, without, floor, other } = row;
  const ns = subtract(run.ns(name), without && run.ns(without));
  const floors = ratio(ns, floor && run.ns(floor));
  const bytes = (kind: "keptBytes" | "allocatedBytes") =>
    run.bytes(name, kind) - (without ? run.bytes(without, kind) : 0);
  const kept = bytes("keptBytes");
  return [
    without === undefined ? name : `… without ${without}`,
    format(median(ns) / 1_000, 2),
    format(floors, 1),
    format(ratio(ns, other && run.ns(other)), 2),
    format(kept, 0),
    format(bytes("allocatedBytes"), 0),
    formatBounds(row, floors, kept),
  ];
}

function subtract(
  whole: readonly number[],
  part: readonly number[] | undefined | "",
): readonly number[] {
  return part ? whole.map((ns, round) => ns - (part[round] ?? NaN)) : whole;
}

/** The median of the rounds' ratios: what slows one round down slows both of its sides. */
function ratio(
  ns: readonly number[],
  base: readonly number[] | undefined | "",
): number {
  return base
    ? median(ns.map((own, round) => own / (base[round] ?? NaN)))
    : NaN;
}

function formatBounds(
  { maxFloors, maxKeptBytes }: Comparison,
  floors: number,
  kept: number,
): string {
  return [
    formatBound(floors, maxFloors, "× floor"),
    formatBound(kept, maxKeptBytes, "B kept"),
  ].filter((text) => text !== "").join(", ");
}

/** `≤ 5 × floor: holds`, and nothing where there is no bound. */
function formatBound(
  value: number,
  max: number | undefined,
  unit: string,
): string {
  if (max === undefined) return "";
  const verdict = Number.isNaN(value)
    ? "not measured"
    : value <= max
    ? "holds"
    : "BROKEN";
  return `≤ ${max} ${unit}: ${verdict}`;
}

function format(value: number, digits: number): string {
  return Number.isNaN(value) ? "–" : value.toFixed(digits);
}
