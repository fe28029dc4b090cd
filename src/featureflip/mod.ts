/**
 * Featureflip's server SDK for the edge, with nothing of PostHog: the flags of an environment, evaluated in the process and
 * answered at once. A stream keeps them fresh where the runtime lives on (Deno, Bun, Node), an access does where it does not
 * (Cloudflare Workers, Vercel's edge runtime).
 *
 * @example Flags without a network, in tests
 * ```ts
 * import { FeatureflipClient } from "edgehog/featureflip";
 * import { assertEquals } from "@std/assert";
 *
 * const client = FeatureflipClient.forTesting({ "new-checkout": true, "pricing-tier": "pro" });
 * assertEquals(client.boolVariation("new-checkout", {}, false), true);
 * assertEquals(client.stringVariation("pricing-tier", {}, "free"), "pro");
 * assertEquals(client.boolVariation("unknown", {}, false), false);
 * ```
 *
 * @module
 */
export type { FetchInit, FetchLike } from "../core/platform.ts";
export { FeatureflipClient } from "./client.ts";
export {
  boolVariation,
  close,
  configure,
  defaultClient,
  flush,
  identify,
  jsonVariation,
  numberVariation,
  restart,
  stringVariation,
  track,
  variationDetail,
} from "./default_client.ts";
export {
  ConfigurationError,
  FeatureflipError,
  InitializationError,
} from "./errors.ts";
export type {
  EvaluationContext,
  EvaluationDetail,
  EvaluationEvent,
  EvaluationInspector,
  EvaluationReason,
  FeatureflipLogger,
  FeatureflipOptions,
  FeatureflipRequestContext,
  FeatureflipTestingOptions,
  FlushResult,
  UpdateListener,
} from "./types.ts";
