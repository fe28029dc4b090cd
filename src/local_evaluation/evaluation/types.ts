import type { FlagValue } from "../../flags/results.ts";
import type { FlagDecision, FlagOutcome, LocalReason } from "./outcome.ts";

/** What testing one filter, or all of a condition's, gave. */
export type Answer =
  | { readonly kind: "yes" }
  | { readonly kind: "no" }
  /** A remote answer could differ; `isFixed`: whatever the properties are. */
  | {
    readonly kind: "unknown";
    readonly reason: string;
    readonly isFixed?: boolean | undefined;
  }
  /** Only the server knows, and it counts as no value at all here. */
  | { readonly kind: "server"; readonly reason: string };

/** The property matches. */
export const YES: Answer = { kind: "yes" };

/** The property does not match. */
export const NO: Answer = { kind: "no" };

/** Of a doubt that lies in the definitions: no property can take it away. */
export const FIXED = true;

/** Builds the answer "unknown": once, at compile time, since answers are handed out at every evaluation. */
export function buildUnknown(
  reason: string,
  isFixed?: boolean,
): Extract<Answer, { kind: "unknown" }> {
  return { kind: "unknown", reason, isFixed };
}

/** Builds the answer that only the server knows: once, at compile time. */
export function buildServer(reason: string): Answer {
  return { kind: "server", reason };
}

/** Builds an outcome without a value: once, at compile time. */
export function buildInconclusive(
  reason: string,
  isFixed?: boolean,
): FlagOutcome {
  return { kind: "inconclusive", reason, isFixed };
}

/** The outcome of a flag that is not for this SDK or context. */
export const OMITTED: FlagOutcome = { kind: "omitted" };

/** The value of a flag that nothing turns on. */
export const OFF = false;

/** Builds the outcome of a flag that is decided, by the condition of that index where exactly one decided. */
export function buildDecision(
  value: FlagValue,
  reason: LocalReason,
  conditionIndex?: number,
): FlagDecision {
  return { kind: "value", value, reason, conditionIndex };
}
