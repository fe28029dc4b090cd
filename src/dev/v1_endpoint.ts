import type { Lane } from "../core/delivery.ts";
import type { JsonObject } from "../core/json.ts";
import { toUuidKey } from "../core/uuid.ts";
import { type Answer, buildV1Error } from "./answer.ts";
import type { AcceptEvent } from "./event_store.ts";
import type { ReadRequest } from "./incoming.ts";
import type { Project } from "./project.ts";
import type { EventPolicy, EventResult, IncomingRequest } from "./types.ts";
import { readV1Body, type V1Refusal } from "./v1_body.ts";
import { readV1Event } from "./v1_event.ts";
import { checkV1Headers } from "./v1_headers.ts";

/** What a v1 request is answered with. */
export interface V1Endpoint {
  /** Who may send, and the quotas. */
  readonly project: Project;
  /** Where accepted events go. */
  readonly accept: AcceptEvent;
  /** The lane whose endpoint this is. */
  readonly lane: Lane;
  /** Decides results, if the user set it. */
  readonly policy: EventPolicy | undefined;
}

/** The results with which an event is stored. */
const STORED: ReadonlySet<string> = new Set(["ok", "warning"]);

/** `POST /i/v1/analytics/events` and `POST /i/v1/ai/events`: the request is refused as a whole, or each event gets a result of its own. */
export function answerV1Events(
  { project, accept, lane, policy }: V1Endpoint,
  { incoming, bodyError }: ReadRequest,
): Answer {
  const refusal = checkV1Headers(incoming, project);
  if (refusal) return refusal;
  const entries = bodyError === undefined
    ? readV1Body(incoming.body)
    : nameBodyError(incoming, bodyError);
  if ("error" in entries) {
    return buildV1Error(400, entries.error, entries.description);
  }
  const sdkInfo = incoming.headers["posthog-sdk-info"];
  const results: Record<string, JsonObject> = {};
  let hasRetry = false;
  for (const entry of entries) {
    const reading = readV1Event(entry, lane, sdkInfo);
    const { result, details } = reading.kind === "drop"
      ? { result: "drop", details: reading.details }
      : policy?.(reading.event, incoming) ?? decideByQuota(project);
    if (reading.kind === "event" && STORED.has(result)) {
      accept(reading.event);
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

/** Why there is no JSON, by the server's word for it. */
function nameBodyError(
  { body, bodyBytes }: IncomingRequest,
  description: string,
): V1Refusal {
  const wasRead = body !== undefined;
  const error = bodyBytes === 0
    ? "empty_body"
    : `request_${wasRead ? "parsing" : "decoding"}_error`;
  return { error, description };
}

function decideByQuota({ quotas }: Project): EventResult {
  return quotas.has("events")
    ? { result: "drop", details: "billing_limit_exceeded" }
    : { result: "ok" };
}
