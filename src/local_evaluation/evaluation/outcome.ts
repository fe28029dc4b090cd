import type { FlagValue, UnresolvedFlagReason } from "../../flags/results.ts";

/** Why a flag has its value: the server's words. */
export type LocalReason =
  | "super_condition_value"
  | "holdout_condition_value"
  | "condition_match"
  | "out_of_rollout_bound"
  | "no_condition_match"
  | "no_group_type"
  | "flag_disabled";

/** What evaluating one flag from its definition gave. */
export type FlagOutcome =
  | FlagDecision
  /** The flag is not for this SDK or context: absent, and settled. */
  | { readonly kind: "omitted" }
  /** Every condition is about a group that the caller did not pass. */
  | { readonly kind: "missing-group" }
  /** The data at hand can't decide. */
  | Inconclusive
  /** Only the server can decide. */
  | (Doubt & { readonly kind: "requires-server" });

/** Why something can't be told. */
export interface Doubt {
  /** In words. */
  readonly reason: string;
  /** What kind of reason that is. */
  readonly cause: UnresolvedFlagReason;
}

/** A flag that the data at hand can't decide. */
export interface Inconclusive extends Doubt {
  /** Tells the outcomes apart. */
  readonly kind: "inconclusive";
  /** Whether that is in the definitions, whatever the properties are. */
  readonly isFixed?: boolean | undefined;
}

/** A flag that local data decides. */
export interface FlagDecision {
  /** Tells the outcomes apart. */
  readonly kind: "value";
  /** The value. */
  readonly value: FlagValue;
  /** Why. */
  readonly reason: LocalReason;
  /** The index of the condition that decided, where exactly one did. */
  readonly conditionIndex: number | undefined;
}
