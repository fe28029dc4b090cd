import type {
  CaptureMessage,
  EvaluateFlagsOptions,
  PostHogOptions,
} from "edgehog";
import { isRecord } from "../../../src/core/guards.ts";
import {
  type Fields,
  readBoolean,
  readNumber,
  readObject,
  readObjectOf,
  readText,
  requireText,
} from "./fields.ts";

/** The contract's default where a call says nothing. */
const FLUSH_INTERVAL_MS = 500;

/** Reads the client's options from `/init`. The suites expect GeoIP and plain bodies unless they ask otherwise. */
export function toClientOptions(fields: Fields): PostHogOptions {
  return {
    host: requireText(fields, "host"),
    flushAt: readNumber(fields, "flush_at"),
    flushInterval: readNumber(fields, "flush_interval_ms") ?? FLUSH_INTERVAL_MS,
    fetchRetryCount: readNumber(fields, "max_retries"),
    disableCompression: !(readBoolean(fields, "enable_compression") ?? false),
    disableGeoip: readBoolean(fields, "disable_geoip") ?? false,
    historicalMigration: readBoolean(fields, "historical_migration"),
  };
}

/** Reads the event of `/capture` or `/capture_ai`. */
export function toCaptureMessage(fields: Fields): CaptureMessage {
  return {
    distinctId: requireText(fields, "distinct_id"),
    event: requireText(fields, "event"),
    properties: readObject(fields, "properties"),
    // Checked by the client alone.
    options: readObject(fields, "options") as CaptureMessage["options"],
    timestamp: readText(fields, "timestamp"),
    uuid: readText(fields, "uuid"),
  };
}

/** Reads whom `/get_feature_flag` is about. `force_remote` says nothing new: no client here has definitions. */
export function toEvaluation(fields: Fields): EvaluateFlagsOptions {
  return {
    distinctId: requireText(fields, "distinct_id"),
    personProperties: readObject(fields, "person_properties"),
    groups: readObjectOf(fields, "groups", isGroupKey),
    groupProperties: readObjectOf(fields, "group_properties", isRecord),
    disableGeoip: readBoolean(fields, "disable_geoip") ?? false,
  };
}

function isGroupKey(value: unknown): value is string | number {
  return typeof value === "string" || typeof value === "number";
}
