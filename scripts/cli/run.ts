import { attempt } from "../../src/core/guards.ts";
import { toLine } from "../../src/core/logger.ts";
import { VERSION } from "../../src/core/version.ts";
import { findNearest } from "../../src/options/nearest.ts";
import {
  CliError,
  type Command,
  describeCause,
  readOptions,
  type Terminal,
} from "./command.ts";
import { DOCTOR } from "./doctor.ts";
import { EMULATOR } from "./emulator.ts";

const COMMANDS: Readonly<Record<string, Command>> = {
  emulator: EMULATOR,
  doctor: DOCTOR,
};

/** Letters of an error at most: a name of the user's stands there whole. */
const MAX_LINE = 2000;

/** How the package's command is called. */
const NAME = "npx edgehog";

/**
 * Runs one call of `edgehog`. Never rejects: what goes wrong is told in one line.
 *
 * @returns The exit status: 0, 1 for what went wrong, 2 for a call that can't be understood; undefined while it goes on.
 */
export async function runCli(
  args: readonly string[],
  terminal: Terminal,
): Promise<number | undefined> {
  const [name, ...rest] = args;
  const command = Object.hasOwn(COMMANDS, name ?? "")
    ? COMMANDS[name ?? ""]
    : undefined;
  try {
    if (!command) return runBare(name, terminal);
    const given = readOptions(rest, command.options);
    if (!given.has("help")) return await command.run(given, terminal);
    terminal.say(command.help);
    return 0;
  } catch (error) {
    const status = error instanceof CliError ? error.status : 1;
    const call = command ? `${NAME} ${name}` : NAME;
    const hint = status === 2 ? `; see ${call} --help` : "";
    terminal.complain(
      toLine(`edgehog: ${describeCause(error)}${hint}`, MAX_LINE),
    );
    return status;
  }
}

function runBare(name: string | undefined, { say }: Terminal): number {
  if (name === "--version") {
    say(VERSION);
    return 0;
  }
  if (name === undefined || name === "--help" || name === "-h") {
    say(buildHelp());
    // Who says nothing has not said what to do.
    return name === undefined ? 2 : 0;
  }
  if (name.startsWith("-")) throw new CliError(`Unknown option '${name}'`, 2);
  const near = attempt(() => findNearest(name, Object.keys(COMMANDS)));
  const hint = near ? `, perhaps '${near}' was meant` : "";
  throw new CliError(`There is no command '${name}'${hint}`, 2);
}

function buildHelp(): string {
  const lines = Object.entries(COMMANDS).map(([name, { summary }]) =>
    `  ${name.padEnd(10)} ${summary}`
  );
  return `Usage: ${NAME} <command> [options]

Commands:
${lines.join("\n")}

Options:
  --help     what a command does, and its options
  --version  the version of edgehog`;
}
