import { getOwn, isRecord } from "../../core/guards.ts";
import type { JsonValue } from "../../core/json.ts";
import { isHashable } from "./bucketing.ts";
import { toText } from "./text.ts";
import type { EvaluationGroup, EvaluationInput } from "./types.ts";
import { toPropertyMap } from "./wire.ts";

/** What a caller, or a `/flags` request, says about whom it asks for; everything raw. */
export interface RawEvaluationInput {
  /** The distinct id. */
  readonly distinctId: string;
  /** The device id. Default: the person property `$device_id`. */
  readonly deviceId?: unknown;
  /** Person properties. */
  readonly personProperties?: unknown;
  /** Group type to group key. */
  readonly groups?: unknown;
  /** Group type to group properties. */
  readonly groupProperties?: unknown;
  /** The application's evaluation contexts. */
  readonly evaluationContexts?: readonly string[] | undefined;
  /** The moment of the evaluation, in ms since the epoch. */
  readonly now: number;
}

/** Builds an {@linkcode EvaluationInput}: wire forms, `distinct_id` and `$group_key` filled in. Total. */
export function buildEvaluationInput(raw: RawEvaluationInput): EvaluationInput {
  const personProperties = toPropertyMap(raw.personProperties);
  const deviceId = findDeviceId(
    raw.deviceId,
    personProperties.get("$device_id"),
  );
  // The caller's own wins. It is added for local matching only: the server has its own.
  if (!personProperties.has("distinct_id")) {
    personProperties.set("distinct_id", raw.distinctId.toWellFormed());
  }
  return {
    distinctId: raw.distinctId,
    deviceId,
    personProperties,
    groups: buildGroups(raw.groups, raw.groupProperties),
    evaluationContexts: new Set(raw.evaluationContexts),
    now: raw.now,
  };
}

/** Whether a group key can stand for a group: a non-empty text or a finite number. */
export function isGroupKey(key: unknown): key is string | number {
  return typeof key === "string" ? key !== "" : Number.isFinite(key);
}

/** Properties of a type without a usable key are ignored. */
function buildGroups(
  keys: unknown,
  properties: unknown,
): ReadonlyMap<string, EvaluationGroup> {
  const groups = new Map<string, EvaluationGroup>();
  for (const [groupType, key] of toPropertyMap(keys)) {
    if (!isGroupKey(key)) continue;
    const own = toPropertyMap(
      isRecord(properties) ? getOwn(properties, groupType) : undefined,
    );
    if (!own.has("$group_key")) own.set("$group_key", key);
    groups.set(groupType, {
      key,
      bucketingValue: toBucketingValue(key),
      properties: own,
    });
  }
  return groups;
}

function toBucketingValue(key: string | number): string | undefined {
  const text = toText(key);
  return text !== undefined && isHashable(text) ? text : undefined;
}

function findDeviceId(
  given: unknown,
  property: JsonValue | undefined,
): string | undefined {
  for (const candidate of [given, property]) {
    if (typeof candidate === "string" && candidate !== "") return candidate;
  }
  return undefined;
}
