import { countBytes } from "../core/bytes.ts";
import { describeType, isFiniteNumber, isText } from "../core/guards.ts";
import type { JsonObject, JsonValue } from "../core/json.ts";
import type { Reporter } from "../core/reporter.ts";
import type { EventText } from "./delivery.ts";

/** What stands behind an event's properties in v1, mostly. */
const WITHOUT_OPTIONS = '},"options":{}}';

/** A JSON object; a member that is undefined is not there. */
type Members = Partial<JsonObject>;

/** An option that PostHog knows. */
type KnownOption = readonly [
  /** What v0 has for it. */
  property: string,
  /** What v1 calls it. */
  name: string,
  /** The value that PostHog takes; undefined where there is none. */
  read: (value: JsonValue | undefined) => JsonValue | undefined,
];

/** The options that PostHog knows. */
const EVENT_OPTIONS: readonly KnownOption[] = [
  ["$process_person_profile", "process_person_profile", readBoolean],
  ["$cookieless_mode", "cookieless_mode", readBoolean],
  ["$ignore_sent_at", "disable_skew_correction", readBoolean],
  ["$product_tour_id", "product_tour_id", readText],
];

function readText(value: JsonValue | undefined): string | undefined {
  return isText(value) ? value : undefined;
}

function readBoolean(value: JsonValue | undefined): boolean | undefined {
  if (typeof value === "boolean") return value;
  if (isFiniteNumber(value)) return value !== 0;
  if (!isText(value)) return undefined;
  const [word, yes] = /^(true|1)$|^(?:false|0)$/i.exec(value.trim()) ?? [];
  return word === undefined ? undefined : yes !== undefined;
}

/**
 * Serializes an event, once for all who read it: `text` is what applications and their transports see, `wire` is where the
 * client's protocol has it differently. Takes members out of `properties`. Tells once of values whose type PostHog refuses.
 *
 * An option goes before the property of the same meaning. v0 has it as that property, and tells of those that it has not.
 * In v1 it is sent as it is, and the property becomes an option; one of the wrong type would make the server drop the event,
 * and is left out. There session and window move to the root, and what the server derives is left out.
 *
 * @param root The members beside `properties` and `options`.
 * @see PostHog's capture v1 protocol (spec/capture.md 5.4)
 */
export function serializeEvent(
  root: JsonObject,
  properties: Members,
  options: JsonObject,
  captureMode: "v0" | "v1",
  reporter: Pick<Reporter, "debug" | "warn">,
): Pick<EventText, "text" | "bytes" | "wire"> {
  const isV1 = captureMode === "v1";
  const hasOptions = Object.keys(options).length > 0;
  const moved: Members = {};
  const take = (name: string) => {
    const value = properties[name];
    if (value !== undefined) {
      moved[name] = value;
      // What is deleted makes everything after it slow.
      properties[name] = undefined;
    }
    return value;
  };
  const warnOnce = (text: string) => reporter.warn(text, text);
  // The server knows these two from the header `PostHog-Sdk-Info`.
  take("$lib");
  take("$lib_version");
  // Parity: `$create_alias` repeats its id in the properties for v0 alone.
  if (properties["distinct_id"] === root["distinct_id"]) take("distinct_id");
  const lifted: Members = { ...options };
  const outer: Record<string, unknown> = { options: lifted };
  for (const name of ["session_id", "window_id"]) {
    const property = `$${name}`;
    const value = take(property);
    if (isText(value)) outer[name] = value;
    else if (isV1 && value !== undefined) {
      // It would cost the whole batch.
      moved[property] = undefined;
      warnOnce(
        `Cannot use '${property}': expected a string, got ${
          describeType(value)
        }`,
      );
    }
  }
  const folded: Members = {};
  for (const [property, name, read] of EVENT_OPTIONS) {
    const { [name]: option } = options;
    const value = take(property);
    // Most events have none.
    if (option === undefined && value === undefined) continue;
    if (option !== read(option)) {
      warnOnce(`PostHog may drop an event whose '${name}' is of another type`);
    }
    folded[property] = option ?? value;
    if (isV1) lifted[name] ??= read(value);
    else delete lifted[name];
  }
  const own = JSON.stringify(properties).slice(0, -1);
  const head = `${JSON.stringify(root).slice(0, -1)},"properties":${own}`;
  const close = (members: object) => {
    const inner = JSON.stringify(members).slice(1);
    return own === "{" || inner === "}" ? inner : `,${inner}`;
  };
  const text = head + close(moved) +
    (hasOptions ? `,"options":${JSON.stringify(options)}}` : "}");
  let instead: string | undefined;
  if (isV1) {
    instead = `},${JSON.stringify(outer).slice(1)}`;
    // One text for all of these.
    if (instead === WITHOUT_OPTIONS) instead = WITHOUT_OPTIONS;
  } else if (hasOptions) {
    instead = `${close({ ...moved, ...folded })}}`;
    const names = Object.keys(lifted).join();
    if (names) reporter.debug(`v0 has no option for ${names}`);
  }
  return {
    text,
    bytes: countBytes(text),
    wire: instead ? [head.length, instead] : undefined,
  };
}
