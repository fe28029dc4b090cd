import { resolve } from "node:path";
import { toLine } from "../../src/core/logger.ts";
import {
  createPostHogEmulator,
  type PostHogEmulator,
} from "../../src/dev/mod.ts";
import { serveEmulator } from "../demonstrate/_emulator_server.ts";
import {
  CliError,
  type Command,
  describeCause,
  type Given,
  type Terminal,
} from "./command.ts";
import { followFile, parseFlags } from "./flags_file.ts";
import { tellRequests } from "./request_lines.ts";
import { readText } from "./text_file.ts";

const DEFAULT_PORT = 8010;

/** Nobody but this machine's own programs gets there. */
const LOOPBACK = "127.0.0.1";

/** `edgehog emulator`. */
export const EMULATOR: Command = {
  summary: "serve a PostHog on this machine to develop against",
  help: `Usage: npx edgehog emulator [options]

Serves a PostHog on this machine: it takes events, evaluates flags, serves
their definitions, and prints a line for each request. It needs no account and
takes any key. Ctrl+C ends it.

Options:
  --port <number>   where it listens (default ${DEFAULT_PORT}; 0: a free port)
  --host <address>  the address it listens on (default ${LOOPBACK}: this machine
                    alone)
  --flags <file>    the flags, as JSON: { "new-nav": true, "pricing": "annual" },
                    or PostHog's definitions. The file is followed: an edit
                    counts from the next request on
  --help            this text`,
  options: {
    port: "string",
    host: "string",
    flags: "string",
  },
  run: runEmulator,
};

async function runEmulator(
  given: Given,
  terminal: Terminal,
): Promise<undefined> {
  const port = readPort(given.text("port"));
  const emulator = createPostHogEmulator();
  const file = given.text("flags");
  const flags = file === undefined
    ? undefined
    : new FlagsFile(emulator, file, terminal.directory);
  flags?.load();
  const { url } = await listen(emulator, port, given.text("host"), terminal);
  terminal.say(buildWelcome(url));
  flags?.follow(terminal);
  return undefined;
}

function readPort(text: string | undefined): number {
  if (text === undefined) return DEFAULT_PORT;
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Infinity;
  if (port <= 65_535) return port;
  throw new CliError(
    "Cannot use '--port': expected a number from 0 to 65535",
    2,
  );
}

function listen(
  emulator: PostHogEmulator,
  port: number,
  host: string | undefined,
  { say }: Terminal,
): ReturnType<typeof serveEmulator> {
  const served = tellRequests(emulator, say);
  return serveEmulator(served, port, host ?? LOOPBACK).catch((error) => {
    throw new CliError(
      `Cannot listen on port ${port}, choose another with --port: ${
        describeCause(error)
      }`,
    );
  });
}

/** The flags of a file, in the project of an emulator. */
class FlagsFile {
  readonly #file: string;
  readonly #path: string;
  readonly #emulator: PostHogEmulator;
  #text = "";

  constructor(emulator: PostHogEmulator, file: string, directory: string) {
    this.#emulator = emulator;
    this.#file = file;
    this.#path = resolve(directory, file);
  }

  /** Takes them where they are others than before; says whether they are. */
  load(): boolean {
    try {
      const text = readText(this.#path);
      if (text === this.#text) return false;
      this.#text = text;
      this.#emulator.setFlags(parseFlags(text));
      return true;
    } catch (error) {
      const reason = toLine(describeCause(error));
      throw new CliError(`Cannot take the flags of ${this.#file}: ${reason}`);
    }
  }

  /** Takes them after each edit. */
  follow({ say, complain }: Terminal): void {
    followFile(this.#path, () => {
      try {
        if (this.load()) say(`Took the flags of ${this.#file}`);
      } catch (error) {
        complain(`${describeCause(error)}; the last good ones stay`);
      }
    });
  }
}

function buildWelcome(url: string): string {
  return `A PostHog listens on ${url}. It keeps everything in memory and takes any key. Ctrl+C ends it.

In code:
  new PostHog("phc_local", { host: "${url}", personalApiKey: "phx_local" })

As variables, such as in a Worker's .dev.vars:
POSTHOG_API_KEY=phc_local
POSTHOG_HOST=${url}
POSTHOG_PERSONAL_API_KEY=phx_local
`;
}
