import { assertEquals } from "./_assert.ts";
import type { ContractLibrary, ContractRunner } from "./_runner.ts";
import { CAPTURE_PATH } from "../_kit/capture_paths.ts";

const DEFINITIONS = {
  flags: [
    {
      id: 1,
      key: "new-nav",
      active: true,
      version: 3,
      filters: {
        groups: [{
          rollout_percentage: 100,
          properties: [{ key: "plan", type: "person", value: ["pro"] }],
        }],
      },
    },
    {
      id: 2,
      key: "pricing",
      active: true,
      filters: {
        payloads: { annual: '{"discount":20}' },
        multivariate: {
          variants: [{ key: "annual", rollout_percentage: 100 }, {
            key: "monthly",
            rollout_percentage: 0,
          }],
        },
        groups: [{ rollout_percentage: 100, properties: [] }],
      },
    },
    {
      id: 3,
      key: "by-cohort",
      active: true,
      filters: {
        groups: [{
          properties: [{ key: "id", type: "cohort", value: 7, operator: "in" }],
        }],
      },
    },
  ],
};

/** Flags in the isolate, and PostHog's own answer where they can't be decided there. */
export function flags(t: ContractRunner, { testing }: ContractLibrary): void {
  const { createTestClient } = testing;

  t.test("evaluateFlags() decides locally from one fetch of the definitions (FLG-021)", async () => {
    const { posthog, emulator } = createTestClient({ flags: DEFINITIONS });
    const options = { flagKeys: ["new-nav", "pricing"] };
    const pro = await posthog.evaluateFlags("user-1", {
      ...options,
      personProperties: { plan: "pro" },
    });
    const free = await posthog.evaluateFlags("user-1", {
      ...options,
      personProperties: { plan: "free" },
    });
    assertEquals([pro.isEnabled("new-nav"), free.isEnabled("new-nav")], [
      true,
      false,
    ]);
    assertEquals([pro.getFlag("pricing"), pro.getFlagPayload("pricing")], [
      "annual",
      { discount: 20 },
    ]);
    assertEquals(emulator.requests.map(({ path }) => path), [
      "/flags/definitions",
    ]);
  });

  t.test("evaluateFlags() asks PostHog once for what can't be decided here (FLG-101)", async () => {
    const { posthog, emulator } = createTestClient({ flags: DEFINITIONS });
    await posthog.evaluateFlags("user-1");
    assertEquals(emulator.requests.map(({ path }) => path), [
      "/flags/definitions",
      "/flags",
    ]);
  });

  t.test("nothing asks for flags but an evaluation: no construction, capture or read (FLG-098)", async () => {
    const { posthog, emulator } = createTestClient({ flags: DEFINITIONS });
    const scope = posthog.forRequest();
    const paths = () => emulator.requests.map(({ path }) => path);
    posthog.capture({ distinctId: "user-1", event: "visited" });
    posthog.identify({ distinctId: "user-1", properties: { plan: "pro" } });
    scope.capture({ distinctId: "user-1", event: "visited" });
    posthog.isLocalEvaluationReady();
    await posthog.flush();
    assertEquals(paths(), [CAPTURE_PATH]);
    const snapshot = await scope.evaluateFlags("user-1");
    const evaluated = [CAPTURE_PATH, "/flags/definitions", "/flags"];
    assertEquals(paths(), evaluated);
    for (const key of ["pricing", "by-cohort", "unknown"]) {
      snapshot.isEnabled(key);
      snapshot.getFlag(key);
      snapshot.getFlagPayload(key);
      snapshot.getResult(key);
      snapshot.json(key, {});
      snapshot.detail(key, "none");
    }
    snapshot.only(["pricing"]).getFlag("pricing");
    snapshot.onlyAccessed().toBootstrap();
    await posthog.flush();
    assertEquals(paths(), [...evaluated, CAPTURE_PATH]);
  });

  t.test("evaluateFlags() stays local when told to (FLG-103)", async () => {
    const { posthog, emulator } = createTestClient({ flags: DEFINITIONS });
    const snapshot = await posthog.evaluateFlags("user-1", {
      onlyEvaluateLocally: true,
      personProperties: { plan: "pro" },
    });
    assertEquals(emulator.requests.map(({ path }) => path), [
      "/flags/definitions",
    ]);
    assertEquals([...snapshot.keys].sort(), ["new-nav", "pricing"].sort());
  });

  t.test("definitions are refreshed on access, conditionally, and the stale copy answers meanwhile (FLG-013, FLG-021)", async () => {
    const pending: Promise<unknown>[] = [];
    const { posthog, emulator, clock } = createTestClient({
      flags: DEFINITIONS,
      waitUntil: (promise) => void pending.push(promise),
    });
    const evaluate = () =>
      posthog.evaluateFlags("user-1", { flagKeys: ["pricing"] });
    await evaluate();
    await clock.advance(60_000);
    assertEquals((await evaluate()).getFlag("pricing"), "annual");
    await Promise.all(pending);
    const loads = emulator.requests.filter(({ path }) =>
      path === "/flags/definitions"
    );
    assertEquals(loads.map(({ status }) => status), [200, 304]);
  });

  t.test("a flag that is read is an exposure, once (FLG-122)", async () => {
    const { posthog, emulator } = createTestClient({ flags: DEFINITIONS });
    const snapshot = await posthog.evaluateFlags("user-1", {
      flagKeys: ["pricing"],
    });
    for (let i = 0; i < 3; i++) snapshot.getFlag("pricing");
    (await posthog.evaluateFlags("user-1", { flagKeys: ["pricing"] })).getFlag(
      "pricing",
    );
    await posthog.flush();
    const exposures = emulator.events.filter(({ event }) =>
      event === "$feature_flag_called"
    );
    assertEquals(
      exposures.map((
        { properties },
      ) => [properties["$feature_flag"], properties["$feature_flag_response"]]),
      [
        ["pricing", "annual"],
      ],
    );
  });

  t.test("a flag with rules is PostHog's to decide, and an experiment's split is told of as such (UPS-101, UPS-130, UPS-140)", async () => {
    const split = {
      key: "checkout",
      active: true,
      filters: { version: 2, rules: [] },
      value: "fast",
      reason: { code: "experiment_split" },
      metadata: { rule_type: "experiment", rule_id: "r", variant_key: "test" },
    };
    const { posthog, emulator } = createTestClient({
      flags: { flags: [split, { key: "limit", value: 40 }] },
    });
    const local = await posthog.evaluateFlags("user-1", {
      onlyEvaluateLocally: true,
    });
    assertEquals(local.unresolvedFlags, { checkout: "unsupported_definition" });
    const flags = await posthog.evaluateFlags("user-1");
    assertEquals(flags.unresolvedFlags, {});
    assertEquals([flags.getFlag("checkout"), flags.number("limit", 0)], [
      "fast",
      40,
    ]);
    await posthog.flush();
    assertEquals(
      emulator.events.map(({ event, properties }) => [
        event,
        properties["$feature_flag"],
        properties["$feature_flag_variant_key"],
      ]),
      [
        ["$feature_flag_called", "checkout", "test"],
        ["$experiment_exposure", "checkout", "test"],
        ["$feature_flag_called", "limit", undefined],
      ],
    );
  });

  t.test("capture() with a snapshot carries its values (FLG-111)", async () => {
    const { posthog, emulator } = createTestClient({ flags: DEFINITIONS });
    const snapshot = await posthog.evaluateFlags("user-1", {
      flagKeys: ["new-nav", "pricing"],
      personProperties: { plan: "pro" },
    });
    posthog.capture({ distinctId: "user-1", event: "paid", flags: snapshot });
    await posthog.flush();
    // Neither asked for again, nor an exposure.
    assertEquals(emulator.requests.map(({ path }) => path), [
      "/flags/definitions",
      CAPTURE_PATH,
    ]);
    assertEquals(emulator.events.map(({ event }) => event), ["paid"]);
    const properties = emulator.events[0]?.properties ?? {};
    assertEquals([
      properties["$feature/new-nav"],
      properties["$feature/pricing"],
    ], [true, "annual"]);
    assertEquals(properties["$active_feature_flags"], ["new-nav", "pricing"]);
  });

  t.test("evaluateFlags() on a scope is about who asks, and without anybody it is empty (CTX-007, CTX-008)", async () => {
    const { posthog, emulator } = createTestClient({ flags: DEFINITIONS });
    const nobody = await posthog.forRequest().evaluateFlags();
    assertEquals([nobody.keys, emulator.requests.length], [[], 0]);
    const headers = { "x-posthog-distinct-id": "visitor-1" };
    const hog = posthog.forRequest({ headers });
    assertEquals(
      (await hog.evaluateFlags({ flagKeys: ["pricing"] })).getFlag("pricing"),
      "annual",
    );
  });

  t.test("getRemoteConfigPayload() reads what the project has, and only that (FLG-150)", async () => {
    const banner = (key: string, payload: unknown) => ({
      key,
      active: true,
      is_remote_configuration: true,
      filters: { groups: [], payloads: { true: payload } },
    });
    const { posthog, emulator, errors } = createTestClient({
      flags: { flags: [banner("a/b ü", '{"n":1}'), banner("empty", "")] },
    });
    const scope = posthog.forRequest();
    assertEquals(await posthog.getRemoteConfigPayload("a/b ü"), { n: 1 });
    assertEquals(await scope.getRemoteConfigPayload("empty"), undefined);
    assertEquals(errors, []);
    assertEquals(await scope.getRemoteConfigPayload("unknown"), undefined);
    assertEquals(errors.map(({ name, code }) => [name, code]), [
      ["RequestError", "http"],
    ]);
    assertEquals(emulator.requests.map(({ status }) => status), [
      200,
      200,
      404,
    ]);
  });

  t.test("getRemoteConfigPayload() without a key asks nobody (FLG-150, FLG-134)", async () => {
    const { posthog, emulator, errors } = createTestClient({
      personalApiKey: undefined,
    });
    for (let i = 0; i < 2; i++) {
      assertEquals(await posthog.getRemoteConfigPayload("banner"), undefined);
    }
    assertEquals([emulator.requests.length, errors.map(({ name }) => name)], [
      0,
      ["ConfigError"],
    ]);
  });

  t.test("evaluateFlags() resolves with what is known when PostHog is down (FLG-102)", async () => {
    const { posthog, emulator, clock } = createTestClient({
      flags: DEFINITIONS,
    });
    emulator.setFaultPolicy(({ path }) =>
      path === "/flags" ? { status: 500 } : undefined
    );
    const evaluated = posthog.evaluateFlags("user-1");
    await clock.advance(10_000);
    assertEquals((await evaluated).getFlag("pricing"), "annual");
  });
}
