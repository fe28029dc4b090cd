// What the Ruby SDK's documentation shows, section by section, in this client's words.
import { assert, assertEquals } from "@std/assert";
import {
  boolVariation,
  close,
  configure,
  FeatureflipClient,
  restart,
} from "../../../src/featureflip/mod.ts";
import {
  build,
  condition,
  createWorld,
  fixed,
  rule,
  valueFlag,
} from "./_world.ts";

/** The options of a client whose server has the flags that the examples read. */
async function prepare() {
  const beta = rule([condition("email", "EndsWith", ["@example.com"])], {
    id: "beta",
    serve: fixed("v"),
  });
  const world = createWorld(build([
    valueFlag("my-feature", true),
    valueFlag("feature-key", true, { rules: [beta] }),
    valueFlag("pricing-tier", "pro"),
    valueFlag("rate-limit", 250),
    valueFlag("ui-config", { theme: "dark" }),
  ]));
  await world.client.close();
  return world;
}

Deno.test("Quick Start: create, read, close", async () => {
  const { options, to } = await prepare();
  const client = await FeatureflipClient.create(options);
  assertEquals(
    client.boolVariation("my-feature", { "user_id": "user-123" }, false),
    true,
  );
  await client.close();
  assertEquals([to("flags").length, to("events").length], [1, 1]);
});

Deno.test("Configuration: every option, in ms", async () => {
  const { options } = await prepare();
  const client = await FeatureflipClient.create({
    ...options,
    baseUrl: "https://eval.featureflip.io",
    streaming: true,
    pollInterval: 30_000,
    sendEvents: true,
    flushInterval: 30_000,
    flushBatchSize: 100,
    initTimeout: 10_000,
    connectTimeout: 5_000,
    readTimeout: 10_000,
    maxStreamRetries: 5,
  });
  assertEquals(client.initialized, true);
  await client.close();
});

Deno.test("Singleton Convenience API, and after a fork: configure, read, restart, close", async () => {
  const { options } = await prepare();
  await configure({
    ...options,
    baseUrl: "https://eval.featureflip.io",
    streaming: true,
  });
  assertEquals(boolVariation("my-feature", { "user_id": "123" }, false), true);
  await restart();
  assertEquals(boolVariation("my-feature", { "user_id": "123" }, false), true);
  await close();
});

Deno.test("Lifetime: clients of one key share what lies below", async () => {
  const { options, to } = await prepare();
  const client1 = await FeatureflipClient.create(options);
  const client2 = await FeatureflipClient.create(options);
  assertEquals(to("flags").length, 1);
  await client1.close();
  assertEquals(client2.boolVariation("my-feature", {}, false), true);
  await client2.close();
  assertEquals(client2.initialized, false);
});

Deno.test("Evaluation and Detailed Evaluation: each type, and why", async () => {
  const { options } = await prepare();
  const client = await FeatureflipClient.create(options);
  const context = { "user_id": "123", email: "user@example.com" };
  assertEquals(client.boolVariation("feature-key", context, false), true);
  assertEquals(client.stringVariation("pricing-tier", context, "free"), "pro");
  assertEquals(client.numberVariation("rate-limit", context, 100), 250);
  assertEquals(client.jsonVariation("ui-config", context, { theme: "light" }), {
    theme: "dark",
  });
  const detail = client.variationDetail("feature-key", context, false);
  assertEquals(detail, {
    value: true,
    reason: "RuleMatch",
    ruleId: "beta",
    variationKey: "v",
  });
  await client.close();
});

Deno.test("Event Tracking: track, identify, flush", async () => {
  const { options, events } = await prepare();
  const client = await FeatureflipClient.create(options);
  client.track("checkout-completed", { "user_id": "123" }, { total: 99.99 });
  client.identify({ "user_id": "123", email: "user@example.com", plan: "pro" });
  assertEquals(await client.flush(), { delivered: 2, dropped: 0, retained: 0 });
  assertEquals(
    events.map((
      { type, flagKey, userId, metadata },
    ) => [type, flagKey, userId, metadata]),
    [
      ["Custom", "checkout-completed", "123", { total: 99.99 }],
      ["Identify", "$identify", "123", {
        email: "user@example.com",
        plan: "pro",
      }],
    ],
  );
  await client.close();
});

Deno.test("Testing: fixed flags without a network", () => {
  const client = FeatureflipClient.forTesting({
    "my-feature": true,
    "pricing-tier": "pro",
  });
  assert(client.boolVariation("my-feature", {}, false));
  assertEquals(client.stringVariation("pricing-tier", {}, "free"), "pro");
  assertEquals(client.boolVariation("unknown", {}, false), false);
});
