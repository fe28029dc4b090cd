import type { FetchInit, FetchLike } from "edgehog";
import { isRecord } from "../../../src/core/guards.ts";

/** One request that carried events. */
export interface Attempt {
  /** When it began, in ms since the epoch. */
  readonly timestampMs: number;
  /** The status answered; 0 while there is none, and for good when no answer came. */
  statusCode: number;
  /** How often all of its events had been sent before: 0 for a first attempt. */
  readonly retryAttempt: number;
  /** The uuids of its events, in order. */
  readonly uuids: readonly string[];
}

/** A client's way to the network: keeps a record, names the conversation, and can be cut. */
export interface Recorder {
  /** The client's `fetch`. */
  readonly fetch: FetchLike;
  /** The attempts in the order in which they began. */
  readonly attempts: readonly Attempt[];
  /** Aborts what is under way and refuses everything later. */
  cut(): void;
}

/**
 * Creates a {@linkcode Recorder}.
 *
 * @param testId Sent as `X-Test-Id` with every request of the client; undefined: not sent.
 */
export function createRecorder(testId: string | undefined): Recorder {
  const attempts: Attempt[] = [];
  const timesSent = new Map<string, number>();
  const end = new AbortController();
  // On a pooled connection that breaks Deno sends a request again by itself, and an attempt would go unseen.
  const client = Deno.createHttpClient({ poolMaxIdlePerHost: 0 });

  const begin = (uuids: readonly string[], timestampMs: number): Attempt => {
    const earlier = uuids.map((uuid) => timesSent.get(uuid) ?? 0);
    // A retry may leave out what was settled meanwhile, but it brings nothing new.
    const retryAttempt = earlier.length === 0 ? 0 : Math.min(...earlier);
    for (const uuid of uuids) {
      timesSent.set(uuid, (timesSent.get(uuid) ?? 0) + 1);
    }
    return { timestampMs, statusCode: 0, retryAttempt, uuids };
  };

  return {
    attempts,
    async fetch(input, init) {
      const now = Date.now();
      const uuids = await readUuids(init);
      end.signal.throwIfAborted();
      const attempt = uuids && begin(uuids, now);
      if (attempt) attempts.push(attempt);
      const response = await fetch(input, {
        ...init,
        headers: {
          ...init.headers,
          ...(testId !== undefined && { "X-Test-Id": testId }),
        },
        signal: AbortSignal.any([init.signal, end.signal]),
        client,
      });
      if (attempt) attempt.statusCode = response.status;
      return response;
    },
    cut() {
      end.abort(new Error("The client was discarded"));
      client.close();
    },
  };
}

/** The uuids of a request's events; undefined for a request about something else. */
async function readUuids(
  { body, headers }: FetchInit,
): Promise<readonly string[] | undefined> {
  if (!body) return undefined;
  const encoding = new Headers(headers).get("Content-Encoding");
  const sent = new Response(body).body;
  const plain = sent && (encoding === "gzip" || encoding === "deflate")
    ? sent.pipeThrough(new DecompressionStream(encoding))
    : sent;
  const content: unknown = await new Response(plain).json();
  const batch = isRecord(content) ? content["batch"] : undefined;
  return Array.isArray(batch)
    ? batch.map((event) => isRecord(event) ? String(event["uuid"]) : "")
    : undefined;
}
