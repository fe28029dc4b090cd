import type { FeatureflipClient } from "edgehog/featureflip";
import vectors from "../vectors/featureflip-vectors.json" with { type: "json" };
import { assert, assertEquals } from "./_assert.ts";
import type { ContractLibrary, ContractRunner } from "./_runner.ts";
import { withStreams } from "./_streams.ts";

let keys = 0;

/** Featureflip's client: the vectors of its engine, and what it asks of a runtime. */
export function featureflip(t: ContractRunner, lib: ContractLibrary): void {
  const open = (
    flags: Parameters<typeof lib.dev.createFeatureflipEmulator>[0],
    options: object = {},
  ) => {
    const emulator = lib.dev.createFeatureflipEmulator(flags);
    const client = lib.featureflip.FeatureflipClient.get({
      sdkKey: `sdk-contract-${++keys}`,
      fetch: emulator.fetch,
      longLived: false,
      ...options,
    });
    return { emulator, client };
  };
  judgeVectors(t, async (flags, segments) => {
    const { client } = open({
      flags: flags as never,
      segments: segments as never,
    });
    await client.waitForInitialization();
    return client;
  });

  t.test("Featureflip: reads, records and sends, and is inert once closed", async () => {
    const { emulator, client } = open({
      flags: { on: true, tier: "pro", limit: 5, theme: { a: 1 } },
    });
    await client.waitForInitialization();
    const person = { "user_id": "ü-🦔" };
    assertEquals(client.boolVariation("on", person, false), true);
    assertEquals(client.stringVariation("tier", person, "free"), "pro");
    assertEquals(client.numberVariation("limit", person, 0), 5);
    assertEquals(client.jsonVariation("theme", person, {}), { a: 1 });
    assertEquals(
      client.stringVariation("on", person, "d"),
      "d",
      "of another type",
    );
    client.track("paid", person, { total: 1 });
    client.identify({ ...person, plan: "pro" });
    assertEquals(await client.flush(), {
      delivered: 7,
      dropped: 0,
      retained: 0,
    });
    assertEquals(emulator.events.at(-1)?.["metadata"], { plan: "pro" });
    await client.close();
    assertEquals(client.variationDetail("on", person, false), {
      value: false,
      reason: "Error",
    });
    assertEquals(
      emulator.requests.map(({ method, path }) => `${method} ${path}`),
      ["GET /v1/sdk/flags", "POST /v1/sdk/events"],
    );
  });

  t.test("Featureflip: an access loads what is due, under the request's waitUntil", async () => {
    let now = 1_000_000;
    const { emulator, client } = open({ flags: { on: false } }, {
      now: () => now,
    });
    await client.waitForInitialization();
    emulator.setFlag("on", true);
    now += 30_000;
    const pending: Promise<unknown>[] = [];
    const ctx = {
      waitUntil: (promise: Promise<unknown>) => void pending.push(promise),
    };
    const flags = client.forRequest(ctx);
    assertEquals(
      flags.boolVariation("on", {}, false),
      false,
      "the stale answer",
    );
    assertEquals(pending.length, 1);
    await Promise.all(pending);
    assertEquals(flags.boolVariation("on", {}, false), true);
    assertEquals(emulator.openStreams, 0);
    await client.close();
  });

  const streams = withStreams(t);
  streams.test("Featureflip: a stream brings changes, and ends with the client", async () => {
    const { emulator, client } = open({ flags: { on: false } }, {
      longLived: true,
    });
    await client.waitForInitialization();
    const heard = new Promise<string[]>((resolve) =>
      client.on("update", resolve)
    );
    // The stream's first frame is a whole snapshot: whether it was open before the change is no matter.
    emulator.setFlag("on", true);
    assertEquals(await heard, ["on"]);
    assertEquals(client.boolVariation("on", {}, false), true);
    assertEquals(emulator.openStreams, 1);
    await client.close();
    assertEquals(emulator.openStreams, 0);
  });

  t.test("Featureflip: a server that is down is an error at start, and a default meanwhile", async () => {
    let now = 1_000_000;
    const warnings: string[] = [];
    const { emulator, client } = open({ flags: { on: true } }, {
      now: () => now,
      logger: { warn: (line: string) => void warnings.push(line) },
    });
    emulator.failNext({ drop: "connection" });
    const error = await client.waitForInitialization().catch((error: unknown) =>
      error
    );
    assert(
      error instanceof lib.featureflip.InitializationError,
      "an InitializationError",
    );
    assertEquals([client.boolVariation("on", {}, false), warnings.length], [
      false,
      1,
    ]);
    now += 30_000;
    await client.waitForInitialization();
    assertEquals(client.boolVariation("on", {}, false), true);
    await client.close();
  });

  t.test("Featureflip: a client for tests needs neither key nor network", () => {
    const client = lib.featureflip.FeatureflipClient.forTesting({ on: true });
    assertEquals([
      client.boolVariation("on", {}, false),
      client.boolVariation("off", {}, false),
    ], [true, false]);
  });
}

/** All vectors, through a client that has loaded them. */
function judgeVectors(
  t: ContractRunner,
  load: (
    flags: readonly object[],
    segments: readonly object[],
  ) => Promise<FeatureflipClient>,
): void {
  const { bucketVectors, rolloutVectors, conditionVectors, flagVectors } =
    vectors;
  const flag = (more: object) => ({
    key: "f",
    type: "String",
    enabled: true,
    variations: [{ key: "on", value: "on" }, { key: "off", value: "off" }],
    fallthrough: { type: "Fixed", variation: "off" },
    ...more,
  });
  /** A flag that serves shares, each by its own name. */
  const share = (
    salt: string,
    bucketBy: string,
    variations: readonly { readonly key: string }[],
  ) =>
    flag({
      variations: variations.map(({ key }) => ({ key, value: key })),
      fallthrough: { type: "Rollout", bucketBy, salt, variations },
    });

  t.test("Featureflip: every section of the vectors has entries", () => {
    for (
      const section of [
        bucketVectors,
        rolloutVectors,
        conditionVectors,
        flagVectors,
      ]
    ) {
      assert(section.length > 0, "an empty section");
    }
  });
  for (const { id, salt, value, expectedBucket } of bucketVectors) {
    t.test(`Featureflip: ${id}`, async () => {
      const buckets = Array.from(
        { length: 100 },
        (_, at) => ({ key: String(at), weight: 1 }),
      );
      const client = await load([share(salt, "value", buckets)], []);
      assertEquals(
        client.stringVariation("f", { value }, ""),
        String(expectedBucket),
      );
    });
  }
  for (
    const { id, salt, value, variations, expectedVariation } of rolloutVectors
  ) {
    t.test(`Featureflip: ${id}`, async () => {
      const client = await load([share(salt, "userId", variations)], []);
      assertEquals(
        client.variationDetail("f", { userId: value }, "").variationKey,
        expectedVariation,
      );
    });
  }
  for (
    const { id, attribute, operator, values, negate, expectedMatch }
      of conditionVectors
  ) {
    t.test(`Featureflip: ${id}`, async () => {
      const conditions = [{ attribute: "attr", operator, values, negate }];
      const rule = {
        id: "r",
        conditionGroups: [{ operator: "And", conditions }],
        serve: { type: "Fixed", variation: "on" },
      };
      const client = await load([flag({ rules: [rule] })], []);
      assertEquals(
        client.stringVariation("f", { attr: attribute.value }, ""),
        expectedMatch ? "on" : "off",
      );
    });
  }
  for (
    const { id, flagKey, flags, segments, context, expected } of flagVectors
  ) {
    t.test(`Featureflip: ${id}`, async () => {
      const client = await load(flags, segments);
      const { kind, ...reason } = expected.reason;
      const detail = client.variationDetail<unknown>(flagKey, {
        userId: context.userId,
        ...context.attributes,
      }, "default");
      assertEquals(detail, {
        value: expected.value,
        reason: kind,
        variationKey: expected.variation,
        ...reason,
      });
    });
  }
}
