import { within } from "../_kit/within.ts";

/** Longer than a busy machine needs; nothing waits for it unless something is wrong. */
export const LIMIT_MS = 60_000;

/** How servers say where they listen: by a line with the port alone, or by an address. */
const PORT = /^(\d+)\n|(?:Listening on|Ready on|Local:)\s+http:\S+:(\d+)\D/im;

/** What keeps output plain, and the tools behind it from calling home. */
export const QUIET = {
  NEXT_TELEMETRY_DISABLED: "1",
  NO_COLOR: "1",
  WRANGLER_SEND_METRICS: "false",
};

/** A program that runs. `await using` ends it. */
export interface Program extends AsyncDisposable {
  /** Where it listens, without a slash at its end; rejects where it ends before. */
  listening(): Promise<string>;
  /** Resolves when its latest output has what fits; rejects where it ends before. */
  says(pattern: RegExp): Promise<RegExpExecArray>;
  /** Takes its output for read: `says` looks at what comes. */
  forget(): void;
  /** Resolves when it has ended, with its exit code. */
  ended(): Promise<number>;
  /** Asks it to end, as hosts do, and waits until it has. */
  stop(): Promise<number>;
}

/** Something that serves on loopback. `await using` ends it. */
export interface Server extends AsyncDisposable {
  /** Without a slash at its end. */
  readonly url: string;
}

/** A program that serves. */
export type ProjectServer = Program & Server;

/** Starts a program on a free port, if it takes one from its variables. */
export function startProgram(
  command: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>> = {},
): Program {
  const [program = "", ...args] = command;
  const child = new Deno.Command(program, {
    args,
    cwd,
    env: { ...QUIET, PORT: "0", ...env },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  let printed = "";
  const looks = new Set<() => void>();
  const read = async (stream: ReadableStream<Uint8Array>) => {
    for await (const text of stream.pipeThrough(new TextDecoderStream())) {
      printed = (printed + text).slice(-10_000);
      for (const look of looks) look();
    }
  };
  const reading = Promise.all([read(child.stdout), read(child.stderr)]);
  let isOver = false;
  const end = child.status.then(async ({ code }) => {
    isOver = true;
    await reading;
    return code;
  });
  const find = async (pattern: RegExp) => {
    const found = Promise.withResolvers<RegExpExecArray>();
    const look = () => {
      const match = pattern.exec(printed);
      if (match) found.resolve(match);
    };
    looks.add(look);
    look();
    end.then(() => found.reject(new Error("It has ended")));
    return await found.promise.finally(() => looks.delete(look));
  };
  const port = find(PORT);
  port.catch(() => {});
  const wait = async <T>(promise: Promise<T>, what: string) => {
    try {
      return await within(promise, LIMIT_MS, `${command.join(" ")} ${what}`);
    } catch (cause) {
      throw new Error(printed, { cause });
    }
  };
  const kill = (signal: Deno.Signal) => {
    if (!isOver) child.kill(signal);
    return wait(end, "ends");
  };
  return {
    async listening() {
      const [, alone, named] = await wait(port, "listens");
      return `http://127.0.0.1:${alone ?? named}`;
    },
    says: (pattern) => wait(find(pattern), `says ${pattern}`),
    forget() {
      printed = "";
    },
    ended: () => wait(end, "ends"),
    stop: () => kill("SIGTERM"),
    async [Symbol.asyncDispose]() {
      await kill("SIGTERM").catch(() => kill("SIGKILL"));
    },
  };
}

/** Starts a program that serves, and waits until it does. */
export async function startServer(
  ...given: Parameters<typeof startProgram>
): Promise<ProjectServer> {
  const program = startProgram(...given);
  try {
    return { ...program, url: await program.listening() };
  } catch (error) {
    await program[Symbol.asyncDispose]();
    throw error;
  }
}
