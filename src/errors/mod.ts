/**
 * Error tracking for a client that is composed of its parts: `captureException` on the client and on its scopes, for
 * anything that can be thrown, and the capture of what escapes a handler that `withPostHog` wraps. Stacks of every
 * engine are read, those of V8, JavaScriptCore and SpiderMonkey. For Cloudflare Workers, Vercel Edge, Deno, Bun and
 * Node; the `PostHog` of `edgehog` has it already.
 *
 * @example Capture a failure that was dealt with
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { createClient } from "edgehog/client";
 * import { createPostHogEmulator } from "edgehog/dev";
 * import { errorTracking } from "edgehog/error-tracking";
 *
 * const emulator = createPostHogEmulator();
 * const posthog = createClient("phc_x", { fetch: emulator.fetch, use: [errorTracking()] });
 * try {
 *   JSON.parse("{");
 * } catch (error) {
 *   posthog.captureException(error, "user-1", { area: "import" });
 * }
 * await posthog.flush();
 *
 * assertEquals(emulator.events[0]?.properties["$exception_type"], "SyntaxError");
 * ```
 *
 * @module
 */
export { errorTracking, type ErrorTrackingFeature } from "./feature.ts";

export type {
  CaptureExceptionArguments,
  CaptureExceptionInput,
  CaptureExceptionOptions,
  ExceptionMechanismOptions,
  ExceptionMethods,
} from "./call_options.ts";
export type { ErrorTrackingOptions } from "./types.ts";
export type { Feature } from "../client/feature.ts";
export type {
  CaptureEventOptions,
  FlagPropertiesSource,
  Timestamp,
} from "../core/event.ts";
export type { JsonObject, JsonPrimitive, JsonValue } from "../core/json.ts";
