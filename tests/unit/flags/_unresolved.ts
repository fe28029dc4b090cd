import {
  all,
  any,
  cohort,
  dependency,
  unknown,
  yes,
} from "../local_evaluation/evaluation/_filters.ts";
import {
  createHarness,
  definitionsOf,
  flag,
  type Harness,
  type HarnessOptions,
} from "./_helpers.ts";

/** A row of a document. */
export type Row = Record<string, unknown>;

/** A filter that only PostHog can check. */
export const odd: Row = {
  key: "p",
  type: "person",
  operator: "sounds_like",
  value: 1,
};
/** A flag with experience continuity. */
export const sticky: Row = {
  ...flag([{}]),
  key: "c",
  "ensure_experience_continuity": true,
};
/** A flag about companies. */
export const onCompany = (groups: readonly unknown[], filters = {}): Row =>
  flag(groups, { "aggregation_group_type_index": 0, ...filters });
/** A flag for whom all of these filters match. */
export const matching = (...properties: unknown[]): Row =>
  flag([{ properties }]);
/** A filter on a regular expression. */
export const pattern = (value: string): Row => ({
  key: "distinct_id",
  type: "person",
  operator: "regex",
  value,
});

const COHORTS = {
  "1": all(cohort(404)),
  "2": all(),
  "3": all(cohort(3)),
  "4": all({ ...yes, type: "behavioral" }),
  "5": all(unknown),
  "6": any(dependency("c")),
};

/** What the configuration of version 2 looks like in a document. */
export const SPLIT: Row = JSON.parse(
  `{"key":"f","active":true,"filters":{"version":2,"return_type":"string","default_value":"slow","rules":[
  {"id":"0199c3aa-0000-7000-8000-00000000000a","rule_type":"experiment","targeting":{"properties":[]},"experiment_id":31,"paused":false,
   "rollout_percentage":50,"on_rollout_miss":"return_default","assignment_algorithm":"sha1_60_v1","seed":"s-1",
   "variants":[{"key":"control","weight":50,"value":"slow"},{"key":"test","weight":50,"value":"fast"}]}]}}`,
) as Row;

/** The errors that the exposures name. */
export const listErrors = ({ drafts }: Harness): unknown[] =>
  drafts.map(({ properties }) =>
    (properties as Record<string, unknown>)["$feature_flag_error"]
  );

/** A client with these definitions. */
export const create = (
  flags: readonly Row[],
  options: HarnessOptions = {},
): Harness =>
  createHarness({
    definitions: [
      definitionsOf(flags, {
        cohorts: COHORTS,
        "group_type_mapping": { "0": "company" },
      }),
    ],
    ...options,
  });

/** PostHog is never asked. */
export const STRICT: HarnessOptions = {
  settings: { strictLocalEvaluation: true },
};
