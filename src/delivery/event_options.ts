import { isFiniteNumber, isText } from "../core/guards.ts";
import type { JsonValue } from "../core/json.ts";

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
export const EVENT_OPTIONS: readonly KnownOption[] = [
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
