/**
 * A client behind Vercel's Flags SDK (`flags` 4), in Next.js, SvelteKit and wherever the SDK runs: under the names of
 * `@flags-sdk/posthog`, without its poller. Flags are decided in memory where the client has local evaluation; their
 * definitions are refreshed on access, and shared through `flagDefinitionCache`. Where a flag has no value, the SDK takes the
 * flag's `defaultValue`; in SvelteKit it knows none, and the value is undefined. Decisions are the client's own events, not a
 * request's: in the edge runtime give the client the option `waitUntil`.
 *
 * | definitions requests of 1,000 isolates, a page each every 10 s | at the start | in a minute | in one without pages |
 * | --- | --- | --- | --- |
 * | `@flags-sdk/posthog` 0.2.2 | 1,000 | 6,000 | 6,000 |
 * | `edgehog/flags-sdk` | 0 | 2,000 | 0 |
 * | with a shared `flagDefinitionCache`, here Workers KV | 0 | 2 | 0 |
 *
 * The table is from one run, by `deno test -A tests/projects/flags_sdk_test.ts`.
 *
 * @example flags.ts
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { createFlagsAdapter } from "edgehog/flags-sdk";
 * import { createTestClient } from "edgehog/testing";
 *
 * const { posthog } = createTestClient({ flags: { pricing: "annual" } });
 * const adapter = createFlagsAdapter(posthog);
 *
 * // export const pricing = flag({
 * //   key: "pricing",
 * //   adapter: adapter.featureFlagValue(),
 * //   defaultValue: "monthly",
 * //   identify: ({ headers }) => ({ distinctId: headers.get("x-user") ?? "anonymous" }),
 * // });
 * const { bulkDecide } = adapter.featureFlagValue();
 *
 * // As `evaluate([pricing])` of the Flags SDK calls it:
 * const values = await bulkDecide({
 *   flags: [{ key: "pricing" }],
 *   entities: { distinctId: "user-1" },
 *   headers: new Headers(),
 *   cookies: { get: () => undefined },
 * });
 * assertEquals(values, { pricing: "annual" });
 * ```
 *
 * @module
 */
export { createFlagsAdapter } from "./create_flags_adapter.ts";
export { getProviderData } from "./provider_data.ts";

export type { JsonObject, JsonPrimitive, JsonValue } from "../core/json.ts";
export type { MaybePromise } from "../core/platform.ts";
export type { EvaluateFlagsOptions } from "../flags/call_options.ts";
export type { FeatureFlagEvaluations } from "../flags/snapshot.ts";
export type {
  FlagsProviderClient,
  ProviderDataLike,
  ProviderDataOptions,
  ProviderDefinition,
} from "./provider_data.ts";
export type {
  FlagsAdapter,
  FlagsAdapterOptions,
  FlagsClient,
  FlagsCookiesLike,
  FlagsEntities,
  FlagsHeadersLike,
  FlagsParams,
  FlagsSdkAdapter,
} from "./types.ts";
