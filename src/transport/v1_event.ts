import { getOwn, isFiniteNumber, isRecord, setOwn } from "../core/guards.ts";
import type { JsonObject, JsonValue } from "../core/json.ts";

/** Properties that the v1 protocol carries as options of the event, with their type. An unset option is left out. */
const OPTIONS: ReadonlyMap<string, readonly [name: string, read: ReadOption]> =
  new Map<string, readonly [string, ReadOption]>([
    ["$cookieless_mode", ["cookieless_mode", readBoolean]],
    ["$ignore_sent_at", ["disable_skew_correction", readBoolean]],
    ["$process_person_profile", ["process_person_profile", readBoolean]],
    ["$product_tour_id", ["product_tour_id", readText]],
  ]);

/** Properties that the v1 protocol carries beside `properties`. */
const ROOT_FIELDS: ReadonlyMap<string, string> = new Map([
  ["$session_id", "session_id"],
  ["$window_id", "window_id"],
]);

/** The server knows these from the header `PostHog-Sdk-Info`. */
const IMPLIED: ReadonlySet<string> = new Set(["$lib", "$lib_version"]);

type ReadOption = (value: JsonValue) => JsonValue | undefined;

/**
 * Turns a stored event into its v1 form: sentinels become options, session and window move to the root, what the
 * server derives is left out. An option of the wrong type would make the server drop the event, so it is left out too.
 *
 * @see PostHog's capture v1 protocol (spec/capture.md 5.4)
 */
export function toV1Event(text: string): JsonObject {
  const stored: unknown = JSON.parse(text);
  const { properties: given, ...rest } =
    (isRecord(stored) ? stored : {}) as JsonObject;
  const root: JsonObject = { ...rest };
  const options: JsonObject = {};
  const properties: JsonObject = {};
  const known = (isRecord(given) ? given : {}) as JsonObject;
  for (const key of Object.keys(known)) {
    const value = getOwn(known, key) as JsonValue;
    const option = OPTIONS.get(key);
    const field = ROOT_FIELDS.get(key);
    if (option) {
      const read = option[1](value);
      if (read !== undefined) options[option[0]] = read;
    } else if (field) {
      if (typeof value === "string") root[field] = value;
    } else if (!IMPLIED.has(key) && !isRepeatedId(key, value, root)) {
      setOwn(properties, key, value);
    }
  }
  return { ...root, options, properties };
}

/** Parity: `$create_alias` repeats its id in the properties for v0 alone. */
function isRepeatedId(
  key: string,
  value: JsonValue,
  root: JsonObject,
): boolean {
  return key === "distinct_id" && value === root["distinct_id"];
}

function readBoolean(value: JsonValue): boolean | undefined {
  if (typeof value === "boolean") return value;
  if (isFiniteNumber(value)) return value !== 0;
  if (typeof value !== "string") return undefined;
  const word = value.trim().toLowerCase();
  if (word === "true" || word === "1") return true;
  return word === "false" || word === "0" ? false : undefined;
}

function readText(value: JsonValue): string | undefined {
  return typeof value === "string" ? value : undefined;
}
