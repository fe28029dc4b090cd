import type { JsonValue } from "../../core/json.ts";
import type { EvaluationInput } from "../../flags/input.ts";
import type { FlagDecision, FlagOutcome } from "./outcome.ts";
import type { BucketRow, BucketTable } from "./bucket_table.ts";
import type { VariantRange } from "./bucketing.ts";
import type { FlagDefinition, FlagDefinitions } from "./definitions.ts";
import type { TimeZone } from "./time_zone.ts";
import type { RegexOperators } from "./matcher.ts";
import type { Answer } from "./types.ts";

/** What rules are compiled from, beside a flag's own row. */
export interface CompileContext {
  /** The whole document. */
  readonly definitions: FlagDefinitions;
  /** The project's time zone, for dates without one; undefined: unknown. */
  readonly timeZone: TimeZone | undefined;
  /** Regular expressions, where they are part of the client. */
  readonly regex: RegexOperators | undefined;
  /** Flag key to how deep its dependencies nest; a flag that leads into a loop has no depth. */
  readonly flagDepths: ReadonlyMap<string, number>;
  /** The same for cohorts, by id. */
  readonly cohortDepths: ReadonlyMap<string, number>;
  /** The cohorts compiled so far, by id: each is compiled at its first use. */
  readonly cohortTests: Map<string, FilterTest>;
  /** The rules by key, complete once all flags are compiled. */
  readonly rules: ReadonlyMap<string, FlagRule>;
}

/** Definitions ready for evaluation; immutable but for the memory of buckets, which changes no result. */
export interface CompiledFlags {
  /** What they were compiled from. */
  readonly definitions: FlagDefinitions;
  /** Every flag's rule by its key. */
  readonly rules: ReadonlyMap<string, FlagRule>;
  /** How often digests may have to be asked for. */
  readonly maxRounds: number;
  /** The buckets of ids seen lately. */
  readonly buckets: BucketTable;
}

/** One flag, ready for evaluation. */
export interface FlagRule {
  /** The flag's key. */
  readonly key: string;
  /** The rule's place in bucket rows. */
  readonly index: number;
  /** The row it was compiled from. */
  readonly definition: FlagDefinition;
  /** The outcome where no input can change it: inactive, another config version, client-side only. */
  readonly settled: FlagOutcome | undefined;
  /** The outcome of a flag that passes the gate of contexts but can't be decided locally at all. */
  readonly blocked: FlagOutcome | undefined;
  /** Whom the flag is about. */
  readonly aggregation: Aggregation;
  /** The person property that decides alone, if the flag has enrollment. */
  readonly enrollmentProperty: string | undefined;
  /** The holdout, unless it excludes nobody. */
  readonly holdout: HoldoutRule | undefined;
  /** The conditions, in stored order. */
  readonly conditions: readonly ConditionRule[];
  /** The variants; empty for a boolean flag. */
  readonly variants: readonly VariantRange[];
  /** Whether matched properties out of rollout end the evaluation. */
  readonly hasEarlyExit: boolean;
  /** Value (`"true"` or a variant's key) to decoded, frozen payload. */
  readonly payloads: ReadonlyMap<string, JsonValue>;
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
  /** Its place in the flag. */
  readonly index: number;
  /** Whose id is hashed. */
  readonly aggregation: Aggregation;
  /** All of them have to say yes. */
  readonly tests: readonly FilterTest[];
  /** The share let in; 1 and above: everybody, without a hash. */
  readonly share: number;
  /** The value of a match, where it takes no hash: an honoured override, or `true` of a boolean flag. */
  readonly fixedValue: string | true | undefined;
}

/** Tests one filter of a condition. Total. */
export type FilterTest = (pass: EvaluationPass) => TestAnswer;

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
  /** The flags that turned out to lack a bucket in this pass. */
  readonly pending: Set<FlagRule>;
  /** Membership of the cohorts looked at so far, by id. */
  readonly cohorts: Map<string, TestAnswer>;
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
