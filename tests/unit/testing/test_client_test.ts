import {
  assertEquals,
  assertMatch,
  assertNotEquals,
  assertThrows,
} from "@std/assert";
import { createTestClient } from "../../../src/testing/mod.ts";
import { errorTracking } from "../../../src/errors/mod.ts";
import { featureFlags } from "../../../src/flags/mod.ts";
import { localEvaluation } from "../../../src/local_evaluation/mod.ts";
import { CAPTURE_PATH, toSentPath } from "../../_kit/capture_paths.ts";

Deno.test("createTestClient() delivers to its emulator, at its clock's time", async () => {
  const { posthog, emulator, logs, errors } = createTestClient({
    startMs: 1_000_000,
  });
  posthog.capture({ distinctId: "user-1", event: "order placed" });
  assertEquals(await posthog.flush(), {
    delivered: 1,
    dropped: 0,
    retained: 0,
  });
  assertEquals(emulator.events.map(({ timestamp }) => timestamp), [
    new Date(1_000_000).toISOString(),
  ]);
  assertEquals([logs, errors], [[], []]);
});

Deno.test("createTestClient() gives the same uuids for the same seed", async () => {
  const capture = async (seed: number) => {
    const { posthog } = createTestClient({ seed });
    const uuid = posthog.capture({
      distinctId: "user-1",
      event: "order placed",
    });
    await posthog.shutdown();
    return uuid;
  };
  assertEquals(await capture(1), await capture(1));
  assertNotEquals(await capture(1), await capture(2));
});

Deno.test("createTestClient() evaluates simple flags locally", async () => {
  const { posthog, emulator } = createTestClient({
    flags: {
      on: true,
      off: false,
      arm: "annual",
      both: { value: "b", payload: { price: 12 } },
      rich: { value: true, payload: 0 },
      text: { value: true, payload: "12" },
    },
  });
  const flags = await posthog.evaluateFlags("user-1");
  const values = ["on", "off", "arm", "both", "rich", "missing"].map((key) =>
    flags.getFlag(key)
  );
  assertEquals(values, [true, false, "annual", "b", true, undefined]);
  assertEquals(
    ["both", "rich", "text", "on"].map((key) => flags.getFlagPayload(key)),
    [{ price: 12 }, 0, "12", undefined],
  );
  assertEquals(emulator.requests.map(({ path }) => path), [
    "/flags/definitions",
  ]);
});

Deno.test("createTestClient() takes a definitions document", async () => {
  const { posthog } = createTestClient({
    flags: {
      flags: [{
        key: "nobody",
        active: true,
        filters: { groups: [{ "rollout_percentage": 0 }] },
      }],
    },
  });
  const flags = await posthog.evaluateFlags("user-1");
  assertEquals([flags.getFlag("nobody")], [false]);
});

Deno.test("createTestClient() passes client options on, over its own", async () => {
  const { posthog, emulator, logs } = createTestClient({
    host: "https://eu.i.posthog.com",
    personalApiKey: undefined,
    flags: { on: true },
    beforeSend: (event) => ({ ...event, event: `app: ${event.event}` }),
  });
  posthog.capture({ distinctId: "user-1", event: "order placed" });
  await posthog.evaluateFlags("user-1");
  await posthog.flush();
  assertEquals(emulator.requests.map(({ url }) => url), [
    `https://eu.i.posthog.com${toSentPath()}`,
    "https://eu.i.posthog.com/flags/?v=4",
  ]);
  assertEquals(emulator.events.map(({ event }) => event), [
    "app: order placed",
  ]);
  assertEquals(logs, []);
});

Deno.test("a fake clock's advance() carries a client through an outage", async () => {
  const { posthog, emulator, clock, errors } = createTestClient();
  emulator.failNext({ path: CAPTURE_PATH, drop: "connection" });
  emulator.failNext({ path: CAPTURE_PATH, status: 503, retryAfter: 5 });
  posthog.capture({ distinctId: "user-1", event: "order placed" });
  const flushed = posthog.flush();
  await clock.advance(20_000);
  assertEquals(await flushed, { delivered: 1, dropped: 0, retained: 0 });
  const [first = 0, second = 0, third = 0] = emulator.requests.map((
    { receivedAt },
  ) => receivedAt);
  assertEquals(
    [second - first >= 1000, third - second >= 5000, clock.pending],
    [true, true, 0],
  );
  assertEquals(errors, []);
});

Deno.test("a fake clock's advance() refreshes definitions once they are stale", async () => {
  const { posthog, emulator, clock } = createTestClient({
    flags: { on: true },
  });
  await posthog.evaluateFlags("user-1");
  await clock.advance(60_000);
  await posthog.evaluateFlags("user-1");
  await clock.settle();
  const loads = emulator.requests.filter(({ path }) =>
    path === "/flags/definitions"
  );
  assertEquals(loads.map(({ status }) => status), [200, 304]);
});

Deno.test("createTestClient() keeps what the client logs and reports", async () => {
  const { posthog, emulator, logs, errors } = createTestClient();
  emulator.failNext({ status: 400 });
  posthog.capture({ distinctId: "user-1", event: "order placed" });
  await posthog.flush();
  assertEquals(errors.map(({ code }) => code), ["http"]);
  assertMatch(logs[0]?.message ?? "", /400/);
});

Deno.test("createTestClient() gives payloads by key, whatever the flag's value", async () => {
  const { posthog } = createTestClient({
    flags: { on: true, arm: "annual", own: { value: true, payload: 1 } },
    definitions: {
      flags: [{
        key: "split",
        active: true,
        filters: {
          groups: [{ rollout_percentage: 100, variant: "b" }],
          multivariate: {
            variants: [
              { key: "a", rollout_percentage: 50 },
              { key: "b", rollout_percentage: 50 },
            ],
          },
        },
      }],
    },
    payloads: { on: { n: 1 }, arm: [2], own: null, split: "three" },
  });
  const flags = await posthog.evaluateFlags("user-1");
  assertEquals(
    ["on", "arm", "own", "split"].map((key) => flags.getFlagPayload(key)),
    [{ n: 1 }, [2], null, "three"],
  );
  assertThrows(
    () => createTestClient({ flags: { on: true }, payloads: { no: 1 } }),
    TypeError,
    "Cannot give a payload to 'no': no flag of the test has this key",
  );
});

Deno.test("createTestClient() takes the flags of 'definitions' before those of 'flags', and both", async () => {
  const everybody = [{ rollout_percentage: 100 }];
  const definitions = {
    flags: [{ key: "a", active: true, filters: { groups: everybody } }],
  };
  for (
    const flags of [{ a: false, b: true }, {
      flags: [
        { key: "a", active: true, filters: { groups: [] } },
        { key: "b", active: true, filters: { groups: everybody } },
      ],
    }]
  ) {
    const { posthog } = createTestClient({ flags, definitions });
    const evaluated = await posthog.evaluateFlags("user-1");
    assertEquals([evaluated.getFlag("a"), evaluated.getFlag("b")], [
      true,
      true,
    ]);
  }
});

Deno.test("createTestClient() makes a client of the features in 'use', and tells each what it takes (EDGE-356)", async () => {
  const flags = { on: true };
  const bare = createTestClient({ use: [] });
  bare.posthog.capture({ distinctId: "user-1", event: "a" });
  assertEquals(bare.events.map(({ event }) => event), ["a"]);
  assertEquals("evaluateFlags" in bare.posthog, false);

  const remote = createTestClient({ flags, use: [featureFlags()] });
  const local = createTestClient({
    flags,
    use: [featureFlags({ local: localEvaluation() }), errorTracking()],
    featureFlagsPollingInterval: 1000,
  });
  for (const { posthog } of [remote, local]) {
    assertEquals((await posthog.evaluateFlags("u")).isEnabled("on"), true);
  }
  const asked = [remote, local].map(({ emulator }) =>
    emulator.requests[0]?.path
  );
  assertEquals(asked, ["/flags", "/flags/definitions"]);
  for (const { logs, errors } of [bare, remote, local]) {
    assertEquals([logs, errors], [[], []]);
  }
});

Deno.test("createTestClient() opens no connection, whatever the client does", async () => {
  const { fetch } = globalThis;
  let calls = 0;
  globalThis.fetch = () => {
    calls++;
    throw new Error("A test asked the network");
  };
  try {
    const { posthog, events } = createTestClient({ flags: { on: true } });
    (await posthog.evaluateFlags("user-1")).isEnabled("on");
    posthog.captureException(new Error("no"), "user-1");
    await posthog.getRemoteConfigPayload("on");
    await posthog.shutdown();
    assertEquals([calls, events.length], [0, 2]);
  } finally {
    globalThis.fetch = fetch;
  }
});
