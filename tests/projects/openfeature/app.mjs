// What OpenFeature's own client makes of the provider and of the hook.
import assert from "node:assert/strict";
import {
  OpenFeature,
  ProviderEvents,
  ProviderStatus,
  TypedInMemoryProvider,
} from "@openfeature/server-sdk";
import { PostHog } from "edgehog";
import { createClient } from "edgehog/client";
import {
  exposureHook,
  flagProperties,
  PostHogProvider,
} from "edgehog/openfeature";
import { createTestClient, createTestClientBy } from "edgehog/testing";

const USER = { targetingKey: "user-1" };
const FLAGS = {
  "new-nav": true,
  pricing: { value: "annual", payload: { discount: 20 } },
};

const SILENT = { error() {}, warn() {}, info() {}, debug() {} };
OpenFeature.setLogger(SILENT);

/** Collects the names of the events of the provider at hand, from now on. */
function listen() {
  const told = [];
  for (const event of Object.values(ProviderEvents)) {
    OpenFeature.addHandler(event, () => void told.push(event));
  }
  return told;
}

async function lifeCycle() {
  const told = listen();
  const { posthog, emulator, clock } = createTestClient({
    flags: FLAGS,
    maxDefinitionAgeMs: 60_000,
  });
  const client = OpenFeature.getClient();
  told.length = 0;
  emulator.failNext({ status: 500, path: "/flags/definitions" });
  await assert.rejects(
    OpenFeature.setProviderAndWait(new PostHogProvider(posthog)),
    /definitions/,
  );
  assert.equal(client.providerStatus, ProviderStatus.ERROR);
  const remote = await client.getBooleanDetails("new-nav", false, USER);
  assert.deepEqual([remote.value, remote.flagMetadata.source], [
    true,
    "remote",
  ]);

  await clock.advance(300_000);
  const local = await client.getBooleanDetails("new-nav", false, USER);
  assert.deepEqual([local.value, local.flagMetadata.source], [true, "local"]);
  assert.equal(client.providerStatus, ProviderStatus.READY);

  await clock.advance(60_000);
  emulator.failNext({ status: 500, path: "/flags/definitions" });
  const stale = await client.getBooleanDetails("new-nav", false, USER);
  assert.deepEqual([stale.value, stale.reason], [true, "STALE"]);
  assert.equal(client.providerStatus, ProviderStatus.STALE);

  await clock.advance(300_000);
  assert.equal(await client.getBooleanValue("new-nav", false, USER), true);
  assert.equal(client.providerStatus, ProviderStatus.READY);
  await OpenFeature.close();
  assert.deepEqual(told, [
    ProviderEvents.Error,
    ProviderEvents.ConfigurationChanged,
    ProviderEvents.Ready,
    ProviderEvents.Stale,
    ProviderEvents.Ready,
  ]);
  // Closing sent what was queued, and the client is the application's still.
  assert.equal(emulator.events.length > 0, true);
  assert.equal(
    typeof posthog.capture({ ...{ distinctId: "u" }, event: "e" }),
    "string",
  );
  OpenFeature.clearHandlers();
}

async function values() {
  const { posthog, emulator } = createTestClient({ flags: FLAGS });
  await OpenFeature.setProviderAndWait(new PostHogProvider(posthog));
  const client = OpenFeature.getClient();
  assert.equal(client.providerStatus, ProviderStatus.READY);
  assert.equal(
    await client.getStringValue("pricing", "monthly", USER),
    "annual",
  );
  assert.deepEqual(await client.getObjectValue("pricing", {}, USER), {
    discount: 20,
  });
  const absent = await client.getNumberDetails("absent", 7, USER);
  assert.deepEqual([absent.value, absent.errorCode], [7, "FLAG_NOT_FOUND"]);
  const wrong = await client.getStringDetails("new-nav", "x", USER);
  assert.deepEqual([wrong.value, wrong.errorCode, wrong.reason], [
    "x",
    "TYPE_MISMATCH",
    "ERROR",
  ]);
  const nobody = await client.getBooleanDetails("new-nav", false);
  assert.equal(nobody.errorCode, "TARGETING_KEY_MISSING");

  client.track("order placed", USER, { value: 12 });
  const details = await client.getStringDetails("pricing", "monthly", USER);
  assert.deepEqual(flagProperties(details), { "$feature/pricing": "annual" });
  await OpenFeature.clearProviders();
  await posthog.flush();
  const placed = emulator.events.find(({ event }) => event === "order placed");
  assert.deepEqual([placed.distinctId, placed.properties.value], [
    "user-1",
    12,
  ]);
}

async function withoutKey() {
  const posthog = new PostHog("", { logger: SILENT });
  await assert.rejects(
    OpenFeature.setProviderAndWait(new PostHogProvider(posthog)),
    /project token/,
  );
  const client = OpenFeature.getClient();
  assert.equal(client.providerStatus, ProviderStatus.FATAL);
  const details = await client.getBooleanDetails("new-nav", true, USER);
  assert.deepEqual([details.value, details.errorCode], [
    true,
    "PROVIDER_FATAL",
  ]);
  await OpenFeature.clearProviders();
}

async function anotherVendor() {
  const { posthog, emulator } = createTestClientBy(createClient, {});
  OpenFeature.addHooks(exposureHook(posthog));
  await OpenFeature.setProviderAndWait(
    new TypedInMemoryProvider({
      nav: {
        variants: { on: true, off: false },
        defaultVariant: "on",
        disabled: false,
      },
      price: {
        variants: { low: 5, high: 9 },
        defaultVariant: "low",
        disabled: false,
        contextEvaluator: ({ plan }) => plan === "pro" ? "high" : "low",
      },
      gone: { variants: { on: true }, defaultVariant: "on", disabled: true },
    }),
  );
  const client = OpenFeature.getClient();
  for (let time = 0; time < 3; time++) {
    assert.equal(await client.getBooleanValue("nav", false, USER), true);
    assert.equal(await client.getNumberValue("price", 0, USER), 5);
    assert.equal(
      await client.getNumberValue("price", 0, { ...USER, plan: "pro" }),
      9,
    );
    assert.equal(
      await client.getBooleanValue("nav", false, { targetingKey: "user-2" }),
      true,
    );
    await client.getStringValue("nav", "x", USER); // another type: an error
    await client.getBooleanValue("absent", false, USER); // no such flag
    await client.getBooleanValue("nav", false); // nobody
  }
  // What PostHog's own provider decides it captures itself, once.
  const other = createTestClient({ flags: FLAGS });
  await OpenFeature.setProviderAndWait(
    "own",
    new PostHogProvider(other.posthog),
  );
  await OpenFeature.getClient("own").getBooleanValue("new-nav", false, USER);
  await other.posthog.flush();
  assert.equal(other.emulator.events.length, 1);

  await posthog.flush();
  assert.deepEqual(
    emulator.events.map(({ event, distinctId, properties }) => [
      event,
      distinctId,
      properties.$feature_flag,
      properties.$feature_flag_response,
      properties.$feature_flag_provider,
    ]),
    [
      ["$feature_flag_called", "user-1", "nav", "on", "in-memory"],
      ["$feature_flag_called", "user-1", "price", "low", "in-memory"],
      ["$feature_flag_called", "user-1", "price", "high", "in-memory"],
      ["$feature_flag_called", "user-2", "nav", "on", "in-memory"],
    ],
  );
}

await lifeCycle();
await values();
await withoutKey();
await anotherVendor();
