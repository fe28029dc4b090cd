import type { JsonValue } from "../core/json.ts";
import type { EvaluateFlagsOptions } from "../flags/call_options.ts";
import type { FlagValue } from "../flags/results.ts";
import type {
  IsFeatureEnabledOptions,
  SingleFlagOptions,
} from "./call_options.ts";

/** One flag's value with its payload. */
export interface SingleFlagResult {
  /** The flag's key. */
  readonly key: string;
  /** Whether the flag is on. */
  readonly enabled: boolean;
  /** The variant, if the flag has one. */
  readonly variant?: string;
  /** The decoded payload, if the value has one. Frozen. */
  readonly payload?: JsonValue;
}

/** All flags with a value, and the payloads of those that are on. */
export interface FlagsAndPayloads {
  /** Values by key, those of flags that are off included. */
  readonly featureFlags: Record<string, FlagValue>;
  /** Decoded payloads by key, of enabled flags that have one. Frozen each. */
  readonly featureFlagPayloads: Record<string, JsonValue>;
}

/**
 * One question at a time, as before there were snapshots: for applications on their way from another SDK. Each call
 * is an evaluation, and a `/flags` request where definitions don't decide. None rejects.
 *
 * The distinct id is the first argument after the key, as in posthog-node; the options may stand in its place, and on
 * a scope both may be absent. Without a key or a distinct id each gives what it gives for a missing flag, and warns.
 */
export interface LegacyFlagMethods {
  /**
   * Whether the flag is on; any variant counts as on. Undefined, or `defaultValue`, when it has no value. Emits
   * `$feature_flag_called`.
   *
   * @deprecated Take a snapshot: `(await evaluateFlags(distinctId)).isEnabled(key)`.
   *
   * @example
   * ```ts
   * import { assertEquals } from "@std/assert";
   * import { createTestClient } from "edgehog/testing";
   *
   * const { posthog } = createTestClient({ flags: { "new-nav": true } });
   *
   * assertEquals(await posthog.isFeatureEnabled("new-nav", "user-1"), true);
   * assertEquals(await posthog.isFeatureEnabled("unknown", "user-1"), undefined);
   * assertEquals(await posthog.isFeatureEnabled("unknown", "user-1", { defaultValue: false }), false);
   *
   * const flags = await posthog.evaluateFlags("user-1");
   * assertEquals(flags.isEnabled("new-nav"), true);
   * ```
   */
  isFeatureEnabled(
    key: string,
    distinctIdOrOptions?: string | number | bigint | IsFeatureEnabledOptions,
    options?: IsFeatureEnabledOptions,
  ): Promise<boolean | undefined>;
  /**
   * The flag's variant, true or false; undefined when it has no value. Emits `$feature_flag_called`.
   *
   * @deprecated Take a snapshot: `(await evaluateFlags(distinctId)).getFlag(key)`.
   *
   * @example
   * ```ts
   * import { assertEquals } from "@std/assert";
   * import { createTestClient } from "edgehog/testing";
   *
   * const { posthog } = createTestClient({ flags: { pricing: "annual" } });
   * assertEquals(await posthog.getFeatureFlag("pricing", "user-1"), "annual");
   *
   * const flags = await posthog.evaluateFlags("user-1");
   * assertEquals(flags.getFlag("pricing"), "annual");
   * ```
   */
  getFeatureFlag(
    key: string,
    distinctIdOrOptions?: string | number | bigint | SingleFlagOptions,
    options?: SingleFlagOptions,
  ): Promise<FlagValue | undefined>;
  /**
   * The flag's value and payload at once; undefined when it has no value. Emits `$feature_flag_called`.
   *
   * @deprecated Take a snapshot: `(await evaluateFlags(distinctId)).getResult(key)`.
   *
   * @example
   * ```ts
   * import { assertEquals } from "@std/assert";
   * import { createTestClient } from "edgehog/testing";
   *
   * const { posthog } = createTestClient({ flags: { pricing: { value: "annual", payload: { discount: 20 } } } });
   * const result = await posthog.getFeatureFlagResult("pricing", "user-1");
   * assertEquals(result, { key: "pricing", enabled: true, variant: "annual", payload: { discount: 20 } });
   *
   * const flags = await posthog.evaluateFlags("user-1");
   * assertEquals(flags.getResult("pricing")?.payload, { discount: 20 });
   * ```
   */
  getFeatureFlagResult(
    key: string,
    distinctIdOrOptions?: string | number | bigint | SingleFlagOptions,
    options?: SingleFlagOptions,
  ): Promise<SingleFlagResult | undefined>;
  /**
   * The payload of the flag's value: null when the value has none, undefined when the flag has no value. Never emits
   * an event.
   *
   * @param matchValue A value of the flag known already: where the flag is defined locally its payload is looked up,
   * and nothing is evaluated.
   *
   * @deprecated Take a snapshot: `(await evaluateFlags(distinctId)).getFlagPayload(key)`.
   *
   * @example
   * ```ts
   * import { assertEquals } from "@std/assert";
   * import { createTestClient } from "edgehog/testing";
   *
   * const { posthog } = createTestClient({ flags: { banner: { value: true, payload: "Hello" }, plain: true } });
   * const payloads = [
   *   await posthog.getFeatureFlagPayload("banner", "user-1"),
   *   await posthog.getFeatureFlagPayload("plain", "user-1"),
   *   await posthog.getFeatureFlagPayload("unknown", "user-1"),
   * ];
   * assertEquals(payloads, ["Hello", null, undefined]);
   *
   * const flags = await posthog.evaluateFlags("user-1");
   * assertEquals(flags.getFlagPayload("banner"), "Hello");
   * ```
   */
  getFeatureFlagPayload(
    key: string,
    distinctIdOrOptions?: string | number | bigint | SingleFlagOptions,
    matchValue?: FlagValue,
    options?: SingleFlagOptions,
  ): Promise<JsonValue | undefined>;
  /**
   * The values of all flags, or of `flagKeys`, by key. Never emits an event.
   *
   * @deprecated Take a snapshot with `evaluateFlags(distinctId)`, and read it.
   *
   * @example
   * ```ts
   * import { assertEquals } from "@std/assert";
   * import { createTestClient } from "edgehog/testing";
   *
   * const { posthog } = createTestClient({ flags: { "new-nav": false, pricing: "annual" } });
   * assertEquals(await posthog.getAllFlags("user-1"), { "new-nav": false, pricing: "annual" });
   *
   * const flags = await posthog.evaluateFlags("user-1");
   * assertEquals(flags.keys.sort(), ["new-nav", "pricing"]);
   * ```
   */
  getAllFlags(
    distinctIdOrOptions?: string | number | bigint | EvaluateFlagsOptions,
    options?: EvaluateFlagsOptions,
  ): Promise<Record<string, FlagValue>>;
  /**
   * The values of all flags, or of `flagKeys`, and the payloads of those that are on. Never emits an event.
   *
   * @deprecated Take a snapshot with `evaluateFlags(distinctId)`, and read it.
   *
   * @example
   * ```ts
   * import { assertEquals } from "@std/assert";
   * import { createTestClient } from "edgehog/testing";
   *
   * const { posthog } = createTestClient({ flags: { banner: { value: true, payload: "Hello" }, "new-nav": false } });
   * assertEquals(await posthog.getAllFlagsAndPayloads("user-1"), {
   *   featureFlags: { banner: true, "new-nav": false },
   *   featureFlagPayloads: { banner: "Hello" },
   * });
   *
   * const flags = await posthog.evaluateFlags("user-1");
   * assertEquals(flags.toBootstrap().featureFlagPayloads, { banner: "Hello" });
   * ```
   */
  getAllFlagsAndPayloads(
    distinctIdOrOptions?: string | number | bigint | EvaluateFlagsOptions,
    options?: EvaluateFlagsOptions,
  ): Promise<FlagsAndPayloads>;
}
