import type { MaybePromise } from "../core/platform.ts";
import { systemClock } from "../core/clock.ts";
import { readRequest } from "../dev/incoming.ts";
import type { EmulatorFetch, IncomingRequest } from "../dev/types.ts";

/** Answers a request of a test; undefined says that the request was not expected. */
export type RecordingHandler = (
  request: IncomingRequest,
) => MaybePromise<Response | undefined>;

/** A fetch function that remembers what it was asked. */
export interface RecordingFetch {
  /** Fits where a `fetch` goes, such as a client's option. */
  readonly fetch: EmulatorFetch;
  /** The requests in order, their bodies decompressed and parsed. */
  readonly requests: readonly IncomingRequest[];
  /**
   * The requests that nobody planned. Each was refused by a rejection, which a client that contains its errors
   * only reports: assert at the end of a test that this is empty.
   */
  readonly unplanned: readonly IncomingRequest[];
}

/**
 * Creates a {@linkcode RecordingFetch}. Without a handler, or where the handler gives undefined, a request is
 * unplanned and the fetch rejects. An aborted signal ends the wait for a handler.
 *
 * @example
 * ```ts
 * import { createRecordingFetch } from "edgehog/testing";
 * import { assertEquals, assertRejects } from "@std/assert";
 *
 * const { fetch, requests } = createRecordingFetch(({ path }) =>
 *   path === "/i/v1/analytics/events" ? Response.json({ results: {} }) : undefined
 * );
 * const response = await fetch("http://localhost/i/v1/analytics/events", {
 *   method: "POST",
 *   body: '{"batch":[]}',
 * });
 * assertEquals(await response.json(), { results: {} });
 * assertEquals(requests[0]?.body, { batch: [] });
 * await assertRejects(() => fetch("http://localhost/elsewhere"), TypeError, "GET http://localhost/elsewhere");
 * ```
 */
export function createRecordingFetch(
  handler: RecordingHandler = () => undefined,
): RecordingFetch {
  const requests: IncomingRequest[] = [];
  const unplanned: IncomingRequest[] = [];
  return {
    requests,
    unplanned,
    async fetch(input, init) {
      const request = new Request(input, init);
      const { incoming } = await readRequest(request, systemClock.now());
      requests.push(incoming);
      const response = await Promise.race([
        handler(incoming),
        rejectOnAbort(request.signal),
      ]);
      if (response) return response;
      unplanned.push(incoming);
      throw new TypeError(
        `Nobody planned the request ${incoming.method} ${incoming.url}`,
      );
    },
  };
}

function rejectOnAbort(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) return reject(signal.reason);
    signal.addEventListener("abort", () => reject(signal.reason), {
      once: true,
    });
  });
}
