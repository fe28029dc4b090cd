import type { JsonValue } from "../core/json.ts";

/** A flag's value: on or off, or a variant's key. */
export type FlagValue = boolean | string;

/** Where a flag is meant to be evaluated. */
export type FeatureFlagEvaluationRuntime = "server" | "client" | "all";

/** Who decided a flag's value. */
export type FlagSource = "local" | "remote" | "override";

/**
 * Why definitions could not decide a flag; where several reasons apply, the first of: `experience_continuity`, its value is
 * remembered by PostHog; `unsupported_definition`, it uses what is not evaluated locally; `unresolved_dependency`, a flag
 * that it depends on could not be decided; `missing_context`, a property, a group or an id that it needs was not given.
 */
export type UnresolvedFlagReason =
  | "experience_continuity"
  | "unsupported_definition"
  | "unresolved_dependency"
  | "missing_context";

/** One flag of a snapshot, read without an exposure. */
export interface FeatureFlagResult {
  /** The flag's key. */
  readonly key: string;
  /** Whether the flag is on. */
  readonly enabled: boolean;
  /** The variant; undefined for a boolean flag, and for one that is off. */
  readonly variant: string | undefined;
  /** The decoded payload; undefined where the value has none. Frozen. */
  readonly payload: JsonValue | undefined;
  /**
   * Why, in the server's words, such as `condition_match`; `override` for an overridden flag; undefined where the
   * server did not say.
   */
  readonly reason: string | undefined;
  /** The index of the condition that decided, where one did. */
  readonly ruleId: number | undefined;
  /** The flag's version. */
  readonly flagVersion: number | undefined;
  /** The version of the flag's configuration: 1, or 2 for a flag with rules. Undefined where it is not known. */
  readonly configVersion: number | undefined;
  /** Who decided. */
  readonly source: FlagSource;
}

/** What a default of type `T` stands for: any value of a literal's own primitive type. */
export type Widened<T> = T extends string ? string
  : T extends number ? number
  : T extends boolean ? boolean
  : T;

/** A typed read with everything known about it. */
export interface FlagDetail<T> {
  /** The value, always of the default's type. */
  readonly value: T;
  /**
   * Why, in the server's words, or `override`. `type_mismatch` when the value is of another kind than the default.
   * When there is no value: what went wrong with the `/flags` request (`timeout`, `connection_error`,
   * `api_error_<status>`, `unknown_error`, `quota_limited`, `errors_while_computing_flags`); `inconclusive` when
   * definitions alone could not decide and nobody else was to be asked; else `flag_missing`.
   */
  readonly reason: string | undefined;
  /** The variant, if the flag has one. */
  readonly variant: string | undefined;
  /** The payload, if the flag's value has one. Frozen. */
  readonly payload: JsonValue | undefined;
  /** The index of the condition that decided, where one did. */
  readonly ruleId: number | undefined;
  /** The flag's version. */
  readonly flagVersion: number | undefined;
  /** The version of the flag's configuration: 1, or 2 for a flag with rules. Undefined where it is not known. */
  readonly configVersion: number | undefined;
  /** Who decided; `default` when the default is returned. */
  readonly source: FlagSource | "default";
}

/** What posthog-js takes as `bootstrap`, so that a page starts with the decisions made at the edge. */
export interface FlagBootstrap {
  /**
   * Whom the flags were evaluated for, where the application named that person; a header's or a cookie's id is left
   * out. Spelled as posthog-js does.
   */
  readonly distinctID?: string;
  /** Beside `distinctID`: without it posthog-js would make an identified visitor anonymous. */
  readonly isIdentifiedID?: true;
  /** The flags that have a value; false for those that are off. */
  readonly featureFlags: Readonly<Record<string, FlagValue>>;
  /** The payloads of those that are on. */
  readonly featureFlagPayloads: Readonly<Record<string, JsonValue>>;
}

/** What a read takes beside the key. */
export interface FlagReadOptions {
  /**
   * Whether this read emits `$feature_flag_called` and the like; false also leaves no memory of it, and it counts as a use all the
   * same. Default: what the evaluation was told, else the client's `sendFeatureFlagEvent`.
   */
  readonly sendFeatureFlagEvents?: boolean | undefined;
}

/** What `isEnabled` takes beside the key. */
export interface IsEnabledOptions extends FlagReadOptions {
  /** The answer for a flag without a value. Default false. A flag that is off stays off. */
  readonly defaultValue?: boolean | undefined;
}
