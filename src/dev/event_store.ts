import { BoundedMap } from "../core/bounded_map.ts";
import { toUuidKey } from "../core/uuid.ts";
import { createRecentList } from "./recent_list.ts";
import type { IncomingEvent, ReceivedEvent } from "./types.ts";

/** Takes an event that an endpoint accepts. */
export type AcceptEvent = (event: IncomingEvent) => void;

/** Holds the accepted events of all endpoints. */
export interface EventStore {
  /** The accepted events, oldest first: always the same array. */
  readonly events: readonly ReceivedEvent[];
  /** Stores an event and counts its arrival. */
  add(event: IncomingEvent, receivedAt: number): ReceivedEvent;
  /** Forgets all events. */
  clear(): void;
}

/** Events kept, and uuids whose arrivals are counted. */
const MAX_EVENTS = 100_000;

/** Creates an empty {@linkcode EventStore}. */
export function createEventStore(): EventStore {
  const events = createRecentList<ReceivedEvent>(MAX_EVENTS);
  const arrivals = new BoundedMap<string, number>(MAX_EVENTS);
  return {
    events: events.entries,
    add(event, receivedAt) {
      const key = toUuidKey(event.uuid);
      const arrival = (arrivals.get(key) ?? 0) + 1;
      arrivals.set(key, arrival);
      const received = Object.freeze({ ...event, receivedAt, arrival });
      events.add(received);
      return received;
    },
    clear() {
      events.clear();
      arrivals.clear();
    },
  };
}
