import { CallbackError } from "../core/errors.ts";
import { findFlagPort } from "../flags/port.ts";
import type { FeatureFlagEvaluations } from "../flags/snapshot.ts";
import { Snapshots } from "./snapshots.ts";
import type {
  FlagsAdapter,
  FlagsAdapterOptions,
  FlagsClient,
  FlagsSdkAdapter,
} from "./types.ts";

/** Reads one flag's value out of a snapshot; undefined where it has none. */
type ReadValue = (flags: FeatureFlagEvaluations, key: string) => unknown;

/**
 * Puts a client behind Vercel's Flags SDK (`flags` 4): no poller, no timer, and no request when flags are declared. Flags
 * are decided in memory where the client has local evaluation, and once for all flags of a request.
 *
 * A key may have a suffix after a dot, which PostHog does not see: `pricing.label` is the flag `pricing`.
 *
 * @param posthog The client.
 * @param options See {@linkcode FlagsAdapterOptions}.
 *
 * @example flags.ts
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { createFlagsAdapter } from "edgehog/flags-sdk";
 * import { createTestClient } from "edgehog/testing";
 *
 * const { posthog } = createTestClient({ flags: { "new-nav": true, pricing: "annual" } });
 * const adapter = createFlagsAdapter(posthog, {
 *   identify: ({ cookies }) => ({ distinctId: cookies.get("user")?.value ?? "anonymous" }),
 * });
 *
 * // export const newNav = flag({ key: "new-nav", adapter: adapter.isFeatureEnabled(), defaultValue: false });
 * const newNav = adapter.isFeatureEnabled();
 * const pricing = adapter.featureFlagValue();
 *
 * // As the Flags SDK calls it:
 * const request = { headers: new Headers(), cookies: { get: () => undefined } };
 * const entities = await newNav.identify?.(request);
 * assertEquals(await newNav.decide({ ...request, key: "new-nav", entities }), true);
 * assertEquals(await pricing.decide({ ...request, key: "pricing", entities }), "annual");
 * ```
 */
export function createFlagsAdapter(
  posthog: FlagsClient,
  { identify, origin, sendFeatureFlagEvents }: FlagsAdapterOptions = {},
): FlagsAdapter {
  const snapshots = new Snapshots(posthog);

  const create = <Value>(read: ReadValue): FlagsSdkAdapter<Value> => ({
    adapterId: Symbol("edgehog"),
    ...(identify && { identify }),
    ...(origin && { origin }),
    async decide({ key, entities, headers }) {
      const flags = await snapshots.loadOne(headers, entities, trimKey(key));
      // Undefined stands for the flag's default value, which the SDK's types don't say.
      return (flags && read(flags, trimKey(key))) as Value;
    },
    async bulkDecide({ flags: asked, entities, headers }) {
      const keys = asked.map(({ key }) => trimKey(key));
      const flags = await snapshots.loadMany(headers, entities, keys);
      return Object.fromEntries(
        asked.map(({ key }) => [key, flags && read(flags, trimKey(key))]),
      ) as Record<string, Value>;
    },
  });

  const getValue: ReadValue = (flags, key) =>
    flags.getFlag(key, { sendFeatureFlagEvents });
  const enabled = create<boolean>((flags, key) => {
    const value = getValue(flags, key);
    return value === undefined ? value : value !== false;
  });
  const value = create<string | boolean>(getValue);
  return {
    isFeatureEnabled: () => enabled,
    featureFlagValue: () => value,
    // The SDK has one adapter decide for all of an id, and each of these has a function of its own.
    featureFlagPayload: (map) =>
      create((flags, key) => {
        const payload = flags.getFlagPayload(key);
        try {
          return payload === undefined ? payload : map(payload);
        } catch (cause) {
          findFlagPort(posthog)?.host.reporter.tell(
            new CallbackError(
              `Cannot use the payload of '${key}': 'map' failed`,
              "map",
              cause,
            ),
          );
          return undefined;
        }
      }),
  };
}

/** Parity: `@flags-sdk/posthog` takes what stands before the first dot, so that one flag can be declared several times. */
function trimKey(key: string): string {
  return key.split(".", 1)[0] ?? key;
}
