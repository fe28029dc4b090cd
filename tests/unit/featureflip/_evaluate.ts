import { parseSnapshot } from "../../../src/featureflip/payload.ts";
import { readFlag } from "../../../src/featureflip/reading.ts";
import type { EvaluationDetail } from "../../../src/featureflip/types.ts";
import { build, condition, flag, rule } from "./_world.ts";

/** Evaluates by the evaluator alone. */
export function evaluate(
  snapshot: object,
  context: Readonly<Record<string, unknown>> = {},
  key = "f",
): EvaluationDetail<unknown> {
  return readFlag(parseSnapshot(snapshot, () => {}), {
    key,
    context,
    defaultValue: "default",
    type: undefined,
  });
}

/** Whether one condition on the attribute `a` matches; an attribute of undefined is missing. */
export function matches(
  value: unknown,
  operator: string,
  values: unknown,
  negate = false,
): boolean {
  const snapshot = build([
    flag("f", {
      rules: [rule([condition("a", operator, values, { negate })])],
    }),
  ]);
  return evaluate(snapshot, value === undefined ? {} : { a: value }).reason ===
    "RuleMatch";
}
