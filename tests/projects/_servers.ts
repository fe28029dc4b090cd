import {
  createPostHogEmulator,
  type EmulatorFetch,
  type EmulatorOptions,
  type ReceivedEvent,
  type ReceivedRequest,
} from "edgehog/dev";
import {
  type EmulatorServer,
  serveEmulator,
} from "../../scripts/cli/serve_emulator.ts";
import { within } from "../_kit/within.ts";
import { LIMIT_MS, type Server } from "./_program.ts";

/** An emulator on loopback. `await using` ends it. */
export interface Watched<Event> extends EmulatorServer {
  /** What has arrived. */
  readonly events: readonly Event[];
  /** What was asked. */
  readonly requests: readonly ReceivedRequest[];
  /** Resolves when the events fit. */
  until(
    what: string,
    fits: (events: readonly Event[]) => boolean,
  ): Promise<void>;
  /** Resolves when so many events have arrived. */
  receive(count: number): Promise<void>;
}

/** A PostHog on loopback. */
export type Collector = Watched<ReceivedEvent>;

/** Serves a PostHog that tells when events have arrived. */
export function serveCollector(
  options: EmulatorOptions = {},
): Promise<Collector> {
  return serveWatched(createPostHogEmulator(options));
}

/** Serves an emulator that tells when events have arrived. */
export async function serveWatched<Event>(
  emulator: Pick<Watched<Event>, "events" | "requests"> & {
    readonly fetch: EmulatorFetch;
  },
): Promise<Watched<Event>> {
  const waiting = new Set<() => void>();
  const server = await serveEmulator({
    async fetch(input, init) {
      const response = await emulator.fetch(input, init);
      for (const look of waiting) look();
      return response;
    },
  }, 0);
  const { events, requests } = emulator;
  const until: Watched<Event>["until"] = async (what, fits) => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const look = () => {
      if (fits(events)) resolve();
    };
    waiting.add(look);
    look();
    try {
      await within(promise, LIMIT_MS, what);
    } catch (cause) {
      const there = JSON.stringify(events, undefined, 1);
      throw new Error(`${what} is missing; there are: ${there}`, { cause });
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
