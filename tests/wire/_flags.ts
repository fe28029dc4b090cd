import type { EmulatorFlagDefinitions } from "edgehog/dev";

/** One flag that everybody gets, with a payload. */
export const FLAGS: EmulatorFlagDefinitions = {
  flags: [{
    id: 2,
    key: "pricing",
    active: true,
    version: 4,
    filters: {
      payloads: { annual: '{"discount":20}' },
      multivariate: { variants: [{ key: "annual", rollout_percentage: 100 }] },
      groups: [{ rollout_percentage: 100, properties: [] }],
    },
  }],
};
