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
  const identity = digest(JSON.stringify([
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

/**
 * 53 bits of a text, to remember it by however long it is: 50,000 of them take less than 4 MiB. One in 10^11 new exposures
 * is mistaken for an old one then.
 */
function digest(text: string): number {
  let high = 0x9e3779b9;
  let low = 0x85ebca6b;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    high = Math.imul(high ^ unit, 0x01000193);
    low = Math.imul(low ^ unit, 0x5bd1e995);
    // Multiplication carries bits up alone.
    low ^= low >>> 15;
  }
  high = Math.imul(high ^ (high >>> 16) ^ low, 0xc2b2ae35);
  low = Math.imul(low ^ (high >>> 13), 0x27d4eb2f);
  return ((high ^ (high >>> 15)) >>> 11) * 2 ** 32 +
    ((low ^ (low >>> 16)) >>> 0);
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
