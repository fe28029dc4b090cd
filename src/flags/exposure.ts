import { digestText } from "../core/digest.ts";
import type { Evaluation } from "./evaluation.ts";
import { sealMinimalExposure } from "./minimal_exposure.ts";
import type { FlagRecord } from "./record.ts";

/** Captures `$feature_flag_called` for a flag whose value was used, once for each distinct use. Never throws. */
export function captureExposure(
  key: string,
  record: FlagRecord | undefined,
  evaluation: Evaluation,
  isSent: boolean = evaluation.sendsExposures,
): void {
  const { exposures, input, definitions, remote, disableGeoip } = evaluation;
  // A forced value is no exposure: it would count people into an arm that nobody gave them.
  if (!isSent || evaluation.overrides.flags.has(key)) return;
  const { distinctId, groups } = input;
  // Texts as JSON: neither `true` and `"true"`, nor the parts of two keys, can be confused.
  const identity = digestText(JSON.stringify([
    distinctId,
    key,
    record?.value,
    [...groups].map(([type, key]) => JSON.stringify([type, `${key}`])).sort(),
  ]));
  // One synchronous step, so that parallel reads send one event; a hit counts as a use of the entry.
  if (exposures.has(identity)) return;
  exposures.set(identity, null);
  const isLocal = record?.source === "local";
  evaluation.caller.capture({
    event: "$feature_flag_called",
    message: {
      distinctId,
      // What is undefined does not travel.
      properties: {
        $feature_flag: key,
        $feature_flag_response: record?.value,
        [`$feature/${key}`]: record?.value,
        "locally_evaluated": isLocal,
        $feature_flag_id: record?.id,
        $feature_flag_version: record?.flagVersion,
        $feature_flag_reason: record?.description,
        $feature_flag_has_experiment: record?.hasExperiment,
        $feature_flag_request_id: remote?.requestId,
        $feature_flag_evaluated_at: isLocal ? input.now : remote?.evaluatedAt,
        $feature_flag_definitions_loaded_at: isLocal
          ? getLoadedAt(evaluation)
          : undefined,
        $feature_flag_error: listErrors(key, record, evaluation).join() ||
          undefined,
        $device_id: input.deviceId,
      },
      groups: groups.size > 0 ? Object.fromEntries(groups) : undefined,
      disableGeoip,
    },
    // Only with the gate of whoever decided, and only when no experiment is known to need the full event.
    ...(record?.hasExperiment === false &&
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
  const [error = MISSING] = listErrors(key, undefined, evaluation);
  // Where only definitions are asked, any flag is undecided for want of them.
  const isUndecided = onlyEvaluateLocally &&
    (!definitions || undecided.has(key));
  return error === MISSING && isUndecided ? "inconclusive" : error;
}

/** What went wrong about a flag, in a fixed order. */
function listErrors(
  key: string,
  record: FlagRecord | undefined,
  { remote, failure }: Evaluation,
): string[] {
  const hasFailed = remote?.failed.has(key);
  return [
    (remote?.errorsWhileComputingFlags || hasFailed) &&
    "errors_while_computing_flags",
    remote?.quotaLimited && "quota_limited",
    failure,
    !record && !hasFailed && MISSING,
  ].filter((error) => typeof error === "string");
}
