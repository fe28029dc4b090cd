import type { JsonObject } from "../core/json.ts";
import { toUuidKey } from "../core/uuid.ts";
import { type Answer, buildV1Error } from "./answer.ts";
import type { EventStore } from "./event_store.ts";
import type { ReadRequest } from "./incoming.ts";
import type { Project } from "./project.ts";
import type { EventPolicy, EventResult } from "./types.ts";
import { readV1Body } from "./v1_body.ts";
import { readV1Event } from "./v1_event.ts";
import { checkV1Headers } from "./v1_headers.ts";

/** What a v1 request is answered with. */
export interface V1Endpoint {
  /** Who may send, and the quotas. */
  readonly project: Project;
  /** Where accepted events go. */
  readonly store: EventStore;
  /** Decides results, if the user set it. */
  readonly policy: EventPolicy | undefined;
}

/** The results with which an event is stored. */
const STORED: ReadonlySet<string> = new Set(["ok", "warning"]);

/** `POST /i/v1/analytics/events`: the request is refused as a whole, or each event gets a result of its own. */
export function answerV1Events(
  { project, store, policy }: V1Endpoint,
  { incoming, bodyError }: ReadRequest,
): Answer {
  const refusal = checkV1Headers(incoming, project);
  if (refusal) return refusal;
  const entries = bodyError ?? readV1Body(incoming.body);
  if (typeof entries === "string") {
    return buildV1Error(400, "invalid_request", entries);
  }
  const results: Record<string, JsonObject> = {};
  let hasRetry = false;
  for (const entry of entries) {
    const reading = readV1Event(entry, incoming.headers["posthog-sdk-info"]);
    const { result, details } = reading.kind === "drop"
      ? { result: "drop", details: reading.details }
      : policy?.(reading.event, incoming) ?? decideByQuota(project);
    if (reading.kind === "event" && STORED.has(result)) {
      store.add(reading.event, incoming.receivedAt);
    }
    hasRetry ||= result === "retry";
    results[toUuidKey(entry.uuid)] = {
      result,
      ...(details !== undefined && { details }),
    };
  }
  return {
    status: 200,
    body: { results },
    ...(hasRetry && { headers: { "retry-after": "1" } }),
  };
}

function decideByQuota({ quotas }: Project): EventResult {
  return quotas.has("events")
    ? { result: "drop", details: "billing_limit_exceeded" }
    : { result: "ok" };
}
