import { assertEquals } from "@std/assert";
import type { UnresolvedFlagReason } from "edgehog";
import {
  cohort,
  dependency,
  no,
  unknown,
} from "../local_evaluation/evaluation/_filters.ts";
import { flag } from "./_helpers.ts";

import {
  create,
  matching,
  odd,
  onCompany,
  pattern,
  type Row,
  SPLIT,
  sticky,
} from "./_unresolved.ts";

/** A flag, what is undecided about it, and what the call says; undefined: it has a value. */
const ROWS: readonly (readonly [
  name: string,
  row: Row,
  reason: UnresolvedFlagReason | undefined,
  options?: Record<string, unknown>,
])[] = [
  ["continuity", { ...sticky, key: "f" }, "experience_continuity"],
  ["continuity and an odd operator", {
    ...matching(odd),
    "ensure_experience_continuity": true,
  }, "experience_continuity"],
  ["continuity of an inactive flag (UPS-115)", {
    ...sticky,
    key: "f",
    active: false,
  }, undefined],
  ["version 2 (R54, UPS-140)", SPLIT, "unsupported_definition"],
  ["version null", flag([{}], { version: null }), "unsupported_definition"],
  ["filters that are no object", {
    key: "f",
    filters: "all",
  }, "unsupported_definition"],
  ["conditions that are no list", {
    key: "f",
    filters: { groups: 5 },
  }, "unsupported_definition"],
  [
    "a match mode",
    {
      ...flag([{}]),
      "evaluation_contexts": ["web"],
      "evaluation_contexts_match_mode": "all",
    },
    "unsupported_definition",
  ],
  [
    "a flag's group type outside the mapping",
    flag([{}], { "aggregation_group_type_index": 7 }),
    "unsupported_definition",
  ],
  [
    "a condition's group type outside the mapping",
    flag([{ "aggregation_group_type_index": 7 }]),
    "unsupported_definition",
  ],
  ["an unknown operator", matching(odd), "unsupported_definition"],
  [
    "an unknown property type",
    matching({ ...unknown, type: "behavioral" }),
    "unsupported_definition",
  ],
  ["an absent cohort", matching(cohort(404)), "unsupported_definition"],
  ["a cohort of it", matching(cohort(1)), "unsupported_definition"],
  ["an empty cohort", matching(cohort(2)), "unsupported_definition"],
  ["a cohort in a circle", matching(cohort(3)), "unsupported_definition"],
  ["a behavioural cohort", matching(cohort(4)), "unsupported_definition"],
  [
    "a dependency without chain",
    matching(dependency("c", { "dependency_chain": [] })),
    "unsupported_definition",
  ],
  [
    "a dependency on nothing",
    matching(dependency("gone")),
    "unsupported_definition",
  ],
  ["a circle of flags", matching(dependency("f")), "unsupported_definition"],
  [
    "a pattern that only the server searches",
    matching(pattern("[]a]")),
    "unsupported_definition",
  ],
  [
    "a date in the server's own form",
    matching({
      key: "distinct_id",
      type: "person",
      operator: "is_date_before",
      value: "yesterday, about noon",
    }),
    "unsupported_definition",
  ],
  [
    "a dependency on an undecided flag (R50)",
    matching(dependency("c")),
    "unresolved_dependency",
  ],
  [
    "one in a cohort",
    matching(cohort(6)),
    "unresolved_dependency",
  ],
  [
    "a dependency on a flag of version 2",
    matching(dependency("split")),
    "unresolved_dependency",
  ],
  ["a property (R49)", matching(unknown), "missing_context"],
  ["a cohort's property", matching(cohort(5)), "missing_context"],
  ["the device id", {
    ...flag([{ rollout_percentage: 50 }]),
    "bucketing_identifier": "device_id",
  }, "missing_context"],
  [
    "the zone of a date",
    matching({
      key: "at",
      type: "person",
      operator: "is_date_before",
      value: "2026-08-01 12:00:00",
    }),
    "missing_context",
    { personProperties: { at: "2026-08-01 12:00:01" } },
  ],
  [
    "a group's property",
    onCompany([{
      properties: [{ key: "seats", type: "group", value: "3" }],
    }]),
    "missing_context",
    { groups: { company: "acme" } },
  ],
  [
    "the group of a holdout",
    onCompany([{}], { holdout: { id: 1, "exclusion_percentage": 50 } }),
    "missing_context",
  ],
  [
    "an enrolment",
    flag([{}], { "feature_enrollment": true }),
    "missing_context",
  ],
  [
    "a property, then an operator (R49, UPS-112)",
    matching(unknown, odd),
    "unsupported_definition",
  ],
  [
    "an operator, then a property (UPS-112)",
    matching(odd, unknown),
    "unsupported_definition",
  ],
  [
    "a property, then an operator in another condition (UPS-112)",
    flag([{ properties: [unknown] }, { properties: [odd] }]),
    "unsupported_definition",
  ],
  [
    "a property, and an operator for nobody (UPS-112)",
    flag([{ properties: [unknown] }, {
      properties: [odd],
      rollout_percentage: 0,
    }]),
    "missing_context",
  ],
  [
    "a dependency and a property (UPS-112)",
    matching(unknown, dependency("c")),
    "unresolved_dependency",
  ],
  [
    "a dependency that only the server decides, and an operator (UPS-112)",
    matching(dependency("split"), odd),
    "unsupported_definition",
  ],
  [
    "an operator, then a condition that only the server decides (UPS-112)",
    flag([{ properties: [odd] }, { properties: [dependency("split")] }]),
    "unsupported_definition",
  ],
  [
    "a property in a condition of an unmapped group type (UPS-112)",
    flag([{ properties: [unknown], "aggregation_group_type_index": 7 }]),
    "unsupported_definition",
  ],
  ["no device id, and an operator (UPS-112)", {
    ...flag([{}, { properties: [odd] }]),
    "bucketing_identifier": "device_id",
  }, "unsupported_definition"],
  ["no device id, and an operator for nobody (UPS-112)", {
    ...flag([{}, { properties: [odd, no] }]),
    "bucketing_identifier": "device_id",
  }, "missing_context"],
  [
    "no group for a holdout, and a dependency (UPS-112)",
    onCompany([{ properties: [dependency("c")] }], {
      holdout: { id: 1, "exclusion_percentage": 50 },
    }),
    "unresolved_dependency",
  ],
  [
    "no device id for a condition, then an operator (UPS-112)",
    {
      ...onCompany([{ "aggregation_group_type_index": null }, {
        "aggregation_group_type_index": null,
        properties: [odd],
      }]),
      "bucketing_identifier": "device_id",
    },
    "unsupported_definition",
  ],
  [
    "an uncheckable filter and one that does not match (UPS-115)",
    matching(odd, no),
    undefined,
  ],
];

for (const [name, row, reason, options] of ROWS) {
  Deno.test(`unresolvedFlags says why: ${name} (UPS-111, UPS-112)`, async () => {
    const harness = create([row, sticky, { ...SPLIT, key: "split" }], {
      settings: { strictLocalEvaluation: true, evaluationContexts: ["web"] },
    });
    const flags = await harness.evaluateFlags("ada", {
      flagKeys: ["f"],
      ...options,
    });
    assertEquals(
      flags.unresolvedFlags,
      reason === undefined ? {} : { f: reason },
    );
    assertEquals(flags.getFlag("f"), reason === undefined ? false : undefined);
  });
}
