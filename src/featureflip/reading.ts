import { isObject } from "../core/guards.ts";
import { evaluateFlag } from "./evaluation.ts";
import { parseSnapshot, type Snapshot } from "./payload.ts";
import type { EvaluationContext, EvaluationDetail } from "./types.ts";

/** One read of a flag. */
export interface FlagRead<T> {
  readonly key: string;
  readonly context: EvaluationContext;
  readonly defaultValue: T;
  /** The only type that the value may have. */
  readonly type: "boolean" | "string" | "number" | undefined;
}

/** The value of a flag and how it comes about. Throws what an attribute throws. */
export function readFlag<T>(
  snapshot: Snapshot,
  { key, context, defaultValue, type }: FlagRead<T>,
): EvaluationDetail<T> {
  const flag = snapshot.flags.get(key);
  if (!flag) return { value: defaultValue, reason: "FlagNotFound" };
  const outcome = evaluateFlag(snapshot, flag, context);
  const { variationKey } = outcome;
  const served = flag.variations.get(variationKey);
  const isUndefined = variationKey && !flag.variations.has(variationKey);
  const isWrong = isUndefined || (type && typeof served !== type);
  const detail: {
    -readonly [Key in keyof EvaluationDetail<T>]: EvaluationDetail<T>[Key];
  } = {
    value: isWrong ? defaultValue : served as T ?? defaultValue,
    ...outcome,
  };
  if (isWrong) detail.reason = "Error";
  if (!variationKey) delete detail.variationKey;
  return detail;
}

/** Each value as what a flag of that name serves to everybody. */
export function buildSnapshot(
  values: Readonly<Record<string, unknown>>,
): Snapshot {
  const flags = Object.entries(values).map(([key, value]) => ({
    key,
    type: "Json",
    enabled: true,
    variations: [{
      key: "default",
      value: isObject(value) ? JSON.parse(JSON.stringify(value)) : value,
    }],
    fallthrough: { type: "Fixed", variation: "default" },
  }));
  return parseSnapshot({ flags, segments: [] }, () => {});
}
