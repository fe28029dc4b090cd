import type { EvaluateFlagsOptions } from "../flags/call_options.ts";
import type { FlagValue } from "../flags/results.ts";

/** What the methods for one flag take beside its key: the options of `evaluateFlags`, but for `flagKeys`. */
export type SingleFlagOptions = Omit<EvaluateFlagsOptions, "flagKeys">;

/** What `isFeatureEnabled` takes beside the key. */
export interface IsFeatureEnabledOptions extends SingleFlagOptions {
  /** The answer for a flag without a value. Default: undefined is answered. */
  readonly defaultValue?: boolean | undefined;
}

/** The arguments of a method for one flag: the options may stand in place of the distinct id. */
export type SingleFlagArguments<Options = SingleFlagOptions> = [
  key: string,
  distinctIdOrOptions?: string | number | bigint | Options,
  options?: Options,
];

/** The arguments of `getFeatureFlagPayload`. */
export type FlagPayloadArguments = [
  key: string,
  distinctIdOrOptions?: string | number | bigint | SingleFlagOptions,
  matchValue?: FlagValue,
  options?: SingleFlagOptions,
];

/** The arguments of a method for all flags: the options may stand in place of the distinct id. */
export type AllFlagsArguments = [
  distinctIdOrOptions?: string | number | bigint | EvaluateFlagsOptions,
  options?: EvaluateFlagsOptions,
];
