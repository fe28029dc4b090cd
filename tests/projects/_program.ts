import { within } from "../_kit/within.ts";

/** Longer than a busy machine needs; nothing waits for it unless something is wrong. */
export const LIMIT_MS = 120_000;

/** How servers say where they listen: by a line with the port alone, or in one. */
const PORT =
  /^(\d+)$|(?:listening on|listens on|Ready on|Local:)\s+http:\S+:(\d+)|\bport: (\d+)/im;

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
  /** Resolves with what fits of the lines that it has printed, or prints later; rejects where it ends before. */
  says(pattern: RegExp): Promise<RegExpExecArray>;
  /** What it has printed. */
  said(): string;
  /** Forgets that. */
  forget(): void;
  /** Resolves when it has ended, with its exit code. */
  ended(): Promise<number>;
  /** Asks it to end, as hosts do, and waits until it has. */
  stop(): Promise<number>;
  /** Ends it as a crash would, and waits until it is gone. */
  kill(): Promise<number>;
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
    let rest = "";
    const add = (text: string) => {
      const end = text.lastIndexOf("\n") + 1;
      printed += text.slice(0, end);
      rest = text.slice(end);
      for (const look of looks) look();
    };
    for await (const text of stream.pipeThrough(new TextDecoderStream())) {
      add(rest + text);
    }
    if (rest) add(`${rest}\n`);
  };
  const reading = Promise.all([read(child.stdout), read(child.stderr)]);
  let isOver = false;
  const end = child.status.then(async ({ code }) => {
    isOver = true;
    await reading;
    return code;
  });
  const wait = async <T>(promise: Promise<T>, what: string) => {
    try {
      return await within(promise, LIMIT_MS, what);
    } catch (cause) {
      const message = `${command.join(" ")} printed:\n${printed}`;
      throw new Error(message, { cause });
    }
  };
  const says: Program["says"] = async (pattern) => {
    const { promise, resolve, reject } = Promise.withResolvers<
      RegExpExecArray
    >();
    const look = () => {
      const found = pattern.exec(printed);
      if (found) resolve(found);
    };
    looks.add(look);
    look();
    end.then(() => reject(new Error("It has ended")));
    return await wait(promise, `${pattern}`).finally(() => looks.delete(look));
  };
  const ended = () => wait(end, "its end");
  const signal = (name: Deno.Signal) => {
    if (!isOver) child.kill(name);
    return ended();
  };
  return {
    async listening() {
      const port = (await says(PORT)).slice(1).find(Boolean);
      return `http://127.0.0.1:${port}`;
    },
    says,
    said: () => printed,
    forget() {
      printed = "";
    },
    ended,
    stop: () => signal("SIGTERM"),
    kill: () => signal("SIGKILL"),
    async [Symbol.asyncDispose]() {
      await signal("SIGTERM").catch(() => signal("SIGKILL"));
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
