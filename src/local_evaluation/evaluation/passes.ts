import { attempt, isThenable } from "../../core/guards.ts";
import type { Hasher } from "../../core/hash.ts";
import type { EvaluationInput } from "../../flags/input.ts";
import type { FlagOutcome } from "./outcome.ts";
import { toBucket } from "./bucketing.ts";
import type { EvaluationPass, FlagDefinitions, FlagRule } from "./rules.ts";
import { evaluateRule } from "./evaluate.ts";
import { createPass } from "./pass.ts";
import { buildInconclusive } from "./types.ts";

/** A flag alone may need three: for its holdout, the rollouts and the variants. */
const ROUNDS_PER_FLAG = 3;

const NO_DIGEST = buildInconclusive("the hasher gave no digest");

/**
 * Evaluates the flags named by `keys`; without it, all. Keys without a definition are left out. Never rejects. What is
 * not compiled yet is compiled first.
 *
 * A pass runs every flag that is still undecided over the buckets that are known, and with it the flags that it
 * depends on; the digests that all of them lacked are asked for together, and the pass is repeated until none is
 * missing: for a flag at most three times, for its holdout, the rollouts and the variants, and as often for each
 * level of dependencies. With a synchronous hasher nothing is awaited in between.
 */
export async function evaluateFlagSet(
  definitions: FlagDefinitions,
  input: EvaluationInput,
  keys: readonly string[] | undefined,
  hasher: Hasher,
): Promise<ReadonlyMap<string, FlagOutcome>> {
  const outcomes = new Map<string, FlagOutcome>();
  const { flags } = definitions;
  let undecided = flags.select(keys);
  const pass = createPass(input, definitions);
  const maxRounds = ROUNDS_PER_FLAG * flags.levels;
  for (let round = 0;; round++) {
    undecided = runPass(undecided, pass, outcomes);
    if (undecided.length === 0) return outcomes;
    // Past the last round, or without digests, another pass would end the same way. The hasher may be the
    // application's: a throw of it is no digest.
    const digests = round < maxRounds
      ? attempt((): unknown => hasher.digest([...pass.missing.keys()]))
      : undefined;
    if (
      !storeBuckets(isThenable(digests) ? await settle(digests) : digests, pass)
    ) {
      for (const rule of undecided) outcomes.set(rule.key, NO_DIGEST);
      return outcomes;
    }
  }
}

/** Settles what it can; the rest is for the next pass. */
function runPass(
  undecided: readonly FlagRule[],
  pass: EvaluationPass,
  outcomes: Map<string, FlagOutcome>,
): readonly FlagRule[] {
  const pending: FlagRule[] = [];
  for (const rule of undecided) {
    const result = evaluateRule(rule, pass);
    if (result.kind === "pending") pending.push(rule);
    else outcomes.set(rule.key, result);
  }
  return pending;
}

function settle(digests: PromiseLike<unknown>): PromiseLike<unknown> {
  return digests.then(undefined, () => undefined);
}

/** Stores the buckets that the pass lacked; false when the answer does not hold one digest for each. */
function storeBuckets(
  digests: unknown,
  { missing, pending }: EvaluationPass,
): boolean {
  if (!Array.isArray(digests) || digests.length !== missing.size) return false;
  let index = 0;
  for (const { row, slot } of missing.values()) {
    const digest: unknown = digests[index++];
    const bucket = ArrayBuffer.isView(digest) ? toBucket(digest) : NaN;
    if (Number.isNaN(bucket)) return false;
    row[slot] = bucket;
  }
  missing.clear();
  pending.clear();
  return true;
}
