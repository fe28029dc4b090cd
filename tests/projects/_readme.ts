import { fromRoot } from "../_kit/paths.ts";

/** One start of the README: a file, and the commands that its table gives. */
export interface Start {
  readonly file: string;
  readonly code: string;
  /** What installs what it needs beside the package. */
  readonly install: string;
  /** What checks its types. */
  readonly check: string;
  /** What runs it, on each of its runtimes. */
  readonly runs: readonly string[];
}

/** A row of the table: a file, and three cells with commands. */
const ROW = /^\| `([^`]+\.\w+)` +\|([^|]+)\|([^|]+)\|([^|]+)\|$/gm;

/** A block of code, with the file that its first line names. */
const BLOCK = /^```[jt]s ignore\n(\/\/ ([\w./]+)[^]*?)^```$/gm;

/** What README.md says of starts. */
export interface Readme {
  readonly starts: readonly Start[];
  /** The files of its blocks. */
  readonly files: readonly string[];
  /** Its words, each line's end a space. */
  readonly words: string;
  /** The line of a block of shell commands that begins so, without its comment. */
  command(beginning: string): string;
}

/** Reads README.md. */
export function readReadme(): Readme {
  const text = Deno.readTextFileSync(fromRoot("README.md"));
  const blocks = new Map(
    Array.from(text.matchAll(BLOCK), ([, code = "", file = ""]) => [
      file,
      code,
    ]),
  );
  const starts = Array.from(text.matchAll(ROW), ([, file = "", ...cells]) => {
    const [install = [], check = [], runs = []] = cells.map(readCommands);
    return {
      file,
      code: blocks.get(file) ?? "",
      install: install.join(" && "),
      check: check.join(" && "),
      runs,
    };
  });
  return {
    starts,
    files: [...blocks.keys()],
    words: text.replace(/\s+/g, " "),
    command(beginning) {
      const line = text.split("\n").find((line) => line.startsWith(beginning));
      if (line === undefined) throw new Error(`The README has no ${beginning}`);
      return line.replace(/\s+#.*$/, "");
    },
  };
}

/** The commands of a cell, in code quotes. */
function readCommands(cell: string): readonly string[] {
  return Array.from(cell.matchAll(/`([^`]+)`/g), ([, command = ""]) => command);
}
