import type { EmulatorFlagDefinitions } from "edgehog/dev";

const EVERYBODY = { properties: [], rollout_percentage: 100 };
const NEVER = {
  properties: [{ key: "plan", value: "none", type: "person" }],
  rollout_percentage: 100,
};

/** A flag by its conditions and what else `filters` has. */
export function defineFlag(
  key: string,
  groups: readonly object[],
  filters: object = {},
  row: object = {},
): object {
  return {
    id: 1,
    key,
    version: 3,
    active: true,
    filters: { groups, ...filters },
    ...row,
  };
}

function variants(...keys: readonly string[]) {
  return {
    multivariate: {
      variants: keys.map((key) => ({ key, rollout_percentage: 100 })),
    },
  };
}

const OBJECT = '{"text":"Free","lines":[1,2]}';

/** A flag of each kind of value, and of each reason. */
export const DEFINITIONS: EmulatorFlagDefinitions = {
  flags: [
    defineFlag("on", [EVERYBODY]),
    defineFlag("unmatched", [NEVER]),
    defineFlag("off", [EVERYBODY], {}, { active: false }),
    defineFlag("out", [{ properties: [], rollout_percentage: 0 }]),
    defineFlag("half", [{ properties: [], rollout_percentage: 99.99 }]),
    defineFlag("annual", [EVERYBODY], variants("annual")),
    defineFlag(
      "chosen",
      [{ ...EVERYBODY, variant: "b" }],
      variants("a", "b"),
    ),
    defineFlag("seven", [EVERYBODY], variants("7.5")),
    defineFlag("spelled", [EVERYBODY], variants("0x10")),
    defineFlag("payload number", [EVERYBODY], { payloads: { true: "12" } }),
    defineFlag("payload text", [EVERYBODY], { payloads: { true: '"12"' } }),
    defineFlag("payload object", [EVERYBODY], { payloads: { true: OBJECT } }),
    defineFlag("payload list", [EVERYBODY], { payloads: { true: "[1,2]" } }),
    defineFlag("payload null", [EVERYBODY], { payloads: { true: "null" } }),
    defineFlag(
      "variant and payload",
      [EVERYBODY],
      { ...variants("annual"), payloads: { annual: "[3]" } },
    ),
    defineFlag("company", [EVERYBODY], { aggregation_group_type_index: 0 }),
    defineFlag("pro", [{
      properties: [{ key: "plan", value: "pro", type: "person" }],
      rollout_percentage: 100,
    }]),
  ],
  "group_type_mapping": { "0": "company" },
};
