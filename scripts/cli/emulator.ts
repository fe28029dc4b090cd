import { resolve } from "node:path";
import { toLine } from "../../src/core/logger.ts";
import {
  createPostHogEmulator,
  type EmulatorFlagDefinitions,
  type EmulatorStore,
  type PostHogEmulator,
} from "../../src/dev/mod.ts";
import { createEmulatorPage } from "../../src/dev/page/mod.ts";
import { serveEmulator } from "./serve_emulator.ts";
import {
  CliError,
  type Command,
  describeCause,
  type Given,
  type Terminal,
} from "./command.ts";
import { openFileStore } from "./file_store.ts";
import { followFile, parseFlags } from "./flags_file.ts";
import { describeRequest } from "./request_lines.ts";
import { describeFileError, readText } from "./text_file.ts";

const DEFAULT_PORT = 8010;

/** Nobody but this machine's own programs gets there. */
const LOOPBACK = "127.0.0.1";

/** What the platform says where the port is another's, and not the address wrong. */
const PORT_TROUBLE = /EADDRINUSE|EACCES|in use|denied/i;

const SILENT = { debug() {}, info() {} };

/** `edgehog emulator`. */
export const EMULATOR: Command = {
  summary: "serve a PostHog on this machine to develop against",
  help: `Usage: npx edgehog emulator [options]

Serves a PostHog on this machine: it takes events, evaluates flags, serves
their definitions, and prints a line for each request. It needs no account and
takes any key. In a browser it shows what it received, and its flags. Ctrl+C ends it.

Options:
  --port <number>   where it listens (default ${DEFAULT_PORT}; 0: a free port)
  --host <address>  the address it listens on (default ${LOOPBACK}: this machine
                    alone)
  --flags <file>    the flags, as JSON: { "new-nav": true, "pricing": "annual" },
                    or PostHog's definitions. The file is followed: an edit
                    counts within half a second
  --store <file>    keeps events and edited flags in a file: nothing that was
                    acknowledged is lost, however the emulator ends
  --help            this text`,
  options: {
    port: "string",
    host: "string",
    flags: "string",
    store: "string",
  },
  run: runEmulator,
};

async function runEmulator(
  given: Given,
  terminal: Terminal,
): Promise<undefined> {
  const { directory, say } = terminal;
  const port = readPort(given.text("port"));
  const flagsName = given.text("flags");
  const flagsFile = flagsName === undefined
    ? undefined
    : new FlagsFile(flagsName, directory);
  const flags = flagsFile?.read();
  const storeName = given.text("store");
  const emulator = createPostHogEmulator({
    flags,
    store: storeName === undefined
      ? undefined
      : await openStore(storeName, directory),
    logger: { ...SILENT, warn: terminal.complain, error: terminal.complain },
  });
  await emulator.ready().catch((error) => refuseStore(storeName, error));
  emulator.subscribe((change) => {
    if (change.kind === "request") say(describeRequest(change.request));
  });
  const { url } = await listen(emulator, port, given.text("host"));
  say(buildWelcome(url, storeName, emulator.events.length));
  flagsFile?.follow(emulator, terminal);
  return undefined;
}

function openStore(file: string, directory: string): Promise<EmulatorStore> {
  return openFileStore(resolve(directory, file)).catch((error) =>
    refuseStore(file, error)
  );
}

function refuseStore(file: string | undefined, error: unknown): never {
  const reason = toLine(describeFileError(error));
  throw new CliError(`Cannot use the store ${file}: ${reason}`);
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
  host = LOOPBACK,
): ReturnType<typeof serveEmulator> {
  // An empty one would be every address of the machine.
  if (host === "") {
    throw new CliError("Cannot use '--host': expected an address", 2);
  }
  const page = createEmulatorPage(emulator, { hosts: [host] });
  return serveEmulator(page, port, host).catch((error) => {
    const cause = describeCause(error);
    const other = PORT_TROUBLE.test(cause)
      ? `port ${port}, choose another with --port`
      : `${host}, choose another with --host`;
    throw new CliError(`Cannot listen on ${other}: ${cause}`);
  });
}

/** A file of flags. */
class FlagsFile {
  readonly #name: string;
  readonly #path: string;
  #text: string | undefined;

  constructor(name: string, directory: string) {
    this.#name = name;
    this.#path = resolve(directory, name);
  }

  /** The flags; undefined where the file is what it was the last time. */
  read(): EmulatorFlagDefinitions | undefined {
    try {
      const text = readText(this.#path);
      if (text === this.#text) return undefined;
      this.#text = text;
      return parseFlags(text);
    } catch (error) {
      const reason = toLine(describeCause(error));
      throw new CliError(`Cannot take the flags of ${this.#name}: ${reason}`);
    }
  }

  /** Gives them to an emulator after each edit. */
  follow(emulator: PostHogEmulator, { say, complain }: Terminal): void {
    followFile(this.#path, () => {
      try {
        const flags = this.read();
        if (!flags) return;
        emulator.setFlags(flags);
        say(
          `Took the flags of ${this.#name}; a client that decides them itself has them within its polling interval (30 s by default)`,
        );
      } catch (error) {
        complain(`${describeCause(error)}; the last good ones stay`);
      }
    });
  }
}

function buildWelcome(
  url: string,
  store: string | undefined,
  count: number,
): string {
  const memory = store === undefined
    ? "everything in memory"
    : `events in ${store} (${count} until now)`;
  return `A PostHog listens on ${url}. It keeps ${memory} and takes any key. Ctrl+C ends it.

In a browser: ${url}

In code:
  new PostHog("phc_local", { host: "${url}", personalApiKey: "phx_local" })

As variables, for .env, or a Worker's .dev.vars:
POSTHOG_API_KEY=phc_local
POSTHOG_HOST=${url}
POSTHOG_PERSONAL_API_KEY=phx_local
`;
}
