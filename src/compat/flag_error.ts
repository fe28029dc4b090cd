/**
 * Words of `$feature_flag_error`, under posthog-node's names. What else stands there: `timeout`, `connection_error`,
 * `api_error_<status>`.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { FeatureFlagError } from "edgehog";
 * import { createTestClient } from "edgehog/testing";
 *
 * const { posthog } = createTestClient();
 * const flags = await posthog.evaluateFlags("user-1");
 *
 * assertEquals(flags.detail("unknown", false).reason, FeatureFlagError.FLAG_MISSING);
 * ```
 */
export const FeatureFlagError: {
  /** PostHog failed to compute flags. */
  readonly ERRORS_WHILE_COMPUTING: "errors_while_computing_flags";
  /** There is no such flag. */
  readonly FLAG_MISSING: "flag_missing";
  /** Definitions could not decide it, and nobody else did. */
  readonly LOCAL_EVALUATION_INCONCLUSIVE: "local_evaluation_inconclusive";
  /** The project is over its limits. */
  readonly QUOTA_LIMITED: "quota_limited";
  /** What went wrong is not known. */
  readonly UNKNOWN_ERROR: "unknown_error";
} = /* @__PURE__ */ Object.freeze(
  {
    ERRORS_WHILE_COMPUTING: "errors_while_computing_flags",
    FLAG_MISSING: "flag_missing",
    LOCAL_EVALUATION_INCONCLUSIVE: "local_evaluation_inconclusive",
    QUOTA_LIMITED: "quota_limited",
    UNKNOWN_ERROR: "unknown_error",
  } as const,
);

/** One of the words of {@linkcode FeatureFlagError}, or another. */
export type FeatureFlagErrorType =
  | (typeof FeatureFlagError)[keyof typeof FeatureFlagError]
  | (string & Record<never, never>);
