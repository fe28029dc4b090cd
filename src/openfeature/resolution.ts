import { isFiniteNumber, isNonBlank, isObject } from "../core/guards.ts";
import type { LocalFlags } from "../flags/local.ts";
import type { FlagDetail } from "../flags/results.ts";
import type { ResolutionDetailsLike } from "./types.ts";

/** A flag as a snapshot knows it: whether it is on, and all else. */
export type Detail = FlagDetail<boolean>;

/** Reads a value of one type; undefined where the flag has none. */
export type ReadValue = (detail: Detail) => unknown;

/** Parity: PostHog's own providers, but that a number may also stand in the payload. */
export const READ: Readonly<
  Record<"boolean" | "string" | "number" | "object", ReadValue>
> = {
  boolean: ({ value }) => value,
  string: ({ variant }) => variant,
  number({ variant, payload }) {
    const given = isNonBlank(variant) ? Number(variant) : undefined;
    return [given, payload].find(isFiniteNumber);
  },
  object: ({ payload }) => isObject(payload) ? payload : undefined,
};

/** PostHog's words for why, in OpenFeature's. */
const REASONS: ReadonlyMap<string | undefined, string> =
  /* @__PURE__ */ new Map(
    [
      ["condition_match", "TARGETING_MATCH"],
      ["super_condition_value", "TARGETING_MATCH"],
      ["holdout_condition_value", "SPLIT"],
      ["out_of_rollout_bound", "SPLIT"],
      ["no_condition_match", "DEFAULT"],
      ["no_group_type", "DEFAULT"],
      ["flag_disabled", "DISABLED"],
      ["override", "STATIC"],
      // Of flags with rules.
      ["targeting_match", "TARGETING_MATCH"],
      ["experiment_split", "SPLIT"],
      ["rollout_miss", "SPLIT"],
      ["holdout", "SPLIT"],
      ["experiment_paused", "DEFAULT"],
      ["no_rule_match", "DEFAULT"],
      ["missing_group_key", "DEFAULT"],
    ],
  );

/** A resolution without a value. */
export function fail<Value>(
  value: Value,
  errorCode: string,
  errorMessage: string,
): ResolutionDetailsLike<Value> {
  return { value, reason: "ERROR", errorCode, errorMessage };
}

/** What a snapshot says of a flag, as OpenFeature says it. */
export function resolve<Value>(
  key: string,
  defaultValue: Value,
  detail: Detail,
  read: ReadValue,
  local: LocalFlags | undefined,
): ResolutionDetailsLike<Value> {
  const { value: isOn, variant, source, flagVersion, reason = "" } = detail;
  if (source === "default") {
    return reason === "flag_missing"
      ? fail(defaultValue, "FLAG_NOT_FOUND", "There is no such flag")
      : fail(defaultValue, "GENERAL", reason);
  }
  const found = read(detail);
  const details = {
    ...(variant !== undefined && { variant }),
    flagMetadata: {
      source,
      ...(flagVersion !== undefined && { flagVersion }),
    },
  };
  if (found === undefined && isOn) {
    return {
      ...fail(defaultValue, "TYPE_MISMATCH", "The flag has no such value"),
      ...details,
    };
  }
  const word = REASONS.get(reason) ?? "UNKNOWN";
  return {
    // The flag has it of the type that was read.
    value: (found ?? defaultValue) as Value,
    ...details,
    reason: source === "local" && local?.state === "stale"
      ? "STALE"
      // One that is off has a value of no other type: that is no fault.
      : found === undefined && word !== "DISABLED"
      ? "DEFAULT"
      : reason === "condition_match" && isSplit(key, detail, local)
      ? "SPLIT"
      : word,
  };
}

/** Whether a bucket let the person in, or chose the variant. PostHog does not say so of what it evaluated: there a variant stands for it. */
function isSplit(
  key: string,
  { variant, source, ruleId }: Detail,
  local: LocalFlags | undefined,
): boolean {
  const condition = source === "local"
    ? local?.list([key])[0]?.conditions[ruleId ?? -1]
    : undefined;
  return condition
    ? condition.percentage < 100 || condition.fixedValue === undefined
    : variant !== undefined;
}
