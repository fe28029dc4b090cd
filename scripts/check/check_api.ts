/**
 * Compares the public API with its snapshot, which is reviewed like a change of the API. With `--update` it
 * writes the snapshot anew.
 *
 * @module
 */
import { fromRoot, ROOT } from "../../tests/_kit/paths.ts";
import { run, say } from "../../tests/_kit/run.ts";
import { type DocSymbol, linesOf } from "./_api_lines.ts";
import { listChanges } from "./_changes.ts";
import { ENTRIES } from "./_entries.ts";

const SNAPSHOT = fromRoot("tests/api/public_api.txt");

/** The shape of `deno doc --json`, as far as it is read here. */
interface Doc {
  readonly nodes: Readonly<
    Record<string, { readonly symbols?: readonly DocSymbol[] }>
  >;
}

/** The API as text: an entry point a block, a symbol or a member a line. */
async function describeApi(): Promise<string> {
  const sources = ENTRIES.map(({ source }) => fromRoot(source));
  const { code, stdout, output } = await run([
    Deno.execPath(),
    "doc",
    "--json",
    ...sources,
  ], {
    cwd: ROOT,
    env: { NO_COLOR: "1" },
  });
  if (code !== 0) throw new Error(`deno doc failed\n${output}`);
  const { nodes }: Doc = JSON.parse(stdout);
  const symbols = new Map(
    Object.entries(nodes).map((
      [url, node],
    ) => [new URL(url).pathname, node.symbols ?? []]),
  );
  const blocks = ENTRIES.map(({ specifier, source }) => {
    const lines = (symbols.get(fromRoot(source)) ?? []).flatMap(linesOf)
      .toSorted();
    return [`# ${specifier}`, ...new Set(lines)].join("\n");
  });
  return `${blocks.join("\n\n")}\n`;
}

async function main(): Promise<number> {
  const current = await describeApi();
  if (Deno.args.includes("--update")) {
    await Deno.mkdir(fromRoot("tests/api"), { recursive: true });
    await Deno.writeTextFile(SNAPSHOT, current);
    say(`${SNAPSHOT.slice(ROOT.length)} written`);
    return 0;
  }
  const snapshot = await Deno.readTextFile(SNAPSHOT).catch(() => "");
  if (snapshot === current) {
    say(`${current.split("\n").length} lines, as in the snapshot`);
    return 0;
  }
  for (const line of changes(snapshot.split("\n"), current.split("\n"))) {
    say(line);
  }
  say(
    "\nThe public API differs from its snapshot. If that is meant, run the task `api:update`",
  );
  return 1;
}

/** Lines come sorted within a block, so those of only one side are the whole difference. */
function changes(
  before: readonly string[],
  after: readonly string[],
): string[] {
  const left = blocksOf(before);
  const right = blocksOf(after);
  return [...new Set([...left.keys(), ...right.keys()])].flatMap((block) => {
    const lines = listChanges(left.get(block) ?? [], right.get(block) ?? []);
    return lines.length === 0 ? [] : [block, ...lines];
  });
}

function blocksOf(lines: readonly string[]): Map<string, string[]> {
  const blocks = new Map<string, string[]>();
  let block = "";
  for (const line of lines) {
    if (line.startsWith("# ")) block = line;
    const held = blocks.get(block) ?? [];
    blocks.set(block, held);
    if (line !== "") held.push(line);
  }
  return blocks;
}

if (import.meta.main) main().then(Deno.exit);
