import type { Lane } from "../core/delivery.ts";
import type { JsonObject } from "../core/json.ts";
import { isFinished } from "../transport/event_text.ts";
import type { ClientQueue } from "../transport/event_queue.ts";

/** Copies the events in the client's queue, of both lanes or of one; one that waits for its flags is not there yet. */
export function copyQueued(
  queue: ClientQueue,
  lane: Lane | undefined,
): JsonObject[] {
  return queue.items(lane).filter(isFinished).map(({ text }) =>
    JSON.parse(text)
  );
}

/** Takes the newest event out of the client's queue, of both lanes or of one. */
export function dequeueLast(
  queue: ClientQueue,
  lane: Lane | undefined,
): JsonObject | undefined {
  const items = queue.items(lane).filter(isFinished);
  const lastAt = items.reduce(
    (last, { admittedAt }) => Math.max(last, admittedAt),
    -Infinity,
  );
  const newest = items.findLast(({ admittedAt }) => admittedAt === lastAt);
  if (!newest) return undefined;
  queue.discard([newest]);
  return JSON.parse(newest.text);
}
