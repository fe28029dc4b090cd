import { type Clock, runWithin } from "../core/clock.ts";
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

/**
 * Asks for a body that is read as it comes: resolves with the answer when its headers are there, or with undefined where
 * none come in time. Never rejects. The body is the caller's to read or cancel.
 */
export async function openStream(
  fetch: FetchLike | undefined,
  clock: Clock,
  { url, headers, timeoutMs, signal }: StreamRequest,
): Promise<Response | undefined> {
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
  return opened.kind === "done" ? opened.value : undefined;
}

/** A fetch whose GET requests no framework answers out of a cache. */
export function bypassCache(fetch: FetchLike): FetchLike {
  return (url, init) =>
    fetch(url, init.method === "GET" ? { ...init, cache: "no-store" } : init);
}
