import type { Caller } from "../client/host.ts";
import type {
  EventPreparation,
  SendFeatureFlagsOptions,
} from "../core/event.ts";
import { warnOfForeignNames } from "../core/foreign_names.ts";
import { describeType, isRecord } from "../core/guards.ts";
import { toJsonObject } from "../core/json.ts";
import type { Reporter } from "../core/reporter.ts";
import { type ClientFlags, evaluate, readEvaluation } from "./evaluator.ts";

/** Evaluates what the member `sendFeatureFlags` of a captured message asks for, without an exposure. */
export function prepareEventFlags(
  caller: Caller,
  message: Readonly<Record<string, unknown>>,
  flags: ClientFlags,
): EventPreparation | undefined {
  const given = readSendFeatureFlags(message, flags.host.reporter);
  return given && {
    // Definitions, digests and the request for the rest: each has the time of one.
    withinMs: 3 * flags.options.featureFlagsRequestTimeoutMs,
    async evaluate({ distinctId, properties }, disableGeoip) {
      // An event is not worth a request where definitions are at hand.
      const onlyEvaluateLocally = given.onlyEvaluateLocally ??
        (flags.local?.isReady() || undefined);
      const snapshot = await evaluate(
        flags,
        readEvaluation(flags, caller, distinctId, {
          ...given,
          onlyEvaluateLocally,
          groups: properties["$groups"],
          disableGeoip,
        }),
      );
      return snapshot.toEventProperties();
    },
  };
}

/** Undefined where no flags are to be evaluated. */
function readSendFeatureFlags(
  message: Readonly<Record<string, unknown>>,
  reporter: Reporter,
): SendFeatureFlagsOptions | undefined {
  const { event, flags, sendFeatureFlags: given } = message;
  // An exposure is about one flag: PostHog would count the others as seen, too.
  if (event === "$feature_flag_called") return undefined;
  if (given !== true && !isRecord(given)) {
    const type = describeType(given);
    reporter.warn(
      `Cannot use 'sendFeatureFlags': expected a boolean or an object, got ${type}`,
    );
    return undefined;
  }
  reporter.warn(
    "'sendFeatureFlags' is deprecated: pass the result of 'evaluateFlags' as 'flags'",
    "sendFeatureFlags",
  );
  if (flags !== undefined && flags !== null) {
    reporter.warn("Cannot use 'sendFeatureFlags' beside 'flags', which wins");
    return undefined;
  }
  if (given === true) return {};
  warnOfForeignNames(reporter, given);
  const { onlyEvaluateLocally, personProperties, groupProperties, flagKeys } =
    given;
  // Copied, since they are read after the call; what of them can be used, the evaluation finds out.
  return toJsonObject({
    onlyEvaluateLocally,
    personProperties,
    groupProperties,
    flagKeys,
  });
}
