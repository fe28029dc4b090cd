import type { FlagValue, UnresolvedFlagReason } from "../../flags/results.ts";
import type {
  Doubt,
  FlagDecision,
  FlagOutcome,
  LocalReason,
} from "./outcome.ts";

/** What testing one filter, or all of a condition's, gave. */
export type Answer =
  | { readonly kind: "yes" }
  | { readonly kind: "no" }
  /** A remote answer could differ; `isFixed`: whatever the properties are. */
  | (Doubt & {
    readonly kind: "unknown";
    readonly isFixed?: boolean | undefined;
  })
  /** Only the server knows, and it counts as no value at all here. */
  | (Doubt & { readonly kind: "server" });

/** The property matches. */
export const YES: Answer = { kind: "yes" };

/** The property does not match. */
export const NO: Answer = { kind: "no" };

/** Of a doubt that lies in the definitions: no property can take it away. */
export const FIXED = true;

/** The cause of a doubt that lies in the flag's own definition. */
export const UNSUPPORTED = "unsupported_definition";

/** The cause of a doubt about a flag that is depended on. */
export const DEPENDENCY = "unresolved_dependency";

/** Builds the answer "unknown": once, at compile time, since answers are handed out at every evaluation. */
export function buildUnknown(
  reason: string,
  cause: UnresolvedFlagReason = "missing_context",
  isFixed = false,
): Extract<Answer, { kind: "unknown" }> {
  return { kind: "unknown", reason, cause, isFixed };
}

/** Builds the answer that only the server knows: once, at compile time. */
export function buildServer(
  reason: string,
  cause: UnresolvedFlagReason = UNSUPPORTED,
): Answer {
  return { kind: "server", reason, cause };
}

/** Builds an outcome without a value: once, at compile time. */
export function buildInconclusive(
  ...doubt: Parameters<typeof buildUnknown>
): FlagOutcome {
  return { ...buildUnknown(...doubt), kind: "inconclusive" };
}

/**
 * The doubt that counts where there are several: one about the definition before one about a flag that is depended on,
 * and that before what was not given, which is the order of their causes as texts, backwards.
 */
export function pickWorse<Worse extends Doubt>(
  doubt: Worse | undefined,
  other: Worse,
): Worse {
  return doubt && doubt.cause >= other.cause ? doubt : other;
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
