import type { FeatureFlagEvaluations } from "./snapshot.ts";

/** What `evaluateFlags` takes beside the distinct id. */
export interface EvaluateFlagsOptions {
  /**
   * Whom to evaluate for; a number is turned into text. Default: the request's identity on a scope. Blank or
   * missing: an empty snapshot and one warning. A positional distinct id wins.
   */
  readonly distinctId?: string | number | undefined;
  /** Group type to group key, over the scope's groups. An empty key counts as none. */
  readonly groups?: Readonly<Record<string, string | number>> | undefined;
  /** What is known about the person, for this evaluation. Default `{}`. */
  readonly personProperties?: Readonly<Record<string, unknown>> | undefined;
  /** Group type to what is known about that group. Types without a key in `groups` are ignored. Default `{}`. */
  readonly groupProperties?:
    | Readonly<Record<string, Readonly<Record<string, unknown>>>>
    | undefined;
  /** The flags to evaluate; duplicates are removed. Default: all. An empty list gives an empty snapshot. */
  readonly flagKeys?: readonly string[] | undefined;
  /** Never ask the server: what local definitions can't decide stays absent. Default: `strictLocalEvaluation`. */
  readonly onlyEvaluateLocally?: boolean | undefined;
  /** Whether the server shall not derive `$geoip_*` from the address. Default: the client's `disableGeoip`. */
  readonly disableGeoip?: boolean | undefined;
  /** The id hashed for flags that bucket by device. Default: the person property `$device_id`. */
  readonly deviceId?: string | undefined;
}

/** The flag methods of a client and of a request scope. */
export interface FlagMethods {
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
