/** A fenced block of a page. */
export interface CodeBlock {
  /** Where its fence stands, counted from 1. */
  readonly line: number;
  /** The first word behind the fence: `ts`, `sh`; empty where there is none. */
  readonly language: string;
  /** The words behind the language: `ignore`. */
  readonly attributes: readonly string[];
  /** The file that it is an excerpt of, by the comment before it. */
  readonly excerptOf: string | undefined;
  readonly code: string;
}

/** A link of a page, an image's source included. */
export interface Link {
  /** Where it stands, counted from 1. */
  readonly line: number;
  readonly target: string;
}

/** What of a page is looked at. */
export interface Page {
  /** Relative to the checkout: `docs/flags.md`. */
  readonly path: string;
  readonly blocks: readonly CodeBlock[];
  readonly links: readonly Link[];
  /** What `#` links may lead to. */
  readonly anchors: ReadonlySet<string>;
}

const FENCE = /^ {0,3}(`{3,}|~{3,})\s*(.*)$/;
const EXCERPT = /^<!-- excerpt: (\S+) -->$/;
/** Inline ones, images, `[name]: target`, and attributes of HTML. */
const LINK =
  /\]\(\s*<?([^\s()<>]+)>?(?:\s+"[^"]*")?\s*\)|^ {0,3}\[[^\]]+\]:\s*<?([^\s<>]+)|\b(?:href|src|srcset)="([^"]+)"/g;

/** Reads a page as GitHub shows it, as far as blocks, links and headings go. */
export function parsePage(path: string, text: string): Page {
  const blocks: CodeBlock[] = [];
  const links: Link[] = [];
  const anchors = new Set<string>();
  const lines = text.split("\n");
  /** Since the last line of text: a comment may name a file or be meant for the formatter. */
  let excerptOf: string | undefined;
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at] ?? "";
    const [, fence, info = ""] = FENCE.exec(line) ?? [];
    if (fence !== undefined) {
      const end = lines.findIndex((each, index) =>
        index > at && each.trim().startsWith(fence) &&
        each.trim().length <= fence.length
      );
      const [language = "", ...attributes] = info.split(/[\s,]+/);
      const code = lines.slice(at + 1, end < 0 ? lines.length : end).join("\n");
      blocks.push({ line: at + 1, language, attributes, excerptOf, code });
      at = end < 0 ? lines.length : end;
      excerptOf = undefined;
      continue;
    }
    const comment = EXCERPT.exec(line.trim());
    if (comment) excerptOf = comment[1];
    else if (line.trim() !== "" && !line.startsWith("<!--")) {
      excerptOf = undefined;
    }
    const [, heading] = /^#{1,6}\s+(.*?)\s*#*$/.exec(line) ?? [];
    if (heading !== undefined) anchors.add(nameAnchor(heading, anchors));
    for (const [, id] of line.matchAll(/\b(?:id|name)="([^"]+)"/g)) {
      anchors.add(id ?? "");
    }
    for (const found of line.replace(/`[^`]*`/g, "").matchAll(LINK)) {
      links.push({ line: at + 1, target: found.slice(1).find(Boolean) ?? "" });
    }
  }
  return { path, blocks, links, anchors };
}

/** As GitHub makes it: small letters, no punctuation, a number where the name is taken. */
function nameAnchor(heading: string, taken: ReadonlySet<string>): string {
  const name = heading.replace(/\[([^\]]*)\]\([^)]*\)/g, "$1").toLowerCase()
    .replace(/[^\p{L}\p{N}\p{M}_\s-]/gu, "").replaceAll(" ", "-");
  let anchor = name;
  for (let count = 1; taken.has(anchor); count++) anchor = `${name}-${count}`;
  return anchor;
}
