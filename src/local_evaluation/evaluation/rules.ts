import type { JsonValue } from "../../core/json.ts";
import type { EvaluationInput } from "../../flags/input.ts";
import type { FeatureFlagEvaluationRuntime } from "../../flags/results.ts";
import type { BucketRow, BucketTable } from "./bucket_table.ts";
import type { VariantRange } from "./bucketing.ts";
import type { RegexOperators, Searches } from "./matcher.ts";
import type { FlagDecision, FlagOutcome } from "./outcome.ts";
import type { Nesting, RuleTable } from "./rule_table.ts";
import type { TimeZone } from "./time_zone.ts";
import type { Answer } from "./types.ts";

/** One document of flag definitions, indexed: a flag becomes a rule when it is first evaluated. */
export interface FlagDefinitions {
  /** Every usable row by its key; the last row of a key wins. */
  readonly flags: RuleTable<FlagRule>;
  /** The gate of minimal exposure events. */
  readonly minimalFlagCalledEvents: boolean;
  /** Why rows were left out, for debugging. */
  readonly skipped: readonly string[];
  /** The buckets of ids seen lately. */
  readonly buckets: BucketTable;
}

/** What rules are compiled from, beside a row of their own. */
export interface CompileContext {
  /** The flags of the document. */
  readonly flags: RuleTable<FlagRule>;
  /** Its dynamic cohorts: static and deleted ones are not in it. */
  readonly cohorts: RuleTable<CohortRule>;
  /** Group type index to group type name. */
  readonly groupTypes: ReadonlyMap<number, string>;
  /** How `exact` and `is_not` compare: 1 legacy, 2 explicit. */
  readonly matchingVersion: 1 | 2;
  /** The project's time zone, for dates without one; undefined: unknown. */
  readonly timeZone: TimeZone | undefined;
  /** Regular expressions, where they are part of the client. */
  readonly regex: RegexOperators | undefined;
}

/** One flag, ready for evaluation. */
export interface FlagRule extends Nesting {
  /** The flag's key. */
  readonly key: string;
  /** The rule's place in bucket rows. */
  readonly index: number;
  /** The flag's id. */
  readonly id: number | undefined;
  /** What the row says under this name, whatever it is, for lists of flags. */
  readonly name: unknown;
  /** Its variants, for lists of flags: of what is off, or odd, as well. */
  readonly variantKeys: readonly string[];
  /** The row's version counter. */
  readonly version: number | undefined;
  /** Whether an experiment uses the flag; undefined when the feed does not say. */
  readonly hasExperiment: boolean | undefined;
  /** Value (`"true"` or a variant's key) to decoded, frozen payload; undefined without any. */
  readonly payloads: ReadonlyMap<string, JsonValue> | undefined;
  /** Whether its payloads are encrypted: they are not served. */
  readonly isEncrypted: boolean;
  /** Where it is meant to be evaluated. */
  readonly runtime: FeatureFlagEvaluationRuntime;
  /** The evaluation contexts the flag is limited to; empty: none. */
  readonly contexts: readonly string[];
  /** Whether one common context is enough (`any`); other modes are not known. */
  readonly matchesAnyContext: boolean;
  /** The outcome in the context where nothing below decides: it is switched off, or can't be decided locally at all. */
  readonly outcome: FlagOutcome | undefined;
  /** Whom the flag is about. */
  readonly aggregation: Aggregation;
  /** Whether a person property of its own decides alone. */
  readonly hasEnrollment: boolean;
  /** The holdout, unless it excludes nobody. */
  readonly holdout: HoldoutRule | undefined;
  /** The conditions, in stored order. */
  readonly conditions: readonly ConditionRule[];
  /** The variants; empty for a boolean flag. */
  readonly variants: readonly VariantRange[];
  /** Whether matched properties out of rollout end the evaluation. */
  readonly hasEarlyExit: boolean;
}

/** One cohort, ready for evaluation. */
export interface CohortRule extends Nesting {
  /** Whether a person is in. */
  readonly filter: FilterTest;
  /** The ids of the cohorts in it of which the flags are not listed in `flags` yet. */
  readonly cohorts: string[];
  /** The keys of the flags that it asks for. */
  flags: readonly string[];
}

/** Whose id is hashed. */
export type Aggregation =
  | { readonly kind: "person" }
  | { readonly kind: "device" }
  | { readonly kind: "group"; readonly groupType: string }
  /** A group type outside the mapping. */
  | { readonly kind: "unmapped" };

/** A holdout that excludes somebody. */
export interface HoldoutRule {
  /** The share held out, above 0 and at most 1. */
  readonly share: number;
  /** What a held-out id gets. */
  readonly decision: FlagDecision;
}

/** One condition, ready for evaluation. */
export interface ConditionRule {
  /** Whose id is hashed. */
  readonly aggregation: Aggregation;
  /** All of them have to say yes. */
  readonly tests: readonly FilterTest[];
  /** The percentage let in; 100 and above: everybody, without a hash. */
  readonly percentage: number;
  /** The value of a match, where it takes no hash: an honoured override, or `true` of a boolean flag. */
  readonly fixedValue: string | true | undefined;
}

/** One filter of a condition. An object, which takes half the memory of a closure. */
export interface FilterTest {
  /** Total. */
  test(pass: EvaluationPass): TestAnswer;
}

/** What a test gives: an answer, or that a bucket is missing. */
export type TestAnswer = Answer | Pending;

/** A bucket is missing; the pass has noted which. */
export interface Pending {
  /** Tells it from answers and outcomes. */
  readonly kind: "pending";
}

/** The passes of one evaluation: everything known, and what the current pass turned out to lack. */
export interface EvaluationPass {
  /** Whom flags are evaluated for. */
  readonly input: EvaluationInput;
  /** The id hashed for persons. */
  readonly person: BucketingIdentity;
  /** The id hashed for devices; undefined where none is known, or none that can be hashed. */
  readonly device: BucketingIdentity | undefined;
  /** Group type name to the key hashed for it; only groups whose key can be hashed. */
  readonly groups: ReadonlyMap<string, BucketingIdentity>;
  /** Text to hash, and where its bucket belongs. */
  readonly missing: Map<string, MissingBucket>;
  /** The flags decided so far, dependencies included. */
  readonly outcomes: Map<FlagRule, FlagOutcome>;
  /** The flags, and the cohorts, that turned out to lack a bucket in this pass. */
  readonly pending: Set<FlagRule | CohortRule>;
  /** The searches for regular expressions so far. */
  readonly searches: Searches;
  /** Membership of the cohorts decided so far. */
  readonly cohorts: Map<CohortRule, Answer>;
}

/** A bucketing value with its known buckets. */
export interface BucketingIdentity {
  /** Tells the outcomes of a lookup apart. */
  readonly kind: "identity";
  /** The text hashed. */
  readonly value: string;
  /** Its buckets. */
  readonly row: BucketRow;
}

/** A bucket that a pass lacked. */
export interface MissingBucket {
  /** The row of the bucketing value. */
  readonly row: BucketRow;
  /** The place in the row. */
  readonly slot: number;
}
