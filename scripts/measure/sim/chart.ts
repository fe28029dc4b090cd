/** A line of a chart. */
export interface ChartLine {
  /** The colour, as CSS. */
  readonly color: string;
  /** The pattern of dashes, as SVG takes it; empty: a solid line. */
  readonly dashes: string;
  /** Its points by growing `x`. */
  readonly points: readonly (readonly [x: number, y: number])[];
}

/** An axis. */
export interface ChartAxis {
  /** What it counts, with the unit. */
  readonly title: string;
  /** The values at its ends. */
  readonly range: readonly [from: number, to: number];
  /** The values that get a mark, with its text. */
  readonly ticks: readonly (readonly [value: number, text: string])[];
  /** Whether equal steps are equal factors; the range must then begin above 0. */
  readonly isLogarithmic?: boolean;
}

/** A chart with two axes. */
export interface Chart {
  /** What it shows. */
  readonly title: string;
  readonly x: ChartAxis;
  readonly y: ChartAxis;
  readonly lines: readonly ChartLine[];
  /** A moment to be marked, with its text. */
  readonly mark?: readonly [x: number, text: string];
}

/** A rectangle, in the picture's units. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** Draws a chart as SVG elements; `box` is where the lines are, and the texts go around it. */
export function drawChart(chart: Chart, box: Box): string {
  const { title, x, y, lines, mark } = chart;
  const { left, top, width, height } = box;
  const bottom = top + height;
  const toX = (value: number) => round(left + width * toShare(value, x));
  const toY = (value: number) => round(bottom - height * toShare(value, y));
  const parts = [
    text(left, top - 16, title, 'class="title"'),
    ...y.ticks.flatMap(([value, label]) => [
      `<path class="grid" d="M${left} ${toY(value)}h${width}"/>`,
      text(left - 8, toY(value) + 4, label, 'text-anchor="end"'),
    ]),
    ...x.ticks.flatMap(([value, label]) => [
      `<path class="axis" d="M${toX(value)} ${bottom}v5"/>`,
      text(toX(value), bottom + 20, label, 'text-anchor="middle"'),
    ]),
    `<path class="axis" d="M${left} ${top}v${height}h${width}"/>`,
    text(left + width / 2, bottom + 42, x.title, 'text-anchor="middle"'),
    text(
      0,
      0,
      y.title,
      `text-anchor="middle" transform="translate(${left - 58} ${
        top + height / 2
      }) rotate(-90)"`,
    ),
  ];
  if (mark) {
    const [at, label] = mark;
    parts.push(
      `<path class="mark" d="M${toX(at)} ${top}v${height}"/>`,
      text(toX(at) + 6, top + 12, label, 'class="note"'),
    );
  }
  for (const { color, dashes, points } of lines) {
    const path = points.map(([x, y]) => `${toX(x)} ${toY(y)}`).join("L");
    const pattern = dashes === "" ? "" : ` stroke-dasharray="${dashes}"`;
    parts.push(`<path class="line" stroke="${color}"${pattern} d="M${path}"/>`);
  }
  return parts.join("\n");
}

/** Draws a text; `attributes` as SVG takes them. */
export function text(
  x: number,
  y: number,
  content: string,
  attributes = "",
): string {
  const escaped = content.replace(
    /[&<]/g,
    (sign) => `&#${sign.charCodeAt(0)};`,
  );
  return `<text x="${x}" y="${y}" ${attributes}>${escaped}</text>`;
}

/** Where a value is between the ends of an axis, from 0 to 1; what is outside is moved to the end. */
function toShare(value: number, { range, isLogarithmic }: ChartAxis): number {
  const scale = (value: number) => isLogarithmic ? Math.log10(value) : value;
  const [from, to] = range;
  const held = Math.min(Math.max(value, from), to);
  return (scale(held) - scale(from)) / (scale(to) - scale(from));
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
