import {
  createFlagsAdapter,
  type FlagsAdapter,
  type FlagsAdapterOptions,
  type FlagsSdkAdapter,
} from "edgehog/flags-sdk";
import { createTestClient, type TestClient } from "edgehog/testing";

const rollout = { groups: [{ rollout_percentage: 100, properties: [] }] };

/** A flag that is on for everybody, one that is off, variants, and payloads. */
const FLAGS = {
  flags: [
    { key: "on", active: true, filters: rollout },
    { key: "off", active: false, filters: rollout },
    {
      key: "pricing",
      active: true,
      filters: {
        groups: [{
          rollout_percentage: 100,
          properties: [],
          variant: "annual",
        }],
        multivariate: {
          variants: [
            { key: "annual", rollout_percentage: 50 },
            { key: "monthly", rollout_percentage: 50 },
          ],
        },
        payloads: { annual: '{"price":120}' },
      },
    },
    {
      key: "pro-only",
      active: true,
      filters: {
        groups: [{
          rollout_percentage: 100,
          properties: [{
            key: "plan",
            value: "pro",
            operator: "exact",
            type: "person",
          }],
        }],
      },
    },
  ],
};

/** Cookies of nobody. */
export const cookies = { get: () => undefined };
/** Somebody. */
export const entities = { distinctId: "user-1" };

/** An adapter, the client behind it, and what they did. */
export interface TestAdapter extends TestClient {
  readonly adapter: FlagsAdapter;
  /** How often flags were evaluated. */
  readonly countEvaluations: () => number;
  /** How often a path of PostHog's was asked. */
  readonly countRequests: (path: string) => number;
}

/** An adapter in front of a test client that evaluates locally, or asks PostHog each time. */
export function createTestAdapter(
  options?: FlagsAdapterOptions,
  isLocal: boolean = true,
): TestAdapter {
  const client = createTestClient({
    flags: FLAGS,
    ...(!isLocal && { personalApiKey: undefined }),
  });
  let evaluations = 0;
  const { posthog } = client;
  const { evaluateFlags } = posthog;
  posthog.evaluateFlags = (...args: never[]) => {
    evaluations++;
    return Reflect.apply(evaluateFlags, undefined, args);
  };
  const countRequests = (path: string) =>
    client.emulator.requests.filter((request) => request.path === path).length;
  return {
    ...client,
    adapter: createFlagsAdapter(posthog, options),
    countEvaluations: () => evaluations,
    countRequests,
  };
}

/** Decides one flag as the SDK does. */
export function decide<Value>(
  adapter: FlagsSdkAdapter<Value>,
  key: string,
  whom: unknown = entities,
  headers: Headers = new Headers(),
): Promise<Value> {
  return adapter.decide({ key, entities: whom as never, headers, cookies });
}

/** The kind of flags that are a price in a payload. */
export const mapPrice = (adapter: FlagsAdapter): FlagsSdkAdapter<number> =>
  adapter.featureFlagPayload((payload) =>
    (payload as { readonly price: number }).price
  );
