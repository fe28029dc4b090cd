import { type Clock, runWithin } from "../core/clock.ts";
import { attempt, getOwn, isObject, isText } from "../core/guards.ts";
import { parseJson } from "../core/json.ts";
import { readRetryAfterMs } from "./requests.ts";
import { createSseParser } from "./sse.ts";

/** What a stream keeps fresh, and what it is made of. */
export interface StreamHost {
  readonly clock: Clock;
  readonly random: () => number;
  readonly pollIntervalMs: number;
  readonly maxStreamRetries: number;
  readonly warn: (message: string) => void;
  /** Opens a connection. */
  open(signal: AbortSignal): Promise<Response | undefined>;
  /** Takes a snapshot into use. */
  applySync(json: unknown): void;
  /** Loads all flags, for which nobody waits. */
  loadAll(): void;
  /** Loads all flags, unless the server asks to wait; gives for how many ms more it does. */
  poll(): Promise<number>;
  /** Loads a flag that has changed. */
  loadFlag(key: string): void;
  removeFlag(key: string): void;
  /** The runtime shows no body as it comes. */
  giveUp(): void;
}

/** A connection without a byte for so long is dead: the server pings every 30 s. */
const IDLE_MS = 90_000;

const MIN_WAIT_MS = 1_000;
const MAX_WAIT_MS = 30_000;

/** The connections of a client, one after another, until the signal aborts. Polls beside them while they fail. */
export class StreamTask {
  readonly #host: StreamHost;
  readonly #signal: AbortSignal;
  /** Connections that ended since the last snapshot came. */
  #ended = 0;
  /** Ends the polls that stand in for a stream, while there are any. */
  #fallback: AbortController | undefined;

  constructor(host: StreamHost, signal: AbortSignal) {
    this.#host = host;
    this.#signal = signal;
  }

  /** Never rejects. */
  async run(): Promise<void> {
    const { clock, random, maxStreamRetries } = this.#host;
    while (!this.#signal.aborted) {
      const retryAfterMs = await this.#connect();
      if (this.#signal.aborted || retryAfterMs === undefined) break;
      const longestMs = Math.min(MIN_WAIT_MS * 2 ** this.#ended++, MAX_WAIT_MS);
      if (this.#ended > maxStreamRetries) this.#startPolling();
      const waitMs = longestMs / 2 * (1 + random());
      await clock.sleep(Math.max(waitMs, retryAfterMs), this.#signal);
    }
    this.#fallback?.abort();
  }

  /** One connection, to its end; gives how long the server asks to wait, in ms, unless there is to be no other. */
  async #connect(): Promise<number | undefined> {
    const { clock, open, giveUp } = this.#host;
    const response = await open(this.#signal);
    if (!response) return 0;
    const { status, headers } = response;
    const reader = attempt(() => response.body?.getReader());
    const type = headers.get("content-type") ?? "text/event-stream";
    if (status === 200) {
      if (!reader) {
        giveUp();
        return undefined;
      }
      if (/^text\/event-stream\b/i.test(type)) await this.#read(reader);
    }
    reader?.cancel().catch(() => {});
    return readRetryAfterMs(response, clock.now());
  }

  /** Reads until the body ends, breaks off, stalls or sends too large a frame. */
  async #read(
    reader: ReadableStreamDefaultReader<Uint8Array>,
  ): Promise<void> {
    const decoder = new TextDecoder();
    const parse = createSseParser((event, data) =>
      // A pending load must not hold up the frames behind it.
      this.#handle(event, parseJson(data))
    );
    for (;;) {
      const read = await runWithin(
        this.#host.clock,
        IDLE_MS,
        () => reader.read(),
        this.#signal,
      );
      if (read.kind !== "done" || !read.value.value) return;
      try {
        parse(decoder.decode(read.value.value, { stream: true }));
      } catch {
        return;
      }
    }
  }

  #handle(event: string, json: unknown): void {
    if (event === "sync") {
      this.#ended = 0;
      this.#fallback?.abort();
      this.#fallback = undefined;
      this.#host.applySync(json);
    }
    if (event === "segment.updated") this.#host.loadAll();
    const key = isObject(json) && getOwn(json, "key");
    if (!isText(key) || !key) return;
    if (event === "flag.deleted") this.#host.removeFlag(key);
    if (event === "flag.created" || event === "flag.updated") {
      this.#host.loadFlag(key);
    }
  }

  /** Once an outage: at once, and then at every interval. */
  async #startPolling(): Promise<void> {
    if (this.#fallback) return;
    const { signal } = this.#fallback = new AbortController();
    const { clock, poll, pollIntervalMs, warn } = this.#host;
    warn("The stream fails, flags are polled until it is back");
    while (!signal.aborted) {
      const retryAfterMs = await poll();
      await clock.sleep(Math.max(pollIntervalMs, retryAfterMs), signal);
    }
  }
}
