import type { JsonValue } from "../core/json.ts";
import type { EvaluateFlagsOptions } from "./call_options.ts";
import type { LegacyFlagMethods } from "../compat/legacy_types.ts";
import type { FlagPropertyMethods } from "./property_overrides.ts";
import type { FeatureFlagEvaluations } from "./snapshot.ts";

/** The flag methods of a client and of a request scope. */
export interface FlagMethods extends LegacyFlagMethods, FlagPropertyMethods {
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
    distinctIdOrOptions?: string | number | EvaluateFlagsOptions,
    options?: EvaluateFlagsOptions,
  ): Promise<FeatureFlagEvaluations>;
  /**
   * Asks PostHog for the payload of a remote config flag, decrypted where the key may read it: a personal API key
   * may, a project secret key gets a marker in its place. Each call is one request; nothing is kept, no exposure
   * is captured. Never rejects.
   *
   * It takes a personal API key or a secret key; without one, undefined and one `ConfigError`.
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

/** The client's options about flags, checked and complete. */
export interface FlagSettings {
  /** The secret or personal key for definitions; undefined: none is requested from PostHog. */
  readonly secretKey: string | undefined;
  /** The project's key. */
  readonly projectToken: string;
  /** Whether definitions are used at all; they need a key or a cache as well. */
  readonly enableLocalEvaluation: boolean;
  /** The default of `onlyEvaluateLocally`. */
  readonly strictLocalEvaluation: boolean;
  /** The age in ms after which definitions are refreshed on access. */
  readonly pollingIntervalMs: number;
  /** The deadline of a definitions request in ms. */
  readonly requestTimeoutMs: number;
  /** The deadline in ms of a `/flags` request with its retries, and of the wait for missing definitions. */
  readonly flagsRequestTimeoutMs: number;
  /** Retries of a `/flags` request; at most 5 are made. */
  readonly flagsRequestMaxRetries: number;
  /** Whether reads emit `$feature_flag_called`. */
  readonly sendFeatureFlagEvent: boolean;
  /** Whether slices warn about unknown keys. */
  readonly logWarnings: boolean;
  /** Exposures remembered so as not to be sent twice. */
  readonly maxCacheSize: number;
  /** The application's evaluation contexts; empty: flags are not filtered. */
  readonly evaluationContexts: readonly string[];
  /** The project's time zone for dates without one: "UTC" or an IANA name; undefined: unknown. */
  readonly projectTimezone: string | undefined;
  /** Whether the server shall not derive `$geoip_*` from the address. */
  readonly disableGeoip: boolean;
}
