import type { JsonValue } from "../core/json.ts";
import type { FlagSource, FlagValue } from "./results.ts";
import type { RuleRecord } from "./rule_properties.ts";

/** One flag's value in a snapshot, with what its exposure says. */
export interface FlagRecord {
  /** The value: the variant where there is one, an empty one included. */
  readonly value: FlagValue;
  /** The payload that belongs to the value. */
  readonly payload?: JsonValue | undefined;
  /** Who decided. */
  readonly source: FlagSource;
  /** Why, in a word. */
  readonly reason?: string | undefined;
  /** Why, as the exposure event says it. */
  readonly description?: string | undefined;
  /** The condition that decided. */
  readonly ruleId?: number | undefined;
  /** The flag's version. */
  readonly flagVersion?: number | undefined;
  /** The version of the flag's configuration. */
  readonly configVersion?: number | undefined;
  /** The flag's id. */
  readonly id?: number | undefined;
  /** Whether an experiment uses the flag; undefined when that is not known. */
  readonly hasExperiment?: boolean | undefined;
  /** The rule that decided; undefined for a configuration without rules. */
  readonly rule?: RuleRecord | undefined;
}
