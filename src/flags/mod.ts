/**
 * Feature flags for a client: snapshots that never change while they are read, exposures once for each distinct use,
 * remote config, overrides for tests. Without `edgehog/local-evaluation` each evaluation is one request to PostHog.
 *
 * @example Evaluate once a request
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { createClient } from "edgehog/client";
 * import { createPostHogEmulator } from "edgehog/dev";
 * import { featureFlags } from "edgehog/feature-flags";
 *
 * const filters = { groups: [{ rollout_percentage: 100, properties: [] }] };
 * const emulator = createPostHogEmulator({ flags: { flags: [{ key: "new-nav", active: true, filters }] } });
 * const posthog = createClient("phc_x", { fetch: emulator.fetch, use: [featureFlags()] });
 * const hog = posthog.forRequest(new Request("https://shop.example/"), undefined, { distinctId: "user-1" });
 * const flags = await hog.evaluateFlags();
 *
 * assertEquals(flags.isEnabled("new-nav"), true);
 * assertEquals(emulator.requests.map(({ path }) => path), ["/flags"]);
 * ```
 *
 * @module
 */
export { featureFlags } from "./feature.ts";
export { FeatureFlagEvaluations } from "./snapshot.ts";

export type { FlagPropertiesSource } from "../core/event.ts";
export type { JsonObject, JsonPrimitive, JsonValue } from "../core/json.ts";
export type { EvaluateFlagsOptions } from "./call_options.ts";
export type { FeatureFlagParts, FeatureFlagsFeature } from "./feature.ts";
export type { LocalEvaluation } from "./local.ts";
export type { FeatureFlagOptions } from "./options.ts";
export type {
  FeatureFlagOverrideOptions,
  FlagValueOverrides,
  OverrideFeatureFlagsOptions,
} from "./overrides.ts";
export type { FlagPropertyMethods } from "./property_overrides.ts";
export type {
  FeatureFlagResult,
  FlagBootstrap,
  FlagDetail,
  FlagReadOptions,
  FlagSource,
  FlagValue,
  IsEnabledOptions,
  UnresolvedFlagReason,
  Widened,
} from "./results.ts";
export type { FeatureFlagClientVerbs, FeatureFlagVerbs } from "./verbs.ts";
