const variants = ["control", "test", "other"].map((key, index) => ({
  key,
  rollout_percentage: index === 0 ? 40 : 30,
}));
const pro = {
  key: "plan",
  type: "person",
  operator: "exact",
  value: ["pro", "team"],
};
const european = {
  key: "country",
  type: "person",
  operator: "icontains",
  value: "e",
};
const large = { key: "seats", type: "person", operator: "gte", value: 10 };

/** Filters of a mix of what projects have, five kinds in turn: three of five need a digest or two. */
export const KINDS: readonly Record<string, unknown>[] = [
  { groups: [{ properties: [pro], rollout_percentage: 100 }] },
  { groups: [{ properties: [], rollout_percentage: 30 }] },
  { groups: [{ properties: [european], rollout_percentage: 60 }] },
  {
    groups: [{ properties: [pro], rollout_percentage: 100 }],
    multivariate: { variants },
  },
  {
    groups: [
      { properties: [pro, large], rollout_percentage: 50 },
      { properties: [], rollout_percentage: 0 },
    ],
  },
];

/** Whose flags are evaluated, by these. */
export const PERSON: Readonly<Record<string, string>> = {
  plan: "pro",
  country: "de",
  seats: "4",
};

/** What PostHog answers to a client that asks for the definitions of a project with so many flags, as text. */
export function buildDefinitions(
  count: number,
  kinds: readonly Record<string, unknown>[] = KINDS,
): string {
  const flags = Array.from({ length: count }, (_, index) => ({
    id: index + 1,
    key: `flag-number-${index}`,
    name: `What flag number ${index} is for`,
    active: true,
    version: 1,
    filters: kinds[index % kinds.length],
  }));
  return JSON.stringify({ flags, group_type_mapping: {}, cohorts: {} });
}
