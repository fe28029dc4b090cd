import { ConfigError } from "../core/errors.ts";
import type { FlagDefinitionsRefresh } from "../core/flag_definitions_refresh.ts";
import { findFlagPort, type FlagPort } from "../flags/port.ts";

/** A client whose definitions can be refreshed: a `PostHog`. */
export interface RefreshableClientLike {
  /** Tells a client from its scopes; not called. */
  forRequest(...args: never[]): unknown;
}

/**
 * Refreshes the flag definitions now and writes them to the client's `flagDefinitionCache` if they changed: the one
 * line for a cron trigger that keeps a shared cache warm. Readers of the cache need no key then, and never ask
 * PostHog for definitions.
 *
 * The request is conditional on the ETag in the cache, in a cold isolate too: by PostHog's documentation it counts as
 * ten flag requests after a change, else as one. A cron of every 5 minutes makes 8,640 a month.
 * An entry that the cache has lost is written again. Neither the wait after a failure nor another isolate's lease
 * holds it up. The promise settles once the cache was told, so it needs nothing but an `await` or a `waitUntil`.
 *
 * @param posthog The client, with `secretKey` or `personalApiKey`.
 * @returns What happened. Never rejects: failures reach `logger` and `onError`, too.
 *
 * @example A cron trigger fills the cache, a reader without a key uses it
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { memoryCache, PostHog, refreshFlagDefinitions } from "edgehog";
 * import { createPostHogEmulator } from "edgehog/dev";
 *
 * const filters = { groups: [{ rollout_percentage: 100, properties: [] }] };
 * const { fetch, requests } = createPostHogEmulator({ flags: { flags: [{ key: "new-nav", active: true, filters }] } });
 * const flagDefinitionCache = memoryCache();
 * const writer = new PostHog("phc_x", { personalApiKey: "phx_x", flagDefinitionCache, fetch });
 * const reader = new PostHog("phc_x", { flagDefinitionCache, fetch });
 * const worker = {
 *   scheduled: () => refreshFlagDefinitions(writer),
 * };
 *
 * assertEquals(await worker.scheduled(), { kind: "changed" });
 * assertEquals(await worker.scheduled(), { kind: "unchanged" });
 * assertEquals((await reader.evaluateFlags("user-1")).isEnabled("new-nav"), true);
 * assertEquals(requests.map(({ path, status }) => [path, status]), [
 *   ["/flags/definitions", 200],
 *   ["/flags/definitions", 304],
 * ]);
 * ```
 */
export async function refreshFlagDefinitions(
  posthog: RefreshableClientLike,
): Promise<FlagDefinitionsRefresh> {
  const port = findFlagPort(posthog);
  if (!port) {
    return fail(
      "'posthog' is no client with feature flags; pass a PostHog, or one made with 'featureFlags', not a scope or a wrapper",
    );
  }
  const { host, local } = port;
  const { reporter } = host;
  if (host.isClosed()) return fail("the client is disabled or was shut down");
  const problem = findProblem(port);
  if (local && !problem) return await local.refresh();
  const { option, reason } = problem ?? NO_LOCAL_EVALUATION;
  const failure = fail(reason);
  reporter.tell(
    new ConfigError(failure.reason, option),
    "warn",
    `flags:refresh:${option}`,
  );
  return failure;
}

/** Why a client can't refresh, and the option that would help. */
interface RefreshProblem {
  readonly option: string;
  readonly reason: string;
}

const NO_LOCAL_EVALUATION: RefreshProblem = {
  option: "local",
  reason: "the client's 'featureFlags' was not given 'localEvaluation'",
};

function findProblem(
  { options, local }: FlagPort,
): RefreshProblem | undefined {
  if (options.secretKey === undefined) {
    return {
      option: "secretKey",
      reason: "neither 'secretKey' nor 'personalApiKey' is given",
    };
  }
  return local?.isEnabled === false
    ? {
      option: "enableLocalEvaluation",
      reason: "'enableLocalEvaluation' is false",
    }
    : undefined;
}

function fail(reason: string): FlagDefinitionsRefresh & { kind: "failed" } {
  return {
    kind: "failed",
    reason: `Cannot refresh the flag definitions: ${reason}`,
  };
}
