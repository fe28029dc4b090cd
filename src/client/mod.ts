/**
 * The kernel of edgehog: `createClient` makes a client that captures, identifies, opens a scope for each request, and
 * delivers without timers. Everything else is a feature that is handed to it in `use`, so that a Worker carries
 * what it uses. For Cloudflare Workers, Vercel, Deno, Bun and Node.
 *
 * @example Capture in a request
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { createClient } from "edgehog/client";
 * import { createPostHogEmulator } from "edgehog/dev";
 *
 * const emulator = createPostHogEmulator();
 * const posthog = createClient("phc_x", { fetch: emulator.fetch });
 *
 * function handle(request: Request, ctx: { waitUntil(promise: Promise<unknown>): void }): Response {
 *   const hog = posthog.forRequest(request, ctx, { distinctId: "user-1" });
 *   hog.capture({ event: "page viewed" });
 *   return new Response("ok");
 * }
 *
 * const pending: Promise<unknown>[] = [];
 * handle(new Request("https://shop.example/"), { waitUntil: (promise) => void pending.push(promise) });
 * await Promise.all(pending);
 *
 * assertEquals(emulator.events.map(({ event }) => event), ["page viewed"]);
 * ```
 *
 * @module
 */
export {
  CallbackError,
  ConfigError,
  DeliveryError,
  EdgehogError,
  isEdgehogError,
  RequestError,
} from "../core/errors.ts";
export { fromEnv } from "../options/from_env.ts";
export { createClient } from "./create_client.ts";
export {
  type RuntimeArguments,
  type ScopedHandler,
  type ScopeMaker,
  type Undeclared,
  withPostHog,
  type WithPostHogOptions,
  type WrappedHandler,
} from "./with_posthog.ts";

export type {
  ContextData,
  RequestContextInit,
  WithContextOptions,
  WrapFetchOptions,
} from "../context/types.ts";
export type {
  DeliveryErrorCode,
  DeliveryOutcome,
  DeliveryReason,
  FlushResult,
  Lane,
  LogicalRequest,
  QueuedEvent,
  Transport,
} from "../core/delivery.ts";
export type {
  AnyEdgehogError,
  DeliveryErrorDetails,
  EdgehogErrorCode,
  ReportedEvent,
  RequestEndpoint,
  RequestErrorCode,
  RequestErrorDetails,
} from "../core/errors.ts";
export type {
  BeforeSend,
  CapturedEvent,
  CaptureEventOptions,
  FlagPropertiesSource,
  KeptEvent,
  SendFeatureFlagsOptions,
  Timestamp,
} from "../core/event.ts";
export type { JsonObject, JsonPrimitive, JsonValue } from "../core/json.ts";
export type { Logger } from "../core/logger.ts";
export type {
  ContextStorage,
  ExecutionContextLike,
  FetchInit,
  FetchLike,
  MaybePromise,
  RequestLike,
  WaitUntil,
} from "../core/platform.ts";
export type { RandomSource } from "../core/random.ts";
export type {
  DroppedEvent,
  DropReason,
  PostHogListeners,
} from "../core/reporter.ts";
export type {
  AliasMessage,
  CaptureMessage,
  EventMethods,
  GroupIdentifyMessage,
  IdentifyMessage,
  IdentityMessage,
  SetPersonPropertiesMessage,
  UnsetPersonPropertiesMessage,
} from "../events/types.ts";
export type { EnvOptions } from "../options/from_env.ts";
export type {
  DeliveryOptions,
  EventOptions,
  KernelOptions,
  SeamOptions,
} from "../options/types.ts";
export type { KernelClient } from "./client_types.ts";
export type {
  AddedBy,
  ClientOf,
  ClientOptions,
  Joined,
  ScopeOf,
} from "./create_client.ts";
export type { Feature, FeatureTypes } from "./feature.ts";
export type {
  AiSettings,
  KernelScope,
  RequestScopeInit,
} from "./scope_types.ts";
