/** A table in Markdown: texts stand on the left of its first and last column, numbers on the right. */
export function formatTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
): readonly string[] {
  const widths = head.map((_, column) =>
    Math.max(...[head, ...rows].map((cells) => cells[column]?.length ?? 0))
  );
  const format = (cells: readonly string[], filler = " ") => {
    const padded = cells.map((cell, column) => {
      const width = widths[column] ?? 0;
      return column === 0 || column === cells.length - 1
        ? cell.padEnd(width, filler)
        : cell.padStart(width, filler);
    });
    return `| ${padded.join(" | ")} |`;
  };
  const line = format(head.map(() => ""), "-");
  return [format(head), line, ...rows.map((row) => format(row))];
}

/** `≤ 5 × floor: holds`, and nothing where there is no bound. */
export function formatBound(
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

/** A dash where nothing was measured. */
export function formatNumber(value: number, digits: number): string {
  return Number.isNaN(value) ? "–" : value.toFixed(digits);
}
