/** One condition's filters: a mix of what projects have, five kinds in turn. Three of five need a digest or two. */
const KINDS: readonly Record<string, unknown>[] = [
  { groups: [{ properties: [is("plan", "exact", ["pro", "team"])] }] },
  { groups: [{ properties: [], rollout_percentage: 30 }] },
  {
    groups: [{
      properties: [is("country", "icontains", "e")],
      rollout_percentage: 60,
    }],
  },
  {
    groups: [{ properties: [is("plan", "exact", ["pro", "team"])] }],
    multivariate: {
      variants: [
        { key: "control", rollout_percentage: 40 },
        { key: "test", rollout_percentage: 30 },
        { key: "other", rollout_percentage: 30 },
      ],
    },
  },
  {
    groups: [
      { properties: [is("seats", "gte", 10)], rollout_percentage: 50 },
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

function is(key: string, operator: string, value: unknown) {
  return { key, type: "person", operator, value };
}

/** What PostHog answers to a client that asks for the definitions of a project with so many flags, as text. */
export function buildDefinitions(count: number): string {
  const flags = Array.from({ length: count }, (_, index) => ({
    id: index + 1,
    key: `flag-number-${index}`,
    name: `What flag number ${index} is for`,
    active: true,
    version: 1,
    filters: KINDS[index % KINDS.length],
  }));
  return JSON.stringify({ flags, group_type_mapping: {}, cohorts: {} });
}
