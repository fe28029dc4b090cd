import { isNonBlank, isText } from "../core/guards.ts";

/** What `/flags` says of the rule that decided a flag; nothing is certain of it. */
export interface WireRule {
  readonly "rule_type"?: unknown;
  readonly "rule_id"?: unknown;
  readonly "variant_key"?: unknown;
  readonly "experiment_id"?: unknown;
}

/** What the exposures of a flag whose configuration is of version 2 say of the rule that decided. */
export interface RuleRecord {
  /** Properties of every exposure. */
  readonly properties: Readonly<Record<string, unknown>>;
  /** The rule and the variant, where an experiment split people: uses are told of as such, too. */
  readonly split: readonly [rule: unknown, variant: unknown] | false;
}

/** What `$experiment_exposure` has beside them. */
export const SPLIT_PROPERTIES = { "$experiment_exposure_source": "sdk" };

/**
 * Builds a {@linkcode RuleRecord} of a flag with that value: the rule is named whole or not at all.
 *
 * @see https://github.com/PostHog/posthog-sdk-test-harness, feature_flag_rules_v2. Parity: posthog-js names the variant.
 */
export function buildRule(
  code: string | undefined,
  {
    rule_type: type,
    rule_id: id,
    variant_key: variant,
    experiment_id: experiment,
  }: WireRule,
  value: unknown,
): RuleRecord {
  const isSplit = code === "experiment_split" && type === "experiment" &&
    isNonBlank(id) && isNonBlank(variant);
  const isRelease = code === "targeting_match" && isNonBlank(id) &&
    (type === "targeted_release" || type === "percentage_rollout");
  return {
    properties: {
      $feature_flag_config_version: 2,
      $feature_flag_reason_code: code,
      ...((isSplit || isRelease) && {
        $feature_flag_rule_id: id,
        $feature_flag_rule_type: type,
      }),
      ...(isSplit && {
        $feature_flag_variant_key: variant,
        $feature_flag_experiment_id: Number.isInteger(experiment)
          ? experiment
          : undefined,
      }),
    },
    // Nothing else is counted as an arm.
    split: isSplit &&
      (typeof value === "boolean" || (isText(value) && value !== "")) &&
      [id, variant],
  };
}
