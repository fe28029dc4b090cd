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

/** Decides a flag for a context. Throws what an attribute throws. */
export function evaluateFlag(
  snapshot: Snapshot,
  flag: Flag,
  context: EvaluationContext,
  depth = 0,
  /** What prerequisites served: each is decided once a call. */
  known: Map<string, Outcome> = new Map(),
): Outcome {
  const { prerequisites, rules, fallthrough, offVariation } = flag;
  if (depth > MAX_DEPTH) return { reason: "Error", variationKey: offVariation };
  if (!flag.isEnabled) {
    return { reason: "FlagDisabled", variationKey: offVariation };
  }
  for (const { flagKey, variationKey } of prerequisites) {
    const other = snapshot.flags.get(flagKey);
    const outcome = known.get(flagKey) ??
      (other && evaluateFlag(snapshot, other, context, depth + 1, known));
    if (outcome) known.set(flagKey, outcome);
    if (outcome?.reason === "Error") {
      return { reason: "Error", variationKey: offVariation };
    }
    if (outcome?.variationKey !== variationKey) {
      return {
        reason: "PrerequisiteFailed",
        variationKey: offVariation,
        prerequisiteKey: flagKey,
      };
    }
  }
  for (const rule of rules) {
    if (!matchRule(snapshot, rule, context)) continue;
    return {
      reason: "RuleMatch",
      variationKey: chooseVariation(rule.serve, context),
      ruleId: rule.id,
    };
  }
  return {
    reason: "Fallthrough",
    variationKey: chooseVariation(fallthrough, context),
  };
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

/** What has nothing to ask is a match, in either way. */
function matchGroup(
  { isAny, conditions }: Group,
  context: EvaluationContext,
): boolean {
  for (const condition of conditions) {
    if (matchCondition(condition, context) === isAny) return isAny;
  }
  return !isAny || conditions.length === 0;
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

/** Who a user is has two spellings, which stand for each other. */
function readAttribute(context: EvaluationContext, name: string): unknown {
  return getOwn(context, name) ??
    (isUserId(name)
      ? getOwn(context, name === "userId" ? "user_id" : "userId")
      : undefined);
}

function isUserId(name: string): boolean {
  return name === "userId" || name === "user_id";
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
  if (!value && isUserId(bucketBy)) return first.key;
  const place = bucket(salt, value);
  let sum = 0;
  const share = shares.find(({ weight }) => place < (sum += weight));
  return (share ?? shares.at(-1) ?? first).key;
}
