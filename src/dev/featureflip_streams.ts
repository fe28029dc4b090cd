import type { Bytes } from "../core/bytes.ts";

/** The streams that clients have open. */
export interface StreamHub {
  /** How many there are. */
  readonly count: number;
  /** Opens one, which ends with the signal. */
  open(first: string, signal: AbortSignal): Response;
  /** Sends a text by each. */
  send(text: string): void;
  /** Ends each. */
  drop(): void;
}

/** Creates a {@linkcode StreamHub}. */
export function createStreamHub(): StreamHub {
  const open = new Set<ReadableStreamDefaultController<Bytes>>();
  const encoder = new TextEncoder();
  return {
    get count() {
      return open.size;
    },
    open(first, signal) {
      let remove = () => {};
      const body = new ReadableStream<Bytes>({
        start(controller) {
          remove = () => open.delete(controller);
          open.add(controller);
          controller.enqueue(encoder.encode(first));
          signal.addEventListener("abort", () => {
            if (open.delete(controller)) controller.close();
          });
        },
        cancel: () => remove(),
      });
      return new Response(body, {
        headers: {
          "content-type": "text/event-stream",
          "cache-control": "no-store",
        },
      });
    },
    send(text) {
      const bytes = encoder.encode(text);
      for (const controller of open) controller.enqueue(bytes);
    },
    drop() {
      for (const controller of open) controller.close();
      open.clear();
    },
  };
}

/** A frame of an event stream. */
export function buildFrame(event: string, data: unknown): string {
  return `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}
