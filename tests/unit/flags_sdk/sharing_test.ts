import { assertEquals } from "@std/assert";
import {
  cookies,
  createTestAdapter,
  decide,
  entities,
  mapPrice,
} from "./_adapter.ts";

Deno.test("bulkDecide() makes one evaluation with the keys asked for (EDGE-380)", async () => {
  const { adapter, posthog, countEvaluations } = createTestAdapter();
  const seen: unknown[] = [];
  const { evaluateFlags } = posthog;
  posthog.evaluateFlags = (...args: never[]) => {
    seen.push(args);
    return Reflect.apply(evaluateFlags, undefined, args);
  };
  const values = await adapter.isFeatureEnabled().bulkDecide({
    flags: [{ key: "on" }, { key: "off.old" }, { key: "off.new" }],
    entities: { ...entities, deviceId: "device-1", groups: { team: "a" } },
    headers: new Headers(),
    cookies,
  });
  assertEquals(values, { on: true, "off.old": false, "off.new": false });
  assertEquals(seen, [["user-1", {
    deviceId: "device-1",
    groups: { team: "a" },
    personProperties: undefined,
    groupProperties: undefined,
    flagKeys: ["on", "off", "off"],
  }]]);
  assertEquals(countEvaluations(), 1);
});

Deno.test("what one 'evaluate' asks of several kinds is one evaluation, and at most one '/flags' (EDGE-380)", async () => {
  const { adapter, countEvaluations, countRequests } = createTestAdapter(
    {},
    false,
  );
  const params = { entities, headers: new Headers(), cookies };
  const [enabled, value, price] = await Promise.all([
    adapter.isFeatureEnabled().bulkDecide({
      flags: [{ key: "on" }],
      ...params,
    }),
    adapter.featureFlagValue().bulkDecide({
      flags: [{ key: "pricing" }],
      ...params,
    }),
    mapPrice(adapter).bulkDecide({ flags: [{ key: "pricing" }], ...params }),
  ]);
  assertEquals([enabled, value, price], [
    { on: true },
    { pricing: "annual" },
    { pricing: 120 },
  ]);
  assertEquals([countEvaluations(), countRequests("/flags")], [1, 1]);
});

Deno.test("flags of one request and the same entities share a snapshot: 20 flags, one evaluation (EDGE-382)", async () => {
  const { adapter, countEvaluations } = createTestAdapter();
  const headers = new Headers();
  for (let n = 0; n < 10; n++) {
    // The same, and not the same object.
    const whom = { ...entities };
    assertEquals(
      await decide(adapter.isFeatureEnabled(), "on", whom, headers),
      true,
    );
    assertEquals(
      await decide(adapter.featureFlagValue(), "pricing", whom, headers),
      "annual",
    );
  }
  assertEquals(countEvaluations(), 1);
  const bulk = await adapter.featureFlagValue().bulkDecide({
    flags: [{ key: "off" }],
    entities,
    headers,
    cookies,
  });
  assertEquals([bulk, countEvaluations()], [{ off: false }, 1]);
});

Deno.test("PostHog is asked once for the flags of a request that definitions don't decide, and not for others (EDGE-382)", async () => {
  const { adapter, countRequests } = createTestAdapter();
  const headers = new Headers();
  const enabled = adapter.isFeatureEnabled();
  assertEquals(await decide(enabled, "on", entities, headers), true);
  assertEquals(countRequests("/flags"), 0);
  for (let n = 0; n < 10; n++) {
    assertEquals(await decide(enabled, "pro-only", entities, headers), false);
    assertEquals(await decide(enabled, "off", entities, headers), false);
  }
  assertEquals(countRequests("/flags"), 1);
});

Deno.test("a client without definitions asks PostHog once for a request (EDGE-382)", async () => {
  const { adapter, countRequests, logs } = createTestAdapter({}, false);
  const headers = new Headers();
  for (const key of ["on", "off", "pro-only", "nobody", "on"]) {
    await decide(adapter.isFeatureEnabled(), key, entities, headers);
  }
  assertEquals([countRequests("/flags"), logs], [1, []]);
});

Deno.test("other entities, another request and further flags are evaluated for themselves (EDGE-382)", async () => {
  const { adapter, countEvaluations } = createTestAdapter();
  const headers = new Headers();
  const enabled = adapter.isFeatureEnabled();
  const bulk = (...keys: string[]) =>
    enabled.bulkDecide({
      flags: keys.map((key) => ({ key })),
      entities,
      headers,
      cookies,
    });
  await bulk("on");
  assertEquals(countEvaluations(), 1);
  await bulk("on");
  assertEquals(countEvaluations(), 1);
  assertEquals(await bulk("on", "pricing"), { on: true, pricing: true });
  assertEquals(countEvaluations(), 2);
  // A single flag may be one of many to come.
  await decide(enabled, "off", entities, headers);
  assertEquals(countEvaluations(), 3);
  await decide(enabled, "off", { distinctId: "user-2" }, headers);
  assertEquals(countEvaluations(), 4);
  await decide(enabled, "off", entities, new Headers());
  assertEquals(countEvaluations(), 5);
});

Deno.test("entities that JSON can't take, and headers that are none, are evaluated each time (EDGE-382)", async () => {
  const { adapter, countEvaluations } = createTestAdapter();
  const whom = { ...entities, personProperties: { big: 1n } };
  const headers = new Headers();
  for (let n = 0; n < 2; n++) {
    await decide(adapter.isFeatureEnabled(), "on", whom, headers);
  }
  assertEquals(countEvaluations(), 2);
  for (let n = 0; n < 2; n++) {
    await decide(
      adapter.isFeatureEnabled(),
      "on",
      entities,
      null as unknown as Headers,
    );
  }
  assertEquals(countEvaluations(), 4);
});
