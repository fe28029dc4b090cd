import { createBoundedMap } from "../core/bounded_map.ts";
import { getOwn, isNonBlank, isRecord } from "../core/guards.ts";
import type { JsonObject } from "../core/json.ts";
import { isUuid, toUuidKey } from "../core/uuid.ts";
import type { Answer } from "./answer.ts";
import type { ReadRequest } from "./incoming.ts";
import type { Project } from "./project.ts";
import { createRecentList } from "./recent_list.ts";
import type { ReceivedEvent } from "./types.ts";

/** Takes in batches of events. */
export interface Ingestion {
  /** The accepted events. */
  readonly events: readonly ReceivedEvent[];
  /** `POST /batch`. */
  handle(request: ReadRequest): Answer;
  /** Forgets all events. */
  clear(): void;
}

/** Events kept, and uuids whose arrivals are counted. */
const MAX_EVENTS = 100_000;

/** An event whose parts were checked, with what is left to fill in. */
type CheckedEvent = Omit<ReceivedEvent, "receivedAt" | "arrival">;

/** Creates the ingestion endpoint. */
export function createIngestion(project: Project): Ingestion {
  const events = createRecentList<ReceivedEvent>(MAX_EVENTS);
  const arrivals = createBoundedMap<string, number>(MAX_EVENTS);

  const accept = (event: CheckedEvent, receivedAt: number) => {
    const key = toUuidKey(event.uuid);
    const arrival = (arrivals.get(key) ?? 0) + 1;
    arrivals.set(key, arrival);
    events.add(Object.freeze({ ...event, receivedAt, arrival }));
  };

  return {
    events: events.entries,
    handle({ incoming, bodyError }) {
      const { body } = incoming;
      if (bodyError !== undefined) return refuse(bodyError);
      if (!isRecord(body)) return refuse("the body is not an object");
      const token = getOwn(body, "api_key");
      if (token === undefined) {
        return { status: 401, body: "No api_key in the batch" };
      }
      if (!project.acceptsToken(token)) {
        return { status: 401, body: "The api_key is not valid" };
      }
      const batch = getOwn(body, "batch");
      if (!Array.isArray(batch) || batch.length === 0) {
        return refuse("the batch holds no event");
      }
      const checked = batch.map(checkEvent);
      const fault = checked.find((event) => typeof event === "string");
      if (typeof fault === "string") return refuse(fault);
      if (project.quotas.has("events")) {
        // PostHog answers 200 here and drops the events: retrying could not help.
        return {
          status: 200,
          body: { status: "Ok", quota_limited: ["events"] },
        };
      }
      for (const event of checked) {
        if (typeof event !== "string") accept(event, incoming.receivedAt);
      }
      return { status: 200, body: { status: "Ok" } };
    },
    clear() {
      events.clear();
      arrivals.clear();
    },
  };
}

function refuse(reason: string): Answer {
  return { status: 400, body: `Bad request: ${reason}` };
}

/**
 * Reads an event, or says what is wrong with it. Stricter than PostHog, which fills in a missing uuid or
 * timestamp: an SDK always sends both, and filling them in would hide that it did not.
 */
function checkEvent(json: unknown, index: number): CheckedEvent | string {
  if (!isRecord(json)) return `batch[${index}] is not an object`;
  const uuid = getOwn(json, "uuid");
  if (!isUuid(uuid)) return `batch[${index}].uuid is not a uuid`;
  const event = getOwn(json, "event");
  if (!isNonBlank(event)) return `batch[${index}].event is blank`;
  const distinctId = getOwn(json, "distinct_id");
  if (!isNonBlank(distinctId)) return `batch[${index}].distinct_id is blank`;
  const timestamp = getOwn(json, "timestamp");
  if (typeof timestamp !== "string" || Number.isNaN(Date.parse(timestamp))) {
    return `batch[${index}].timestamp is not a date`;
  }
  const properties = getOwn(json, "properties") ?? {};
  if (!isRecord(properties)) {
    return `batch[${index}].properties is not an object`;
  }
  return {
    uuid,
    event,
    distinctId,
    properties: properties as JsonObject,
    timestamp,
    lane: "analytics",
  };
}
