import { assert, assertEquals } from "@std/assert";
import * as featureflip from "../../../src/featureflip/mod.ts";
import {
  build,
  createWorld,
  flag,
  loadWorld,
  never,
  nextKey,
  status,
  streamWorld,
  valueFlag,
} from "./_world.ts";

const { FeatureflipClient } = featureflip;

Deno.test("create() gives a client whose flags are there (FFL-189)", async () => {
  const { options } = createWorld();
  const client = await FeatureflipClient.create({
    ...options,
    sdkKey: nextKey(),
  });
  assertEquals([client.initialized, client.boolVariation("f", {}, false)], [
    true,
    true,
  ]);
});

Deno.test("create() rejects by what went wrong, and leaves nothing behind (FFL-190, FFL-191)", async () => {
  const cause = new TypeError("refused");
  const rows: [
    (signal: AbortSignal) => Response | Promise<Response>,
    number | undefined,
    boolean,
  ][] = [
    [() => status(500), 500, false],
    [() => Promise.reject(cause), undefined, true],
    [() => Response.json({}), undefined, false],
    [(signal) => never(signal), undefined, false],
  ];
  for (const [answer, code, hasCause] of rows) {
    const world = createWorld();
    await world.client.close();
    world.answer = ({ init }) => answer(init.signal);
    const created = FeatureflipClient.create(world.options).catch((error) =>
      error
    );
    await world.clock.advance(10_000);
    const error = await created;
    assert(error instanceof featureflip.InitializationError);
    assertEquals([error.status, error.cause !== undefined], [code, hasCause]);
    assertEquals("status" in error, code !== undefined);
    assertEquals(
      FeatureflipClient.debugRefCount(world.options.sdkKey ?? ""),
      0,
    );
    assertEquals(world.warnings.length, 1);
  }
});

Deno.test("a client that could not start recovers (FFL-192)", async () => {
  for (const longLived of [true, false]) {
    const world = createWorld(undefined, { longLived });
    world.answer = () => status(500);
    assertEquals(
      await world.client.waitForInitialization().catch(({ name }) => name),
      "InitializationError",
    );
    assertEquals(world.client.initialized, false);
    world.answer = () => undefined;
    await world.clock.advance(30_000);
    const waited = world.client.waitForInitialization();
    await world.clock.settle();
    world.streams.at(-1)?.sync();
    await waited;
    assertEquals([
      world.client.initialized,
      world.client.boolVariation("f", {}, false),
    ], [true, true]);
    await world.client.close();
  }
});

Deno.test("where the process lives all wait for one load (FFL-193)", async () => {
  const world = createWorld(undefined, { longLived: true, streaming: false });
  await Promise.all([1, 2, 3].map(() => world.client.waitForInitialization()));
  assertEquals(world.calls.length, 1);
});

Deno.test("initialized is true from the first snapshot on, through outages (FFL-194)", async () => {
  const world = createWorld();
  assertEquals(world.client.initialized, false);
  world.client.boolVariation("f", {}, false);
  await world.clock.settle();
  assertEquals(world.client.initialized, true);
  world.answer = () => status(500);
  await world.clock.advance(60_000);
  world.client.boolVariation("f", {}, false);
  await world.clock.settle();
  assertEquals(world.client.initialized, true);
});

Deno.test("clients of one key share a core, of others nothing (FFL-195, FFL-196, FFL-198, FFL-199, FFL-200)", async () => {
  FeatureflipClient.resetForTesting();
  const world = createWorld();
  const { sdkKey = "" } = world.options as { sdkKey: string };
  const second = FeatureflipClient.get(world.options);
  assert(second !== world.client);
  assertEquals([
    FeatureflipClient.debugRefCount(sdkKey),
    FeatureflipClient.debugLiveCoreCount(),
  ], [2, 1]);
  world.client.boolVariation("f", {}, false);
  await second.refresh();
  await world.clock.settle();
  assertEquals([world.calls.length, second.initialized], [1, true]);
  const other = createWorld();
  assertEquals([
    FeatureflipClient.debugLiveCoreCount(),
    other.client.initialized,
  ], [2, false]);
  const closing = world.client.close();
  await Promise.all([closing, world.client.close()]);
  assertEquals(FeatureflipClient.debugRefCount(sdkKey), 1);
  assertEquals([
    world.client.boolVariation("f", {}, false),
    second.boolVariation("f", {}, false),
  ], [false, true]);
  await second.close();
  assertEquals([
    FeatureflipClient.debugRefCount(sdkKey),
    FeatureflipClient.debugLiveCoreCount(),
  ], [0, 1]);
  const fresh = FeatureflipClient.get(world.options);
  assertEquals(fresh.initialized, false);
  await fresh.waitForInitialization();
  assertEquals(world.to("flags").length, 2);
  FeatureflipClient.resetForTesting();
  assertEquals(fresh.initialized, false);
});

Deno.test("of options that differ the first count, and that is told (FFL-197)", async () => {
  const world = createWorld(undefined, { flushBatchSize: 2 });
  const { options, warnings } = world;
  FeatureflipClient.get({
    ...options,
    fetch: () => Promise.reject(),
    logger: { warn() {} },
    inspectors: [],
    env: {},
    now: () => 0,
  });
  assertEquals(warnings.length, 0);
  const rows = [
    { baseUrl: "https://x" },
    { connectTimeout: 1 },
    { readTimeout: 1 },
    { streaming: false },
    { pollInterval: 1 },
    { sendEvents: false },
    { flushInterval: 1 },
    { flushBatchSize: 1 },
    { initTimeout: 1 },
    { maxStreamRetries: 1 },
    { longLived: true },
  ];
  for (const row of rows) FeatureflipClient.get({ ...options, ...row });
  assertEquals(warnings.length, rows.length);
  await FeatureflipClient.get({ ...options, baseUrl: "https://x" })
    .waitForInitialization();
  assertEquals(world.calls[0]?.url, "https://eval.featureflip.io/v1/sdk/flags");
});

Deno.test("a closed client is inert, member by member (FFL-201)", async () => {
  let inspected = 0;
  const world = await loadWorld(undefined, {
    inspectors: [() => void inspected++],
  });
  const { client } = world;
  const other = FeatureflipClient.get(world.options);
  await client.close();
  const before = world.calls.length;
  await world.clock.advance(60_000);
  assertEquals(client.boolVariation("f", {}, false), false);
  assertEquals(client.stringVariation("f", {}, "d"), "d");
  assertEquals(client.numberVariation("f", {}, 5), 5);
  assertEquals(client.jsonVariation("f", {}, "d"), "d");
  assertEquals(client.variationDetail("f", {}, "d"), {
    value: "d",
    reason: "Error",
  });
  assertEquals(client.initialized, false);
  client.track("a", {});
  client.identify({});
  client.off("update", () => {});
  client.on("update", () => inspected++)();
  await client.refresh();
  await client.restart();
  assertEquals(await client.flush(), { delivered: 0, dropped: 0, retained: 0 });
  const error = await client.waitForInitialization().catch((error) => error);
  assert(error instanceof featureflip.InitializationError);
  assertEquals([inspected, world.calls.length], [0, before]);
  assertEquals(other.boolVariation("f", {}, false), true);
});

Deno.test("after the last close nothing changes and nothing is asked but the last events (FFL-202, FFL-203)", async () => {
  const world = createWorld(undefined, { longLived: true });
  let answer = (_: Response) => {};
  world.answer = ({ path }) =>
    path === "flags" ? new Promise((resolve) => answer = resolve) : undefined;
  const waited = world.client.waitForInitialization().catch(({ name }) => name);
  world.client.track("a", {});
  await world.clock.settle();
  await world.client.close();
  assertEquals(await waited, "InitializationError");
  assertEquals(world.calls[0]?.init.signal.aborted, true);
  answer(Response.json(build()));
  await world.clock.advance(600_000);
  assertEquals(world.calls.map(({ path }) => path), ["flags", "events"]);
  assertEquals(world.clock.pending, 0);
});

Deno.test("restart() connects and loads at once, and keeps what there is (FFL-204)", async () => {
  const world = await streamWorld(build([valueFlag("f", 1)]));
  const updates: string[][] = [];
  world.client.on("update", (keys) => void updates.push(keys));
  world.client.track("a", {});
  const [stream] = world.streams;
  world.snapshot = build([valueFlag("f", 2)]);
  const restarted = world.client.restart();
  assertEquals([
    world.client.numberVariation("f", {}, 0),
    world.client.initialized,
  ], [1, true]);
  await restarted;
  await world.clock.settle();
  assertEquals([
    stream?.isCancelled(),
    world.streams.length,
    world.to("flags").length,
  ], [true, 2, 2]);
  assertEquals([world.client.numberVariation("f", {}, 0), updates], [2, [[
    "f",
  ]]]);
  await world.client.flush();
  assertEquals(world.events.length, 3);
  assertEquals(FeatureflipClient.debugRefCount(world.options.sdkKey ?? ""), 1);
  await world.client.close();
  assertEquals(world.clock.pending, 0);
});

Deno.test("restart() forgets waits, fallback and what failed (FFL-205)", async () => {
  const world = createWorld(undefined, {
    longLived: true,
    maxStreamRetries: 0,
  });
  world.answer = ({ path }) =>
    path === "stream" ? status(503, { "retry-after": "200" }) : undefined;
  await world.client.waitForInitialization();
  await world.clock.settle();
  assertEquals(world.to("flags").length, 2);
  world.answer = () => undefined;
  await world.client.restart();
  await world.clock.settle();
  assertEquals([world.streams.length, world.to("flags").length], [1, 3]);
  await world.clock.advance(60_000);
  assertEquals(world.to("flags").length, 3);
  await world.client.close();
  const polling = createWorld(undefined, { flushBatchSize: 1 });
  polling.answer = () => status(503, { "retry-after": "200" });
  await polling.client.waitForInitialization().catch(() => {});
  polling.client.track("a", {});
  await polling.clock.settle();
  polling.answer = () => undefined;
  await polling.client.restart();
  assertEquals(polling.client.initialized, true);
  polling.client.track("b", {});
  await polling.clock.settle();
  assertEquals(polling.to("events").length, 3);
});

Deno.test("who waits while a client restarts waits for its new load (FFL-204)", async () => {
  const world = createWorld(undefined, { longLived: true, streaming: false });
  world.answer = ({ init }) => never(init.signal);
  const waited = world.client.waitForInitialization();
  await world.clock.settle();
  world.answer = () => undefined;
  await world.client.restart();
  await waited;
  assertEquals(world.calls.length, 2);
});

Deno.test("restart() of a closed or a testing client does nothing (FFL-206)", async () => {
  const world = await loadWorld();
  await world.client.close();
  await world.client.restart();
  assertEquals(world.calls.length, 1);
  const { fetch } = globalThis;
  let asked = 0;
  globalThis.fetch = () => Promise.reject(asked++);
  try {
    await FeatureflipClient.forTesting({ f: true }).restart();
  } finally {
    globalThis.fetch = fetch;
  }
  assertEquals(asked, 0);
});

Deno.test("configure() makes the default client of the module's functions (FFL-207, FFL-208)", async () => {
  const world = createWorld(
    build([flag("f"), valueFlag("s", "x"), valueFlag("n", 7)]),
  );
  await world.client.close();
  const client = await featureflip.configure(world.options);
  assert(featureflip.defaultClient() === client);
  assertEquals(featureflip.boolVariation("f", {}, false), true);
  assertEquals(featureflip.stringVariation("s", {}, "d"), "x");
  assertEquals(featureflip.numberVariation("n", {}, 0), 7);
  assertEquals(featureflip.jsonVariation<unknown>("s", {}, 0), "x");
  assertEquals(
    featureflip.variationDetail("f", {}, false).reason,
    "Fallthrough",
  );
  featureflip.track("a", {});
  featureflip.identify({});
  assertEquals((await featureflip.flush()).delivered, 7);
  await featureflip.restart();
  assertEquals(world.to("flags").length, 2);
  const other = createWorld();
  await other.client.close();
  const second = await featureflip.configure(other.options);
  assertEquals(FeatureflipClient.debugRefCount(world.options.sdkKey ?? ""), 0);
  assertEquals([client.initialized, second.initialized], [false, true]);
  await featureflip.close();
  await featureflip.close();
  assertEquals(featureflip.defaultClient(), undefined);
  assertEquals(second.initialized, false);
});

Deno.test("configuring the same key again keeps its core (FFL-208)", async () => {
  const world = createWorld();
  await featureflip.configure(world.options);
  await world.client.close();
  await featureflip.configure(world.options);
  assertEquals([
    world.calls.length,
    FeatureflipClient.debugRefCount(world.options.sdkKey ?? ""),
  ], [1, 1]);
  await featureflip.close();
});

Deno.test("without a default client there are defaults, and one warning (FFL-209)", async () => {
  const { warn } = console;
  const lines: unknown[] = [];
  // deno-lint-ignore no-console -- where it goes without a client's logger
  console.warn = (line: unknown) => void lines.push(line);
  try {
    for (let time = 0; time < 2; time++) {
      assertEquals(featureflip.boolVariation("f", {}, true), true);
      assertEquals(featureflip.stringVariation("f", {}, "d"), "d");
      assertEquals(featureflip.numberVariation("f", {}, 5), 5);
      assertEquals(featureflip.jsonVariation("f", {}, [1]), [1]);
      assertEquals(featureflip.variationDetail("f", {}, 5), {
        value: 5,
        reason: "Error",
      });
      featureflip.track("a", {});
      featureflip.identify({});
      assertEquals(await featureflip.flush(), {
        delivered: 0,
        dropped: 0,
        retained: 0,
      });
      await featureflip.restart();
      await featureflip.close();
    }
  } finally {
    // deno-lint-ignore no-console -- as above
    console.warn = warn;
  }
  assertEquals(lines, [
    "[featureflip] No default client: call configure() first",
  ]);
});

Deno.test("a wrong option keeps the default client, a server that is down installs the new one (FFL-210)", async () => {
  const world = createWorld();
  const client = await featureflip.configure(world.options);
  const error = await featureflip.configure({
    ...world.options,
    pollInterval: -1,
  }).catch((error) => error);
  assert(error instanceof featureflip.ConfigurationError);
  assert(featureflip.defaultClient() === client);
  const down = createWorld();
  down.answer = () => status(500);
  const failed = await featureflip.configure(down.options).catch((error) =>
    error
  );
  assert(failed instanceof featureflip.InitializationError);
  assert(featureflip.defaultClient() !== client);
  down.answer = () => undefined;
  await down.clock.advance(30_000);
  featureflip.boolVariation("f", {}, false);
  await down.clock.settle();
  assertEquals(featureflip.boolVariation("f", {}, false), true);
  await featureflip.close();
});
