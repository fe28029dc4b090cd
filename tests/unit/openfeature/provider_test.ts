import { assertEquals } from "@std/assert";
import { createClient } from "edgehog/client";
import { featureFlags } from "edgehog/feature-flags";
import {
  type EvaluationContextLike,
  PostHogProvider,
} from "edgehog/openfeature";
import { createTestClient, createTestClientBy } from "edgehog/testing";
import { DEFINITIONS } from "./_flags.ts";

const USER = { targetingKey: "user-1", plan: "free" };

/** Calls the provider for a default value of any type, as OpenFeature's client does. */
function evaluate(
  provider: PostHogProvider,
  key: string,
  defaultValue: unknown,
  context: EvaluationContextLike = USER,
) {
  switch (typeof defaultValue) {
    case "boolean":
      return provider.resolveBooleanEvaluation(key, defaultValue, context);
    case "string":
      return provider.resolveStringEvaluation(key, defaultValue, context);
    case "number":
      return provider.resolveNumberEvaluation(key, defaultValue, context);
    default:
      return provider.resolveObjectEvaluation(key, defaultValue, context);
  }
}

const OBJECT = { text: "Free", lines: [1, 2] };

/** What each kind of flag gives to each type: by EDGE-391 and the tests of PostHog's own provider. */
const VALUES: readonly (readonly [
  key: string,
  defaultValue: unknown,
  value: unknown,
  reason: string,
  errorCode?: string,
])[] = [
  ["on", false, true, "TARGETING_MATCH"],
  ["annual", false, true, "SPLIT"],
  ["unmatched", true, false, "DEFAULT"],
  ["off", true, false, "DISABLED"],
  ["unknown", true, true, "ERROR", "FLAG_NOT_FOUND"],
  ["annual", "x", "annual", "SPLIT"],
  ["chosen", "x", "b", "TARGETING_MATCH"],
  ["on", "x", "x", "ERROR", "TYPE_MISMATCH"],
  ["unmatched", "x", "x", "DEFAULT"],
  ["out", "x", "x", "DEFAULT"],
  ["off", "x", "x", "DISABLED"],
  ["unknown", "x", "x", "ERROR", "FLAG_NOT_FOUND"],
  ["seven", 0, 7.5, "SPLIT"],
  ["payload number", 0, 12, "TARGETING_MATCH"],
  ["payload text", 0, 0, "ERROR", "TYPE_MISMATCH"],
  ["annual", 0, 0, "ERROR", "TYPE_MISMATCH"],
  ["on", 0, 0, "ERROR", "TYPE_MISMATCH"],
  ["off", 5, 5, "DISABLED"],
  ["unmatched", 5, 5, "DEFAULT"],
  ["unknown", 5, 5, "ERROR", "FLAG_NOT_FOUND"],
  ["payload object", {}, OBJECT, "TARGETING_MATCH"],
  ["payload list", {}, [1, 2], "TARGETING_MATCH"],
  ["payload list", null, [1, 2], "TARGETING_MATCH"],
  ["variant and payload", [], [3], "SPLIT"],
  ["payload text", {}, {}, "ERROR", "TYPE_MISMATCH"],
  ["payload null", {}, {}, "ERROR", "TYPE_MISMATCH"],
  ["annual", {}, {}, "ERROR", "TYPE_MISMATCH"],
  ["off", {}, {}, "DISABLED"],
  ["unknown", {}, {}, "ERROR", "FLAG_NOT_FOUND"],
  ["company", true, false, "DEFAULT"],
  ["half", false, true, "SPLIT"],
  ["out", true, false, "SPLIT"],
];

for (const [key, defaultValue, value, reason, errorCode] of VALUES) {
  const given = JSON.stringify(defaultValue);
  Deno.test(`the flag "${key}" with the default ${given} (EDGE-391, EDGE-392)`, async () => {
    const { posthog } = createTestClient({
      flags: DEFINITIONS,
      strictLocalEvaluation: true,
    });
    const details = await evaluate(
      new PostHogProvider(posthog),
      key,
      defaultValue,
    );
    assertEquals(details.value, value);
    assertEquals([details.reason, details.errorCode], [reason, errorCode]);
  });
}

Deno.test("a number is a variant that is spelled as one (EDGE-391)", async () => {
  const { posthog } = createTestClient({ flags: DEFINITIONS });
  const provider = new PostHogProvider(posthog);
  const { value } = await provider.resolveNumberEvaluation("spelled", 1, USER);
  assertEquals(value, 16);
});

/** What PostHog says of a flag that it evaluated, and the reason for OpenFeature. */
const REMOTE: readonly (readonly [
  flag: object,
  reason: string,
])[] = [
  [{ enabled: true, reason: { code: "condition_match" } }, "TARGETING_MATCH"],
  [
    { enabled: true, variant: "a", reason: { code: "condition_match" } },
    "SPLIT",
  ],
  [
    { enabled: true, variant: "a", reason: { code: "super_condition_value" } },
    "TARGETING_MATCH",
  ],
  [
    {
      enabled: true,
      variant: "h",
      reason: { code: "holdout_condition_value" },
    },
    "SPLIT",
  ],
  [{ enabled: false, reason: { code: "out_of_rollout_bound" } }, "SPLIT"],
  [{ enabled: false, reason: { code: "no_condition_match" } }, "DEFAULT"],
  [{ enabled: false, reason: { code: "no_group_type" } }, "DEFAULT"],
  [{ enabled: false, reason: { code: "flag_disabled" } }, "DISABLED"],
  ...[
    ["targeting_match", "TARGETING_MATCH"],
    ["experiment_split", "SPLIT"],
    ["rollout_miss", "SPLIT"],
    ["holdout", "SPLIT"],
    ["experiment_paused", "DEFAULT"],
    ["no_rule_match", "DEFAULT"],
    ["missing_group_key", "DEFAULT"],
  ].map(([code, reason = ""]) =>
    [{ value: true, reason: { code } }, reason] as const
  ),
  [{ enabled: true, reason: { code: "a_newer_one" } }, "UNKNOWN"],
  [{ enabled: true, reason: { code: "toString" } }, "UNKNOWN"],
  [{ enabled: true }, "UNKNOWN"],
];

Deno.test("PostHog's reasons of what it evaluated (EDGE-392)", async (t) => {
  for (const [flag, expected] of REMOTE) {
    await t.step(JSON.stringify(flag), async () => {
      const { posthog } = createTestClient({
        enableLocalEvaluation: false,
        fetch: () =>
          Promise.resolve(
            Response.json({
              flags: { a: { key: "a", metadata: { version: 4 }, ...flag } },
            }),
          ),
      });
      const details = await new PostHogProvider(posthog)
        .resolveBooleanEvaluation("a", false, USER);
      assertEquals(details.reason, expected);
      assertEquals(details.flagMetadata, { source: "remote", flagVersion: 4 });
      assertEquals(details.variant, (flag as { variant?: string }).variant);
    });
  }
});

Deno.test("variant, source and version are told; an override is static (EDGE-392)", async () => {
  const { posthog } = createTestClient({ flags: DEFINITIONS });
  posthog.overrideFeatureFlags({ on: "forced" });
  const provider = new PostHogProvider(posthog);
  assertEquals(await provider.resolveStringEvaluation("annual", "", USER), {
    value: "annual",
    variant: "annual",
    reason: "SPLIT",
    flagMetadata: { source: "local", flagVersion: 3 },
  });
  assertEquals(await provider.resolveStringEvaluation("on", "", USER), {
    value: "forced",
    variant: "forced",
    reason: "STATIC",
    flagMetadata: { source: "override" },
  });
  const mismatch = await provider.resolveNumberEvaluation("annual", 1, USER);
  assertEquals(mismatch.flagMetadata, { source: "local", flagVersion: 3 });
});

Deno.test("what could not be decided is GENERAL, with why (EDGE-391)", async () => {
  const { posthog } = createTestClient({
    enableLocalEvaluation: false,
    sendFeatureFlagEvent: false,
    fetch: () => Promise.resolve(new Response("", { status: 503 })),
  });
  const provider = new PostHogProvider(posthog);
  assertEquals(await provider.resolveBooleanEvaluation("on", true, USER), {
    value: true,
    reason: "ERROR",
    errorCode: "GENERAL",
    errorMessage: "api_error_503",
  });
  await posthog.shutdown();
  const closed = await provider.resolveBooleanEvaluation("on", true, USER);
  assertEquals([closed.value, closed.errorCode], [true, "GENERAL"]);
});

Deno.test("a context becomes distinct id, groups and properties (EDGE-390)", async () => {
  const { posthog, emulator } = createTestClientBy(
    (apiKey, options) =>
      createClient(apiKey, { ...options, use: [featureFlags()] }),
    { flags: DEFINITIONS },
  );
  const provider = new PostHogProvider(posthog);
  const context = {
    targetingKey: "user-1",
    plan: "pro",
    since: new Date("2026-08-01T12:00:00Z"),
    nested: { at: new Date(0), list: [1, null] },
    groups: { company: "acme" },
    groupProperties: { company: { size: 40 } },
  };
  const { value } = await provider.resolveBooleanEvaluation(
    "company",
    false,
    context,
  );
  assertEquals(value, true);
  const [{ body } = {}] = emulator.requests;
  const sent = body as Record<string, unknown>;
  assertEquals(sent["distinct_id"], "user-1");
  assertEquals(sent["groups"], { company: "acme" });
  assertEquals(sent["group_properties"], {
    company: { size: 40, $group_key: "acme" },
  });
  assertEquals(sent["person_properties"], {
    plan: "pro",
    since: "2026-08-01T12:00:00.000Z",
    nested: { at: "1970-01-01T00:00:00.000Z", list: [1, null] },
  });
  assertEquals(sent["flag_keys_to_evaluate"], ["company"]);
});

Deno.test("without targetingKey it is defaultDistinctId, else the default value (EDGE-390)", async () => {
  const { posthog, emulator } = createTestClient({ flags: DEFINITIONS });
  const provider = new PostHogProvider(posthog);
  for (const context of [{}, { targetingKey: " " }, { plan: "pro" }]) {
    assertEquals(
      await provider.resolveBooleanEvaluation("on", false, context),
      {
        value: false,
        reason: "ERROR",
        errorCode: "TARGETING_KEY_MISSING",
        errorMessage: "The context has no targetingKey",
      },
    );
  }
  assertEquals(emulator.requests, []);
  const named = new PostHogProvider(posthog, { defaultDistinctId: "nobody" });
  const { value } = await named.resolveBooleanEvaluation("pro", false, {
    plan: "pro",
  });
  await posthog.flush();
  assertEquals(value, true);
  assertEquals(emulator.events.map(({ distinctId }) => distinctId), ["nobody"]);
});

Deno.test("each evaluation is an exposure, once, unless it is switched off", async () => {
  const { posthog, emulator } = createTestClient({ flags: DEFINITIONS });
  const silent = new PostHogProvider(posthog, { sendFeatureFlagEvents: false });
  await silent.resolveBooleanEvaluation("on", false, USER);
  await posthog.flush();
  assertEquals(emulator.events, []);
  const provider = new PostHogProvider(posthog);
  await provider.resolveBooleanEvaluation("on", false, USER);
  await provider.resolveBooleanEvaluation("on", false, USER);
  await posthog.flush();
  assertEquals(
    emulator.events.map(({ event, properties }) => [
      event,
      properties["$feature_flag"],
    ]),
    [["$feature_flag_called", "on"]],
  );
});

/** Contexts and clients that no type lets through. */
const HOSTILE: readonly (readonly [name: string, context: unknown])[] = [
  ["no context", undefined],
  ["null", null],
  ["a text", "user-1"],
  ["a throwing getter", {
    get targetingKey(): string {
      throw new Error("no");
    },
  }],
  ["a throwing property", {
    targetingKey: "user-1",
    get plan(): string {
      throw new Error("no");
    },
  }],
  ["odd groups", { targetingKey: "user-1", groups: 7, groupProperties: [] }],
  ["a number as key", { targetingKey: 7 }],
];

Deno.test("a resolution never rejects (EDGE-393)", async (t) => {
  for (const [name, context] of HOSTILE) {
    await t.step(name, async () => {
      const { posthog } = createTestClient({ flags: DEFINITIONS });
      const provider = new PostHogProvider(posthog);
      const { value } = await provider.resolveBooleanEvaluation(
        "off",
        false,
        context as EvaluationContextLike,
      );
      assertEquals(value, false);
      provider.track("used", context as EvaluationContextLike);
    });
  }
  for (const client of [undefined, null, {}, 7]) {
    await t.step(`${client} for a client`, async () => {
      const provider = new PostHogProvider(client as never);
      const details = await provider.resolveStringEvaluation("a", "x", USER);
      assertEquals([details.value, details.errorCode], ["x", "GENERAL"]);
      provider.track("used", USER);
    });
  }
});

Deno.test("tracking captures an event of the person and the groups", async () => {
  const { posthog, emulator } = createTestClient();
  const provider = new PostHogProvider(posthog, {
    defaultDistinctId: "nobody",
  });
  provider.track("order placed", {
    targetingKey: "user-1",
    plan: "pro",
    groups: { company: "acme" },
  }, { value: 12, currency: "EUR", at: new Date(0) });
  provider.track("seen", {});
  await posthog.flush();
  const [placed, seen] = emulator.events;
  assertEquals([placed?.event, placed?.distinctId], ["order placed", "user-1"]);
  const { value, currency, at, plan, $groups } = placed?.properties ?? {};
  assertEquals(
    { value, currency, at, plan, $groups },
    {
      value: 12,
      currency: "EUR",
      at: "1970-01-01T00:00:00.000Z",
      plan: undefined,
      $groups: { company: "acme" },
    },
  );
  assertEquals([seen?.event, seen?.distinctId], ["seen", "nobody"]);
});
