import type {
  Aggregation,
  BucketingIdentity,
  EvaluationPass,
} from "./rules.ts";
import { type Answer, buildUnknown, UNSUPPORTED } from "./types.ts";

/** Whose id is hashed, or why there is nothing to hash. */
export type IdentityLookup =
  | BucketingIdentity
  /** The caller passed no such group. */
  | { readonly kind: "missing-group" }
  /** What there is can't be hashed. */
  | Extract<Answer, { kind: "unknown" }>;

const MISSING_GROUP: IdentityLookup = { kind: "missing-group" };
const UNMAPPED = buildUnknown(
  "the condition's group type is not in the mapping",
  UNSUPPORTED,
);
const NO_DEVICE_ID = buildUnknown("no usable device id is given");
const LONG_GROUP_KEY = buildUnknown("the group's key can't be hashed as it is");

/** Finds whose id an aggregation hashes. */
export function findIdentity(
  aggregation: Aggregation,
  pass: EvaluationPass,
): IdentityLookup {
  switch (aggregation.kind) {
    case "person":
      return pass.person;
    case "device":
      return pass.device ?? NO_DEVICE_ID;
    case "group": {
      const identity = pass.groups.get(aggregation.groupType);
      if (identity) return identity;
      const { groups, oddGroups } = pass.input;
      return groups.has(aggregation.groupType) ||
          oddGroups.has(aggregation.groupType)
        ? LONG_GROUP_KEY
        : MISSING_GROUP;
    }
    case "unmapped":
      return UNMAPPED;
  }
}
