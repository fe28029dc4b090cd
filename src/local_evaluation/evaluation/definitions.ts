import type { JsonValue } from "../../core/json.ts";

/** One document of flag definitions, parsed and immutable: what {@linkcode compileFlags} takes. */
export interface FlagDefinitions {
  /** Every usable flag row by its key; the last row of a key wins. */
  readonly flags: ReadonlyMap<string, FlagDefinition>;
  /** Group type index to group type name. */
  readonly groupTypes: ReadonlyMap<number, string>;
  /** Dynamic cohorts by id: static and deleted cohorts are not in the document. */
  readonly cohorts: ReadonlyMap<string, CohortNode>;
  /** The gate of minimal exposure events. */
  readonly minimalFlagCalledEvents: boolean;
  /** How `exact` and `is_not` compare: 1 legacy, 2 explicit. */
  readonly propertyMatchingVersion: 1 | 2;
  /** Why rows were left out, for debugging. */
  readonly skipped: readonly string[];
}

/** One flag's row. */
export interface FlagDefinition {
  /** The flag's key: any string. */
  readonly key: string;
  /** The flag's id. */
  readonly id: number | undefined;
  /** The row's version counter. */
  readonly version: number | undefined;
  /** Whether the flag is switched on at all. */
  readonly isActive: boolean;
  /** Whether the value depends on what the server remembers of a person. */
  readonly hasExperienceContinuity: boolean;
  /** Whether the device id is hashed for a person, in place of the distinct id. */
  readonly usesDevice: boolean;
  /** Whether the flag is for client-side SDKs only. */
  readonly isClientOnly: boolean;
  /** The evaluation contexts the flag is limited to; empty: none. */
  readonly evaluationContexts: readonly string[];
  /** Whether one common context is enough (`any`); other modes are not known. */
  readonly matchesAnyContext: boolean;
  /** Whether an experiment uses the flag; undefined when the feed does not say. */
  readonly hasExperiment: boolean | undefined;
  /** Whether the payloads are encrypted, hence not served locally. */
  readonly hasEncryptedPayloads: boolean;
  /** Whether `filters.version` is one that this evaluator knows. */
  readonly isSupportedVersion: boolean;
  /** The rules, or why they can't be read. */
  readonly filters: FlagFilters | UnreadableFilters;
}

/** Filters in a form that this version does not know: what rests on them is inconclusive. */
export interface UnreadableFilters {
  /** Tells the two kinds apart. */
  readonly kind: "unreadable";
  /** What is odd about them. */
  readonly reason: string;
}

/** What decides a flag's value. */
export interface FlagFilters {
  /** Tells the two kinds apart. */
  readonly kind: "filters";
  /** The conditions, in stored order. */
  readonly conditions: readonly FlagCondition[];
  /** The variants, in stored order; empty for a boolean flag. */
  readonly variants: readonly FlagVariant[];
  /** `"true"` or a variant's key to its payload, as stored. */
  readonly payloads: ReadonlyMap<string, JsonValue>;
  /** The group type that the flag is about; null: persons. */
  readonly aggregation: number | null;
  /** Whether a condition whose properties match but whose rollout does not ends the evaluation. */
  readonly hasEarlyExit: boolean;
  /** The holdout, if the flag is under one. */
  readonly holdout: FlagHoldout | undefined;
  /** Whether the person property `$feature_enrollment/<key>` decides alone. */
  readonly hasEnrollment: boolean;
}

/** An arm of a multivariate flag. */
export interface FlagVariant {
  /** The variant's key. */
  readonly key: string;
  /** Its share, 0–100; sums need not be 100. */
  readonly rolloutPercentage: number;
}

/** A share of ids that is kept out of experiments. */
export interface FlagHoldout {
  /** The holdout's id as text. */
  readonly id: string;
  /** The share held out, 0–100. */
  readonly exclusionPercentage: number;
}

/** One set of filters with its rollout. */
export interface FlagCondition {
  /** All of them have to match. */
  readonly properties: readonly PropertyFilter[];
  /** The share let in, 0–100. */
  readonly rolloutPercentage: number;
  /** The variant that a match gives, if it names a declared one. */
  readonly variant: string | undefined;
  /** The group type index, null for persons, undefined to inherit the flag's. */
  readonly aggregation: number | null | undefined;
}

/** One comparison. */
export interface PropertyFilter {
  /** The property's name, or the target flag's key. */
  readonly key: string;
  /** Where the property lives; undefined: with the condition's aggregation. */
  readonly type: string | undefined;
  /** The comparison; undefined: the default of the type. */
  readonly operator: string | undefined;
  /** What to compare with; undefined where the row has none. */
  readonly value: FilterValue | undefined;
  /** The group type of a `group` filter; undefined: the condition's. */
  readonly groupTypeIndex: number | undefined;
  /** The flags that a `flag` filter needs, its target last; empty where one is missing, or they form a loop. */
  readonly dependencyChain: readonly string[];
}

/** A cohort's tree of filters, or a part of it. */
export type CohortNode = CohortGroup | CohortLeaf | UnreadableFilters;

/** Filters and groups of which all have to match, or any; there is at least one. */
export interface CohortGroup {
  /** Tells the kinds apart. */
  readonly kind: "group";
  /** Whether one match is enough. */
  readonly matchesAny: boolean;
  /** The members. */
  readonly members: readonly CohortNode[];
}

/** One comparison of a cohort. */
export interface CohortLeaf {
  /** Tells the kinds apart. */
  readonly kind: "leaf";
  /** The comparison. */
  readonly filter: PropertyFilter;
  /** Whether its answer is turned round. */
  readonly isNegated: boolean;
}

/** A filter's value: JSON whose numbers remember how the server spells them. */
export type FilterValue =
  | string
  | boolean
  | null
  | FilterNumber
  | readonly FilterValue[]
  | ReadonlyMap<string, FilterValue>;

/** A number of a filter. */
export class FilterNumber {
  /** The number. */
  readonly value: number;
  /** The texts that the server may have for it: one when it is certain, none when it is unknown. */
  readonly spellings: readonly string[];

  /** Keeps the two. */
  constructor(value: number, spellings: readonly string[]) {
    this.value = value;
    this.spellings = spellings;
  }
}
