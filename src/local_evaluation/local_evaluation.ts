import { type Clock, runWithin } from "../core/clock.ts";
import { isThenable } from "../core/guards.ts";
import { type Hasher, webCryptoHasher } from "../core/hash.ts";
import type { LocalEvaluation, LocalEvaluationPart } from "../flags/local.ts";
import { ClientDefinitions } from "./definitions/client_definitions.ts";
import type { RegexOperators } from "./evaluation/matcher.ts";
import { checkLocalOptions, type LocalEvaluationOptions } from "./options.ts";

/** What {@linkcode localEvaluation} is made of, beside itself. */
export interface LocalEvaluationParts {
  /** `regexOperators()`. Default: a flag that needs a regular expression is left to PostHog. */
  readonly regex?: RegexOperators | undefined;
}

/**
 * Evaluates flags from their definitions, to be handed to `featureFlags`: a decision takes no request, and what
 * definitions can't decide is asked of PostHog.
 *
 * @example Flags without a request each
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { createClient } from "edgehog/client";
 * import { createPostHogEmulator } from "edgehog/dev";
 * import { featureFlags } from "edgehog/feature-flags";
 * import { localEvaluation, regexOperators } from "edgehog/local-evaluation";
 *
 * const filters = { groups: [{ rollout_percentage: 100, properties: [] }] };
 * const emulator = createPostHogEmulator({ flags: { flags: [{ key: "new-nav", active: true, filters }] } });
 * const posthog = createClient("phc_x", {
 *   personalApiKey: "phx_x",
 *   fetch: emulator.fetch,
 *   use: [featureFlags({ local: localEvaluation({ regex: regexOperators() }) })],
 * });
 *
 * assertEquals((await posthog.evaluateFlags("user-1")).isEnabled("new-nav"), true);
 * assertEquals((await posthog.evaluateFlags("user-2")).isEnabled("new-nav"), true);
 * assertEquals(emulator.requests.map(({ path }) => path), ["/flags/definitions"]);
 * ```
 */
export function localEvaluation(
  parts?: LocalEvaluationParts,
): LocalEvaluation<LocalEvaluationOptions> {
  const part: LocalEvaluationPart<LocalEvaluationOptions> = {
    name: "localEvaluation",
    check(read) {
      const checked = checkLocalOptions(read);
      const given = parts?.regex ?? undefined;
      const regex = typeof given?.compile === "function" ? given : undefined;
      if (given && !regex) {
        read.refuse("use", "'regex' of 'localEvaluation' has no 'compile'");
      }
      return (host, options) => {
        const hasher = boundHasher(
          checked.hasher,
          host.clock,
          options.featureFlagsRequestTimeoutMs,
        );
        return new ClientDefinitions(
          host,
          { ...options, ...checked, hasher },
          regex,
        );
      };
    },
  };
  return part;
}

/** The application's hasher may hang; Web Crypto does not, and evaluations need no timer because of it. */
function boundHasher(hasher: Hasher, clock: Clock, timeoutMs: number): Hasher {
  if (hasher === webCryptoHasher) return hasher;
  return {
    digest(texts) {
      const digests = hasher.digest(texts);
      if (!isThenable(digests)) return digests;
      return runWithin(clock, timeoutMs, () => digests).then((result) =>
        result.kind === "done" ? result.value : []
      );
    },
  };
}
