import { assertEquals } from "@std/assert";
import {
  createHarness,
  definitionsOf,
  flag,
  type Harness,
  type HarnessOptions,
  logged,
  remoteOf,
} from "./_helpers.ts";

const EVENT = {
  event: "paid",
  uuid: "01900000-0000-7000-8000-000000000001",
  timestamp: "2026-01-01T00:00:00.000Z",
  distinctId: "ada",
  properties: {},
  options: {},
};
const VALUES = { "$feature/f": "a", $active_feature_flags: ["f"] };

function create(options: HarnessOptions = {}): Harness {
  const remote = [remoteOf({ f: { enabled: true, variant: "a" } })];
  return createHarness({ local: undefined, remote, ...options });
}

function prepare(harness: Harness, sendFeatureFlags: unknown, rest = {}) {
  const message = { event: "paid", sendFeatureFlags, ...rest };
  return harness.made.prepareEvent?.(harness.caller, message);
}

Deno.test("sendFeatureFlags evaluates for the event as it will be sent, without an exposure", async () => {
  const harness = create();
  const preparation = prepare(harness, {
    personProperties: { plan: "pro" },
    flagKeys: ["f"],
  });
  const values = await preparation?.evaluate({
    ...EVENT,
    distinctId: "grace",
    properties: { $groups: { company: "acme" } },
  }, false);
  assertEquals(values, VALUES);
  const body = harness.remoteBody();
  assertEquals(
    [
      body["distinct_id"],
      body["groups"],
      body["geoip_disable"],
      body["person_properties"],
      body["flag_keys_to_evaluate"],
    ],
    ["grace", { company: "acme" }, false, { plan: "pro" }, ["f"]],
  );
  assertEquals(harness.drafts, []);
});

Deno.test("sendFeatureFlags reads its options at the call", async () => {
  const harness = create();
  const personProperties = { plan: "pro" };
  const preparation = prepare(harness, { personProperties });
  personProperties.plan = "free";
  await preparation?.evaluate(EVENT, undefined);
  assertEquals(harness.remoteBody()["person_properties"], { plan: "pro" });
});

Deno.test("sendFeatureFlags asks PostHog only where no definitions are at hand", async () => {
  const definitions = [definitionsOf([flag([{ rollout_percentage: 100 }])])];
  const harness = create();
  const local = createHarness({ definitions });
  await local.reloadFeatureFlags();
  for (
    const [kit, paths] of [
      [harness, ["/flags/"]],
      [local, ["/flags/definitions"]],
    ] as const
  ) {
    await prepare(kit, { flagKeys: ["unknown"] })?.evaluate(EVENT, undefined);
    assertEquals(kit.paths(), [...paths]);
  }
  await prepare(local, { flagKeys: ["unknown"], onlyEvaluateLocally: false })
    ?.evaluate(EVENT, undefined);
  assertEquals(local.paths(), ["/flags/definitions", "/flags/"]);
});

Deno.test("sendFeatureFlags has three times what a request has, as far as an event waits", () => {
  const settings = { featureFlagsRequestTimeoutMs: 100 };
  assertEquals(prepare(create({ settings }), true)?.withinMs, 300);
});

const DEPRECATED =
  "'sendFeatureFlags' is deprecated: pass the result of 'evaluateFlags' as 'flags'";

const REFUSED: readonly (readonly [
  given: unknown,
  rest: Record<string, unknown>,
  warnings: readonly string[],
])[] = [
  [true, { event: "$feature_flag_called" }, []],
  [7, {}, [
    "Cannot use 'sendFeatureFlags': expected a boolean or an object, got number",
  ]],
  [true, { flags: {} }, [
    DEPRECATED,
    "Cannot use 'sendFeatureFlags' beside 'flags', which wins",
  ]],
];

for (const [given, rest, warnings] of REFUSED) {
  Deno.test(`sendFeatureFlags: ${given} of ${JSON.stringify(rest)} evaluates nothing`, () => {
    const harness = create();
    assertEquals(prepare(harness, given, rest), undefined);
    assertEquals(logged(harness, "warn"), [...warnings]);
  });
}

Deno.test("sendFeatureFlags is said to be deprecated once a client", () => {
  const harness = create();
  prepare(harness, true);
  prepare(harness, {});
  assertEquals(logged(harness, "warn"), [DEPRECATED]);
});

Deno.test("sendFeatureFlags of a closed client gives nothing", async () => {
  const harness = create({ isClosed: true });
  assertEquals(await prepare(harness, true)?.evaluate(EVENT, undefined), {});
  assertEquals(harness.requests, []);
});
