import type { Caller, Verb } from "../client/host.ts";
import type { LocalFlags } from "../flags/local.ts";
import type { FeatureFlagEvaluationRuntime } from "../flags/results.ts";

/** Where flags are meant to be evaluated, as the definitions at hand have it: no request, no event. */
export interface FlagRuntimeMethods {
  /**
   * Where a flag is meant to be evaluated: `all` unless it says otherwise. Undefined before definitions are loaded,
   * and for a key that they have not.
   */
  getFeatureFlagEvaluationRuntime(
    key: string,
  ): FeatureFlagEvaluationRuntime | undefined;
  /**
   * The keys of the flags that a runtime may evaluate, in the order of the definitions: those for it and those for
   * `all`; of `all` every key. Empty before definitions are loaded.
   *
   * @example The flags that a browser may be given
   * ```ts
   * import { assertEquals } from "@std/assert";
   * import { createTestClient } from "edgehog/testing";
   *
   * const filters = { groups: [{ rollout_percentage: 100 }] };
   * const { posthog } = createTestClient({
   *   flags: {
   *     flags: [
   *       { key: "new-nav", active: true, filters },
   *       { key: "pricing", active: true, filters, evaluation_runtime: "server" },
   *     ],
   *   },
   * });
   * await posthog.waitForLocalEvaluationReady();
   *
   * assertEquals(posthog.getFeatureFlagKeysByEvaluationRuntime("client"), ["new-nav"]);
   * assertEquals(posthog.getFeatureFlagEvaluationRuntime("pricing"), "server");
   * ```
   */
  getFeatureFlagKeysByEvaluationRuntime(
    runtime: FeatureFlagEvaluationRuntime,
  ): string[];
}

/** The verbs of {@linkcode FlagRuntimeMethods}. */
export function createRuntimeVerbs(
  local: LocalFlags | undefined,
): Record<keyof FlagRuntimeMethods, Verb> {
  return {
    getFeatureFlagEvaluationRuntime: (_caller: Caller, key: string) =>
      local?.list([key])[0]?.runtime,
    getFeatureFlagKeysByEvaluationRuntime: (_caller: Caller, asked: unknown) =>
      (local?.list() ?? [])
        .filter(({ runtime }) =>
          runtime === asked || runtime === "all" || asked === "all"
        )
        .map(({ key }) => key),
  };
}
