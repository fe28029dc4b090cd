const INDENT = "  ";
const MAX_DEPTH = 12;

/** Writes any value out over several lines, keys sorted, so that two of them can be compared by line. */
export function format(value: unknown, indent = "", depth = 0): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "bigint") return `${value}n`;
  if (Object.is(value, -0)) return "-0";
  if (typeof value === "function") {
    return `[Function ${value.name || "anonymous"}]`;
  }
  if (typeof value !== "object" || value === null) return String(value);
  if (value instanceof Date) {
    return Number.isNaN(value.getTime()) ? "Invalid Date" : value.toISOString();
  }
  if (value instanceof RegExp || value instanceof URL) return String(value);
  if (value instanceof Error) return `${value.name}: ${value.message}`;
  if (depth >= MAX_DEPTH) return "…";
  const inner = indent + INDENT;
  const lines = linesOf(value, (part) => format(part, inner, depth + 1));
  const [open, close] = Array.isArray(value) ? ["[", "]"] : ["{", "}"];
  const body = lines.length === 0
    ? ""
    : `\n${inner}${lines.join(`,\n${inner}`)},\n${indent}`;
  return `${labelOf(value)}${open}${body}${close}`;
}

function linesOf(value: object, write: (part: unknown) => string): string[] {
  if (Array.isArray(value)) return Array.from(value, write);
  if (value instanceof Set) return Array.from(value, write);
  if (value instanceof Map) {
    return Array.from(
      value,
      ([key, part]) => `${write(key)} => ${write(part)}`,
    );
  }
  if (value instanceof Uint8Array) return [Array.from(value).join(" ")];
  return Reflect.ownKeys(value)
    .filter((key) => Object.prototype.propertyIsEnumerable.call(value, key))
    .sort((a, b) => String(a) < String(b) ? -1 : 1)
    .map((key) => `${String(key)}: ${write(Reflect.get(value, key))}`);
}

function labelOf(value: object): string {
  const name = value.constructor?.name;
  return name === undefined || name === "Object" || name === "Array"
    ? ""
    : `${name} `;
}

/** The lines of both, those of only one marked `-` (actual) or `+` (expected). */
export function diff(actual: unknown, expected: unknown): string {
  const left = format(actual).split("\n");
  const right = format(expected).split("\n");
  const common = commonLengths(left, right);
  const out: string[] = [];
  let at = 0;
  let to = 0;
  while (at < left.length || to < right.length) {
    if (at < left.length && to < right.length && left[at] === right[to]) {
      out.push(`    ${left[at++]}`);
      to++;
    } else if (
      to >= right.length ||
      (at < left.length && length(at + 1, to) >= length(at, to + 1))
    ) {
      out.push(`-   ${left[at++]}`);
    } else {
      out.push(`+   ${right[to++]}`);
    }
  }
  return out.join("\n");

  function length(row: number, column: number): number {
    return common[row]?.[column] ?? 0;
  }
}

/** For each pair of positions, how many lines the two rests have in common, in order. */
function commonLengths(
  left: readonly string[],
  right: readonly string[],
): number[][] {
  const rows = Array.from(
    { length: left.length + 1 },
    () => new Array<number>(right.length + 1).fill(0),
  );
  for (let row = left.length - 1; row >= 0; row--) {
    const [current = [], next = []] = rows.slice(row, row + 2);
    for (let column = right.length - 1; column >= 0; column--) {
      current[column] = left[row] === right[column]
        ? (next[column + 1] ?? 0) + 1
        : Math.max(next[column] ?? 0, current[column + 1] ?? 0);
    }
  }
  return rows;
}
