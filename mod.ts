/**
 * PostHog for the edge: events, feature flags and error tracking from Cloudflare Workers, Vercel Edge, Deno, Bun and
 * Node, on web standards alone. No runtime dependency, no timer of its own, nothing at import or construction.
 *
 * @example Capture and evaluate in a request
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { PostHog } from "edgehog";
 * import { createPostHogEmulator } from "edgehog/dev";
 *
 * const emulator = createPostHogEmulator();
 * const posthog = new PostHog("phc_x", { fetch: emulator.fetch });
 *
 * async function handle(request: Request, ctx: { waitUntil(promise: Promise<unknown>): void }): Promise<Response> {
 *   const hog = posthog.forRequest(request, ctx, { distinctId: "user-1" });
 *   const flags = await hog.evaluateFlags();
 *   hog.capture({ event: "page viewed", flags });
 *   return new Response(flags.isEnabled("new-nav") ? "new" : "old");
 * }
 *
 * const pending: Promise<unknown>[] = [];
 * const ctx = { waitUntil: (promise: Promise<unknown>) => void pending.push(promise) };
 * const response = await handle(new Request("https://shop.example/"), ctx);
 * await Promise.all(pending);
 *
 * assertEquals(await response.text(), "old");
 * assertEquals(emulator.events.map(({ event }) => event).sort(), ["$feature_flag_called", "page viewed"]);
 * ```
 *
 * @module
 */
export { memoryCache, type MemoryCacheOptions } from "./src/caches/memory.ts";
export { PostHog, type PostHogClass } from "./src/posthog/posthog.ts";
export {
  type RuntimeArguments,
  type ScopedHandler,
  type ScopeMaker,
  type Undeclared,
  withPostHog,
  type WithPostHogOptions,
  type WrappedHandler,
} from "./src/client/with_posthog.ts";
export { fromEnv } from "./src/options/from_env.ts";
export {
  FeatureFlagError,
  type FeatureFlagErrorType,
} from "./src/compat/flag_error.ts";
export { uuidv7 } from "./src/compat/uuidv7.ts";
export {
  CallbackError,
  ConfigError,
  DeliveryError,
  EdgehogError,
  isEdgehogError,
  RequestError,
} from "./src/core/errors.ts";

export type { ClosedByUsing, KernelClient } from "./src/client/client_types.ts";
export type {
  AiSettings,
  KernelScope,
  RequestScopeInit,
} from "./src/client/scope_types.ts";
export type {
  ContextData,
  RequestContextInit,
  WithContextOptions,
  WrapFetchOptions,
} from "./src/context/types.ts";
export type { Bytes } from "./src/core/bytes.ts";
export type {
  DeliveryErrorCode,
  DeliveryOutcome,
  DeliveryReason,
  FlushResult,
  Lane,
  LogicalRequest,
  QueuedEvent,
  Transport,
} from "./src/core/delivery.ts";
export type {
  AnyEdgehogError,
  DeliveryErrorDetails,
  EdgehogErrorCode,
  ReportedEvent,
  RequestEndpoint,
  RequestErrorCode,
  RequestErrorDetails,
} from "./src/core/errors.ts";
export type {
  BeforeSend,
  CapturedEvent,
  CaptureEventOptions,
  FlagPropertiesSource,
  KeptEvent,
  SendFeatureFlagsOptions,
  Timestamp,
} from "./src/core/event.ts";
export type {
  FlagDefinitionCache,
  FlagDefinitionCacheData,
  FlagDefinitionCacheProviderLike,
} from "./src/core/flag_definition_cache.ts";
export type { FlagDefinitionsRefresh } from "./src/core/flag_definitions_refresh.ts";
export type { Hasher } from "./src/core/hash.ts";
export type { JsonObject, JsonPrimitive, JsonValue } from "./src/core/json.ts";
export type { Logger } from "./src/core/logger.ts";
export type {
  ContextStorage,
  ExecutionContextLike,
  FetchInit,
  FetchLike,
  MaybePromise,
  RequestLike,
  WaitUntil,
} from "./src/core/platform.ts";
export type { RandomSource } from "./src/core/random.ts";
export type {
  DroppedEvent,
  DropReason,
  PostHogListeners,
} from "./src/core/reporter.ts";
export type {
  CaptureExceptionArguments,
  CaptureExceptionInput,
  CaptureExceptionOptions,
  ExceptionMechanismOptions,
  ExceptionMethods,
} from "./src/errors/call_options.ts";
export type {
  AliasMessage,
  CaptureMessage,
  EventMethods,
  GroupIdentifyMessage,
  IdentifyMessage,
  IdentityMessage,
  SetPersonPropertiesMessage,
  UnsetPersonPropertiesMessage,
} from "./src/events/types.ts";
export {
  flagChangeWebhook,
  type FlagChangeWebhookOptions,
} from "./src/local_evaluation/flag_change_webhook.ts";
export {
  type RefreshableClientLike,
  refreshFlagDefinitions,
} from "./src/local_evaluation/refresh_flag_definitions.ts";
export { FeatureFlagEvaluations } from "./src/flags/snapshot.ts";
export type {
  FeatureFlagEvaluationRuntime,
  FeatureFlagResult,
  FlagBootstrap,
  FlagDetail,
  FlagReadOptions,
  FlagSource,
  FlagValue,
  IsEnabledOptions,
  UnresolvedFlagReason,
  Widened,
} from "./src/flags/results.ts";
export type { EvaluateFlagsOptions } from "./src/flags/call_options.ts";
export type {
  AllFlagsArguments,
  FlagPayloadArguments,
  IsFeatureEnabledOptions,
  SingleFlagArguments,
  SingleFlagOptions,
} from "./src/compat/call_options.ts";
export type { FlagRuntimeMethods } from "./src/compat/flag_runtimes.ts";
export type { ClientMethods } from "./src/compat/client_methods.ts";
export type {
  EventOptionMethods,
  PreparationMethods,
  PreparedMessage,
} from "./src/compat/event_methods.ts";
export type {
  AllFlagsOptions,
  BeforeSendFn,
  EventMessage,
  FlagDefinitionCacheProvider,
  IPostHog,
  PostHogFeatureFlag,
} from "./src/posthog/node_types.ts";
export type {
  FlagsAndPayloads,
  LegacyFlagMethods,
  SingleFlagResult,
} from "./src/compat/legacy_types.ts";
export type {
  FeatureFlagOverrideOptions,
  FlagValueOverrides,
  OverrideFeatureFlagsOptions,
} from "./src/flags/overrides.ts";
export type { FlagPropertyMethods } from "./src/flags/property_overrides.ts";
export type {
  FeatureFlagClientVerbs,
  FeatureFlagVerbs,
} from "./src/flags/verbs.ts";
export type { FeatureFlagOptions } from "./src/flags/options.ts";
export type { LocalEvaluationOptions } from "./src/local_evaluation/options.ts";
export type { ErrorTrackingOptions } from "./src/errors/types.ts";
export type { EnvOptions } from "./src/options/from_env.ts";
export type {
  DeliveryOptions,
  EventOptions,
  KernelOptions,
  SeamOptions,
} from "./src/options/types.ts";
export type {
  ExceptionOptions,
  FlagMethods,
  FlagOptions,
  InertOptions,
  OlderOptions,
  PostHogClient,
  PostHogOptions,
  RequestScope,
} from "./src/posthog/types.ts";
