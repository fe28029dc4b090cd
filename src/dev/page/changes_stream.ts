import type { Bytes } from "../../core/bytes.ts";
import type { PostHogEmulator } from "../types.ts";
import type { PageCounts } from "./shapes.ts";

/** Streams that are open at once, at most. */
const MAX_STREAMS = 32;

/** How long a browser waits before it opens a broken stream again, in ms. */
const RETRY_MS = 1000;

/** Tells pages of an emulator's changes. */
export interface ChangesStream {
  /** Opens a stream of server-sent events; undefined where too many are open. */
  open(signal: AbortSignal): Response | undefined;
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
  const count = (): PageCounts => ({
    events: emulator.events.length,
    exceptions: emulator.events.filter(({ event }) => event === "$exception")
      .length,
    requests: emulator.requests.length,
    version,
    flagsVersion,
    faults: emulator.getPlannedFaults().length,
  });

  return {
    open(signal) {
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
      signal.addEventListener("abort", end);
      const body = new ReadableStream<Bytes>({
        // Asked for the next only when the last has left: however much happens, a slow page gets what counts now.
        async pull(controller) {
          while (isOpen && told === version) {
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
