import type { FeatureflipDefinition } from "../../../src/dev/mod.ts";

/** What a flag of the demo is configured to give, in percent. */
export interface DemoFlag {
  readonly key: string;
  readonly shares: Readonly<Record<string, number>>;
}

/** What the report compares answers with. */
export const DEMO_FLAGS: readonly DemoFlag[] = [
  { key: "new-checkout", shares: { true: 40, false: 60 } },
  { key: "pricing-tier", shares: { free: 50, plus: 30, pro: 20 } },
];

function rollout(salt: string, shares: DemoFlag["shares"]): object {
  const variations = Object.entries(shares).map(([key, weight]) => ({
    key,
    weight,
  }));
  return { type: "Rollout", bucketBy: "userId", salt, variations };
}

function buildFlag(
  key: string,
  type: string,
  values: Readonly<Record<string, unknown>>,
  fallthrough: object,
): FeatureflipDefinition {
  return {
    key,
    version: 1,
    type,
    enabled: true,
    variations: Object.entries(values).map(([key, value]) => ({ key, value })),
    prerequisites: [],
    rules: [],
    fallthrough,
    offVariation: Object.keys(values)[0],
  };
}

/** The demo's flags, as Featureflip would serve them. */
export const DEFINITIONS: readonly FeatureflipDefinition[] = [
  buildFlag(
    "new-checkout",
    "Boolean",
    { true: true, false: false },
    rollout("checkout-2026", DEMO_FLAGS[0]?.shares ?? {}),
  ),
  buildFlag(
    "pricing-tier",
    "String",
    { free: "free", plus: "plus", pro: "pro" },
    rollout("tier-2026", DEMO_FLAGS[1]?.shares ?? {}),
  ),
  buildFlag("banner", "Json", { sale: { text: "Sale" } }, {
    type: "Fixed",
    variation: "sale",
  }),
  buildFlag("order-limit", "Number", { five: 5 }, {
    type: "Fixed",
    variation: "five",
  }),
];
