import type { ReceivedEvent } from "../types.ts";
import type { EventName, EventsAnswer } from "./shapes.ts";

/** Events that are given at most, and unless somebody asks for fewer or more. */
const MAX_LIMIT = 100_000;
const DEFAULT_LIMIT = 1000;

/** Names that are given at most. */
const MAX_NAMES = 500;

/** Finds events among those of an emulator. */
export interface EventSearch {
  /** Answers the question of a URL: `search`, `event`, `person`, `limit`. */
  find(query: URLSearchParams): EventsAnswer;
}

/** Creates an {@linkcode EventSearch} of an emulator's list. */
export function createEventSearch(
  events: readonly ReceivedEvent[],
): EventSearch {
  // Each event is written out once; it goes with the event.
  const texts = new WeakMap<ReceivedEvent, string>();
  const textOf = (event: ReceivedEvent): string => {
    const known = texts.get(event);
    if (known !== undefined) return known;
    const text = toText(event);
    texts.set(event, text);
    return text;
  };
  return {
    find(query) {
      const search = query.get("search")?.trim().toLowerCase() ?? "";
      const name = query.get("event") ?? "";
      const person = query.get("person")?.trim().toLowerCase() ?? "";
      const limit = readLimit(query.get("limit"));
      const fits = (event: ReceivedEvent) =>
        (name === "" || event.event === name) &&
        event.distinctId.toLowerCase().includes(person) &&
        (search === "" || textOf(event).includes(search));
      const found: ReceivedEvent[] = [];
      let matched = 0;
      for (let at = events.length - 1; at >= 0; at--) {
        const event = events[at];
        if (!event || !fits(event)) continue;
        matched++;
        if (found.length < limit) found.push(event);
      }
      return {
        events: found,
        matched,
        total: events.length,
        names: countNames(events),
      };
    },
  };
}

/** What is looked through: all that an event says, as JSON has it. */
function toText(
  { event, distinctId, uuid, timestamp, properties }: ReceivedEvent,
): string {
  return [event, distinctId, uuid, timestamp, JSON.stringify(properties)]
    .join("\n").toLowerCase();
}

/** Reads how many are asked for. */
export function readLimit(text: string | null): number {
  const limit = Number(text ?? DEFAULT_LIMIT);
  return Number.isInteger(limit) && limit >= 0
    ? Math.min(limit, MAX_LIMIT)
    : DEFAULT_LIMIT;
}

function countNames(events: readonly ReceivedEvent[]): readonly EventName[] {
  const counts = new Map<string, number>();
  for (const { event } of events) {
    counts.set(event, (counts.get(event) ?? 0) + 1);
  }
  return [...counts].map(([name, count]) => ({ name, count }))
    .sort((one, other) => other.count - one.count)
    .slice(0, MAX_NAMES);
}
