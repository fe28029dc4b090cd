import { assertEquals, assertMatch } from "@std/assert";
import { createPostHogEmulator } from "../../../src/dev/mod.ts";
import type {
  EmulatorFlagDefinitions,
  EmulatorOptions,
} from "../../../src/dev/types.ts";
import { createFakeClock } from "../../../src/testing/fake_clock.ts";
import { createSeededRandom } from "../../../src/testing/seeded_random.ts";
import { post } from "./_requests.ts";

const EVERYBODY = { properties: [], "rollout_percentage": 100 };

function row(key: string, filters: object, more: object = {}): object {
  return { id: 7, key, version: 3, active: true, filters, ...more };
}

async function ask(
  flags: readonly object[],
  body: object = {},
  options: EmulatorOptions = {},
  version = 2,
) {
  const definitions: EmulatorFlagDefinitions = {
    flags,
    "group_type_mapping": { "0": "company" },
  };
  const { fetch } = createPostHogEmulator({ ...options, flags: definitions });
  const request = { token: "phc_test", "distinct_id": "user-1", ...body };
  const { status, text } = await post(fetch, `/flags/?v=${version}`, request);
  return { status, answer: JSON.parse(text) };
}

Deno.test("the emulator evaluates flags and answers in version 2", async () => {
  const flags = [
    row("on", { groups: [EVERYBODY], payloads: { true: '{"color":"teal"}' } }, {
      "has_experiment": false,
    }),
    row("off", {
      groups: [{ ...EVERYBODY, "rollout_percentage": 0 }],
      payloads: { true: "1", false: "2" },
    }),
    row("arm", {
      groups: [{ ...EVERYBODY, variant: "b" }],
      multivariate: {
        variants: [{ key: "a", "rollout_percentage": 100 }, {
          key: "b",
          "rollout_percentage": 0,
        }],
      },
      payloads: { b: [1] },
    }),
  ];
  const clock = createFakeClock(9000);
  const { status, answer } = await ask(flags, {}, {
    clock,
    random: createSeededRandom(1),
  });
  assertEquals(status, 200);
  assertMatch(answer.requestId, /^[0-9a-f-]{36}$/);
  const { requestId: _, ...rest } = answer;
  assertEquals(rest, {
    errorsWhileComputingFlags: false,
    evaluatedAt: 9000,
    flags: {
      on: {
        key: "on",
        enabled: true,
        variant: null,
        reason: {
          code: "condition_match",
          "condition_index": 0,
          description: "condition match (condition set 1)",
        },
        metadata: {
          id: 7,
          version: 3,
          description: null,
          payload: '{"color":"teal"}',
          "has_experiment": false,
        },
      },
      off: {
        key: "off",
        enabled: false,
        variant: null,
        reason: answer.flags.off.reason,
        metadata: { id: 7, version: 3, description: null, payload: null },
      },
      arm: {
        key: "arm",
        enabled: true,
        variant: "b",
        reason: answer.flags.arm.reason,
        metadata: { id: 7, version: 3, description: null, payload: "[1]" },
      },
    },
  });
  assertEquals(answer.flags.off.reason.code, "out_of_rollout_bound");
});

/** One of each kind of answer that nothing evaluates. */
const RESULTS = [
  {
    key: "split",
    value: "fast",
    reason: { code: "experiment_split" },
    metadata: {
      id: 12,
      version: 2,
      "has_experiment": true,
      "rule_type": "experiment",
      "rule_id": "r",
      "variant_key": "test",
      "experiment_id": 31,
    },
    filters: { version: 2, rules: [] },
    active: true,
  },
  { key: "limit", value: 40 },
  { key: "none", value: null, failed: true },
];

Deno.test("the emulator answers version 4 with typed records, and results as they are (UPS-109)", async () => {
  const flags = [
    row("arm", {
      groups: [EVERYBODY],
      multivariate: { variants: [{ key: "a", "rollout_percentage": 100 }] },
      payloads: { a: [1] },
    }),
    row("off", { groups: [] }),
    ...RESULTS,
  ];
  const { answer } = await ask(flags, {}, {}, 4);
  assertEquals(answer.errorsWhileComputingFlags, true);
  assertEquals(answer.flags.arm, {
    key: "arm",
    value: "a",
    reason: answer.flags.arm.reason,
    metadata: {
      id: 7,
      version: 3,
      "config_version": 1,
      description: null,
      payload: "[1]",
    },
  });
  assertEquals(answer.flags.off.value, false);
  assertEquals(answer.flags.split, {
    key: "split",
    value: "fast",
    reason: { code: "experiment_split", "condition_index": null },
    metadata: {
      "config_version": 2,
      description: null,
      payload: null,
      ...RESULTS[0]?.metadata,
    },
  });
  assertEquals(answer.flags.limit.value, 40);
  assertEquals([answer.flags.none.value, answer.flags.none.failed], [
    null,
    true,
  ]);
  const { answer: one } = await ask(
    flags,
    {
      "flag_keys_to_evaluate": ["limit"],
    },
    {},
    4,
  );
  assertEquals(Object.keys(one.flags), ["limit"]);
  assertEquals(one.errorsWhileComputingFlags, false);
});

Deno.test("the emulator answers version 2 with what older servers say of results (UPS-109)", async () => {
  const { answer } = await ask(RESULTS);
  assertEquals(answer.flags.split, {
    key: "split",
    enabled: true,
    variant: "fast",
    reason: { code: "experiment_split", "condition_index": null },
    metadata: {
      id: 12,
      version: 2,
      description: null,
      payload: null,
      "has_experiment": true,
    },
  });
  const { limit, none } = answer.flags;
  assertEquals([limit.enabled, limit.variant, limit.metadata.payload], [
    true,
    null,
    "40",
  ]);
  assertEquals([none.enabled, none.failed], [false, true]);
});

Deno.test("the emulator's definitions have nothing of results (UPS-109, UPS-142)", async () => {
  const { fetch } = createPostHogEmulator({ flags: { flags: RESULTS } });
  const response = await fetch(
    "https://h.test/flags/definitions?token=phc_test",
    { headers: { Authorization: "Bearer phx_x" } },
  );
  assertEquals((await response.json()).flags, [
    { key: "split", filters: { version: 2, rules: [] }, active: true },
  ]);
});

Deno.test("the emulator evaluates for the person and groups of the request", async () => {
  const pro = {
    properties: [{
      key: "plan",
      type: "person",
      operator: "exact",
      value: "pro",
    }],
  };
  const flags = [
    row("pro", { groups: [pro] }),
    row("team", { groups: [EVERYBODY], "aggregation_group_type_index": 0 }),
  ];
  const value = async (body: object) => {
    const { answer } = await ask(flags, body);
    return [answer.flags.pro.enabled, answer.flags.team.enabled];
  };
  assertEquals(await value({}), [false, false]);
  assertEquals(
    await value({
      "person_properties": { plan: "pro" },
      groups: { company: "acme" },
    }),
    [true, true],
  );
});

Deno.test("the emulator evaluates only the flags that are asked for", async () => {
  const flags = ["a", "b", "c"].map((key) => row(key, { groups: [EVERYBODY] }));
  const { answer } = await ask(flags, {
    "flag_keys_to_evaluate": ["c", "a", "unknown"],
  });
  assertEquals(Object.keys(answer.flags).sort(), ["a", "c"]);
});

Deno.test("the emulator leaves out inactive flags and those of another runtime", async () => {
  const flags = [
    row("inactive", { groups: [EVERYBODY] }, { active: false }),
    ...["all", "server", "client"].map((runtime) =>
      row(runtime, { groups: [EVERYBODY] }, { "evaluation_runtime": runtime })
    ),
    row("unset", { groups: [EVERYBODY] }, { "evaluation_runtime": null }),
  ];
  const keys = async (body: object) =>
    Object.keys((await ask(flags, body)).answer.flags).sort();
  assertEquals(await keys({ "evaluation_runtime": "server" }), [
    "all",
    "server",
    "unset",
  ]);
  assertEquals(await keys({ "evaluation_runtime": "client" }), [
    "all",
    "client",
    "unset",
  ]);
  assertEquals(await keys({}), ["all", "unset"]);
});

Deno.test("the emulator turns off what it can't decide, and evaluates what an SDK must not", async () => {
  const unknown = {
    properties: [{
      key: "x",
      type: "person",
      operator: "from_the_future",
      value: 1,
    }],
  };
  const flags = [
    row("unknown", { groups: [unknown] }),
    row("sticky", { groups: [EVERYBODY] }, {
      "ensure_experience_continuity": true,
    }),
  ];
  const { answer } = await ask(flags, { "person_properties": { x: 1 } });
  assertEquals([answer.flags.unknown.enabled, answer.flags.sticky.enabled], [
    false,
    true,
  ]);
});

Deno.test("the emulator gives no flags when their quota is used up", async () => {
  const emulator = createPostHogEmulator({
    flags: { flags: [row("a", { groups: [EVERYBODY] })] },
  });
  emulator.setQuotaLimited(["feature_flags"]);
  const { status, text } = await post(emulator.fetch, "/flags?v=2", {
    token: "phc_test",
    "distinct_id": "user-1",
  });
  const { flags, quotaLimited } = JSON.parse(text);
  assertEquals([status, flags, quotaLimited], [200, {}, ["feature_flags"]]);
});

Deno.test("the emulator passes the gate of minimal exposure events on", async () => {
  const { fetch } = createPostHogEmulator({
    flags: { flags: [], "minimal_flag_called_events": true },
  });
  const { text } = await post(fetch, "/flags?v=2", {
    token: "phc_test",
    "distinct_id": "user-1",
  });
  assertEquals([JSON.parse(text).minimalFlagCalledEvents], [true]);
});

const REFUSED: readonly (readonly [
  name: string,
  path: string,
  body: unknown,
  status: number,
])[] = [
  ...["", "?v=1", "?v=3"].map((query) =>
    [
      `another version ${query}`,
      `/flags/${query}`,
      { token: "phc_test", "distinct_id": "u" },
      400,
    ] as const
  ),
  ["no JSON", "/flags/?v=2", "{", 400],
  ["no token", "/flags/?v=2", { "distinct_id": "u" }, 401],
  [
    "a secret as token",
    "/flags/?v=2",
    { token: "phs_s", "distinct_id": "u" },
    401,
  ],
  ["no distinct id", "/flags/?v=2", { token: "phc_test" }, 400],
  ["a blank distinct id", "/flags/?v=2", {
    token: "phc_test",
    "distinct_id": " ",
  }, 400],
];

for (const [name, path, body, expected] of REFUSED) {
  Deno.test(`the emulator refuses to evaluate flags: ${name}`, async () => {
    const { fetch } = createPostHogEmulator();
    const { status, text } = await post(fetch, path, body);
    assertEquals([status, typeof JSON.parse(text).detail], [
      expected,
      "string",
    ]);
  });
}
