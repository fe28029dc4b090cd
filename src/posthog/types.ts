import type { KernelClient } from "../client/client_types.ts";
import type { KernelScope } from "../client/scope_types.ts";
import type { ClientMethods } from "../compat/client_methods.ts";
import type {
  EventOptionMethods,
  PreparationMethods,
} from "../compat/event_methods.ts";
import type { FlagRuntimeMethods } from "../compat/flag_runtimes.ts";
import type { LegacyFlagMethods } from "../compat/legacy_types.ts";
import type { BeforeSend } from "../core/event.ts";
import type {
  FlagDefinitionCache,
  FlagDefinitionCacheProviderLike,
} from "../core/flag_definition_cache.ts";
import type { ExceptionMethods } from "../errors/call_options.ts";
import type { ErrorTrackingOptions } from "../errors/types.ts";
import type { FeatureFlagOptions } from "../flags/options.ts";
import type {
  FeatureFlagClientVerbs,
  FeatureFlagVerbs,
} from "../flags/verbs.ts";
import type { LocalEvaluationOptions } from "../local_evaluation/options.ts";
import type { KernelOptions } from "../options/types.ts";

/** The flag methods of a client and of a request scope. */
export interface FlagMethods
  extends FeatureFlagVerbs, LegacyFlagMethods, FlagRuntimeMethods {}

/** The scope of a request, as a `PostHog` makes it: every verb but those that change the client. */
export interface RequestScope
  extends KernelScope, FlagMethods, ExceptionMethods, PreparationMethods {}

/** What a `PostHog` can do. */
export interface PostHogClient
  extends
    KernelClient<RequestScope>,
    FlagMethods,
    FeatureFlagClientVerbs,
    ExceptionMethods,
    ClientMethods,
    PreparationMethods,
    EventOptionMethods {}

/** Options about flags. */
export interface FlagOptions
  extends FeatureFlagOptions, LocalEvaluationOptions {}

/** Options about exceptions. */
export type ExceptionOptions = ErrorTrackingOptions;

/** Options under the names that other SDKs have for them. */
export interface OlderOptions {
  /** Another name of `beforeSend`, which wins when both are given. */
  "before_send"?: BeforeSend | readonly BeforeSend[] | undefined;
  /** posthog-node's name of `flagDefinitionCache`, which wins when both are given. */
  flagDefinitionCacheProvider?:
    | FlagDefinitionCache
    | FlagDefinitionCacheProviderLike
    | undefined;
}

/** Options of posthog-node that have no effect here: taken, with one warning that says what to do instead. */
export interface InertOptions {
  /** Without effect here. @deprecated Definitions load at first use. */
  preloadFeatureFlags?: boolean | undefined;
  /** Without effect here. @deprecated Nothing is stored. */
  persistence?: "memory" | undefined;
  /** Without effect here. @deprecated Use `withPostHog` or `captureException`. */
  enableExceptionAutocapture?: boolean | undefined;
  /** Without effect here. @deprecated Use `flagDefinitionCache`, or `overrideFeatureFlags` in tests. */
  bootstrap?: object | undefined;
  /** Without effect here. @deprecated Pass it to `forRequest`. */
  readPostHogCookie?: boolean | object | undefined;
  /** Without effect here. @deprecated Events leave at once. */
  waitUntilDebounceMs?: number | undefined;
  /** Without effect here. @deprecated Events leave at once. */
  waitUntilMaxWaitMs?: number | undefined;
  /** Without effect here. @deprecated Use `strictLocalEvaluation`. */
  disableRemoteFeatureFlags?: boolean | undefined;
  /** Without effect here. @deprecated Use `requestTimeout`. */
  remoteConfigRequestTimeoutMs?: number | undefined;
  /** Without effect here. @deprecated Set `$process_person_profile` on events. */
  personProfiles?: "always" | "identified_only" | "never" | undefined;
  /** Without effect here. @deprecated Use `wrapFetch`. */
  addTracingHeaders?: string[] | undefined;
  /** Without effect here. @deprecated Use `beforeSend`. */
  "custom_blocked_useragents"?: string[] | undefined;
  /** Without effect here. @deprecated Use `beforeSend`. */
  customBlockedUseragents?: string[] | undefined;
  /** Without effect here. @deprecated Use `beforeSend`. */
  "__preview_capture_bot_pageviews"?: boolean | undefined;
  /** Without effect here. @deprecated Use `beforeSend`. */
  "disable_capture_url_hashes"?: boolean | undefined;
  /** Without effect here. @deprecated Use `beforeSend`. */
  disableCaptureUrlHashes?: boolean | undefined;
  /** Without effect here. @deprecated There are none. */
  disableSurveys?: boolean | undefined;
  /** Without effect here. @deprecated There is none. */
  disableRemoteConfig?: boolean | undefined;
  /** Without effect here. @deprecated Set `sessionId`. */
  sessionExpirationTimeSeconds?: number | undefined;
  /** Without effect here. @deprecated Use OpenTelemetry. */
  metrics?: object | undefined;
  /** Without effect here. @deprecated Use OpenTelemetry. */
  logs?: object | undefined;
  /** Without effect here. @deprecated Use OpenTelemetry. */
  traces?: object | undefined;
  /** Without effect here. @deprecated There are no emails. */
  appHost?: string | undefined;
  /** Without effect here. @deprecated There are no emails. */
  emailRequestTimeoutMs?: number | undefined;
  /** Without effect here. @deprecated There are no emails. */
  emailRequestMaxRetries?: number | undefined;
  /** Without effect here. @deprecated There are no emails. */
  migratedFrom?: string | undefined;
}

/**
 * Everything a client can be told. Each option is checked once, when the client is built: one that can't be used
 * is reported as a `ConfigError` and its default is taken. The constructor never throws.
 */
export interface PostHogOptions
  extends
    KernelOptions,
    FlagOptions,
    ErrorTrackingOptions,
    OlderOptions,
    InertOptions {}
