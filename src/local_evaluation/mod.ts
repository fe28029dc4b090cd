/**
 * Evaluates feature flags from their definitions, in the process and without a request for each decision: definitions
 * are loaded on use, refreshed in the background, and shared between isolates through a `flagDefinitionCache`. What they
 * can't decide is asked of PostHog.
 *
 * @example Flags decided at the edge
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { createClient } from "edgehog/client";
 * import { createPostHogEmulator } from "edgehog/dev";
 * import { featureFlags } from "edgehog/feature-flags";
 * import { localEvaluation } from "edgehog/local-evaluation";
 *
 * const filters = { groups: [{ rollout_percentage: 100, properties: [] }] };
 * const emulator = createPostHogEmulator({ flags: { flags: [{ key: "new-nav", active: true, filters }] } });
 * const posthog = createClient("phc_x", {
 *   personalApiKey: "phx_x",
 *   fetch: emulator.fetch,
 *   use: [featureFlags({ local: localEvaluation() })],
 * });
 * const flags = await posthog.evaluateFlags("user-1");
 *
 * assertEquals(flags.getResult("new-nav")?.source, "local");
 * assertEquals(emulator.requests.map(({ path }) => path), ["/flags/definitions"]);
 * ```
 *
 * @module
 */
export { memoryCache, type MemoryCacheOptions } from "../caches/memory.ts";
export {
  flagChangeWebhook,
  type FlagChangeWebhookOptions,
} from "./flag_change_webhook.ts";
export {
  localEvaluation,
  type LocalEvaluationParts,
} from "./local_evaluation.ts";
export {
  type RefreshableClientLike,
  refreshFlagDefinitions,
} from "./refresh_flag_definitions.ts";
export { regexOperators } from "./regex/regex.ts";

export type {
  FlagDefinitionCache,
  FlagDefinitionCacheData,
  FlagDefinitionCacheProviderLike,
} from "../core/flag_definition_cache.ts";
export type { FlagDefinitionsRefresh } from "../core/flag_definitions_refresh.ts";
export type { Hasher } from "../core/hash.ts";
export type { JsonObject, JsonPrimitive, JsonValue } from "../core/json.ts";
export type { MaybePromise } from "../core/platform.ts";
export type { LocalEvaluation } from "../flags/local.ts";
export type {
  RegexBudget,
  RegexOperators,
  RegexSearch,
} from "./evaluation/matcher.ts";
export type { LocalEvaluationOptions } from "./options.ts";
