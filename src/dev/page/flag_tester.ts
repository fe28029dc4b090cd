import { getOwn, isNonBlank, isRecord } from "../../core/guards.ts";
import type { Hasher } from "../../core/hash.ts";
import {
  buildEvaluationInput,
  type EvaluationInput,
} from "../../flags/input.ts";
import type { FlagOutcome } from "../../local_evaluation/evaluation/outcome.ts";
import { evaluateFlagSet } from "../../local_evaluation/evaluation/passes.ts";
import { buildProjectFlags } from "../project.ts";
import type { EmulatorFlagDefinitions } from "../types.ts";
import { describeCondition } from "./rule_text.ts";
import type { ConditionVerdict, FlagExplanation } from "./shapes.ts";

/** What a person is told about. */
export interface FlagQuestion {
  /** The flags. */
  readonly definitions: EmulatorFlagDefinitions;
  /** The `EvaluationQuestion`, as it came. */
  readonly question: unknown;
  /** When it is asked, in ms since the epoch. */
  readonly now: number;
  /** Digests for rollouts. */
  readonly hasher: Hasher;
}

/** Evaluates flags as `/flags` does, and says why each has its value; undefined where nobody is asked about. */
export async function explainFlags(
  { definitions, question, now, hasher }: FlagQuestion,
): Promise<readonly FlagExplanation[] | undefined> {
  const distinctId = isRecord(question) && getOwn(question, "distinctId");
  if (!isRecord(question) || !isNonBlank(distinctId)) return undefined;
  const flagKey = getOwn(question, "flagKey");
  const keys = isNonBlank(flagKey) ? [flagKey] : undefined;
  const input = buildEvaluationInput({
    distinctId,
    personProperties: getOwn(question, "personProperties"),
    groups: getOwn(question, "groups"),
    groupProperties: getOwn(question, "groupProperties"),
    now,
  });
  const flags = buildProjectFlags(definitions);
  const outcomes = await evaluateFlagSet(
    flags.definitions,
    input,
    keys,
    hasher,
  );
  const fixed = flags.results.filter(({ key }) => keys?.includes(key) !== false)
    .map(({ key, value }) => ({
      key,
      value,
      because: "the flag is set to this value for everybody",
    }));
  const evaluated = [...outcomes].map(([key, outcome]) => ({
    key,
    ...explain(outcome),
  }));
  const [only] = evaluated;
  if (keys && only) {
    const index = readDecisive(outcomes.get(only.key));
    const conditions = await explainConditions(
      { definitions, input, hasher },
      only.key,
      index,
    );
    return [{ ...only, conditions }];
  }
  return [...fixed, ...evaluated].sort((one, other) =>
    one.key < other.key ? -1 : 1
  );
}

function readDecisive(outcome: FlagOutcome | undefined): number | undefined {
  return outcome?.kind === "value" ? outcome.conditionIndex : undefined;
}

function explain(
  outcome: FlagOutcome,
): Pick<FlagExplanation, "value" | "because"> {
  switch (outcome.kind) {
    case "omitted":
      return {
        value: undefined,
        because: "the flag is for other evaluation contexts",
      };
    case "missing-group":
      return {
        value: false,
        because: "all its conditions are about a group that is not given",
      };
    case "inconclusive":
    case "requires-server":
      return {
        value: false,
        because:
          `nothing here can tell, and PostHog would look into its database: ${outcome.reason}`,
      };
    case "value":
      return explainDecision(outcome);
  }
}

function explainDecision(
  { value, reason, conditionIndex }: FlagOutcome & { readonly kind: "value" },
): Pick<FlagExplanation, "value" | "because"> {
  const nth = conditionIndex === undefined
    ? "a condition"
    : `condition ${conditionIndex + 1}`;
  switch (reason) {
    case "condition_match":
      return { value, because: `${nth} matches` };
    case "out_of_rollout_bound":
      return {
        value,
        because: "the id is outside the rollout",
      };
    case "no_condition_match":
      return { value, because: "no condition matches" };
    case "super_condition_value":
      return { value, because: "the person enrolled, or opted out" };
    case "holdout_condition_value":
      return { value, because: "the person is held out of the experiment" };
    case "no_group_type":
      return { value, because: "its group type is not known" };
    case "flag_disabled":
      return { value: undefined, because: "the flag is off" };
  }
}

/** What is asked of each condition. */
interface ConditionsQuestion {
  readonly definitions: EmulatorFlagDefinitions;
  readonly input: EvaluationInput;
  readonly hasher: Hasher;
}

/** Evaluates the flag once for each of its conditions, as if it had no other. */
async function explainConditions(
  { definitions, input, hasher }: ConditionsQuestion,
  key: string,
  decisive: number | undefined,
): Promise<readonly ConditionVerdict[]> {
  const row = definitions.flags.findLast((flag) => getOwn(flag, "key") === key);
  const filters = row && getOwn(row, "filters");
  const conditions = isRecord(filters) ? getOwn(filters, "groups") : undefined;
  if (!isRecord(filters) || !Array.isArray(conditions)) return [];
  const others = definitions.flags.filter((flag) => flag !== row);
  const verdicts = conditions.map(async (condition: unknown, index) => {
    const alone = { ...row, filters: { ...filters, groups: [condition] } };
    const { definitions: rules } = buildProjectFlags({
      ...definitions,
      flags: [...others, alone],
    });
    const outcomes = await evaluateFlagSet(rules, input, [key], hasher);
    return {
      rule: describeCondition(condition),
      isDecisive: index === decisive,
      verdict: toVerdict(outcomes.get(key)),
    };
  });
  return await Promise.all(verdicts);
}

function toVerdict(outcome: FlagOutcome | undefined): string {
  if (outcome?.kind !== "value") {
    return outcome && "reason" in outcome
      ? `can't be told: ${outcome.reason}`
      : "is not looked at";
  }
  switch (outcome.reason) {
    case "condition_match":
      return "matches";
    case "out_of_rollout_bound":
      return "the id is outside its rollout";
    case "no_condition_match":
      return "does not match";
    default:
      return "is not looked at";
  }
}
