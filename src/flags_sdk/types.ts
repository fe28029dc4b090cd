import type { EvaluateFlagsOptions } from "../flags/call_options.ts";
import type { FeatureFlagEvaluations } from "../flags/snapshot.ts";
import type { JsonValue } from "../core/json.ts";
import type { MaybePromise } from "../core/platform.ts";

/** A client with feature flags. */
export interface FlagsClient {
  /** See `evaluateFlags` of a client. */
  evaluateFlags(
    distinctId: string,
    options?: EvaluateFlagsOptions,
  ): Promise<FeatureFlagEvaluations>;
}

/** Headers as the Flags SDK hands them to flags. */
export interface FlagsHeadersLike {
  /** The value of a header; null where there is none. */
  get(name: string): string | null;
}

/** Cookies as the Flags SDK hands them to flags. */
export interface FlagsCookiesLike {
  /** The cookie of that name; undefined where there is none. */
  get(
    name: string,
  ): { readonly name: string; readonly value: string } | undefined;
}

/** What a flag's `identify` is handed. */
export interface FlagsParams {
  /** The request's headers. */
  readonly headers: FlagsHeadersLike;
  /** The request's cookies. */
  readonly cookies: FlagsCookiesLike;
}

/** Whom flags are decided for, as a flag's `identify` says. */
export interface FlagsEntities {
  /** The person. Without one a flag has its `defaultValue`. */
  readonly distinctId: string;
  /** The id hashed for flags that bucket by device. */
  readonly deviceId?: string | undefined;
  /** Group type to group key. */
  readonly groups?: Record<string, string> | undefined;
  /** What is known about the person. */
  readonly personProperties?: Record<string, unknown> | undefined;
  /** Group type to what is known about that group. */
  readonly groupProperties?:
    | Record<string, Record<string, unknown>>
    | undefined;
}

/** What {@linkcode createFlagsAdapter} may be told. */
export interface FlagsAdapterOptions {
  /** Whom flags are decided for that have no `identify` of their own. What it throws is the Flags SDK's to deal with. */
  readonly identify?:
    | ((params: FlagsParams) => MaybePromise<FlagsEntities | undefined>)
    | undefined;
  /** Where a flag is managed, for Vercel's toolbar. */
  readonly origin?: ((key: string) => string | undefined) | undefined;
  /** Whether decisions emit `$feature_flag_called`. Default: the client's `sendFeatureFlagEvent`. */
  readonly sendFeatureFlagEvents?: boolean | undefined;
}

/** An adapter of the Flags SDK, as far as this one is. */
export interface FlagsSdkAdapter<Value> {
  /** By it `evaluate` of the SDK tells which flags are decided together. */
  readonly adapterId: symbol;
  /** See {@linkcode FlagsAdapterOptions.identify}. */
  readonly identify?: (
    params: FlagsParams,
  ) => MaybePromise<FlagsEntities | undefined>;
  /** See {@linkcode FlagsAdapterOptions.origin}. */
  readonly origin?: (key: string) => string | undefined;
  /** Decides one flag; resolves to undefined, for the flag's `defaultValue`, where there is no value. Never rejects. */
  decide(
    params: FlagsParams & {
      readonly key: string;
      readonly entities?: FlagsEntities | undefined;
    },
  ): Promise<Value>;
  /** Decides several flags of one request; those without a value are undefined. Never rejects. */
  bulkDecide(
    params: FlagsParams & {
      readonly flags: readonly { readonly key: string }[];
      readonly entities?: FlagsEntities | undefined;
    },
  ): Promise<Record<string, Value>>;
}

/** A client as the Flags SDK takes it, under the names of `@flags-sdk/posthog`. */
export interface FlagsAdapter {
  /** Whether a flag is on; any variant counts as on. */
  isFeatureEnabled(): FlagsSdkAdapter<boolean>;
  /** The variant of a flag, or whether it is on. */
  featureFlagValue(): FlagsSdkAdapter<string | boolean>;
  /**
   * What a function makes of the payload of a flag's value.
   *
   * @param map What it throws is reported to the client's `onError`, and the flag has its `defaultValue`.
   */
  featureFlagPayload<Value>(
    map: (payload: JsonValue) => Value,
  ): FlagsSdkAdapter<Value>;
}
