import { assert, assertEquals, assertRejects } from "@std/assert";
import { createClient } from "edgehog/client";
import { featureFlags } from "edgehog/feature-flags";
import { PostHogProvider } from "edgehog/openfeature";
import { createTestClient, type TestClientOptions } from "edgehog/testing";
import { DEFINITIONS } from "./_flags.ts";

const USER = { targetingKey: "user-1" };

/** A provider with the events that it tells, in order. */
function listen(options: TestClientOptions = {}) {
  const kit = createTestClient({ flags: DEFINITIONS, ...options });
  const provider = new PostHogProvider(kit.posthog);
  const told: string[] = [];
  for (
    const event of [
      "PROVIDER_READY",
      "PROVIDER_STALE",
      "PROVIDER_ERROR",
      "PROVIDER_CONFIGURATION_CHANGED",
    ]
  ) {
    provider.events.addHandler(event, () => told.push(event));
  }
  const evaluate = async () => {
    const details = await provider.resolveBooleanEvaluation("on", false, USER);
    return [details.value, details.reason, details.flagMetadata?.["source"]];
  };
  return { ...kit, provider, told, evaluate };
}

Deno.test("it runs on servers, under the name PostHog (EDGE-393)", () => {
  const { provider, emulator } = listen();
  assertEquals(provider.runsOn, "server");
  assertEquals(provider.metadata.name, "PostHog");
  assertEquals(emulator.requests, []);
});

Deno.test("initialize loads the definitions once (EDGE-393)", async () => {
  const { provider, emulator, told, evaluate } = listen();
  await provider.initialize();
  assertEquals(await evaluate(), [true, "TARGETING_MATCH", "local"]);
  assertEquals(emulator.requests.map(({ path }) => path), [
    "/flags/definitions",
  ]);
  assertEquals(told, ["PROVIDER_CONFIGURATION_CHANGED"]);
});

/** Clients that have nothing to load, or have loaded nothing but an empty list. */
const READY: readonly (readonly [string, TestClientOptions])[] = [
  ["local evaluation is off", { enableLocalEvaluation: false }],
  ["there is no key", { personalApiKey: undefined }],
  ["the project has no flags", { flags: {} }],
  ["the client is disabled", { disabled: true }],
];

for (const [name, options] of READY) {
  Deno.test(`initialize resolves where ${name} (EDGE-393)`, async () => {
    const { provider, emulator } = listen(options);
    await provider.initialize();
    const paths = emulator.requests.map(({ path }) => path);
    assertEquals(paths, options.flags ? ["/flags/definitions"] : []);
  });
}

Deno.test("a failed load is ERROR, evaluating by PostHog; READY once definitions are there (EDGE-393)", async () => {
  const { provider, emulator, clock, told, evaluate } = listen();
  emulator.failNext({ status: 500, path: "/flags/definitions" });
  await assertRejects(() => provider.initialize(), Error, "definitions");
  assertEquals(await evaluate(), [true, "TARGETING_MATCH", "remote"]);
  assertEquals(told, []);
  await clock.advance(300_000);
  assertEquals(await evaluate(), [true, "TARGETING_MATCH", "local"]);
  assertEquals(told, ["PROVIDER_CONFIGURATION_CHANGED", "PROVIDER_READY"]);
});

Deno.test("a document alone makes it READY, after ERROR as after STALE (EDGE-393)", async () => {
  const { provider, posthog, emulator, clock, told, evaluate } = listen({
    maxDefinitionAgeMs: 60_000,
  });
  emulator.failNext({ status: 500, path: "/flags/definitions" });
  await assertRejects(() => provider.initialize());
  await posthog.reloadFeatureFlags();
  assertEquals(told, ["PROVIDER_CONFIGURATION_CHANGED", "PROVIDER_READY"]);
  await clock.advance(60_000);
  emulator.failNext({ status: 500, path: "/flags/definitions" });
  await evaluate();
  told.length = 0;
  emulator.setFlags({ flags: [] });
  await posthog.reloadFeatureFlags();
  assertEquals(told, ["PROVIDER_CONFIGURATION_CHANGED", "PROVIDER_READY"]);
});

Deno.test("a load that hangs is given up within featureFlagsRequestTimeoutMs (EDGE-393)", async () => {
  const { provider, clock } = listen({
    featureFlagsRequestTimeoutMs: 500,
    fetch: (_input, init) =>
      new Promise((_, reject) =>
        init?.signal?.addEventListener("abort", () => reject(new Error("no")))
      ),
  });
  let end: unknown;
  provider.initialize().catch((error) => end = error);
  await clock.advance(499);
  assertEquals(end, undefined);
  await clock.advance(1);
  assertEquals(end instanceof Error, true);
});

Deno.test("what is no client with flags, or has no key or host, is FATAL (EDGE-393)", async () => {
  const use = [featureFlags()];
  const silence = () => {};
  const logger = {
    debug: silence,
    info: silence,
    warn: silence,
    error: silence,
  };
  for (
    const client of [
      undefined,
      {},
      createClient("phx_secret", { use, logger }),
      createClient("phc_x", { use, logger, host: "ftp://x" }),
    ]
  ) {
    const provider = new PostHogProvider(client as never);
    const error = await assertRejects(() => provider.initialize(), Error);
    assertEquals(Object(error).code, "PROVIDER_FATAL");
    assert(/'posthog'/.test(error.message) && !/secret/.test(error.message));
  }
});

Deno.test("each document that is installed is told of, and a 304 is not (EDGE-393, FLD-051)", async () => {
  const { provider, posthog, emulator, told } = listen();
  await provider.initialize();
  await posthog.reloadFeatureFlags();
  assertEquals(told.length, 1);
  emulator.setFlags({ flags: [] });
  await posthog.reloadFeatureFlags();
  assertEquals(told, [
    "PROVIDER_CONFIGURATION_CHANGED",
    "PROVIDER_CONFIGURATION_CHANGED",
  ]);
});

Deno.test("past maxDefinitionAgeMs the first evaluation is STALE, and READY follows a 304 (EDGE-392, EDGE-393)", async () => {
  const { provider, emulator, clock, told, evaluate } = listen({
    maxDefinitionAgeMs: 60_000,
  });
  await provider.initialize();
  told.length = 0;
  await clock.advance(60_000);
  assertEquals(told, []);
  emulator.failNext({ status: 500, path: "/flags/definitions" });
  assertEquals(await evaluate(), [true, "STALE", "local"]);
  assertEquals(await evaluate(), [true, "STALE", "local"]);
  assertEquals(told, ["PROVIDER_STALE"]);
  await clock.advance(300_000);
  assertEquals(await evaluate(), [true, "TARGETING_MATCH", "local"]);
  assertEquals(told, ["PROVIDER_STALE", "PROVIDER_READY"]);
});

Deno.test("onClose flushes, ends the events and leaves the client open (EDGE-393)", async () => {
  const { provider, posthog, emulator, told, evaluate } = listen();
  await provider.initialize();
  await evaluate();
  await provider.onClose();
  assertEquals(emulator.events.length, 1);
  emulator.setFlags({ flags: [] });
  await posthog.reloadFeatureFlags();
  assertEquals(told.length, 1);
  posthog.capture({ distinctId: "user-1", event: "after" });
  await posthog.flush();
  assertEquals(emulator.events.at(-1)?.event, "after");
});

Deno.test("a provider that was closed can be set again (EDGE-393)", async () => {
  const { provider, posthog, emulator, told } = listen();
  emulator.failNext({ status: 500, path: "/flags/definitions" });
  await assertRejects(() => provider.initialize());
  await provider.onClose();
  await posthog.reloadFeatureFlags();
  assertEquals(told, []);
  await provider.initialize();
  emulator.setFlags({ flags: [] });
  await posthog.reloadFeatureFlags();
  assertEquals(told, ["PROVIDER_CONFIGURATION_CHANGED"]);
});

Deno.test("a handler that throws or rejects holds nobody up, and can be taken back", async () => {
  const { provider, told, logs } = listen();
  const { events } = provider;
  const fail = () => {
    throw new Error("no");
  };
  const reject = () => Promise.reject(new Error("no"));
  const late = () => told.push("late");
  for (const handler of [fail, reject, late, late]) {
    events.addHandler("PROVIDER_READY", handler);
  }
  events.removeHandler("PROVIDER_READY", late);
  events.removeHandler("PROVIDER_READY", () => {});
  assertEquals(events.getHandlers("PROVIDER_READY").length, 4);
  events.emit("PROVIDER_READY");
  await Promise.resolve();
  assertEquals(told, ["PROVIDER_READY", "late"]);
  assertEquals(logs.map(({ level }) => level), ["warn"]);
  events.removeAllHandlers("PROVIDER_READY");
  events.emit("PROVIDER_READY");
  assertEquals(events.getHandlers("PROVIDER_READY"), []);
  assertEquals(events.getHandlers("PROVIDER_STALE").length, 1);
  events.removeAllHandlers();
  assertEquals(events.getHandlers("PROVIDER_STALE"), []);
  assertEquals(events.setLogger(console), events);
});
