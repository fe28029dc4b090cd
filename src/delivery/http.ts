import type { Bytes } from "../core/bytes.ts";
import { type Clock, runWithin } from "../core/clock.ts";
import { type Redact, toLine } from "../core/logger.ts";
import type { FetchLike } from "../core/platform.ts";
import { parseUrl } from "../core/url.ts";
import { USER_AGENT } from "../core/version.ts";

/** A request as a plain description: one attempt, nothing about trying again. */
export interface HttpRequest {
  /** The HTTP method. */
  readonly method: "GET" | "POST";
  /** The absolute URL. */
  readonly url: string;
  /** Headers beside `User-Agent`. */
  readonly headers?: Readonly<Record<string, string>>;
  /** The body, already encoded. Bytes, never a stream: streams can't be sent twice. */
  readonly body?: Bytes;
  /** How many events the body carries, if any. */
  readonly events?: number;
  /** The deadline for headers and body together; without it only `signal` ends the attempt. */
  readonly timeoutMs?: number;
  /** Ends the attempt early. */
  readonly signal?: AbortSignal;
}

/** What became of one attempt. */
export type HttpOutcome =
  | HttpAnswer
  /** No answer: refused, reset, unknown host, or a fetch that failed in any other way. */
  | { readonly kind: "network"; readonly cause: Error }
  /** The deadline passed, or the body stalled past it. */
  | { readonly kind: "timeout" }
  /** The caller's signal ended the attempt. */
  | { readonly kind: "aborted" };

/** An answer of the server: `ok` for 2xx, `status` for everything else. */
export interface HttpAnswer {
  /** Whether the status is 2xx. */
  readonly kind: "ok" | "status";
  /** The HTTP status; 0 for an opaque redirect. */
  readonly status: number;
  /** The answer's headers. */
  readonly headers: Headers;
  /** The body as text; undefined when it broke off or was larger than {@linkcode MAX_RESPONSE_BYTES}. */
  readonly text: string | undefined;
}

/** The one way out of the process: makes one attempt and resolves to a union, never rejects. */
export interface HttpDoor {
  /** Makes one attempt. */
  send(request: HttpRequest): Promise<HttpOutcome>;
}

/** What the door is made of. */
export interface HttpDoorOptions {
  /** Gives the fetch function to use now, or undefined where the runtime has none. */
  readonly findFetch: () => FetchLike | undefined;
  /** Bounds the attempt. */
  readonly clock: Clock;
  /** Hears of each request and of what came of it; the text is made where it is wanted. */
  readonly debug?: (message: () => string) => void;
  /** Hides keys in the texts of network errors, which name the URL in some runtimes. */
  readonly redact: Redact;
}

/** A larger response body is given up: flag definitions of a large project take a few MiB. */
const MAX_RESPONSE_BYTES = 32 * 1024 * 1024;

/** The name of the errors in which the door words a failed fetch. */
export const NETWORK_ERROR = "NetworkError";

/** "1 event", "2 events". */
export function countEvents(count: number): string {
  return `${count} event${count > 1 ? "s" : ""}`;
}

/** Creates the {@linkcode HttpDoor}. The only caller of `fetch`. */
export function createHttpDoor(
  { findFetch, clock, redact, debug }: HttpDoorOptions,
): HttpDoor {
  return {
    async send(request) {
      const { method, url, body, events, timeoutMs } = request;
      // Without the host, and without the query, which names the project.
      const path = url.replace(/^[^/]*\/\/[^/]*|\?.*/g, "");
      const sentAt = clock.now();
      debug?.(() =>
        `${method} ${path}: ${events ? `${countEvents(events)}, ` : ""}${
          body?.length ?? 0
        } bytes`
      );
      const attempt = await runWithin(
        clock,
        timeoutMs,
        (signal) => attemptOnce(findFetch(), request, redact, signal),
        request.signal,
      );
      const outcome: HttpOutcome = attempt.kind === "done"
        ? attempt.value
        : attempt.kind === "failed"
        ? {
          kind: "network",
          cause: Object.assign(
            new Error(toLine(redact(describe(attempt.cause)), MAX_CAUSE)),
            { name: NETWORK_ERROR },
          ),
        }
        : attempt;
      debug?.(() => {
        const what = "status" in outcome ? outcome.status : outcome.kind;
        return `${method} ${path}: ${what} after ${clock.now() - sentAt} ms`;
      });
      return outcome;
    },
  };
}

async function attemptOnce(
  fetch: FetchLike | undefined,
  request: HttpRequest,
  redact: Redact,
  signal: AbortSignal,
): Promise<HttpAnswer> {
  if (!fetch) {
    throw new TypeError(
      "Cannot send: the runtime has no fetch, pass the option 'fetch'",
    );
  }
  const init: Parameters<FetchLike>[1] = {
    method: request.method,
    headers: { "User-Agent": USER_AGENT, ...request.headers },
    ...(request.body && { body: request.body }),
    signal,
    redirect: "manual",
  };
  let response = await fetch(request.url, init);
  const target = findTarget(response, request.url);
  if (target) {
    await response.body?.cancel();
    response = await fetch(target, init);
  }
  if (signal.aborted) {
    // A fetch that does not listen to its signal: nobody waits for this answer any more.
    await response.body?.cancel();
  }
  if (typeof response.status !== "number") {
    throw new TypeError("The answer of 'fetch' is no Response");
  }
  // Some stand-ins for `fetch` have a status and a text, and no more.
  const { status, headers = new Headers() } = response;
  const isOk = status >= 200 && status < 300;
  let text = await readBody(response, signal);
  // Only the text of a failure is ever quoted; a reverse proxy may echo the request in it.
  if (text && !isOk) text = redact(text);
  return { kind: isOk ? "ok" : "status", status, headers, text };
}

/**
 * Where a redirect leads that keeps method and body, if it may be followed: what is secret in headers and body leaves
 * neither the host nor `https:`.
 */
function findTarget(
  { status, headers }: Response,
  from: string,
): string | undefined {
  if (status !== 307 && status !== 308) return undefined;
  const base = parseUrl(from);
  const location = headers.get("location");
  const target = location ? parseUrl(location, from) : undefined;
  if (!base || !target) return undefined;
  const isSecured = target.hostname === base.hostname &&
    target.protocol === "https:" && target.port === "";
  return target.origin === base.origin || isSecured ? target.href : undefined;
}

/** Reads the body to its end, or cancels it: an unread body blocks a connection on some platforms. */
async function readBody(
  response: Response,
  signal: AbortSignal,
): Promise<string | undefined> {
  const reader = response.body?.getReader();
  if (!reader) return await response.text?.() ?? "";
  const cancel = () => reader.cancel().catch(() => {});
  signal.addEventListener("abort", cancel);
  const parts: Uint8Array[] = [];
  let size = 0;
  try {
    let part;
    while ((part = (await reader.read()).value)) {
      parts.push(part);
      if ((size += part.length) > MAX_RESPONSE_BYTES) {
        await cancel();
        return undefined;
      }
    }
    // Decoded as a whole: part by part takes engines twice as long, and leaves a text that is slower to parse.
    let [bytes] = parts;
    if (parts[1]) {
      bytes = new Uint8Array(size);
      while ((part = parts.pop())) bytes.set(part, size -= part.length);
    }
    return new TextDecoder().decode(bytes);
  } catch {
    return undefined;
  } finally {
    signal.removeEventListener("abort", cancel);
  }
}

/** PostHog's own; a managed proxy on another domain is none. */
const POSTHOG_HOST = /\/\/([^/]+\.)?posthog\.com(?![^/:])/;

/**
 * Says what a status means that is no success, or is none after all: the same words wherever it comes up.
 *
 * @param v1Path Where capture v1 wanted to go, which needs more of what stands in between than v0.
 */
export function describeStatus(
  status: number | undefined,
  host: string,
  v1Path?: string,
): string {
  const check = ", check the option 'host'";
  if (!status || status >= 400) {
    const isBarred = status === 403 || status === 404 || status === 405;
    let hint = status === 401
      ? ", check the key and its region"
      : isBarred
      ? check
      : "";
    const who = hint ? host : "PostHog";
    if (hint && !POSTHOG_HOST.test(host)) {
      if (isBarred) hint += " and what a proxy lets through";
      if (v1Path) {
        hint += isBarred
          ? `: ${v1Path}, which an older PostHog lacks`
          : ", and that a proxy passes the header Authorization";
        hint += "; captureMode 'v0' does without";
      }
    }
    return `${who} answered ${status}${hint}`;
  }
  const what = status < 300 ? "a web page answered" : "the host redirects";
  return `${what} (${status})${check}`;
}

/** The longest text of a network failure, in letters: what failed, and what happens now, stand around it in one line. */
const MAX_CAUSE = 100;

/** Node says "fetch failed" and keeps the reason one level deeper. */
function describe(cause: unknown): string {
  try {
    if (!(cause instanceof Error)) return String(cause);
    const text = `${cause.name}: ${cause.message}`;
    const inner = cause.cause;
    return inner instanceof Error ? `${text} (${inner.message})` : text;
  } catch {
    return "Unknown error";
  }
}
