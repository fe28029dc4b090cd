import { findPort } from "../client/host.ts";
import { isRecord } from "../core/guards.ts";
import type { JsonObject, JsonValue } from "../core/json.ts";
import type { Reporter } from "../core/reporter.ts";
import { createRecentList } from "../dev/recent_list.ts";
import { readV1Event } from "../dev/v1_event.ts";

/**
 * An event as it was captured, before it is sent: after the `beforeSend` hooks, and with its options among its properties,
 * as the emulator's events have them.
 */
export interface TestEvent {
  /** Its uuid. */
  readonly uuid: string;
  /** Its name. */
  readonly event: string;
  /** Whom it is about. */
  readonly distinctId: string;
  /** All properties. */
  readonly properties: JsonObject;
  /** When it happened. */
  readonly timestamp: string;
}

/** That a flag's value was used: what a `$feature_flag_called` says. */
export interface TestExposure {
  /** The flag's key. */
  readonly flag: string;
  /** The value that was used; undefined for a flag that has none. */
  readonly value: JsonValue | undefined;
  /** For whom. */
  readonly distinctId: string;
  /** The whole event. */
  readonly event: TestEvent;
}

/** An exception that was captured: what an `$exception` says. */
export interface TestException {
  /** The class of the error. */
  readonly type: string;
  /** Its message. */
  readonly message: string;
  /** Who met it. */
  readonly distinctId: string;
  /** The whole event. */
  readonly event: TestEvent;
}

/** What a client captured so far, oldest first; no flush is needed. Of each list the newest 100 000 are kept. */
export interface Captured {
  /** Every event, exposures and exceptions among them. */
  readonly events: readonly TestEvent[];
  /** The flags whose values were used, once for each person, flag and value. */
  readonly exposures: readonly TestExposure[];
  /** The exceptions. */
  readonly exceptions: readonly TestException[];
  /** The events of that name. */
  eventsNamed(name: string): readonly TestEvent[];
  /** The newest event, or the newest of that name; undefined where there is none. */
  lastEvent(name?: string): TestEvent | undefined;
}

/** Entries of each list at most. */
const MAX_ENTRIES = 100_000;

/** Makes a list of what is captured, and the listener that adds to it. */
export function createCaptured(): Captured & {
  readonly add: (event: JsonObject) => void;
} {
  const events = createRecentList<TestEvent>(MAX_ENTRIES);
  const exposures = createRecentList<TestExposure>(MAX_ENTRIES);
  const exceptions = createRecentList<TestException>(MAX_ENTRIES);
  const eventsNamed = (name: string) =>
    events.entries.filter(({ event }) => event === name);
  return {
    events: events.entries,
    exposures: exposures.entries,
    exceptions: exceptions.entries,
    eventsNamed,
    lastEvent: (name) =>
      (name === undefined ? events.entries : eventsNamed(name)).at(-1),
    add(json) {
      const event = readEvent(json);
      const { distinctId, properties } = event;
      events.add(event);
      if (event.event === "$feature_flag_called") {
        exposures.add({
          flag: String(properties["$feature_flag"]),
          value: properties["$feature_flag_response"],
          distinctId,
          event,
        });
      } else if (event.event === "$exception") {
        exceptions.add({
          type: String(properties["$exception_type"]),
          message: String(properties["$exception_message"]),
          distinctId,
          event,
        });
      }
    },
  };
}

/** Has a list hear of what a client captures; of anything that is no client it hears nothing. */
export function listenTo(
  client: unknown,
  add: (event: JsonObject) => void,
): void {
  // Not by its method, for which a test may have put a double.
  const kernel = findPort(client, "delivery") as
    | { readonly reporter: Reporter }
    | undefined;
  kernel?.reporter.on("capture", add);
}

/** The emulator's reading of what would be sent; an event that PostHog would refuse is shown as it is. */
function readEvent(json: JsonObject): TestEvent {
  const { uuid, event, distinct_id: distinctId, timestamp } = json;
  const properties = isRecord(json["properties"]) ? json["properties"] : {};
  const reading = readV1Event(
    { uuid: String(uuid), json: { options: {}, ...json } },
    String(event).startsWith("$ai_") ? "ai" : "analytics",
    undefined,
  );
  return {
    uuid: String(uuid),
    event: String(event),
    distinctId: String(distinctId),
    properties: reading.kind === "event"
      ? reading.event.properties
      : properties as JsonObject,
    timestamp: String(timestamp),
  };
}
