import { createBoundedMap } from "../core/bounded_map.ts";
import type { EventSink } from "../core/event.ts";
import type { JsonObject } from "../core/json.ts";
import { MINIMAL_EXPOSURE_PROPERTIES } from "./minimal_exposure.ts";
import { type FlagRecord, toFlagValue } from "./record.ts";

/** What the exposures of one evaluation have in common, as it was when the snapshot was made. */
export interface ExposureContext {
  /** Where the events go. */
  readonly sink: EventSink;
  /** Whom the flags were evaluated for. */
  readonly distinctId: string;
  /** Group type to group key. */
  readonly groups: Readonly<Record<string, string | number>>;
  /** The device id used. */
  readonly deviceId: string | undefined;
  /** The call's `disableGeoip`; undefined: the client's. */
  readonly disableGeoip: boolean | undefined;
  /** When local flags were evaluated, in ms since the epoch. */
  readonly evaluatedAt: number;
  /** When the definitions were loaded, in ms since the epoch. */
  readonly definitionsLoadedAt: number | undefined;
  /** The gate of minimal events for local flags. */
  readonly isMinimalLocally: boolean;
  /** The `/flags` response, if one was received. */
  readonly remote: RemoteContext | undefined;
  /** What the `/flags` request failed with. */
  readonly failure: string | undefined;
  /** Knows the flags that the application overrides. */
  readonly overrides: Pick<ReadonlySet<string>, "has">;
  /** Flags that are settled without a value. */
  readonly omitted: ReadonlySet<string>;
  /**
   * Flags that definitions could not decide where only they were asked; undefined: any flag, for want of
   * definitions.
   */
  readonly undecided: ReadonlySet<string> | undefined;
}

/** What a `/flags` response says about all of its flags. */
export interface RemoteContext {
  /** The request's id. */
  readonly requestId: string | undefined;
  /** When the flags were evaluated, in ms since the epoch. */
  readonly evaluatedAt: number | undefined;
  /** Whether the server had trouble with some flags. */
  readonly hasComputingErrors: boolean;
  /** Whether the project is over its quota. */
  readonly isQuotaLimited: boolean;
  /** The gate of minimal events. */
  readonly minimalFlagCalledEvents: boolean;
  /** Keys that the server failed to evaluate. */
  readonly failedKeys: ReadonlySet<string>;
}

/** Emits `$feature_flag_called`, once for each distinct use. */
export interface ExposureTracker {
  /** Tells that a flag's value was used; `record` is undefined where there is none. Never throws. */
  track(
    key: string,
    record: FlagRecord | undefined,
    context: ExposureContext,
  ): void;
  /** Forgets what was sent. */
  clear(): void;
}

/** Creates an {@linkcode ExposureTracker} that remembers `limit` exposures; the oldest goes, one by one. */
export function createExposureTracker(
  limit: number,
  isEnabled: boolean,
): ExposureTracker {
  const seen = createBoundedMap<string, null>(limit);
  return {
    track(key, record, context) {
      // A forced value is no exposure: it would count people into an arm that nobody gave them.
      if (!isEnabled || context.overrides.has(key)) return;
      const identity = buildIdentity(key, record, context);
      // One synchronous step, so that parallel reads send one event; a hit counts as a use of the entry.
      if (seen.has(identity)) return;
      seen.set(identity, null);
      const { sink, distinctId, groups, disableGeoip } = context;
      sink.capture({
        event: "$feature_flag_called",
        distinctId,
        properties: buildProperties(key, record, context),
        ...(Object.keys(groups).length > 0 && { groups }),
        ...(disableGeoip !== undefined && { disableGeoip }),
        ...(isMinimal(record, context) &&
          { allowedProperties: MINIMAL_EXPOSURE_PROPERTIES }),
      });
    },
    clear: () => seen.clear(),
  };
}

/** A tuple as JSON: neither `true` and `"true"`, nor the parts of two keys, can be confused. */
function buildIdentity(
  key: string,
  record: FlagRecord | undefined,
  { distinctId, groups }: ExposureContext,
): string {
  const response = record ? [toFlagValue(record)] : [];
  const pairs = Object.entries(groups).map((
    [type, groupKey],
  ) => [type, String(groupKey)]);
  return JSON.stringify([
    distinctId,
    key,
    response,
    pairs.sort(([a = ""], [b = ""]) => a < b ? -1 : 1),
  ]);
}

function buildProperties(
  key: string,
  record: FlagRecord | undefined,
  context: ExposureContext,
): JsonObject {
  const { remote, deviceId } = context;
  const isLocal = record?.source === "local";
  const error = listErrors(key, record, context).join(",");
  const evaluatedAt = isLocal ? context.evaluatedAt : remote?.evaluatedAt;
  return {
    $feature_flag: key,
    ...(record &&
      {
        $feature_flag_response: toFlagValue(record),
        [`$feature/${key}`]: toFlagValue(record),
      }),
    locally_evaluated: isLocal,
    ...(record?.id !== undefined && { $feature_flag_id: record.id }),
    ...(record?.version !== undefined &&
      { $feature_flag_version: record.version }),
    ...(record?.exposureReason !== undefined &&
      { $feature_flag_reason: record.exposureReason }),
    ...(record?.hasExperiment !== undefined &&
      { $feature_flag_has_experiment: record.hasExperiment }),
    ...(remote?.requestId !== undefined &&
      { $feature_flag_request_id: remote.requestId }),
    ...(evaluatedAt !== undefined &&
      { $feature_flag_evaluated_at: evaluatedAt }),
    ...(isLocal && context.definitionsLoadedAt !== undefined &&
      { $feature_flag_definitions_loaded_at: context.definitionsLoadedAt }),
    ...(error !== "" && { $feature_flag_error: error }),
    ...(deviceId !== undefined && { $device_id: deviceId }),
  };
}

const MISSING = "flag_missing";

/** Why a flag has no value, in one word, for `detail`. */
export function explainAbsence(key: string, context: ExposureContext): string {
  const { omitted, undecided } = context;
  if (omitted.has(key)) return MISSING;
  const [error = MISSING] = listErrors(key, undefined, context);
  const isUndecided = undecided === undefined || undecided.has(key);
  return error === MISSING && isUndecided ? "inconclusive" : error;
}

/** What went wrong about a flag, in a fixed order. */
function listErrors(
  key: string,
  record: FlagRecord | undefined,
  { remote, failure }: ExposureContext,
): string[] {
  const hasFailed = remote?.failedKeys.has(key) === true;
  const errors: string[] = [];
  if (remote?.hasComputingErrors || hasFailed) {
    errors.push("errors_while_computing_flags");
  }
  if (remote?.isQuotaLimited) errors.push("quota_limited");
  if (failure !== undefined) errors.push(failure);
  if (!record && !hasFailed) errors.push(MISSING);
  return errors;
}

/** Only with the gate of whoever decided, and only when no experiment is known to need the full event. */
function isMinimal(
  record: FlagRecord | undefined,
  { isMinimalLocally, remote }: ExposureContext,
): boolean {
  if (record?.hasExperiment !== false) return false;
  return record.source === "local"
    ? isMinimalLocally
    : remote?.minimalFlagCalledEvents === true;
}
