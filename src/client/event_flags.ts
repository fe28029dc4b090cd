import type { EvaluateEventFlags } from "../events/preparation.ts";
import type { FlagMethods } from "../flags/types.ts";

/** What of the flag methods an event's flags take. */
export type EventFlagMethods = Pick<
  FlagMethods,
  "evaluateFlags" | "isLocalEvaluationReady"
>;

/** Creates what evaluates the flags of an event that was captured with `sendFeatureFlags`. No exposure. */
export function createEventFlags(
  methods: () => EventFlagMethods,
): EvaluateEventFlags {
  return async ({ distinctId, groups, disableGeoip, options }) => {
    const { evaluateFlags, isLocalEvaluationReady } = methods();
    const flags = await evaluateFlags(distinctId, {
      ...options,
      groups,
      disableGeoip,
      // An event is not worth a request where definitions are at hand.
      onlyEvaluateLocally: options.onlyEvaluateLocally ??
        (isLocalEvaluationReady() || undefined),
    });
    return flags.toEventProperties();
  };
}
