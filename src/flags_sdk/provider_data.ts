import { isNonBlank } from "../core/guards.ts";
import type { LocalFlag } from "../flags/local.ts";
import { findFlagPort } from "../flags/port.ts";

/** A client with local evaluation. */
export interface FlagsProviderClient {
  /** See `waitForLocalEvaluationReady` of a client. */
  waitForLocalEvaluationReady(timeoutMs?: number): Promise<boolean>;
}

/** What {@linkcode getProviderData} may be told. */
export interface ProviderDataOptions {
  /** The project's id, for links to the flags. Default: no links. */
  readonly projectId?: string | number | undefined;
  /** Where PostHog's application is. Default: what belongs to the client's `host`. */
  readonly appHost?: string | undefined;
}

/** A flag, as Vercel's toolbar shows it. */
export interface ProviderDefinition {
  /** The values that it may have. */
  options: { value: string | boolean; label?: string }[];
  /** What its author says of it. */
  description?: string;
  /** Where it is managed. */
  origin?: string;
}

/** What a discovery endpoint of the Flags SDK tells of a provider. */
export interface ProviderDataLike {
  /** The flags by key. */
  definitions: Record<string, ProviderDefinition>;
  /** What the toolbar says where something is missing. */
  hints: { key: string; text: string }[];
}

/**
 * What Vercel's toolbar shows of a project's flags, for the Flags SDK's discovery endpoint: their values, descriptions and
 * links. It comes from the client's flag definitions, which are loaded as for an evaluation; no personal API key goes
 * anywhere, and no condition, rollout or payload is told. Never rejects.
 *
 * @param posthog The client, with local evaluation.
 * @param options See {@linkcode ProviderDataOptions}.
 *
 * @example app/.well-known/vercel/flags/route.ts
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { getProviderData } from "edgehog/flags-sdk";
 * import { createTestClient } from "edgehog/testing";
 *
 * const { posthog } = createTestClient({ flags: { pricing: "annual", "new-nav": true } });
 *
 * // export const GET = createFlagsDiscoveryEndpoint(async () =>
 * //   mergeProviderData([getFlagsData(flags), await getProviderData(posthog, { projectId: 7 })]));
 * const { definitions, hints } = await getProviderData(posthog);
 *
 * assertEquals(Object.keys(definitions).sort(), ["new-nav", "pricing"]);
 * assertEquals(definitions["new-nav"]?.options, [{ value: false }, { value: true }]);
 * assertEquals(hints, []);
 * ```
 */
export async function getProviderData(
  posthog: FlagsProviderClient,
  { projectId, appHost }: ProviderDataOptions = {},
): Promise<ProviderDataLike> {
  const port = findFlagPort(posthog);
  await posthog.waitForLocalEvaluationReady(
    port?.options.featureFlagsRequestTimeoutMs,
  );
  const flags = port?.local?.list() ?? [];
  if (!port || flags.length === 0) {
    const text =
      "There are no flag definitions: the client needs local evaluation, with a secret key or a flagDefinitionCache";
    return {
      definitions: {},
      hints: [{ key: "edgehog/missing-definitions", text }],
    };
  }
  const base = appHost ??
    port.host.options.host.replace(/\.i(\.posthog\.com)$/, "$1");
  const link = projectId === undefined
    ? undefined
    : `${base}/project/${projectId}/feature_flags/`;
  const entries = flags.map((flag) => [flag.key, define(flag, link)] as const);
  return { definitions: Object.fromEntries(entries), hints: [] };
}

function define(
  { id, name, variantKeys }: LocalFlag,
  link: string | undefined,
): ProviderDefinition {
  const variants = variantKeys.map((key) => ({ value: key, label: key }));
  return {
    options: [
      { value: false },
      ...(variants.length > 0 ? variants : [{ value: true }]),
    ],
    ...(isNonBlank(name) && { description: name }),
    ...(link && id !== undefined && { origin: `${link}${id}` }),
  };
}
