/**
 * Writes `docs/llms.txt`, an index of the docs, and `docs/llms-full.txt`, all of their text, for readers that are programs.
 *
 * @module
 * @see https://llmstxt.org
 */
import { parsePage } from "../../tests/_kit/markdown.ts";
import { fromRoot } from "../../tests/_kit/paths.ts";
import { say } from "../../tests/_kit/run.ts";

/** What the page with this name is not: it is the order of the others. */
const INDEX = "README.md";

/** A page for those who carry on the work. */
const REGISTER = "requirements.md";

/** A page of `docs`. */
export interface DocsPage {
  /** Its name there: `flags.md`. */
  readonly name: string;
  readonly text: string;
}

/** Texts by the names of their files in `docs`. */
export type LlmsFiles = Readonly<Record<"llms.txt" | "llms-full.txt", string>>;

/**
 * Makes both files of the README and the pages: those that the index names, in its order and with its words, and the others
 * behind them.
 */
export function buildLlms(
  readme: string,
  pages: readonly DocsPage[],
): LlmsFiles {
  const index = pages.find(({ name }) => name === INDEX)?.text ?? "";
  const { links } = parsePage(INDEX, index);
  const order = links.map(({ target }) => target);
  const rank = (name: string) => (order.indexOf(name) + 1) || Infinity;
  const sorted = pages.filter(({ name }) => name !== INDEX).toSorted((
    one,
    other,
  ) =>
    rank(one.name) === rank(other.name)
      ? (one.name < other.name ? -1 : 1)
      : rank(one.name) - rank(other.name)
  );
  const [title = "", summary = ""] = readme.split(/\n{2,}/);
  const list = sorted.map(({ name, text }) => {
    const what = describe(index, name) ?? firstSentence(text);
    return `- [${titleOf(text)}](${name}): ${what}`;
  });
  return {
    "llms.txt": [
      title,
      `> ${summary.replaceAll("\n", " ")}`,
      `All of this in one file: [llms-full.txt](llms-full.txt).`,
      "## Docs",
      list.join("\n"),
      "## Optional",
      [
        "- [README](../README.md): what it is, and a start for each platform",
        "- [Examples](../examples/): small projects, each complete",
        "- [Changes](../CHANGELOG.md): what changed, who is affected, what to do",
      ].join("\n"),
    ].join("\n\n") + "\n",
    "llms-full.txt": [readme, ...sorted.map(({ text }) => text)]
      .map((text) => tighten(text).trim()).join("\n\n---\n\n") + "\n",
  };
}

function titleOf(text: string): string {
  return /^# (.+)$/m.exec(text)?.[1] ?? "";
}

/** What the index says of a page, in the cell beside its link. */
function describe(index: string, name: string): string | undefined {
  const row = index.split("\n").find((line) => line.includes(`](${name})`));
  return row?.split("|")[2]?.trim();
}

function firstSentence(text: string): string {
  const [, paragraph = ""] = text.split(/\n{2,}/);
  return /^[^]*?\.(?=\s|$)/.exec(paragraph)?.[0].replaceAll("\n", " ") ?? "";
}

/** Without what only aligns the columns of tables, and without comments for tools. */
function tighten(text: string): string {
  return text.split("\n").filter((line) => !/^<!-- .* -->$/.test(line))
    .map((line) =>
      line.startsWith("|")
        ? line.replace(/ {2,}/g, " ").replace(/-{4,}/g, "---")
        : line
    ).join("\n").replace(/\n{3,}/g, "\n\n");
}

/** Reads the README and every page of `docs`. */
export function readDocs(): Parameters<typeof buildLlms> {
  const read = (path: string) => Deno.readTextFileSync(fromRoot(path));
  const names = Array.from(
    Deno.readDirSync(fromRoot("docs")),
    ({ name }) => name,
  );
  return [
    read("README.md"),
    names.filter((name) => name.endsWith(".md") && name !== REGISTER).toSorted()
      .map((name) => ({ name, text: read(`docs/${name}`) })),
  ];
}

async function main(): Promise<number> {
  for (const [name, text] of Object.entries(buildLlms(...readDocs()))) {
    await Deno.writeTextFile(fromRoot(`docs/${name}`), text);
    say(`docs/${name}: ${text.length} characters`);
  }
  return 0;
}

if (import.meta.main) main().then(Deno.exit);
