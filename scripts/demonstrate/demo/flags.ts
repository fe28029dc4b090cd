import type { EmulatorFlagDefinitions } from "../../../src/dev/mod.ts";

/** A flag of the shop with the shares it is configured for. */
export interface ShopFlag {
  readonly key: string;
  /** Value to share, in percent. */
  readonly shares: Readonly<Record<string, number>>;
}

/** What the report compares decisions with. */
export const SHOP_FLAGS: readonly ShopFlag[] = [
  { key: "new-navigation", shares: { true: 40, false: 60 } },
  {
    key: "product-offer",
    shares: { "control": 50, "ten-off": 30, "five-off": 20 },
  },
];

/** The shop's flags, as PostHog would serve them. */
export const DEFINITIONS: EmulatorFlagDefinitions = {
  flags: [
    {
      id: 1,
      key: "new-navigation",
      active: true,
      version: 1,
      filters: { groups: [{ properties: [], "rollout_percentage": 40 }] },
    },
    {
      id: 2,
      key: "product-offer",
      active: true,
      version: 3,
      "has_experiment": true,
      filters: {
        groups: [{ properties: [], "rollout_percentage": 100 }],
        multivariate: {
          variants: [
            { key: "control", "rollout_percentage": 50 },
            { key: "ten-off", "rollout_percentage": 30 },
            { key: "five-off", "rollout_percentage": 20 },
          ],
        },
        payloads: {
          "ten-off": '{"discountPercent":10}',
          "five-off": '{"discountPercent":5}',
        },
      },
    },
  ],
};
