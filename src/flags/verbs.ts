import type { JsonValue } from "../core/json.ts";
import type { EvaluateFlagsOptions } from "./call_options.ts";
import type { OverrideFeatureFlagsOptions } from "./overrides.ts";
import type { FlagPropertyMethods } from "./property_overrides.ts";
import type { FeatureFlagEvaluations } from "./snapshot.ts";

/** The flag verbs of a client and of a request scope. */
export interface FeatureFlagVerbs extends FlagPropertyMethods {
  /**
   * Evaluates feature flags once: locally where definitions decide, with at most one `/flags` request for the
   * rest. Never rejects.
   *
   * The first argument is the distinct id or the options; on a scope both may be absent.
   *
   * @example Evaluate what a page needs
   * ```ts
   * import { assertEquals } from "@std/assert";
   * import { createTestClient } from "edgehog/testing";
   *
   * const { posthog, emulator } = createTestClient({ flags: { "new-nav": true, pricing: "annual" } });
   * const flags = await posthog.evaluateFlags("user-1", {
   *   flagKeys: ["new-nav"],
   *   personProperties: { plan: "pro" },
   *   onlyEvaluateLocally: true,
   * });
   *
   * assertEquals(flags.keys, ["new-nav"]);
   * assertEquals(emulator.requests.map(({ path }) => path), ["/flags/definitions"]);
   * ```
   */
  evaluateFlags(
    distinctIdOrOptions?: string | number | bigint | EvaluateFlagsOptions,
    options?: EvaluateFlagsOptions,
  ): Promise<FeatureFlagEvaluations>;
  /**
   * Asks PostHog for the payload of a remote config flag, decrypted where the key may read it: a personal API key
   * may, a project secret key gets a marker in its place. Each call is one request; nothing is kept, no exposure
   * is captured. Never rejects.
   *
   * It takes a personal API key or a secret key; without one, undefined and one `ConfigError`. Give `projectId` too:
   * PostHog ends the way without it on 30 April 2027.
   *
   * @param key The flag's key; digits alone are taken for its id.
   * @returns The payload, frozen: JSON, or the text itself where it is none. Undefined when there is none, and when
   * the request fails: then a `RequestError` reaches `onError`.
   *
   * @example Read a remote config
   * ```ts
   * import { assertEquals } from "@std/assert";
   * import { createTestClient } from "edgehog/testing";
   *
   * const banner = {
   *   key: "banner",
   *   active: true,
   *   is_remote_configuration: true,
   *   filters: {
   *     groups: [{ rollout_percentage: 100 }],
   *     payloads: { true: '{"text":"Free shipping"}' },
   *   },
   * };
   * const { posthog } = createTestClient({ flags: { flags: [banner] } });
   *
   * assertEquals(await posthog.getRemoteConfigPayload("banner"), { text: "Free shipping" });
   * assertEquals(await posthog.getRemoteConfigPayload("unknown"), undefined);
   * ```
   */
  getRemoteConfigPayload(key: string): Promise<JsonValue | undefined>;
  /**
   * Loads the flag definitions now, also while backing off, and resolves when that has settled. A failure keeps
   * the definitions at hand and warns. Never rejects; asks for no flag value and forgets no exposure.
   */
  reloadFeatureFlags(): Promise<void>;
  /** Whether definitions were loaded and hold at least one flag. */
  isLocalEvaluationReady(): boolean;
  /**
   * Loads the definitions if need be and tells whether local evaluation is ready, after at most `timeoutMs`.
   * Never rejects.
   *
   * @param timeoutMs In ms, default 30 000.
   */
  waitForLocalEvaluationReady(timeoutMs?: number): Promise<boolean>;
}

/** The flag verbs of a client alone. */
export interface FeatureFlagClientVerbs {
  /**
   * Forces values of flags, for tests and development: they answer before any evaluation, for everybody and in each
   * scope, and replace those forced before. Flags that are not named are evaluated as ever, those that depend on
   * an overridden one included. An override emits no `$feature_flag_called`: nobody was given that arm.
   *
   * @param overrides The keys of flags that are on; or values by key, where undefined simulates a flag that does not
   * exist; or `{ flags, payloads }`. An empty list or object overrides no flag. False clears everything.
   *
   * @example A test that needs one variant
   * ```ts
   * import { assertEquals } from "@std/assert";
   * import { createTestClient } from "edgehog/testing";
   *
   * const { posthog, emulator } = createTestClient({ flags: { pricing: "monthly" } });
   * posthog.overrideFeatureFlags({ flags: { pricing: "annual" }, payloads: { pricing: { discount: 20 } } });
   * const flags = await posthog.evaluateFlags("user-1", { flagKeys: ["pricing"] });
   *
   * assertEquals(flags.getFlag("pricing"), "annual");
   * assertEquals(flags.getFlagPayload("pricing"), { discount: 20 });
   * assertEquals(emulator.requests, []);
   *
   * posthog.overrideFeatureFlags(false);
   * assertEquals((await posthog.evaluateFlags("user-1")).getFlag("pricing"), "monthly");
   * ```
   */
  overrideFeatureFlags(overrides: OverrideFeatureFlagsOptions): void;
}
