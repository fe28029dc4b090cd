import type { JsonValue } from "../core/json.ts";

/** A flag's value: on or off, or a variant's key. */
export type FlagValue = boolean | string;

/** Who decided a flag's value. */
export type FlagSource = "local" | "remote" | "override";

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
  /** Why, in the server's words, such as `condition_match`; undefined where the server did not say. */
  readonly reason: string | undefined;
  /** The index of the condition that decided, where one did. */
  readonly ruleId: number | undefined;
  /** The flag's version. */
  readonly flagVersion: number | undefined;
  /** Who decided. */
  readonly source: FlagSource;
}

/** A typed read with everything known about it. */
export interface FlagDetail<T> {
  /** The value, always of the default's type. */
  readonly value: T;
  /**
   * Why, in the server's words; `flag_missing` when the flag has no value, `type_mismatch` when its value is of
   * another kind than the default.
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
  /** Who decided; `default` when the default is returned. */
  readonly source: FlagSource | "default";
}

/** What posthog-js takes as `bootstrap`, so that a page starts with the decisions made at the edge. */
export interface FlagBootstrap {
  /** Whom the flags were evaluated for, spelled as posthog-js does. */
  readonly distinctID: string;
  /** The enabled flags. */
  readonly featureFlags: Readonly<Record<string, FlagValue>>;
  /** Their payloads. */
  readonly featureFlagPayloads: Readonly<Record<string, JsonValue>>;
}

/** What `isEnabled` takes beside the key. */
export interface IsEnabledOptions {
  /** The answer for a flag without a value. Default false. A flag that is off stays off. */
  readonly defaultValue?: boolean | undefined;
}
