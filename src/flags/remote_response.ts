import { isFiniteNumber, isRecord, isText } from "../core/guards.ts";
import { type JsonValue, parseJson } from "../core/json.ts";
import { decodePayload } from "./payloads.ts";
import type { FlagRecord } from "./record.ts";
import type { FlagValue } from "./results.ts";
import { buildRule, type WireRule } from "./rule_properties.ts";
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
  /** Whether the server knows version 4, as far as can be seen. */
  readonly isTyped: boolean;
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

/** A flag of version 4, which has a `value`, or of version 2. */
interface WireFlag {
  readonly "value"?: unknown;
  readonly "enabled"?: unknown;
  readonly "variant"?: unknown;
  readonly "failed"?: unknown;
  readonly "reason"?: {
    readonly "code"?: unknown;
    readonly "description"?: unknown;
    readonly "condition_index"?: unknown;
  } | null;
  readonly "metadata"?:
    | (WireRule & {
      readonly "id"?: unknown;
      readonly "version"?: unknown;
      readonly "config_version"?: unknown;
      readonly "payload"?: unknown;
      readonly "has_experiment"?: unknown;
    })
    | null;
}

/** Reads a `/flags` response, version 4, 2 or 1, flag by flag; undefined when it is neither. Odd records are dropped. */
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
  let isTyped = false;
  const entries = quotaLimited ? [] : Object.entries(source as object);
  for (const [key, given] of entries) {
    const variant = ofType(given, "string");
    const row: unknown = isRows ? given : {
      enabled: variant !== undefined || given,
      variant,
      metadata: { payload: payloads.get(key) },
    };
    if (!isRecord(row)) continue;
    const isTypedRow = Object.hasOwn(row, "value");
    isTyped ||= isTypedRow;
    // A row that failed says "disabled" and means nothing.
    if (row["failed"] === true) failed.add(key);
    else {
      const record = buildRecord(row, isTypedRow);
      if (record) flags.set(key, record);
    }
  }
  return {
    flags,
    failed,
    errorsWhileComputingFlags: errorsWhileComputingFlags === true,
    quotaLimited,
    requestId: ofType(requestId, "string"),
    evaluatedAt: toNumber(evaluatedAt),
    minimalFlagCalledEvents: minimalFlagCalledEvents === true,
    isTyped,
  };
}

/** False for an odd record of version 2. One of version 4 is off then: nothing else that it says counts. */
function buildRecord(row: WireFlag, isTyped: boolean): FlagRecord | false {
  const { value, enabled, variant, reason: why } = row;
  const metadata = row.metadata ?? {};
  const {
    id,
    version,
    config_version: typedVersion,
    payload = null,
    has_experiment: hasExperiment,
    rule_type: ruleType,
    rule_id: ruleId,
    variant_key: variantKey,
    experiment_id: experimentId,
  } = metadata;
  const given = isTyped ? value ?? false : enabled && (variant ?? true);
  // Such a value is the payload of a flag that is on.
  const isData = isRecord(given) || isFiniteNumber(given);
  const isSound = isTyped
    ? (isData || typeof given === "boolean" || isText(given)) &&
      areLike(0, [id, version, typedVersion, experimentId]) &&
      areLike("", [why?.code, ruleType, ruleId, variantKey]) &&
      areLike(isTyped, [hasExperiment])
    : typeof enabled === "boolean" && areLike("", [variant]);
  const source = "remote";
  if (!isSound) return isTyped && { value: false, source };
  const reason = ofType(why?.code, "string");
  const configVersion = isTyped ? toNumber(typedVersion) : 1;
  const rule = configVersion === 2
    ? buildRule(reason, metadata, value)
    : undefined;
  // A payload of null arrives as the text `null`; a bare null says that there is none.
  const stored = isData ? given : given === false ? null : payload;
  return {
    value: isData || given as FlagValue,
    payload: stored === null ? undefined : decodePayload(stored as JsonValue),
    source,
    reason,
    description: rule
      ? undefined
      : ofType(why?.description, "string") ?? reason,
    ruleId: toNumber(why?.condition_index),
    flagVersion: toNumber(version),
    configVersion,
    id: toNumber(id),
    hasExperiment: ofType(hasExperiment, "boolean"),
    rule,
  };
}

/** Whether each of them is absent, or of the sample's type. */
function areLike(sample: unknown, values: readonly unknown[]): boolean {
  return values.every((value) => typeof (value ?? sample) === typeof sample);
}

function toNumber(json: unknown): number | undefined {
  return isFiniteNumber(json) ? json : undefined;
}
