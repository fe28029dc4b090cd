import {
  FeatureflipClient,
  type FeatureflipOptions,
} from "../../../src/featureflip/mod.ts";
import type { FetchInit } from "../../../src/core/platform.ts";
import {
  createFakeClock,
  type FakeClock,
} from "../../../src/testing/fake_clock.ts";

/** A request as the client made it. */
export interface Call {
  readonly method: string;
  readonly url: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly init: FetchInit;
  readonly body: unknown;
}

/** A stream that the client opened. */
export interface OpenStream {
  readonly signal: AbortSignal;
  readonly isCancelled: () => boolean;
  send(text: string): void;
  sendBytes(bytes: Uint8Array): void;
  sync(snapshot?: unknown): void;
  end(): void;
  fail(): void;
}

type Answer = (call: Call) => Response | Promise<Response> | undefined;

/** Featureflip as a test has it. */
export interface World {
  readonly client: FeatureflipClient;
  readonly clock: FakeClock;
  readonly calls: Call[];
  readonly streams: OpenStream[];
  readonly warnings: string[];
  /** Events in the bodies that were posted, those of refused batches too. */
  readonly events: Record<string, unknown>[];
  readonly options: FeatureflipOptions;
  /** What `/flags` serves. */
  snapshot: unknown;
  /** Answers before anything else does. */
  answer: Answer;
  /** The calls of a path: `flags`, `events`, `stream`. */
  to(path: string): Call[];
}

let keys = 0;

/** A key that no other test has. */
export function nextKey(): string {
  return `sdk-test-${++keys}`;
}

/** Shuts whatever waits for an answer that never comes. */
export function never(signal: AbortSignal): Promise<Response> {
  return new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(new Error("aborted")));
  });
}

export function status(
  code: number,
  headers?: Record<string, string>,
): Response {
  return new Response(code === 204 ? null : "no", {
    status: code,
    ...headers && { headers },
  });
}

/** A client of the given flags, on a clock that stands still. Without a stream unless `longLived` is asked for. */
export function createWorld(
  snapshot: unknown = build(),
  options: FeatureflipOptions = {},
): World {
  const clock = createFakeClock();
  const calls: Call[] = [];
  const streams: OpenStream[] = [];
  const warnings: string[] = [];
  const events: Record<string, unknown>[] = [];
  const fetch = async (url: string, init: FetchInit) => {
    const path = new URL(url).pathname.replace(/^.*\/v1\/sdk\//, "");
    const body = init.body && JSON.parse(new TextDecoder().decode(init.body));
    const call = {
      method: init.method,
      url,
      path,
      headers: init.headers,
      init,
      body,
    };
    calls.push(call);
    if (path === "events") events.push(...body.events);
    const answered = world.answer(call);
    if (answered) return await answered;
    if (path === "events") return new Response(null, { status: 202 });
    if (path === "stream") return openStream(init.signal, streams);
    if (path === "flags") return Response.json(world.snapshot);
    const key = decodeURIComponent(path.slice("flags/".length));
    const { flags } = world.snapshot as { flags: { key: string }[] };
    const flag = flags.find((flag) => flag.key === key);
    return flag ? Response.json(flag) : status(404);
  };
  const all: FeatureflipOptions = {
    sdkKey: nextKey(),
    longLived: false,
    fetch,
    now: clock.now,
    sleep: clock.sleep,
    random: () => 0,
    logger: { warn: (message) => void warnings.push(message) },
    ...options,
  };
  const world: World = {
    client: FeatureflipClient.get(all),
    clock,
    calls,
    streams,
    warnings,
    events,
    options: all,
    snapshot,
    answer: () => undefined,
    to: (path) => calls.filter((call) => call.path === path),
  };
  return world;
}

/** The same, loaded. */
export async function loadWorld(
  snapshot?: unknown,
  options?: FeatureflipOptions,
): Promise<World> {
  const world = createWorld(snapshot, options);
  await world.client.waitForInitialization();
  return world;
}

/** A client of a runtime that lives long, with its first stream open. */
export async function streamWorld(
  snapshot?: unknown,
  options?: FeatureflipOptions,
): Promise<World> {
  const world = await loadWorld(snapshot, { longLived: true, ...options });
  await world.clock.settle();
  return world;
}

function openStream(signal: AbortSignal, streams: OpenStream[]): Response {
  let isCancelled = false;
  let controller: ReadableStreamDefaultController<Uint8Array>;
  const body = new ReadableStream<Uint8Array>({
    start(given) {
      controller = given;
    },
    cancel() {
      isCancelled = true;
    },
  });
  const sendBytes = (bytes: Uint8Array) => controller.enqueue(bytes);
  const send = (text: string) => sendBytes(new TextEncoder().encode(text));
  streams.push({
    signal,
    isCancelled: () => isCancelled,
    sendBytes,
    send,
    sync: (snapshot) =>
      send(`event: sync\ndata: ${JSON.stringify(snapshot ?? build())}\n\n`),
    end: () => controller.close(),
    fail: () => controller.error(new TypeError("reset")),
  });
  return new Response(body as ReadableStream<Uint8Array<ArrayBuffer>>, {
    headers: { "content-type": "text/event-stream" },
  });
}

/** A serve of one variation. */
export function fixed(variation: string): object {
  return { type: "Fixed", variation };
}

/** A flag with variations `on` (true) and `off` (false) that serves `on`. */
export function flag(key = "f", more: object = {}): Record<string, unknown> {
  return {
    key,
    version: 1,
    type: "Boolean",
    enabled: true,
    variations: [{ key: "on", value: true }, { key: "off", value: false }],
    rules: [],
    prerequisites: [],
    fallthrough: fixed("on"),
    offVariation: "off",
    ...more,
  };
}

/** A flag that serves one value to everybody. */
export function valueFlag(
  key: string,
  value: unknown,
  more: object = {},
): Record<string, unknown> {
  return flag(key, {
    variations: [{ key: "v", value }, { key: "off", value: null }],
    fallthrough: fixed("v"),
    ...more,
  });
}

/** A rule that serves `off` to whom its one group lets in. */
export function rule(conditions: object[], more: object = {}): object {
  return {
    id: "r",
    priority: 0,
    conditionGroups: [{ operator: "And", conditions }],
    serve: fixed("off"),
    ...more,
  };
}

export function condition(
  attribute: string,
  operator: string,
  values: unknown,
  more: object = {},
): object {
  return { attribute, operator, values, negate: false, ...more };
}

/** A snapshot; the one flag `f` where none are given. */
export function build(
  flags: unknown[] = [flag()],
  segments: unknown[] = [],
): {
  environment: string;
  version: number;
  flags: unknown[];
  segments: unknown[];
} {
  return { environment: "test", version: 1, flags, segments };
}
