import type { KernelClient } from "../client/client_types.ts";
import type { KernelScope } from "../client/scope_types.ts";
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
export interface FlagMethods extends FeatureFlagVerbs, LegacyFlagMethods {}

/** The scope of a request, as a `PostHog` makes it: every verb but those that change the client. */
export interface RequestScope
  extends KernelScope, FlagMethods, ExceptionMethods {}

/** What a `PostHog` can do. */
export interface PostHogClient
  extends
    KernelClient<RequestScope>,
    FlagMethods,
    FeatureFlagClientVerbs,
    ExceptionMethods {}

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

/**
 * Everything a client can be told. Each option is checked once, when the client is built: one that can't be used
 * is reported as a `ConfigError` and its default is taken. The constructor never throws.
 */
export interface PostHogOptions
  extends KernelOptions, FlagOptions, ErrorTrackingOptions, OlderOptions {}
