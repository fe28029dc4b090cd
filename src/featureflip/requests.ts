import { createHttpDoor, type HttpOutcome } from "../delivery/http.ts";
import { clampRetryAfterMs, parseRetryAfterMs } from "../delivery/retry.ts";
import { bypassCache, openStream } from "../delivery/stream.ts";
import type { Settings } from "./options.ts";
import { isWorkers } from "./runtime.ts";

/** The four calls of the Evaluation API. None of them rejects, and none is tried again. */
export interface Requests {
  /** Asks for all flags, or for one. */
  get(
    path: string,
    timeoutMs: number,
    signal: AbortSignal,
  ): Promise<HttpOutcome>;
  /** Posts events. */
  post(body: string): Promise<HttpOutcome>;
  /** Opens the stream. */
  stream(signal: AbortSignal): Promise<Response | undefined>;
}

/** Creates the {@linkcode Requests} of a key. */
export function createRequests(
  { clock, redact, requestTimeoutMs, findFetch, sdkKey, baseUrl }: Settings,
): Requests {
  const find = () => {
    const fetch = findFetch();
    return fetch && (isWorkers() ? fetch : bypassCache(fetch));
  };
  const door = createHttpDoor({ findFetch: find, clock, redact });
  const url = `${baseUrl}/v1/sdk/`;
  // The key as it is: no scheme stands before it.
  const headers = { Authorization: sdkKey, Accept: "application/json" };
  const send: typeof door.send = (request) =>
    // A Worker's global scope has no timers, nor requests.
    door.send(request).catch((cause) => ({ kind: "network", cause }));
  return {
    get: (path, timeoutMs, signal) =>
      send({ method: "GET", url: url + path, headers, timeoutMs, signal }),
    post: (body) =>
      send({
        method: "POST",
        url: `${url}events`,
        headers: { ...headers, "Content-Type": "application/json" },
        body: new TextEncoder().encode(body),
        timeoutMs: requestTimeoutMs,
      }),
    stream: (signal) =>
      openStream(find(), clock, {
        url: `${url}stream`,
        headers: { ...headers, Accept: "text/event-stream" },
        timeoutMs: requestTimeoutMs,
        signal,
      }),
  };
}

/** How long the server asks to wait, in ms: 0 where it does not, five minutes at most. */
export function readRetryAfterMs(outcome: object, now: number): number {
  const { status, headers } = outcome as Partial<Response>;
  const ms = status === 429 || status === 503
    ? parseRetryAfterMs(headers?.get("retry-after"), now)
    : undefined;
  return clampRetryAfterMs(ms ?? 0);
}
