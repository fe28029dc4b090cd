import { assertEquals } from "@std/assert";
import type { EmulatorFlagDefinitions } from "../../../../src/dev/mod.ts";
import { getDefinitions, post } from "../_requests.ts";
import { createTestPage } from "./_page.ts";

const everybody = { properties: [], "rollout_percentage": 100 };
const pros = {
  properties: [{
    key: "plan",
    type: "person",
    operator: "exact",
    value: "pro",
  }],
  "rollout_percentage": 100,
};
const few = { properties: [], "rollout_percentage": 0 };

function flag(key: string, ...groups: object[]) {
  return { id: 1, key, version: 1, active: true, filters: { groups } };
}

function document(...flags: object[]): EmulatorFlagDefinitions {
  return { flags };
}

Deno.test("an edited flag is what the next evaluation and the next ETag have", async () => {
  const { ask, fetch } = createTestPage({
    flags: document(flag("a", everybody)),
  });
  const evaluate = async () => {
    const { text } = await post(fetch, "/flags/?v=4", {
      token: "phc_x",
      "distinct_id": "user-1",
    });
    return JSON.parse(text).flags["a"]?.value;
  };
  const before = await getDefinitions(fetch);
  assertEquals(await evaluate(), true);
  const [status, { definitions, etag }] = await ask("/emulator/flags", {
    key: "a",
    row: flag("a", few),
  });
  assertEquals([status, await evaluate()], [200, false]);
  const after = await getDefinitions(fetch);
  assertEquals(after.headers.get("etag"), etag);
  assertEquals(before.headers.get("etag") === etag, false);
  assertEquals(definitions.flags[0].version, 2);
});

Deno.test("flags are added with an id of their own, renamed and removed; the others stay", async () => {
  const { ask, emulator } = createTestPage({
    flags: { ...document(flag("a")), cohorts: { 1: {} } },
  });
  const keys = () =>
    emulator.getFlags().flags.map((row) => (row as { key: string }).key);
  await ask("/emulator/flags", { row: { key: "b", active: true } });
  assertEquals([keys(), emulator.getFlags().flags[1]], [["a", "b"], {
    id: 2,
    key: "b",
    active: true,
    version: 1,
  }]);
  await ask("/emulator/flags", { key: "a", row: flag("c") });
  assertEquals(keys(), ["c", "b"]);
  await ask("/emulator/flags", { key: "b" });
  assertEquals([keys(), emulator.getFlags().cohorts], [["c"], { 1: {} }]);
});

Deno.test("an edit that makes no sense is refused, and changes nothing", async () => {
  const { ask, emulator } = createTestPage({
    flags: document(flag("a"), flag("b")),
  });
  for (
    const [edit, reason] of [
      [{}, "The edit names no flag"],
      [[], "The edit is not an object"],
      [{ key: "x" }, "There is no such flag"],
      [{ row: { key: " " } }, "A flag needs a key"],
      [{ row: [] }, "A flag is an object"],
      [{ row: flag("a") }, "There is a flag of that key already"],
      [{ key: "b", row: flag("a") }, "There is a flag of that key already"],
    ] as const
  ) assertEquals(await ask("/emulator/flags", edit), [400, { error: reason }]);
  assertEquals(emulator.getFlags(), document(flag("a"), flag("b")));
});

Deno.test("the tester gives the value that /flags gives, and why", async () => {
  const { ask } = createTestPage({
    flags: document(
      flag("nobody"),
      flag("one", few, pros),
      flag("two", few),
      { ...flag("off", everybody), active: false },
      { key: "fixed", value: "annual" },
      {
        ...flag("enrolled"),
        filters: { groups: [everybody], "feature_enrollment": true },
      },
    ),
  });
  const [, { flags }] = await ask("/emulator/evaluate", {
    distinctId: "user-1",
    personProperties: { plan: "pro", "$feature_enrollment/enrolled": false },
  });
  const told = Object.fromEntries(
    flags.map((
      { key, value, because }: { key: string; value: unknown; because: string },
    ) => [key, [value, because]]),
  );
  assertEquals(told, {
    enrolled: [false, "the person enrolled, or opted out"],
    fixed: ["annual", "the flag is set to this value for everybody"],
    nobody: [false, "no condition matches"],
    off: [undefined, "the flag is off"],
    one: [true, "condition 2 matches"],
    two: [false, "the id is outside the rollout"],
  });
});

Deno.test("the tester says of one flag what each condition says, and which decides", async () => {
  const cohort = { properties: [{ key: "id", type: "cohort", value: 7 }] };
  const { ask } = createTestPage({
    flags: document(
      flag("a", pros, cohort, { ...few, variant: "x" }, everybody),
    ),
  });
  const ask1 = async (personProperties: object) => {
    const [, { flags }] = await ask("/emulator/evaluate", {
      distinctId: "user-1",
      personProperties,
      flagKey: "a",
    });
    return flags[0];
  };
  const paying = await ask1({ plan: "pro" });
  assertEquals([paying.value, paying.because], [true, "condition 1 matches"]);
  const free = await ask1({ plan: "free" });
  assertEquals(
    free.conditions.map((
      { rule, isDecisive }: { rule: string; isDecisive: boolean },
    ) => [rule, isDecisive]),
    [
      ['plan is "pro"', false],
      ["in cohort 7", false],
      ['0 % of everybody, as "x"', false],
      ["everybody", free.value === true],
    ],
  );
  const verdicts = free.conditions.map((
    { verdict }: { verdict: string },
  ) => verdict.replace(/: .*/, ""));
  assertEquals(verdicts, [
    "does not match",
    "can't be told",
    "the id is outside its rollout",
    "matches",
  ]);
});

Deno.test("the tester says what nobody here can tell, and who is asked about", async () => {
  const { ask } = createTestPage({ flags: document(flag("a", pros)) });
  const [, { flags }] = await ask("/emulator/evaluate", { distinctId: "u" });
  assertEquals([
    flags[0].value,
    /^nothing here can tell/.test(flags[0].because),
  ], [
    false,
    true,
  ]);
  assertEquals(await ask("/emulator/evaluate", {}), [
    400,
    { error: "Whom is it about?" },
  ]);
});
