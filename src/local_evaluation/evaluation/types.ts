import type { JsonValue } from "../../core/json.ts";

/** A flag's value: on or off, or a variant's key. */
export type FlagValue = boolean | string;

/** Properties in the form that a remote request would carry. */
export type PropertyMap = ReadonlyMap<string, JsonValue>;

/** A group that a caller passed with a usable key. */
export interface EvaluationGroup {
  /** The key as the caller gave it: a non-empty text or a finite number. */
  readonly key: string | number;
  /** The key as text: what is hashed; undefined when it has no certain text or is too long to be hashed. */
  readonly bucketingValue: string | undefined;
  /** The group's properties, `$group_key` included. */
  readonly properties: PropertyMap;
}

/** Whom flags are evaluated for: one call's inputs, in wire form. */
export interface EvaluationInput {
  /** The distinct id, as the caller gave it; it is cut for hashing only. */
  readonly distinctId: string;
  /** The device id, where one is known. */
  readonly deviceId: string | undefined;
  /** Person properties, `distinct_id` included. */
  readonly personProperties: PropertyMap;
  /** Group type name to group: only those with a usable key. */
  readonly groups: ReadonlyMap<string, EvaluationGroup>;
  /** The application's evaluation contexts; empty: flags are not filtered. */
  readonly evaluationContexts: ReadonlySet<string>;
  /** The moment of the evaluation, in ms since the epoch: the same for all passes. */
  readonly now: number;
}

/** Why a flag has its value: the server's words. */
export type LocalReason =
  | "super_condition_value"
  | "holdout_condition_value"
  | "condition_match"
  | "out_of_rollout_bound"
  | "no_condition_match"
  | "no_group_type"
  | "flag_disabled";

/** What evaluating one flag gave. */
export type FlagOutcome =
  | FlagDecision
  /** The flag is not for this SDK or context: absent, and settled. */
  | { readonly kind: "omitted" }
  /** Every condition is about a group that the caller did not pass. */
  | { readonly kind: "missing-group" }
  /** The data at hand can't decide. */
  | { readonly kind: "inconclusive"; readonly reason: string }
  /** Only the server can decide. */
  | { readonly kind: "requires-server"; readonly reason: string };

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

/** What testing one filter, or all of a condition's, gave. */
export type Answer =
  | { readonly kind: "yes" }
  | { readonly kind: "no" }
  /** A remote answer could differ. */
  | { readonly kind: "unknown"; readonly reason: string }
  /** Only the server knows, and it counts as no value at all here. */
  | { readonly kind: "server"; readonly reason: string };

/** The property matches. */
export const YES: Answer = Object.freeze({ kind: "yes" });

/** The property does not match. */
export const NO: Answer = Object.freeze({ kind: "no" });

/** Builds the answer "unknown": once, at compile time, since answers are handed out at every evaluation. */
export function buildUnknown(reason: string): Answer {
  return Object.freeze({ kind: "unknown", reason });
}

/** Builds the answer that only the server knows: once, at compile time. */
export function buildServer(reason: string): Answer {
  return Object.freeze({ kind: "server", reason });
}

/** Builds an outcome without a value: once, at compile time. */
export function buildInconclusive(reason: string): FlagOutcome {
  return Object.freeze({ kind: "inconclusive", reason });
}
