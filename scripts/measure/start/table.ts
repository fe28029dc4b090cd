import { divide, median, type Run, subtract } from "./figures.ts";
import { LOAD_NAMES } from "./load_works.ts";
import { formatBound, formatNumber, formatTable } from "./markdown.ts";
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
  /** At most so many times posthog-node's. */
  readonly maxOthers?: number;
  /** At most so many bytes of heap kept. */
  readonly maxKeptBytes?: number;
}

/** The rows, in their order; the bounds are the design's. */
const ROWS: readonly Comparison[] = [
  { name: NAMES.requestFloor },
  { name: NAMES.eventFloor },
  {
    name: NAMES.construction,
    other: NAMES.otherConstruction,
    maxOthers: 1,
  },
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
  { name: LOAD_NAMES.first, other: LOAD_NAMES.otherFirst },
  { name: NAMES.otherConstruction },
  { name: NAMES.otherKernel },
  { name: NAMES.otherCapture, floor: NAMES.eventFloor },
  { name: NAMES.otherFirst },
  { name: LOAD_NAMES.otherFirst },
];

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
  run: Run,
): readonly string[] {
  const rows = ROWS.filter(({ name }) => run.has(name))
    .map((row) => buildRow(run, row));
  return formatTable([runtime, ...COLUMNS], rows);
}

function buildRow(run: Run, row: Comparison): readonly string[] {
  const { name, without, floor, other } = row;
  const ns = without ? subtract(run.ns(name), run.ns(without)) : run.ns(name);
  const bytes = (kind: "keptBytes" | "allocatedBytes") =>
    run.bytes(name, kind) - (without ? run.bytes(without, kind) : 0);
  const floors = floor ? divide(ns, run.ns(floor)) : NaN;
  const others = other ? divide(ns, run.ns(other)) : NaN;
  const kept = bytes("keptBytes");
  return [
    without === undefined ? name : `… without ${without}`,
    formatNumber(median(ns) / 1_000, 2),
    formatNumber(floors, 1),
    formatNumber(others, 2),
    formatNumber(kept, 0),
    formatNumber(bytes("allocatedBytes"), 0),
    [
      formatBound(floors, row.maxFloors, "× floor"),
      formatBound(others, row.maxOthers, "× posthog-node"),
      formatBound(kept, row.maxKeptBytes, "B kept"),
    ].filter((text) => text !== "").join(", "),
  ];
}
