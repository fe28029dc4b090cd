import { getOwn } from "../core/guards.ts";
import { bucket } from "./md5.ts";
import type {
  Condition,
  Flag,
  Group,
  Rule,
  Serve,
  Snapshot,
} from "./payload.ts";
import type { EvaluationContext, EvaluationReason } from "./types.ts";

/** Which variation a flag serves, and why. */
export interface Outcome {
  readonly reason: EvaluationReason;
  readonly variationKey: string;
  readonly ruleId?: string;
  readonly prerequisiteKey?: string;
}

/** How many levels of prerequisites a flag may stand on. */
const MAX_DEPTH = 10;

/** The two spellings of who a user is, each with the other. */
const ALIASES: Readonly<Record<string, string>> = {
  userId: "user_id",
  "user_id": "userId",
};

/** Decides a flag for a context. Throws what an attribute throws. */
export function evaluateFlag(
  snapshot: Snapshot,
  flag: Flag,
  context: EvaluationContext,
): Outcome {
  /** What prerequisites served: each is decided once a call. */
  const known = new Map<string, Outcome>();

  const decide = (flag: Flag, depth: number): Outcome => {
    const turnOff = (reason: EvaluationReason): Outcome => ({
      reason,
      variationKey: flag.offVariation,
    });
    if (depth > MAX_DEPTH) return turnOff("Error");
    if (!flag.isEnabled) return turnOff("FlagDisabled");
    for (const { flagKey, variationKey } of flag.prerequisites) {
      const other = snapshot.flags.get(flagKey);
      const outcome = known.get(flagKey) ?? (other && decide(other, depth + 1));
      if (outcome) known.set(flagKey, outcome);
      if (outcome?.reason === "Error") return turnOff("Error");
      if (outcome?.variationKey !== variationKey) {
        return { ...turnOff("PrerequisiteFailed"), prerequisiteKey: flagKey };
      }
    }
    const rule = flag.rules.find((rule) => matchRule(snapshot, rule, context));
    return rule
      ? {
        reason: "RuleMatch",
        variationKey: chooseVariation(rule.serve, context),
        ruleId: rule.id,
      }
      : {
        reason: "Fallthrough",
        variationKey: chooseVariation(flag.fallthrough, context),
      };
  };
  return decide(flag, 0);
}

function matchRule(
  { segments }: Snapshot,
  { segmentKey, groups }: Rule,
  context: EvaluationContext,
): boolean {
  if (!segmentKey) return groups.every((group) => matchGroup(group, context));
  const segment = segments.get(segmentKey);
  return segment !== undefined && matchGroup(segment, context);
}

function matchGroup(
  { isAny, conditions }: Group,
  context: EvaluationContext,
): boolean {
  const matches = (condition: Condition) => matchCondition(condition, context);
  return isAny && conditions.length > 0
    ? conditions.some(matches)
    : conditions.every(matches);
}

function matchCondition(
  { attribute, isNegated, match }: Condition,
  context: EvaluationContext,
): boolean {
  const value = readAttribute(context, attribute);
  const text = toText(value);
  if (text === undefined) return isNegated;
  // An operator of tomorrow lets nobody in, whichever way round it is asked.
  return match !== undefined && match(text, value) !== isNegated;
}

function readAttribute(context: EvaluationContext, name: string): unknown {
  const alias = getOwn(ALIASES, name) as string | undefined;
  return getOwn(context, name) ??
    (alias === undefined ? undefined : getOwn(context, alias));
}

/** Undefined where nothing can be compared. */
function toText(value: unknown): string | undefined {
  if (typeof value === "string") return value;
  if (value instanceof Date) return value.toJSON() ?? undefined;
  return value === undefined || value === null ? undefined : String(value);
}

/** The key of the variation that the context gets; empty where none is named. */
function chooseVariation(
  { variation, shares, bucketBy, salt }: Serve,
  context: EvaluationContext,
): string {
  const [first] = shares;
  if (!first) return variation;
  const value = toText(readAttribute(context, bucketBy)) ?? "";
  // Nobody known: the control, which is the same for all of them.
  if (!value && Object.hasOwn(ALIASES, bucketBy)) return first.key;
  const place = bucket(salt, value);
  let sum = 0;
  const share = shares.find(({ weight }) => place < (sum += weight));
  return (share ?? shares.at(-1) ?? first).key;
}
