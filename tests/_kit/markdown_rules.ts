import { dirname, join, normalize } from "node:path/posix";
import type { CodeBlock, Page } from "./markdown.ts";

/** What `deno test --doc` compiles. */
const CODE = /^(?:[cm]?[jt]s|[jt]sx|javascript|typescript)$/;
/** What only a project's own tools build. */
const BUILT = /^(?:svelte|astro|vue)$/;
/** `from "x"`, `import "x"`, `import("x")`. */
const IMPORT = /(?:\bfrom\s*|\bimport\s*\(?\s*)["']([^"']+)["']/g;

/** What the rules of samples know of the checkout. */
export interface SampleWorld {
  /** What npm's package has: `edgehog`, `edgehog/dev`. */
  readonly entries: readonly string[];
  /** Files and directories that `test:doc` runs, relative to the checkout. */
  readonly run: readonly string[];
  /** Whether CI compiles the file. */
  isCompiled(path: string): boolean;
  /** A file's text; undefined where there is none. */
  read(path: string): string | undefined;
}

/** Samples that neither run nor stand in a file that CI compiles. */
export function strayBlocks(page: Page, world: SampleWorld): string[] {
  return page.blocks.flatMap((block) => {
    const isCode = CODE.test(block.language);
    if (!isCode && !BUILT.test(block.language)) return [];
    const runs = isCode && !block.attributes.includes("ignore");
    const fault = runs
      ? faultOfRunning(page, block, world)
      : faultOfExcerpt(block, world);
    return fault === undefined ? [] : [`${page.path}:${block.line}: ${fault}`];
  });
}

function faultOfRunning(
  { path }: Page,
  { attributes, excerptOf, code }: CodeBlock,
  { run, entries }: SampleWorld,
): string | undefined {
  if (excerptOf !== undefined) return "an excerpt says `ignore`";
  if (attributes.length > 0) return `unknown words: ${attributes.join(" ")}`;
  if (!run.some((each) => each === path || path.startsWith(`${each}/`))) {
    return "the task test:doc does not run this page";
  }
  const foreign = Array.from(code.matchAll(IMPORT), ([, name = ""]) => name)
    .find((name) => !name.startsWith("node:") && !entries.includes(name));
  return foreign && `imports "${foreign}", which npm's package does not bring`;
}

function faultOfExcerpt(
  { excerptOf, code }: CodeBlock,
  { read, isCompiled }: SampleWorld,
): string | undefined {
  if (excerptOf === undefined) {
    return "neither runs nor says which file it is an excerpt of";
  }
  const text = read(excerptOf);
  if (text === undefined) return `${excerptOf} is not there`;
  if (!isCompiled(excerptOf)) return `CI does not compile ${excerptOf}`;
  return hasLines(text, code) ? undefined : `${excerptOf} has other lines`;
}

/** Whether the lines stand there one after another, all of them moved by the same indentation. */
function hasLines(text: string, code: string): boolean {
  const lines = text.split("\n");
  const wanted = code.split("\n");
  return wanted.some((line) => line.trim() !== "") && lines.some((_, at) => {
    const there = lines.slice(at, at + wanted.length);
    const moved = there.map((line, index) => {
      const own = wanted[index] ?? "";
      if (line.trim() === "" && own.trim() === "") return undefined;
      return line.trimEnd().endsWith(own.trimEnd())
        ? line.slice(0, line.trimEnd().length - own.trimEnd().length)
        : "no indentation";
    }).filter((each) => each !== undefined);
    return there.length === wanted.length &&
      moved.every((each) => each.trim() === "" && each === moved[0]);
  });
}

/** Relative links that lead nowhere. */
export function deadLinks(
  pages: readonly Page[],
  exists: (path: string) => boolean,
): string[] {
  const byPath = new Map(pages.map((page) => [page.path, page]));
  return pages.flatMap((page) =>
    page.links.flatMap(({ target, line }) => {
      if (/^[a-z][a-z\d+.-]*:/i.test(target)) return [];
      const [, anchor] = target.split("#");
      const path = resolveLink(page.path, target);
      const other = byPath.get(path);
      const isThere = other === undefined
        ? exists(path)
        : !anchor || other.anchors.has(anchor);
      return isThere ? [] : [`${page.path}:${line}: ${target}`];
    })
  );
}

/** Pages of a directory that neither page of the start leads to, directly or by others of them. */
export function unlinkedPages(
  pages: readonly Page[],
  directory: string,
  start: readonly string[],
): string[] {
  const linked = new Set(
    pages.filter(({ path }) => start.includes(path)).flatMap((page) =>
      page.links.map(({ target }) => resolveLink(page.path, target))
    ),
  );
  return pages.map(({ path }) => path).filter((path) =>
    path.startsWith(`${directory}/`) && !start.includes(path) &&
    !linked.has(path)
  );
}

/** The file that a link leads to, relative to the checkout. */
function resolveLink(from: string, target: string): string {
  const [path = ""] = decodeURI(target).split(/[#?]/);
  return path === "" ? from : normalize(join(dirname(from), path));
}
