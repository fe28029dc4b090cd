import { within } from "../_kit/within.ts";
import { LIMIT_MS } from "./_program.ts";

/** A program that goes on, and what it prints. `await using` ends it. */
export interface Command extends AsyncDisposable {
  /** Resolves with the first line that fits, of those printed so far and to come. */
  until(pattern: RegExp): Promise<string>;
  /** Ends it as a crash would, and waits until it is gone. */
  kill(): Promise<void>;
}

/** Starts a program; both its streams are read, line by line. */
export function startCommand(
  command: readonly string[],
  cwd: string,
): Command {
  const [program = "", ...args] = command;
  const child = new Deno.Command(program, {
    args,
    cwd,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const lines: string[] = [];
  const waiting = new Set<() => void>();
  const read = async (stream: ReadableStream<Uint8Array>) => {
    let rest = "";
    const decoder = new TextDecoder();
    for await (const chunk of stream) {
      const parts = (rest + decoder.decode(chunk, { stream: true })).split(
        "\n",
      );
      rest = parts.pop() ?? "";
      lines.push(...parts);
      for (const look of waiting) look();
    }
  };
  const ended = Promise.all([read(child.stdout), read(child.stderr)]);
  const kill = async () => {
    try {
      child.kill("SIGKILL");
    } catch {
      // It has ended by itself.
    }
    await child.status;
    await ended;
  };
  return {
    kill,
    [Symbol.asyncDispose]: kill,
    async until(pattern) {
      const { promise, resolve, reject } = Promise.withResolvers<string>();
      const look = () => {
        const line = lines.find((text) => pattern.test(text));
        if (line !== undefined) resolve(line);
      };
      waiting.add(look);
      look();
      ended.then(() => reject(new Error("It has ended")));
      try {
        return await within(promise, LIMIT_MS, `${pattern}`);
      } catch (cause) {
        throw new Error(`${pattern} is missing in\n${lines.join("\n")}`, {
          cause,
        });
      } finally {
        waiting.delete(look);
      }
    },
  };
}
