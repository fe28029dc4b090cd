import { digestText } from "../core/digest.ts";
import { isText } from "../core/guards.ts";
import type { Evaluation } from "./evaluation.ts";
import { sealMinimalExposure } from "./minimal_exposure.ts";
import type { FlagRecord } from "./record.ts";
import { type RuleRecord, SPLIT_PROPERTIES } from "./rule_properties.ts";

/**
 * Captures `$feature_flag_called` for a flag whose value was used, once for each distinct use, and beside it
 * `$experiment_exposure` where an experiment gave the value. Never throws.
 */
export function captureExposure(
  key: string,
  record: FlagRecord | undefined,
  evaluation: Evaluation,
  isSent: boolean = evaluation.sendsExposures,
): void {
  // A forced value is no exposure: it would count people into an arm that nobody gave them.
  if (!isSent || evaluation.overrides.flags.has(key)) return;
  captureOnce(key, record, evaluation);
  if (record?.rule?.split) {
    captureOnce(key, record, evaluation, record.rule.split);
  }
}

/** @param split That of `$experiment_exposure`; undefined for `$feature_flag_called`. */
function captureOnce(
  key: string,
  record: FlagRecord | undefined,
  evaluation: Evaluation,
  split?: RuleRecord["split"],
): void {
  const { exposures, input, definitions, remote, disableGeoip } = evaluation;
  const { distinctId, groups } = input;
  // Texts as JSON: neither `true` and `"true"`, nor the parts of two keys, can be confused.
  const identity = digestText(JSON.stringify([
    distinctId,
    key,
    record?.value,
    [...groups].map(([type, key]) => JSON.stringify([type, `${key}`])).sort(),
    split,
  ]));
  // One synchronous step, so that parallel reads send one event; a hit counts as a use of the entry.
  if (exposures.has(identity)) return;
  exposures.set(identity, null);
  const isLocal = record?.source === "local";
  evaluation.caller.capture({
    event: split ? "$experiment_exposure" : "$feature_flag_called",
    message: {
      distinctId,
      // What is undefined does not travel.
      properties: {
        $feature_flag: key,
        $feature_flag_response: record?.value,
        "locally_evaluated": isLocal,
        $feature_flag_id: record?.id,
        $feature_flag_version: record?.flagVersion,
        ...record?.rule?.properties,
        $feature_flag_request_id: remote?.requestId,
        $feature_flag_evaluated_at: isLocal ? input.now : remote?.evaluatedAt,
        $device_id: input.deviceId,
        ...(split ? SPLIT_PROPERTIES : {
          [`$feature/${key}`]: record?.value,
          $feature_flag_reason: record?.description,
          $feature_flag_has_experiment: record?.hasExperiment,
          $feature_flag_definitions_loaded_at: isLocal
            ? getLoadedAt(evaluation)
            : undefined,
          $feature_flag_error: listErrors(key, record, evaluation).join() ||
            undefined,
        }),
      },
      groups: groups.size > 0 ? Object.fromEntries(groups) : undefined,
      disableGeoip,
    },
    // Only with the gate of whoever decided, and only when no experiment is known to need the full event.
    ...(!split && record?.hasExperiment === false &&
      (isLocal ? definitions : remote)?.minimalFlagCalledEvents &&
      { seal: sealMinimalExposure }),
  });
}

/** When the definitions of an evaluation were loaded, in ms. */
export function getLoadedAt(
  evaluation: Evaluation | undefined,
): number | undefined {
  const { fetchedAt, loadedAt } = evaluation?.definitions ?? {};
  return fetchedAt ?? loadedAt;
}

const MISSING = "flag_missing";

/** Why a flag has no value, in one word, for `detail`. */
export function explainAbsence(
  key: string,
  evaluation: Evaluation,
): string {
  const { omitted, undecided, definitions, onlyEvaluateLocally } = evaluation;
  if (omitted.has(key)) return MISSING;
  // Where only definitions are asked, any flag is undecided for want of them.
  const isUndecided = onlyEvaluateLocally &&
    (!definitions || undecided.has(key));
  return listFailures(key, evaluation).find(isText) ??
    (isUndecided ? "inconclusive" : MISSING);
}

/** What went wrong about a flag, in a fixed order. */
function listErrors(
  key: string,
  record: FlagRecord | undefined,
  evaluation: Evaluation,
): string[] {
  const { remote, undecided } = evaluation;
  return [
    ...listFailures(key, evaluation),
    !record &&
    (undecided.has(key)
      ? "local_evaluation_inconclusive"
      : !remote?.failed.has(key) && MISSING),
  ].filter(isText);
}

/** What went wrong with the request, as far as that flag is concerned; what is no text did not. */
function listFailures(
  key: string,
  { remote, failure }: Evaluation,
): unknown[] {
  return [
    (remote?.errorsWhileComputingFlags || remote?.failed.has(key)) &&
    "errors_while_computing_flags",
    remote?.quotaLimited && "quota_limited",
    failure,
  ];
}
