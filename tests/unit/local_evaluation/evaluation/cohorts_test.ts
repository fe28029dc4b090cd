// deno-lint-ignore-file no-boolean-literal-for-arguments -- they are expected values here
import { assertEquals } from "@std/assert";
import {
  applyNumberTexts,
  findNumberTexts,
} from "../../../../src/local_evaluation/definitions/number_texts.ts";
import { readFlagDefinitions } from "../../../../src/local_evaluation/evaluation/definitions.ts";
import { evaluateOne, flag, read } from "../../flags/_helpers.ts";
import {
  all,
  any,
  cohort,
  negated,
  no,
  readCohort,
  server,
  unknown,
  yes,
} from "./_filters.ts";

function nestGroups(count: number): unknown {
  return count === 1 ? all(yes) : any(nestGroups(count - 1));
}

const MEMBERSHIP: readonly (readonly [
  name: string,
  members: unknown,
  others: Record<string, unknown>,
  expected: boolean | string,
])[] = [
  ["a member", all(yes), {}, true],
  ["no member", all(no), {}, false],
  ["AND: any no is no", all(yes, server, unknown, no), {}, false],
  [
    "AND: server before unknown",
    all(unknown, server, yes),
    {},
    "requires-server",
  ],
  ["AND: unknown", all(yes, unknown), {}, "inconclusive"],
  ["property is AND", { type: "property", values: [yes, no] }, {}, false],
  ["OR: any yes is yes", any(no, server, unknown, yes), {}, true],
  [
    "OR: server before unknown",
    any(unknown, server, no),
    {},
    "requires-server",
  ],
  ["OR: unknown", any(no, unknown), {}, "inconclusive"],
  ["OR: no", any(no, no), {}, false],
  [
    "groups and leaves mixed",
    any(all(yes, no), no, any(no, all(yes))),
    {},
    true,
  ],
  [
    "a leaf without a type is about the person",
    all({
      key: "distinct_id",
      value: "ada",
    }),
    {},
    true,
  ],
  ["negation turns no round", all(negated(no)), {}, true],
  ["negation turns yes round", all(negated(yes)), {}, false],
  ["negation leaves unknown", any(negated(unknown)), {}, "inconclusive"],
  ["negation leaves server", any(negated(server)), {}, "requires-server"],
  ["only true negates", all({ ...yes, negation: "true" }), {}, true],
  [
    "negation comes after what is no by itself",
    all(negated({ key: "distinct_id", type: "person", value: null })),
    {},
    true,
  ],
  ["a nested cohort", all(cohort(2)), { "2": all(yes) }, true],
  ["a nested cohort's complement", all(cohort("2", { operator: "not_in" })), {
    "2": all(yes),
  }, false],
  [
    "a negated complement",
    all(negated(cohort(2, { operator: "not_in" }))),
    { "2": all(yes) },
    true,
  ],
  [
    "a nested cohort with another operator",
    all(
      cohort(2, { operator: "exact" }),
    ),
    { "2": all(yes) },
    "inconclusive",
  ],
  ["a missing cohort in a nested one", all(cohort(2)), {
    "2": any(server, no),
  }, "requires-server"],
  ["decided beside a missing one", all(cohort(2)), {
    "2": any(server, yes),
  }, true],
  ["an empty AND", all(), {}, "inconclusive"],
  ["an empty OR", any(), {}, "inconclusive"],
  ["{}", {}, {}, "inconclusive"],
  ["an empty group inside", any(all(), no), {}, "inconclusive"],
  ["decided beside an empty group", any(all(), yes), {}, true],
  ["values null", { type: "AND", values: null }, {}, "inconclusive"],
  [
    "a value with null values is a group",
    all({ ...yes, values: null }),
    {},
    "inconclusive",
  ],
  ["null", null, {}, "inconclusive"],
  ["a list", [yes], {}, "inconclusive"],
  ["a leaf in place of the group", yes, {}, "inconclusive"],
  ["another type of group", { type: "XOR", values: [yes] }, {}, "inconclusive"],
  ["a group without a type", { values: [yes] }, {}, "inconclusive"],
  ["an odd leaf", any(no, 5), {}, "inconclusive"],
  ["decided beside an odd leaf", any(5, yes), {}, true],
  [
    "a behavioral leaf",
    any(no, { ...yes, type: "behavioral" }),
    {},
    "inconclusive",
  ],
  ["a group leaf", any(no, { ...yes, type: "group" }), {}, "inconclusive"],
  [
    "a flag leaf",
    any(no, {
      key: "f",
      type: "flag",
      operator: "flag_evaluates_to",
      value: true,
      "dependency_chain": ["f"],
    }),
    {},
    "inconclusive",
  ],
  ["reaches itself", any(yes, cohort(1)), {}, "inconclusive"],
  ["reaches itself through another", any(yes, cohort(2)), {
    "2": any(yes, cohort(1)),
  }, "inconclusive"],
  ["leads into a loop", any(yes, cohort(2)), {
    "2": any(yes, cohort(3)),
    "3": any(yes, cohort(2)),
  }, "inconclusive"],
  ["used twice is no loop", all(cohort(2), cohort(3)), {
    "2": all(yes),
    "3": all(cohort(2)),
  }, true],
  ["20 groups nested", nestGroups(20), {}, true],
  ["21 groups nested", nestGroups(21), {}, "inconclusive"],
  ["1,000 groups nested", nestGroups(1000), {}, "inconclusive"],
];

for (const [name, members, others, expected] of MEMBERSHIP) {
  Deno.test(`A cohort: ${name} (FLG-079)`, async () => {
    assertEquals(await readCohort(members, others), expected);
  });
}

const LEAVES: readonly (readonly [
  name: string,
  filter: Record<string, unknown>,
  expected: boolean | string,
])[] = [
  ["in", cohort(1, { operator: "in" }), true],
  ["no operator", cohort(1), true],
  ["a null operator", cohort(1, { operator: null }), true],
  ["not_in", cohort(1, { operator: "not_in" }), false],
  ["another operator", cohort(1, { operator: "exact" }), "inconclusive"],
  [
    "another operator on a missing cohort",
    cohort(404, { operator: "exact" }),
    "inconclusive",
  ],
  ["a text id", cohort("1"), true],
  ["a missing id", cohort("404"), "requires-server"],
  [
    "not_in a missing one",
    cohort(404, { operator: "not_in" }),
    "requires-server",
  ],
  ["null as id", cohort(null), "inconclusive"],
  ["a list as id", cohort([1]), "inconclusive"],
  ["negation is for cohorts' own leaves", negated(cohort(1)), true],
];

for (const [name, filter, expected] of LEAVES) {
  Deno.test(`A cohort filter: ${name} (FLG-079)`, async () => {
    assertEquals(await readCohort(all(yes), {}, filter), expected);
  });
}

Deno.test("A cohort is about the person, also in a group condition (FLG-079)", async () => {
  const groups = [{
    "aggregation_group_type_index": 0,
    properties: [cohort(1)],
  }];
  const rest = {
    "group_type_mapping": { "0": "company" },
    cohorts: { "1": all({ key: "plan", value: "pro" }) },
  };
  const plans = (person: string, company: string) =>
    read([flag(groups)], {
      personProperties: { plan: person },
      groups: { company: "acme" },
      groupProperties: { company: { plan: company } },
    }, rest);
  assertEquals(await plans("pro", "free"), true);
  assertEquals(await plans("free", "pro"), false);
});

Deno.test("Cohort filters keep the server's text of a number (FLD-030)", async () => {
  const read = async (value: string) => {
    const text = `{"flags":[{"key":"f","active":true,"filters":{"groups":[
      {"properties":[{"key":"id","type":"cohort","value":1}]}]}}],
      "cohorts":{"1":{"type":"AND","values":[{"key":"n","type":"person","value":${value}}]}}}`;
    const document: unknown = JSON.parse(text);
    applyNumberTexts(document, findNumberTexts(text));
    const definitions = readFlagDefinitions(document);
    const outcome = definitions &&
      await evaluateOne(definitions, "f", { personProperties: { n: 5 } });
    return outcome?.kind === "value" ? outcome.value : outcome?.kind;
  };
  assertEquals([await read("5.0"), await read("5")], [false, true]);
});
