import { isObject } from "../core/guards.ts";

/** Letters of one value in a message. */
const MAX_VALUE_LETTERS = 200;

/** A value of a tree by where it is: `properties.items[0].total`. */
type Leaf = readonly [path: string, text: string];

/** The lines that say in what `actual` is not as `expected`; empty where it is. What is expected at a path counts whole. */
export function compareTrees(
  expected: Readonly<Record<string, unknown>>,
  actual: Readonly<Record<string, unknown>>,
): { readonly lines: string[]; readonly differences: number } {
  const lines: string[] = [];
  let differences = 0;
  const paths = Object.keys(expected).filter((path) =>
    expected[path] !== undefined
  );
  for (const path of paths) {
    const wanted = new Map(listLeaves(path, expected[path]));
    const found = new Map(listLeaves(path, actual[path]));
    for (const leaf of new Set([...wanted.keys(), ...found.keys()])) {
      const [want, have] = [wanted.get(leaf), found.get(leaf)];
      if (want === have) {
        lines.push(`  ${leaf}: ${cut(want)}`);
        continue;
      }
      differences++;
      if (want !== undefined) lines.push(`- ${leaf}: ${cut(want)}`);
      if (have !== undefined) lines.push(`+ ${leaf}: ${cut(have)}`);
    }
  }
  return { lines, differences };
}

function listLeaves(path: string, value: unknown): Leaf[] {
  if (value === undefined) return [];
  if (!isObject(value)) return [[path, JSON.stringify(value)]];
  const isList = Array.isArray(value);
  const members = Object.keys(value);
  if (members.length === 0) return [[path, isList ? "[]" : "{}"]];
  return members.flatMap((name) =>
    listLeaves(isList ? `${path}[${name}]` : `${path}.${name}`, value[name])
  );
}

function cut(text: string | undefined): string {
  return text && text.length > MAX_VALUE_LETTERS
    ? `${text.slice(0, MAX_VALUE_LETTERS)}…`
    : String(text);
}
