import { getOwn, isRecord } from "../core/guards.ts";
import { isUuid, toUuidKey } from "../core/uuid.ts";
import { isUtc } from "./v1_headers.ts";

/** An event of a body that was found well typed; its values are still to be checked. */
export interface V1Entry {
  /** The event's uuid, as it was sent. */
  readonly uuid: string;
  /** The whole event. */
  readonly json: Record<string, unknown>;
}

/** Why a request is refused as a whole. */
export interface V1Refusal {
  /** The server's word for it. */
  readonly error: string;
  /** The reason, for people. */
  readonly description: string;
}

/** What v0 has in its body, and v1 in headers or not at all. */
const FORBIDDEN = ["api_key", "token", "sent_at"];

/** The members of an event that are texts wherever they are present, and those that may be null as well. */
const TEXTS = ["event", "distinct_id", "timestamp", "session_id", "window_id"];
const NULLABLE: ReadonlySet<string> = new Set(["session_id", "window_id"]);

/**
 * Reads the events out of a v1 body, or says what fails the whole request. Stricter than PostHog, which takes an
 * event without `options` as well: an SDK always sends the object.
 *
 * @see PostHog's capture v1 protocol (spec/capture.md 5.3)
 */
export function readV1Body(body: unknown): readonly V1Entry[] | V1Refusal {
  if (!isRecord(body)) return refuse("the body is not an object");
  const stray = FORBIDDEN.find((name) => Object.hasOwn(body, name));
  if (stray !== undefined) {
    return refuse(`${stray} does not belong in the body`, "invalid_batch");
  }
  if (!isUtc(getOwn(body, "created_at"))) {
    return refuse("created_at is not a date in UTC");
  }
  const historical = getOwn(body, "historical_migration") ?? false;
  if (typeof historical !== "boolean") {
    return refuse("historical_migration is not a boolean");
  }
  const batch = getOwn(body, "batch");
  if (!Array.isArray(batch)) return refuse("batch is not an array");
  if (batch.length === 0) {
    return refuse("the batch holds no event", "empty_batch");
  }
  const uuids = new Set<string>();
  const entries: V1Entry[] = [];
  for (const [index, json] of batch.entries()) {
    const entry = readEntry(json, `batch[${index}]`);
    if ("error" in entry) return entry;
    const key = toUuidKey(entry.uuid);
    if (uuids.has(key)) {
      return refuse(`batch[${index}].uuid is repeated`, "duplicate_event_uuid");
    }
    uuids.add(key);
    entries.push(entry);
  }
  return entries;
}

function readEntry(json: unknown, place: string): V1Entry | V1Refusal {
  if (!isRecord(json)) return refuse(`${place} is not an object`);
  const uuid = getOwn(json, "uuid");
  if (!isUuid(uuid)) {
    return refuse(
      `${place}.uuid is not a uuid`,
      uuid === undefined ? "missing_event_uuid" : undefined,
    );
  }
  for (const name of TEXTS) {
    const value = getOwn(json, name);
    const isUnset = value === undefined ||
      value === null && NULLABLE.has(name);
    if (!isUnset && typeof value !== "string") {
      return refuse(`${place}.${name} is not a string`);
    }
  }
  if (!Object.hasOwn(json, "options")) {
    return refuse(`${place}.options is missing`, "invalid_batch");
  }
  return { uuid, json };
}

function refuse(
  description: string,
  error = "request_parsing_error",
): V1Refusal {
  return { error, description };
}
