/**
 * PostHog and OpenFeature, on Cloudflare Workers, Vercel Edge, Deno, Bun and Node: `PostHogProvider` puts PostHog's flags
 * behind `@openfeature/server-sdk`, and `exposureHook` brings what any other vendor's provider decides into PostHog, so that
 * experiments are analysed there. Neither imports a package.
 *
 * Why a flag has its value, in OpenFeature's words:
 *
 * | PostHog's reason | OpenFeature's |
 * | --- | --- |
 * | `condition_match`, and a bucket let the person in or chose the variant | `SPLIT` |
 * | `condition_match`, `super_condition_value`, `targeting_match` | `TARGETING_MATCH` |
 * | `out_of_rollout_bound`, `holdout_condition_value`, `experiment_split`, `rollout_miss`, `holdout` | `SPLIT` |
 * | `no_condition_match`, `no_group_type`, `no_rule_match`, `missing_group_key`, `experiment_paused` | `DEFAULT` |
 * | any of an off flag that is read as another type than boolean, but the next | `DEFAULT` |
 * | `flag_disabled` | `DISABLED` |
 * | `override` | `STATIC` |
 * | none, or one that is not known | `UNKNOWN` |
 * | any, by definitions older than `maxDefinitionAgeMs` | `STALE` |
 * | no value, or one of another type | `ERROR` |
 *
 * What PostHog itself evaluated tells no bucket: there a flag with a variant is `SPLIT`. `flagMetadata` has `source`
 * (`local`, `remote`, `override`) and `flagVersion`.
 *
 * On Workers, set the provider at module scope, by `setProvider`. With local evaluation it is in `ERROR` until the first
 * request loads the definitions, as no request is allowed before, and evaluates all the same. Events need a `waitUntil`:
 * hand the client that of `cloudflare:workers`, or a `contextStorage`.
 *
 * An experiment on another vendor's flags takes both halves: the exposure, which the hook captures, and `$feature/<key>` on
 * the events that are its metrics, which `flagProperties(details)` makes.
 *
 * @example Flags, an exposure and a purchase
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { PostHogProvider } from "edgehog/openfeature";
 * import { createTestClient } from "edgehog/testing";
 *
 * const { posthog, emulator } = createTestClient({ flags: { "new-nav": true } });
 *
 * // OpenFeature.setProvider(new PostHogProvider(posthog));
 * // const client = OpenFeature.getClient();
 * const provider = new PostHogProvider(posthog);
 *
 * // await client.getBooleanValue("new-nav", false, { targetingKey: "user-1", plan: "pro" });
 * const context = { targetingKey: "user-1", plan: "pro" };
 * assertEquals((await provider.resolveBooleanEvaluation("new-nav", false, context)).value, true);
 *
 * // client.track("order placed", { targetingKey: "user-1" }, { value: 12, currency: "EUR" });
 * provider.track("order placed", context, { value: 12, currency: "EUR" });
 *
 * await provider.onClose();
 * assertEquals(emulator.events.map(({ event }) => event), ["$feature_flag_called", "order placed"]);
 * ```
 *
 * @module
 */
export { exposureHook, flagProperties } from "./exposure_hook.ts";
export { PostHogProvider } from "./provider.ts";

export type { EvaluateFlagsOptions } from "../flags/call_options.ts";
export type { FeatureFlagEvaluations } from "../flags/snapshot.ts";
export type {
  EvaluationContextLike,
  EvaluationDetailsLike,
  ExposureHook,
  ExposureHookOptions,
  HookContextLike,
  OpenFeatureCaptureClient,
  OpenFeatureClient,
  PostHogProviderOptions,
  ProviderEventHandler,
  ProviderEventsLike,
  ResolutionDetailsLike,
} from "./types.ts";
