import type { Lane } from "../core/delivery.ts";
import { getOwn, isNonBlank, isRecord } from "../core/guards.ts";
import type { JsonObject } from "../core/json.ts";
import { isUuid } from "../core/uuid.ts";
import type { Answer } from "./answer.ts";
import type { AcceptEvent } from "./event_store.ts";
import type { ReadRequest } from "./incoming.ts";
import type { Project } from "./project.ts";
import type { IncomingEvent } from "./types.ts";

/** What a v0 batch is answered with. */
export interface BatchEndpoint {
  /** Who may send, and the quotas. */
  readonly project: Project;
  /** Where accepted events go. */
  readonly accept: AcceptEvent;
  /** The lane whose endpoint this is. */
  readonly lane: Lane;
}

/** `POST /batch/` and `POST /i/v0/ai/batch/`, which share their envelope: all events are accepted, or none. */
export function answerBatch(
  { project, accept, lane }: BatchEndpoint,
  { incoming, bodyError }: ReadRequest,
): Answer {
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
  const checked = batch.map((event, index) => checkEvent(event, index, lane));
  const fault = checked.find((event) => typeof event === "string");
  if (typeof fault === "string") return refuse(fault);
  if (project.quotas.has("events")) {
    // PostHog answers 200 here and drops the events: retrying could not help.
    return { status: 200, body: { status: "Ok", quota_limited: ["events"] } };
  }
  for (const event of checked) {
    if (typeof event !== "string") accept(event);
  }
  return { status: 200, body: { status: "Ok" } };
}

function refuse(reason: string): Answer {
  return { status: 400, body: `Bad request: ${reason}` };
}

/**
 * Reads an event, or says what is wrong with it. Stricter than PostHog, which fills in a missing uuid or
 * timestamp: an SDK always sends both, and filling them in would hide that it did not.
 */
function checkEvent(
  json: unknown,
  index: number,
  lane: Lane,
): IncomingEvent | string {
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
    lane,
  };
}
