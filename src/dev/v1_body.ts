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

/** What v0 has in its body, and v1 in headers or not at all. */
const FORBIDDEN = ["api_key", "token", "sent_at"];

/** The members of an event that are texts wherever they are present. */
const TEXTS = ["event", "distinct_id", "timestamp", "session_id", "window_id"];

/**
 * Reads the events out of a v1 body, or says what fails the whole request. Stricter than PostHog, which takes an
 * event without `options` as well: an SDK always sends the object.
 *
 * @see PostHog's capture v1 protocol (spec/capture.md 5.3)
 */
export function readV1Body(body: unknown): readonly V1Entry[] | string {
  if (!isRecord(body)) return "the body is not an object";
  const stray = FORBIDDEN.find((name) => Object.hasOwn(body, name));
  if (stray !== undefined) return `${stray} does not belong in the body`;
  if (!isUtc(getOwn(body, "created_at"))) {
    return "created_at is not a date in UTC";
  }
  const historical = getOwn(body, "historical_migration") ?? false;
  if (typeof historical !== "boolean") {
    return "historical_migration is not a boolean";
  }
  const batch = getOwn(body, "batch");
  if (!Array.isArray(batch)) return "batch is not an array";
  if (batch.length === 0) return "the batch holds no event";
  const uuids = new Set<string>();
  const entries: V1Entry[] = [];
  for (const [index, json] of batch.entries()) {
    const entry = readEntry(json);
    if (typeof entry === "string") return `batch[${index}]${entry}`;
    const key = toUuidKey(entry.uuid);
    if (uuids.has(key)) return `batch[${index}].uuid is repeated`;
    uuids.add(key);
    entries.push(entry);
  }
  return entries;
}

function readEntry(json: unknown): V1Entry | string {
  if (!isRecord(json)) return " is not an object";
  const uuid = getOwn(json, "uuid");
  if (!isUuid(uuid)) return ".uuid is not a uuid";
  for (const name of TEXTS) {
    if (Object.hasOwn(json, name) && typeof json[name] !== "string") {
      return `.${name} is not a string`;
    }
  }
  if (!isRecord(getOwn(json, "options"))) return ".options is not an object";
  return { uuid, json };
}
