import { assertEquals } from "@std/assert";
import {
  createHarness,
  type FakeAnswer,
  logged,
  remoteOf,
} from "./_helpers.ts";

const remoteOnly = { settings: { secretKey: undefined } };
const answer = remoteOf({ f: { enabled: true } });

Deno.test("A remote request has every field with its default (FLG-090, FLG-091)", async () => {
  const harness = createHarness({ ...remoteOnly, remote: [answer] });
  await harness.evaluateFlags("ada");
  const [request] = harness.requests;
  assertEquals([request?.method, request?.url], [
    "POST",
    "https://h.test/flags/?v=4",
  ]);
  assertEquals(request?.headers, { "Content-Type": "application/json" });
  assertEquals(harness.remoteBody(), {
    token: "phc_project",
    "distinct_id": "ada",
    groups: {},
    "person_properties": {},
    "group_properties": {},
    "geoip_disable": true,
    "evaluation_runtime": "server",
  });
});

Deno.test("A remote request carries what the caller gave (FLG-090, FLG-140)", async () => {
  const harness = createHarness({
    settings: { secretKey: undefined, evaluationContexts: ["shop"] },
    remote: [answer],
  });
  await harness.evaluateFlags("ada", {
    groups: { company: "acme", team: 42, empty: "" },
    personProperties: {
      $device_id: "d",
      plan: "pro",
      born: new Date(0),
      big: 1n,
      fn: () => 1,
    },
    groupProperties: { company: { seats: 3 }, other: { x: 1 } },
    flagKeys: ["b", "a", "b"],
    disableGeoip: false,
  });
  assertEquals(harness.remoteBody(), {
    token: "phc_project",
    "distinct_id": "ada",
    groups: { company: "acme", team: 42 },
    "person_properties": {
      $device_id: "d",
      plan: "pro",
      born: "1970-01-01T00:00:00.000Z",
    },
    "group_properties": {
      company: { seats: 3, $group_key: "acme" },
      team: { $group_key: 42 },
    },
    "geoip_disable": false,
    "flag_keys_to_evaluate": ["b", "a"],
    $device_id: "d",
    "evaluation_contexts": ["shop"],
    "evaluation_runtime": "server",
  });
});

Deno.test("disableGeoip is the call's, else the client's (FLG-092)", async () => {
  for (
    const [client, call, expected] of [[true, undefined, true], [
      false,
      undefined,
      false,
    ], [true, false, false]] as const
  ) {
    const harness = createHarness({
      settings: { secretKey: undefined, disableGeoip: client },
    });
    await harness.evaluateFlags("ada", { disableGeoip: call });
    assertEquals(harness.remoteBody()["geoip_disable"], expected);
  }
});

const version2 = {
  flags: {
    on: { enabled: true, variant: null, metadata: { payload: '{"a":1}' } },
    arm: { enabled: true, variant: "blue", metadata: { payload: '"x"' } },
    off: { enabled: false, variant: "blue", metadata: { payload: "1" } },
    failed: { enabled: false, failed: true },
    odd: "record",
    odder: { enabled: "yes" },
  },
};
const version1 = {
  featureFlags: { on: true, arm: "blue", off: false, odd: 3 },
  featureFlagPayloads: { on: '{"a":1}', arm: '"x"', off: "1" },
};

for (const [name, body] of [["2", version2], ["1", version1]] as const) {
  Deno.test(`A version ${name} response gives values and payloads (FLG-093, FLG-094)`, async () => {
    const harness = createHarness({
      ...remoteOnly,
      remote: [{ status: 200, body }],
    });
    const flags = await harness.evaluateFlags("ada");
    assertEquals(
      Object.fromEntries(
        flags.keys.map((
          key,
        ) => [key, [flags.getFlag(key), flags.getFlagPayload(key)]]),
      ),
      {
        on: [true, { a: 1 }],
        arm: ["blue", "x"],
        off: [false, undefined],
      },
    );
  });
}

Deno.test("A version 1 response may list enabled keys (FLG-093)", async () => {
  const harness = createHarness({
    ...remoteOnly,
    remote: [{ status: 200, body: { featureFlags: ["a", 1] } }],
  });
  assertEquals((await harness.evaluateFlags("ada")).keys, ["a"]);
});

interface Failure {
  readonly name: string;
  readonly answer: FakeAnswer;
  readonly requests: number;
  readonly failure: string;
  readonly code: string;
  /** One without an answer says nothing yet (FLD-033). */
  readonly notices?: number;
}

const FAILURES: readonly Failure[] = [
  {
    name: "network",
    answer: { kind: "network" },
    requests: 2,
    failure: "connection_error",
    code: "network",
    notices: 0,
  },
  {
    name: "502",
    answer: { status: 502 },
    requests: 2,
    failure: "api_error_502",
    code: "http",
  },
  {
    name: "504",
    answer: { status: 504 },
    requests: 2,
    failure: "api_error_504",
    code: "http",
  },
  {
    name: "a stalled answer",
    answer: { kind: "hang" },
    requests: 2,
    failure: "timeout",
    code: "timeout",
    notices: 0,
  },
  {
    name: "408",
    answer: { status: 408 },
    requests: 1,
    failure: "api_error_408",
    code: "http",
  },
  {
    name: "429",
    answer: { status: 429 },
    requests: 1,
    failure: "api_error_429",
    code: "http",
  },
  {
    name: "500",
    answer: { status: 500 },
    requests: 1,
    failure: "api_error_500",
    code: "http",
  },
  {
    name: "503",
    answer: { status: 503 },
    requests: 1,
    failure: "api_error_503",
    code: "http",
  },
  {
    name: "no JSON",
    answer: { status: 200, body: "<html>" },
    requests: 1,
    failure: "unknown_error",
    code: "unreadable",
  },
  {
    name: "no flags",
    answer: { status: 200, body: {} },
    requests: 1,
    failure: "unknown_error",
    code: "unreadable",
  },
  {
    name: "quota",
    answer: {
      status: 200,
      body: {
        flags: { f: { enabled: true } },
        quotaLimited: ["feature_flags"],
      },
    },
    requests: 1,
    failure: "quota_limited",
    code: "quota",
  },
];

for (
  const { name, answer, requests, failure, code, notices = 1 } of FAILURES
) {
  Deno.test(`A remote failure is a value, one report and a name on exposures: ${name} (FLG-095, FLG-096)`, async () => {
    const harness = createHarness({ ...remoteOnly, remote: [answer] });
    const evaluation = harness.evaluateFlags("ada");
    await harness.clock.advance(3000);
    const flags = await evaluation;
    assertEquals(flags.getFlag("f"), undefined);
    assertEquals(harness.requests.length, requests);
    assertEquals(harness.errors.map((error) => error.code), [code]);
    assertEquals(logged(harness, "warn").length, notices);
    const { $feature_flag_error: error } = harness.drafts[0]
      ?.properties as Record<string, unknown>;
    assertEquals(error, `${failure},flag_missing`);
    assertEquals(harness.clock.pending, 0);
  });
}

Deno.test("Retries wait 300 ms, then twice as long, with the same body, five at most (FLG-096)", async () => {
  for (
    const [featureFlagsRequestMaxRetries, attempts] of [[0, 1], [2, 3], [
      99,
      6,
    ]] as const
  ) {
    const settings = {
      secretKey: undefined,
      featureFlagsRequestMaxRetries,
      featureFlagsRequestTimeoutMs: 60_000,
    };
    const harness = createHarness({ settings, remote: [{ status: 502 }] });
    const start = harness.clock.now();
    let endedAt = 0;
    const evaluation = harness.evaluateFlags("ada").then(() =>
      endedAt = harness.clock.now()
    );
    await harness.clock.advance(50_000);
    await evaluation;
    assertEquals(harness.requests.length, attempts);
    assertEquals(endedAt - start, 300 * (2 ** (attempts - 1) - 1));
    assertEquals(new Set(harness.requests.map(({ body }) => body)).size, 1);
  }
});

Deno.test("A retry that the deadline leaves no room for is not made (FLG-097, FLD-032)", async () => {
  const settings = { secretKey: undefined, featureFlagsRequestMaxRetries: 2 };
  const harness = createHarness({
    settings,
    remote: [{ status: 502, afterMs: 1900 }, { status: 502, afterMs: 390 }],
  });
  const evaluation = harness.evaluateFlags("ada");
  // The next wait would be one of 600 ms.
  await harness.clock.advance(1900 + 300 + 390);
  const flags = await evaluation;
  assertEquals(flags.keys, []);
  assertEquals(harness.requests.length, 2);
});

Deno.test("One deadline covers all attempts (FLG-097, FLD-032)", async () => {
  const harness = createHarness({
    ...remoteOnly,
    remote: [{ status: 502, afterMs: 1999 }, { kind: "hang" }],
  });
  const evaluation = harness.evaluateFlags("ada");
  await harness.clock.advance(3000);
  (await evaluation).isEnabled("f");
  assertEquals(harness.errors.map((error) => error.code), ["timeout"]);
});

/** How the attempts share 3 s, by the retries allowed: all of them hang. */
const SHARES: readonly (readonly [retries: number, timeouts: number[]])[] = [
  [0, [3000]],
  [1, [2000, 700]],
  // What is left after 2000 and 300 for two retries; the wait of 600 has no room after the first.
  [2, [2000, 350]],
];

for (const [retries, timeouts] of SHARES) {
  Deno.test(`The attempts of a request share its time, with ${retries} retries (FLD-032)`, async () => {
    const harness = createHarness({
      settings: {
        secretKey: undefined,
        featureFlagsRequestMaxRetries: retries,
      },
      remote: [{ kind: "hang" }],
    });
    const evaluation = harness.evaluateFlags("ada");
    await harness.clock.advance(3000);
    await evaluation;
    assertEquals(
      harness.requests.map(({ timeoutMs }) => timeoutMs),
      timeouts,
    );
  });
}

Deno.test("An answer to the second attempt counts after the first one's timeout (FLD-032)", async () => {
  const harness = createHarness({
    ...remoteOnly,
    remote: [{ kind: "hang" }, answer],
  });
  const evaluation = harness.evaluateFlags("ada");
  await harness.clock.advance(2300);
  assertEquals((await evaluation).getFlag("f"), true);
});

Deno.test("A warning about the rate of requests is logged once", async () => {
  const warned = {
    ...answer,
    headers: { "X-PostHog-Rate-Limit-Warning": "slow down" },
  } as FakeAnswer;
  const harness = createHarness({ ...remoteOnly, remote: [warned] });
  for (let i = 0; i < 3; i++) await harness.evaluateFlags("ada");
  assertEquals(logged(harness, "warn").length, 1);
});
