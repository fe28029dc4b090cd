import { assertEquals } from "@std/assert";
import {
  createHarness,
  definitionsOf,
  type FakeAnswer,
  flag,
} from "../../flags/_helpers.ts";

const on = definitionsOf([flag([{}])], { headers: { ETag: 'W/"1"' } });
const missing: FakeAnswer = { status: 404 };
const NEW = "/flags/definitions";
const OLD = "/api/feature_flag/local_evaluation";

/** What the server answers, and the paths that are asked by so many reloads. */
const SERVERS: readonly (readonly [
  name: string,
  answers: readonly FakeAnswer[],
  loads: number,
  paths: readonly string[],
])[] = [
  ["of before the endpoint", [missing, on, { status: 304 }], 3, [
    NEW,
    OLD,
    OLD,
    OLD,
  ]],
  ["that was updated", [missing, on, missing, on, on], 3, [
    NEW,
    OLD,
    OLD,
    NEW,
    NEW,
  ]],
  ["that has neither", [missing], 2, [NEW, OLD, NEW, OLD]],
  ["of today", [on, { status: 304 }], 2, [NEW, NEW]],
  ["that refuses", [{ status: 401 }], 2, [NEW, NEW]],
];

for (const [name, answers, loads, paths] of SERVERS) {
  Deno.test(`The definitions of a server ${name} are asked for where they are (FLD-038)`, async () => {
    const harness = createHarness({ definitions: answers });
    for (let i = 0; i < loads; i++) await harness.reloadFeatureFlags();
    assertEquals(harness.paths(), paths);
    assertEquals(harness.isLocalEvaluationReady(), answers.includes(on));
  });
}

Deno.test("The older path is asked as the newer one is (FLD-038)", async () => {
  const harness = createHarness({ definitions: [missing, on, on] });
  await harness.reloadFeatureFlags();
  await harness.reloadFeatureFlags();
  assertEquals((await harness.evaluateFlags("ada")).getFlag("f"), true);
  const [, second, third] = harness.requests;
  assertEquals(
    second?.url,
    `https://h.test${OLD}?token=phc_project&send_cohorts`,
  );
  assertEquals(third?.headers, {
    "Authorization": "Bearer phs_secret",
    "Content-Type": "application/json",
    "If-None-Match": 'W/"1"',
  });
});

Deno.test("Where both are missing the message names the version needed, once in the log (FLD-038)", async () => {
  const harness = createHarness({ definitions: [missing] });
  await harness.reloadFeatureFlags();
  await harness.reloadFeatureFlags();
  const said = [
    ...harness.errors,
    ...harness.logger.entries.filter(({ level }) => level === "warn"),
  ].map(({ message }) => message.includes("1.38"));
  assertEquals(said, [true, true, true]);
});
