import { isFiniteNumber, isRecord, isText } from "../core/guards.ts";
import { type JsonValue, parseJson } from "../core/json.ts";
import { decodePayload } from "./payloads.ts";
import type { FlagRecord } from "./record.ts";
import { ofType, toPropertyMap } from "./wire.ts";

/** A `/flags` response. */
export interface RemoteFlags {
  /** The usable records by key. */
  readonly flags: ReadonlyMap<string, FlagRecord>;
  /** Keys that the server failed to evaluate: neither values nor missing. */
  readonly failed: ReadonlySet<string>;
  /** Whether the server had trouble with some flags; the others are usable. */
  readonly errorsWhileComputingFlags: boolean;
  /** Whether the project is over its quota: then there are no flags at all. */
  readonly quotaLimited: boolean;
  /** The request's id. */
  readonly requestId: string | undefined;
  /** When the flags were evaluated, in ms since the epoch. */
  readonly evaluatedAt: number | undefined;
  /** The gate of minimal exposure events. */
  readonly minimalFlagCalledEvents: boolean;
}

/** A `/flags` response as it comes: nothing is certain of it. Version 1 has `featureFlags` in place of `flags`. */
interface WireResponse {
  readonly "flags"?: unknown;
  readonly "featureFlags"?: unknown;
  readonly "featureFlagPayloads"?: unknown;
  readonly "quotaLimited"?: unknown;
  readonly "errorsWhileComputingFlags"?: unknown;
  readonly "requestId"?: unknown;
  readonly "evaluatedAt"?: unknown;
  readonly "minimalFlagCalledEvents"?: unknown;
}

/** A flag of version 2. */
interface WireFlag {
  readonly "enabled"?: unknown;
  readonly "variant"?: unknown;
  readonly "failed"?: unknown;
  readonly "reason"?: {
    readonly "code"?: unknown;
    readonly "description"?: unknown;
    readonly "condition_index"?: unknown;
  } | null;
  readonly "metadata"?: {
    readonly "id"?: unknown;
    readonly "version"?: unknown;
    readonly "payload"?: unknown;
    readonly "has_experiment"?: unknown;
  } | null;
}

/** Reads a `/flags` response, version 2 or 1; undefined when it is neither. Odd records are dropped. */
export function parseRemoteFlags(
  text: string | undefined,
): RemoteFlags | undefined {
  const json = parseJson(text);
  if (!isRecord(json)) return undefined;
  const {
    flags: rows,
    featureFlags: values,
    featureFlagPayloads,
    quotaLimited: limits,
    errorsWhileComputingFlags,
    requestId,
    evaluatedAt,
    minimalFlagCalledEvents,
  }: WireResponse = json;
  const quotaLimited = Array.isArray(limits) &&
    limits.includes("feature_flags");
  const isRows = rows !== undefined;
  // Version 1: values and payloads in two maps, or the keys of enabled flags in a list.
  const source = isRows
    ? rows
    : Array.isArray(values)
    ? Object.fromEntries(values.filter(isText).map((key) => [key, true]))
    : values;
  if (!quotaLimited && !isRecord(source)) return undefined;
  const payloads = toPropertyMap(featureFlagPayloads);
  const failed = new Set<string>();
  const flags = new Map<string, FlagRecord>();
  const entries = quotaLimited ? [] : Object.entries(source as object);
  for (const [key, given] of entries) {
    const variant = ofType(given, "string");
    const row: unknown = isRows ? given : {
      enabled: variant !== undefined || given,
      variant,
      metadata: { payload: payloads.get(key) },
    };
    // A row that failed says "disabled" and means nothing.
    if (isRecord(row) && row["failed"] === true) failed.add(key);
    else if (isRecord(row)) addFlag(key, row, flags);
  }
  return {
    flags,
    failed,
    errorsWhileComputingFlags: errorsWhileComputingFlags === true,
    quotaLimited,
    requestId: ofType(requestId, "string"),
    evaluatedAt: toNumber(evaluatedAt),
    minimalFlagCalledEvents: minimalFlagCalledEvents === true,
  };
}

function addFlag(
  key: string,
  { enabled, variant, reason: why, metadata }: WireFlag,
  flags: Map<string, FlagRecord>,
): void {
  if (
    typeof enabled !== "boolean" ||
    typeof (variant ?? "") !== "string"
  ) return;
  const { id, version, payload = null, has_experiment: hasExperiment } =
    metadata ?? {};
  const reason = ofType(why?.code, "string");
  flags.set(key, {
    value: enabled && ((variant ?? true) as string | true),
    // A payload of null arrives as the text `null`; a bare null says that there is none.
    payload: enabled && payload !== null
      ? decodePayload(payload as JsonValue)
      : undefined,
    source: "remote",
    reason,
    description: ofType(why?.description, "string") ?? reason,
    ruleId: toNumber(why?.condition_index),
    flagVersion: toNumber(version),
    id: toNumber(id),
    hasExperiment: ofType(hasExperiment, "boolean"),
  });
}

function toNumber(json: unknown): number | undefined {
  return isFiniteNumber(json) ? json : undefined;
}
