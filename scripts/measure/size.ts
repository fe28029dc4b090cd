import { say } from "../../tests/_kit/run.ts";
import { ADDITIONS, COMPOSITIONS } from "./_compositions.ts";
import { ENTRIES } from "../check/_entries.ts";
import {
  measureAddition,
  measureApplication,
  measureEntry,
  type Size,
} from "./_sizes.ts";

/** What everything is compared with. */
const POSTHOG_NODE = `import { PostHog } from "posthog-node";
export const posthog = new PostHog("phc_x");`;

interface Line {
  readonly name: string;
  readonly measure: () => Size;
  readonly maxGzipBytes?: number;
  readonly boundGzipBytes?: number;
}

/** A line of the table; of a composition whose entry points are missing it says which. */
function row({ name, measure, maxGzipBytes, boundGzipBytes }: Line): string {
  try {
    const size = measure();
    return columns(
      name,
      kilobytes(size.minified),
      kilobytes(size.gzipped),
      [maxGzipBytes, boundGzipBytes].map(kilobytes),
      formatRooms(size),
    );
  } catch (error) {
    return columns(name, "–", "–", [], messageOf(error));
  }
}

function columns(
  name: string,
  minified: string,
  gzipped: string,
  limits: readonly string[],
  note: string,
): string {
  const [budget = "", bound = ""] = limits;
  const numbers = [minified, gzipped, budget, bound];
  return `${name.padEnd(27)} ${
    numbers.map((number) => number.padStart(7)).join(" ")
  }   ${note}`;
}

/** Minified kilobytes by room of `src/`, the largest first. */
function formatRooms({ files }: Size): string {
  const rooms = new Map<string, number>();
  for (const [path, bytes] of files) {
    const room = path.match(/^src\/([^/.]+)/)?.[1];
    if (room !== undefined) rooms.set(room, (rooms.get(room) ?? 0) + bytes);
  }
  return [...rooms].sort(([, a], [, b]) => b - a)
    .map(([room, bytes]) => `${room} ${kilobytes(bytes)}`).join(", ");
}

function kilobytes(bytes: number | undefined): string {
  return bytes === undefined ? "" : (bytes / 1000).toFixed(1);
}

/** esbuild's first complaint; of a path that is an entry point's, the name in the application's code. */
function messageOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  const written = text.match(/\(originally (".*?")\)/)?.[1];
  return written === undefined
    ? text.match(/ERROR: (.*)/)?.[1] ?? text
    : `Could not resolve ${written}`;
}

/** Prints what each entry point and each composition weighs, in kB, its budget and bound, and which rooms it carries; beside them posthog-node, and what adapters add. */
function main(): void {
  say(columns("", "min", "gzip", ["budget", "bound"], "rooms, min"));
  for (const { specifier, source } of ENTRIES) {
    say(row({ name: specifier, measure: () => measureEntry(source) }));
  }
  say("");
  for (const { code, ...composition } of COMPOSITIONS) {
    say(row({ ...composition, measure: () => measureApplication(code) }));
  }
  const measureOther = () => measureApplication(POSTHOG_NODE);
  say(row({ name: "posthog-node", measure: measureOther }));
  say("");
  for (const addition of ADDITIONS) {
    const { name, to, maxGzipBytes } = addition;
    const sizes = [measureAddition(addition), maxGzipBytes].map(kilobytes);
    say(columns(name, "", sizes[0] ?? "", sizes.slice(1), `on top of: ${to}`));
  }
}

if (import.meta.main) main();
