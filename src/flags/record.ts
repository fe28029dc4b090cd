import type { JsonValue } from "../core/json.ts";
import { getPayload } from "../local_evaluation/evaluation/payloads.ts";
import type { FlagRule } from "../local_evaluation/evaluation/rules.ts";
import type {
  FlagDecision,
  FlagValue,
  LocalReason,
} from "../local_evaluation/evaluation/types.ts";
import type { RemoteFlag } from "./remote_response.ts";
import type { FlagSource } from "./results.ts";

/** One flag's value in a snapshot, with what its exposure says. */
export interface FlagRecord {
  /** The flag's key. */
  readonly key: string;
  /** Whether the flag is on. */
  readonly enabled: boolean;
  /** The variant, if there is one. */
  readonly variant: string | undefined;
  /** The payload that belongs to the value. */
  readonly payload: JsonValue | undefined;
  /** Who decided. */
  readonly source: FlagSource;
  /** Why, in a word. */
  readonly reason: string | undefined;
  /** Why, as the exposure event says it. */
  readonly exposureReason: string | undefined;
  /** The condition that decided. */
  readonly conditionIndex: number | undefined;
  /** The flag's id. */
  readonly id: number | undefined;
  /** The flag's version. */
  readonly version: number | undefined;
  /** Whether an experiment uses the flag; undefined when that is not known. */
  readonly hasExperiment: boolean | undefined;
}

/** The value of a record: the variant where there is one, an empty one included. */
export function toFlagValue(
  { enabled, variant }: Pick<FlagRecord, "enabled" | "variant">,
): FlagValue {
  return enabled ? variant ?? true : false;
}

/** Builds the record of a flag whose value the application forces. */
export function buildOverrideRecord(key: string, value: FlagValue): FlagRecord {
  return {
    key,
    enabled: value !== false,
    variant: typeof value === "string" ? value : undefined,
    payload: undefined,
    source: "override",
    reason: "override",
    exposureReason: undefined,
    conditionIndex: undefined,
    id: undefined,
    version: undefined,
    hasExperiment: undefined,
  };
}

/** Builds the record of a flag that local definitions decided. */
export function buildLocalRecord(
  rule: FlagRule,
  decision: FlagDecision,
): FlagRecord {
  const { value, reason, conditionIndex } = decision;
  const { id, version, hasExperiment } = rule.definition;
  return {
    key: rule.key,
    enabled: value !== false,
    variant: typeof value === "string" ? value : undefined,
    payload: getPayload(rule, value),
    source: "local",
    reason,
    exposureReason: "Evaluated locally",
    conditionIndex,
    id,
    version,
    hasExperiment,
  };
}

/** Builds the record of a flag about a group that was not passed: off. */
export function buildMissingGroupRecord(rule: FlagRule): FlagRecord {
  const reason: LocalReason = "no_group_type";
  return buildLocalRecord(rule, {
    kind: "value",
    value: false,
    reason,
    conditionIndex: undefined,
  });
}

/** Builds the record of a flag that the server evaluated. */
export function buildRemoteRecord(key: string, flag: RemoteFlag): FlagRecord {
  const { reasonCode, reasonDescription, ...rest } = flag;
  return {
    ...rest,
    key,
    source: "remote",
    reason: reasonCode,
    exposureReason: reasonDescription ?? reasonCode,
  };
}
