import { parseArgs } from "node:util";
import type { Clock } from "../../src/core/clock.ts";
import type { FetchLike } from "../../src/core/platform.ts";

/** What a command knows of where it runs. */
export interface Terminal {
  /** Prints a line. */
  readonly say: (line: string) => void;
  /** Prints a line where errors go. */
  readonly complain: (line: string) => void;
  /** The environment. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Where the command was called; files are named from there. */
  readonly directory: string;
  /** Makes requests. Default: the platform's. */
  readonly fetch?: FetchLike;
  /** Time. Default: the platform's. */
  readonly clock?: Clock;
}

/** One command of `edgehog`. */
export interface Command {
  /** What it does, in a few words. */
  readonly summary: string;
  /** What `--help` prints. */
  readonly help: string;
  /** The options, and whether each takes a value. */
  readonly options: Readonly<Record<string, "string" | "boolean">>;
  /** Runs it. Gives the exit status, or undefined when it goes on. */
  run(given: Given, terminal: Terminal): Promise<number | undefined>;
}

/** The options of a call. */
export interface Given {
  /** The value of an option. */
  text(name: string): string | undefined;
  /** Whether an option without a value is there. */
  has(name: string): boolean;
}

/** What a person is told in one line. */
export class CliError extends Error {
  /** The exit status: 1 for what went wrong, 2 for a call that can't be understood. */
  readonly status: 1 | 2;

  /** @param status See {@linkcode CliError.status}. */
  constructor(message: string, status: 1 | 2 = 1) {
    super(message);
    this.status = status;
  }
}

/** Reads the options of a call. */
export function readOptions(
  args: readonly string[],
  options: Command["options"],
): Given {
  const { values, positionals } = parse(args, options);
  const [stray] = positionals;
  if (stray !== undefined) {
    throw new CliError(`Cannot use the argument '${stray}'`, 2);
  }
  const text = (name: string) => {
    const value = values[name];
    return typeof value === "string" ? value : undefined;
  };
  return { text, has: (name) => values[name] === true };
}

function parse(
  args: readonly string[],
  options: Command["options"],
): ReturnType<typeof parseArgs> {
  try {
    return parseArgs({
      args: [...args],
      options: Object.fromEntries(
        Object.entries({ ...options, help: "boolean" as const }).map((
          [name, type],
        ) => [name, name === "help" ? { type, short: "h" } : { type }]),
      ),
      allowPositionals: true,
    });
  } catch (error) {
    // The first sentence says what is wrong; what follows speaks of arguments in general.
    const [first = ""] = describeCause(error).split(/[.\n]/);
    throw new CliError(first, 2);
  }
}

/** What an error says of itself. */
export function describeCause(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
