import { type Clock, runWithin } from "../core/clock.ts";
import type { Bytes } from "../core/bytes.ts";
import { attempt } from "../core/guards.ts";
import type { FetchLike } from "../core/platform.ts";
import { USER_AGENT } from "../core/version.ts";

/** A stream as a plain description. */
export interface StreamRequest {
  /** The absolute URL. */
  readonly url: string;
  /** Headers beside `User-Agent`. */
  readonly headers: Readonly<Record<string, string>>;
  /** The deadline for the answer's headers; the body has none. */
  readonly timeoutMs: number;
  /** Ends the wait for the headers. */
  readonly signal: AbortSignal;
}

/** What came of opening a stream. */
export type StreamOutcome =
  | {
    readonly kind: "open";
    /** The answer's headers. */
    readonly headers: Headers;
    /** The body, to be read or cancelled; undefined where the runtime shows none. */
    readonly reader: ReadableStreamDefaultReader<Bytes> | undefined;
  }
  /** Another status than 200. */
  | {
    readonly kind: "status";
    readonly status: number;
    readonly headers: Headers;
  }
  /** No answer, or none in time. */
  | { readonly kind: "failed" };

/** Asks for a body that is read as it comes. Never rejects. */
export async function openStream(
  fetch: FetchLike | undefined,
  clock: Clock,
  { url, headers, timeoutMs, signal }: StreamRequest,
): Promise<StreamOutcome> {
  const opened = await runWithin(clock, timeoutMs, async (inner) => {
    const response = await fetch?.(url, {
      method: "GET",
      headers: { "User-Agent": USER_AGENT, ...headers },
      signal: inner,
      redirect: "manual",
    });
    // A fetch that does not listen to its signal: nobody reads this any more.
    if (inner.aborted) await response?.body?.cancel();
    return response;
  }, signal);
  const response = opened.kind === "done" ? opened.value : undefined;
  if (!response) return { kind: "failed" };
  const { status, headers: answered, body } = response;
  if (status === 200) {
    return {
      kind: "open",
      headers: answered,
      reader: attempt(() => body?.getReader()),
    };
  }
  body?.cancel().catch(() => {});
  return { kind: "status", status, headers: answered };
}

/** A fetch whose GET requests no framework answers out of a cache. */
export function bypassCache(fetch: FetchLike): FetchLike {
  return (url, init) =>
    fetch(url, init.method === "GET" ? { ...init, cache: "no-store" } : init);
}
