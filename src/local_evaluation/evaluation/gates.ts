import type { FlagOutcome } from "./outcome.ts";
import type {
  FlagCondition,
  FlagDefinition,
  FlagDefinitions,
} from "./definitions.ts";
import { buildDecision, buildInconclusive, OFF } from "./types.ts";

/** The outcome of a flag that is switched off. */
const DISABLED = buildDecision(OFF, "flag_disabled");

/** The outcome of a flag that is not for this SDK or context. */
export const OMITTED: FlagOutcome = { kind: "omitted" };

/**
 * Finds the outcome of a flag that no input can change, in the server's order: an inactive flag is `false` whatever
 * else it says.
 */
export function findSettled(
  definition: FlagDefinition,
): FlagOutcome | undefined {
  if (!definition.isActive) return DISABLED;
  if (!definition.isSupportedVersion) {
    return {
      kind: "requires-server",
      reason: "the version of the flag's filters is not known",
    };
  }
  return definition.isClientOnly ? OMITTED : undefined;
}

/** Finds why a flag that passes the gate of contexts can't be decided locally, if so. */
export function findBlocked(
  definition: FlagDefinition,
  definitions: FlagDefinitions,
): FlagOutcome | undefined {
  const { filters } = definition;
  if (definition.hasExperienceContinuity) {
    return buildInconclusive(
      "the flag's value is remembered by the server (experience continuity)",
    );
  }
  if (filters.kind === "unreadable") return buildInconclusive(filters.reason);
  if (
    filters.aggregation !== null &&
    !definitions.groupTypes.has(filters.aggregation)
  ) {
    return buildInconclusive("the flag's group type is not in the mapping");
  }
  return undefined;
}

/** Lists the conditions that an evaluation may look at: none where something before them decides for everybody. */
export function listReachable(
  definition: FlagDefinition,
  definitions: FlagDefinitions,
): readonly FlagCondition[] {
  const { filters } = definition;
  const isDecided = filters.kind === "unreadable" || filters.hasEnrollment ||
    findSettled(definition) || findBlocked(definition, definitions);
  return isDecided ? [] : filters.conditions;
}
