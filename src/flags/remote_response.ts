import { getOwn, isFiniteNumber, isRecord } from "../core/guards.ts";
import { type JsonValue, parseJson } from "../core/json.ts";
import { decodePayload } from "../local_evaluation/evaluation/payloads.ts";

/** One flag as the server evaluated it. */
export interface RemoteFlag {
  /** Whether the flag is on. */
  readonly enabled: boolean;
  /** The variant served. */
  readonly variant: string | undefined;
  /** The decoded payload. */
  readonly payload: JsonValue | undefined;
  /** The server's short word for why. */
  readonly reasonCode: string | undefined;
  /** The server's sentence for why. */
  readonly reasonDescription: string | undefined;
  /** The condition that decided. */
  readonly conditionIndex: number | undefined;
  /** The flag's id. */
  readonly id: number | undefined;
  /** The flag's version. */
  readonly version: number | undefined;
  /** Whether an experiment uses the flag; undefined when the server does not say. */
  readonly hasExperiment: boolean | undefined;
}

/** A `/flags` response. */
export interface RemoteFlags {
  /** The usable records by key. */
  readonly flags: ReadonlyMap<string, RemoteFlag>;
  /** Keys that the server failed to evaluate: neither values nor missing. */
  readonly failedKeys: ReadonlySet<string>;
  /** Whether the server had trouble with some flags; the others are usable. */
  readonly hasComputingErrors: boolean;
  /** Whether the project is over its quota: then there are no flags at all. */
  readonly isQuotaLimited: boolean;
  /** The request's id. */
  readonly requestId: string | undefined;
  /** When the flags were evaluated, in ms since the epoch. */
  readonly evaluatedAt: number | undefined;
  /** The gate of minimal exposure events. */
  readonly minimalFlagCalledEvents: boolean;
}

/** Reads a `/flags` response, version 2 or 1; undefined when it is neither. Odd records are dropped. */
export function parseRemoteFlags(
  text: string | undefined,
): RemoteFlags | undefined {
  const json = parseJson(text);
  if (!isRecord(json)) return undefined;
  const quotaLimited = getOwn(json, "quotaLimited");
  const isQuotaLimited = Array.isArray(quotaLimited) &&
    quotaLimited.includes("feature_flags");
  const failedKeys = new Set<string>();
  const flags = isQuotaLimited
    ? new Map<string, RemoteFlag>()
    : parseFlags(json, failedKeys);
  if (!flags) return undefined;
  return {
    flags,
    failedKeys,
    hasComputingErrors: getOwn(json, "errorsWhileComputingFlags") === true,
    isQuotaLimited,
    requestId: toText(getOwn(json, "requestId")),
    evaluatedAt: toNumber(getOwn(json, "evaluatedAt")),
    minimalFlagCalledEvents: getOwn(json, "minimalFlagCalledEvents") === true,
  };
}

function parseFlags(
  json: object,
  failedKeys: Set<string>,
): Map<string, RemoteFlag> | undefined {
  const records = getOwn(json, "flags");
  if (!isRecord(records)) {
    return records === undefined ? parseVersion1(json) : undefined;
  }
  const flags = new Map<string, RemoteFlag>();
  for (const [key, record] of Object.entries(records)) {
    if (!isRecord(record)) continue;
    const flag = parseFlag(record);
    // A record that failed says "disabled" and means nothing.
    if (getOwn(record, "failed") === true) failedKeys.add(key);
    else if (flag) flags.set(key, flag);
  }
  return flags;
}

function parseFlag(record: object): RemoteFlag | undefined {
  const enabled = getOwn(record, "enabled");
  const variant = getOwn(record, "variant") ?? undefined;
  if (
    typeof enabled !== "boolean" ||
    (variant !== undefined && typeof variant !== "string")
  ) return undefined;
  const reason = toRecord(getOwn(record, "reason"));
  const metadata = toRecord(getOwn(record, "metadata"));
  const hasExperiment = getOwn(metadata, "has_experiment");
  return {
    enabled,
    variant: enabled ? variant : undefined,
    payload: enabled ? toPayload(getOwn(metadata, "payload")) : undefined,
    reasonCode: toText(getOwn(reason, "code")),
    reasonDescription: toText(getOwn(reason, "description")),
    conditionIndex: toNumber(getOwn(reason, "condition_index")),
    id: toNumber(getOwn(metadata, "id")),
    version: toNumber(getOwn(metadata, "version")),
    hasExperiment: typeof hasExperiment === "boolean"
      ? hasExperiment
      : undefined,
  };
}

/** The value of a flag that a list names. */
const ON = true;

/** The older shape: values and payloads in two maps, or the keys of enabled flags in a list. */
function parseVersion1(json: object): Map<string, RemoteFlag> | undefined {
  const values = getOwn(json, "featureFlags");
  const payloads = toRecord(getOwn(json, "featureFlagPayloads"));
  const flags = new Map<string, RemoteFlag>();
  const add = (key: unknown, value: unknown) => {
    if (
      typeof key !== "string" ||
      (typeof value !== "boolean" && typeof value !== "string")
    ) return;
    flags.set(key, {
      enabled: value !== false,
      variant: typeof value === "string" ? value : undefined,
      payload: value === false ? undefined : toPayload(getOwn(payloads, key)),
      reasonCode: undefined,
      reasonDescription: undefined,
      conditionIndex: undefined,
      id: undefined,
      version: undefined,
      hasExperiment: undefined,
    });
  };
  if (Array.isArray(values)) { for (const key of values) add(key, ON); }
  else if (isRecord(values)) {
    for (const [key, value] of Object.entries(values)) {
      add(key, value);
    }
  } else return undefined;
  return flags;
}

/** Absent is undefined. A payload of null arrives as the text `null`; a bare null says that there is none. */
function toPayload(json: unknown): JsonValue | undefined {
  return json === undefined || json === null
    ? undefined
    : decodePayload(json as JsonValue);
}

function toRecord(json: unknown): object {
  return isRecord(json) ? json : {};
}

function toText(json: unknown): string | undefined {
  return typeof json === "string" ? json : undefined;
}

function toNumber(json: unknown): number | undefined {
  return isFiniteNumber(json) ? json : undefined;
}
