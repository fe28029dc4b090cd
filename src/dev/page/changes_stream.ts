import type { Bytes } from "../../core/bytes.ts";
import type { PostHogEmulator, ReceivedEvent } from "../types.ts";
import type { PageCounts } from "./shapes.ts";

/** Streams that are open at once, at most. */
const MAX_STREAMS = 32;

/** How long a browser waits before it opens a broken stream again, in ms. */
const RETRY_MS = 1000;

/** Tells pages of an emulator's changes. */
export interface ChangesStream {
  /** Opens a stream of server-sent events, until its request is aborted; undefined where too many are open. */
  open(request: Request): Response | undefined;
}

/** Creates the {@linkcode ChangesStream} of an emulator. */
export function createChangesStream(emulator: PostHogEmulator): ChangesStream {
  let version = 0;
  let flagsVersion = 0;
  let openStreams = 0;
  const waiting = new Set<() => void>();
  emulator.subscribe(({ kind }) => {
    version++;
    if (kind === "flags") flagsVersion++;
    for (const wake of [...waiting]) wake();
  });
  const countExceptions = createExceptionCounter(emulator.events);
  const count = (): PageCounts => ({
    events: emulator.events.length,
    exceptions: countExceptions(),
    requests: emulator.requests.length,
    version,
    flagsVersion,
    faults: emulator.getPlannedFaults().length,
  });

  return {
    open(request) {
      if (openStreams >= MAX_STREAMS) return undefined;
      openStreams++;
      let told = -1;
      let isOpen = true;
      let wakeOwn = () => {};
      const end = () => {
        if (isOpen) openStreams--;
        isOpen = false;
        wakeOwn();
      };
      request.signal.addEventListener("abort", end);
      const body = new ReadableStream<Bytes>({
        // Asked for the next only when the last has left: however much happens, a slow page gets what counts now.
        async pull(controller) {
          // Asked of the request, which has to live as long: of one that is gone Node aborts no signal.
          while (isOpen && !request.signal.aborted && told === version) {
            await new Promise<void>((resolve) => {
              wakeOwn = () => {
                waiting.delete(wakeOwn);
                resolve();
              };
              waiting.add(wakeOwn);
            });
          }
          if (!isOpen) return controller.close();
          const start = told < 0 ? `retry: ${RETRY_MS}\n` : "";
          told = version;
          controller.enqueue(
            new TextEncoder().encode(
              `${start}data: ${JSON.stringify(count())}\n\n`,
            ),
          );
        },
        cancel: end,
      }, { highWaterMark: 0 });
      return new Response(body, {
        headers: {
          "content-type": "text/event-stream",
          "cache-control": "no-store",
        },
      });
    },
  };
}

/** Counts the exceptions in a list that only grows, but where it is full or was emptied: new ones alone are looked at. */
function createExceptionCounter(
  events: readonly ReceivedEvent[],
): () => number {
  let seen = 0;
  let last: ReceivedEvent | undefined;
  let exceptions = 0;
  return () => {
    if (events[seen - 1] !== last) seen = exceptions = 0;
    for (; seen < events.length; seen++) {
      if (events[seen]?.event === "$exception") exceptions++;
    }
    last = events[seen - 1];
    return exceptions;
  };
}
