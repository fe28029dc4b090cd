import type { FlushResult } from "../core/delivery.ts";
import type { EventQueue } from "../transport/event_queue.ts";
import type { Parts } from "./parts.ts";

/** Creates the `flush` of the client or of a scope: a client that is closed has nothing to send. */
export function createFlush(
  { lifecycle }: Parts,
  queue: EventQueue,
): (timeoutMs?: number) => Promise<FlushResult> {
  return async (timeoutMs) => {
    return lifecycle.isClosed
      ? { delivered: 0, dropped: 0, retained: 0 }
      : await queue.flush(timeoutMs);
  };
}
