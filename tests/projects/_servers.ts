import {
  createPostHogEmulator,
  type EmulatorOptions,
  type ReceivedEvent,
  type ReceivedRequest,
} from "edgehog/dev";
import {
  type EmulatorServer,
  serveEmulator,
} from "../../scripts/demonstrate/_emulator_server.ts";
import { readLine } from "../_kit/read_line.ts";
import { within } from "../_kit/within.ts";

/** Longer than a busy machine needs; nothing waits for it unless something is wrong. */
export const LIMIT_MS = 60_000;

/** A PostHog on loopback. `await using` ends it. */
export interface Collector extends EmulatorServer {
  /** What has arrived. */
  readonly events: readonly ReceivedEvent[];
  /** What was asked. */
  readonly requests: readonly ReceivedRequest[];
  /** Resolves when the events fit. */
  until(
    what: string,
    fits: (events: readonly ReceivedEvent[]) => boolean,
  ): Promise<void>;
  /** Resolves when so many events have arrived. */
  receive(count: number): Promise<void>;
}

/** Serves a PostHog that tells when events have arrived. */
export async function serveCollector(
  options: EmulatorOptions = {},
): Promise<Collector> {
  const emulator = createPostHogEmulator(options);
  const waiting = new Set<() => void>();
  const server = await serveEmulator({
    ...emulator,
    async fetch(input, init) {
      const response = await emulator.fetch(input, init);
      for (const look of waiting) look();
      return response;
    },
  }, 0);
  const { events, requests } = emulator;
  const until: Collector["until"] = async (what, fits) => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const look = () => {
      if (fits(events)) resolve();
    };
    waiting.add(look);
    look();
    try {
      await within(promise, LIMIT_MS, what);
    } catch (cause) {
      const names = events.map(({ event }) => event).join(", ");
      throw new Error(`${what} is missing; there are: ${names}`, { cause });
    } finally {
      waiting.delete(look);
    }
  };
  return {
    ...server,
    events,
    requests,
    until,
    receive: (count) =>
      until(`${count} events`, ({ length }) => length >= count),
  };
}

/** An application that listens on loopback. `await using` ends it. */
export interface Server extends AsyncDisposable {
  /** Without a slash at its end. */
  readonly url: string;
}

/** Starts a program whose first line is the port it listens on. */
export async function startServer(
  command: readonly string[],
  cwd: string,
): Promise<Server> {
  const [program = "", ...args] = command;
  const child = new Deno.Command(program, {
    args: [...args],
    cwd,
    stdin: "null",
    stdout: "piped",
    // What frameworks say of errors that the tests want.
    stderr: "null",
  }).spawn();
  const end = async () => {
    child.kill("SIGKILL");
    await child.status;
    await child.stdout.cancel();
  };
  const what = command.join(" ");
  const port = await within(readLine(child.stdout), LIMIT_MS, what)
    .catch(() => "");
  if (port === "") {
    await end();
    throw new Error(`${what}: did not start`);
  }
  return { url: `http://127.0.0.1:${port}`, [Symbol.asyncDispose]: end };
}

/** A request, and what must be answered: the text where that is the application's or its framework's own. */
export type Asked = readonly [path: string, status: number, text?: string];

/** What came of a row of requests. */
export interface Driven {
  readonly answers: readonly Asked[];
  readonly events: readonly ReceivedEvent[];
}

/**
 * Asks for everything in turn, waits until so many events have arrived, and asks for the first once more: its event comes
 * after what would be one too many.
 */
export async function drive(
  { url }: Server,
  collector: Collector,
  requests: readonly Asked[],
  count: number,
): Promise<Driven> {
  const ask = async (path: string) => {
    const response = await fetch(`${url}${path}`, {
      headers: { "x-posthog-distinct-id": "user-1" },
    });
    return { status: response.status, text: await response.text() };
  };
  const answers: Asked[] = [];
  for (const [path, , expected] of requests) {
    const { status, text } = await ask(path);
    answers.push(
      expected === undefined ? [path, status] : [path, status, text],
    );
  }
  await collector.receive(count);
  await ask(requests[0]?.[0] ?? "/");
  await collector.receive(count + 1);
  return { answers, events: [...collector.events] };
}

/** What is said of events, whatever order they came in. */
export function inOrder(
  rows: readonly (readonly unknown[])[],
): readonly string[] {
  return rows.map((row) => JSON.stringify(row)).sort();
}
