import { assert, assertEquals } from "@std/assert";
import {
  build,
  createWorld,
  fixed,
  flag,
  loadWorld,
  never,
  status,
  valueFlag,
  type World,
} from "./_world.ts";

const NOW = "2026-01-01T00:00:00.000Z";

/** How many events each request carried. */
function sizes(world: World): number[] {
  return world.to("events").map(({ body }) =>
    (body as { events: unknown[] }).events.length
  );
}

function track(world: World, count: number, name = "a"): void {
  for (let at = 0; at < count; at++) world.client.track(`${name}${at}`, {});
}

Deno.test("events have the fields of the contract and no other (FFL-164, FFL-166, FFL-168, FFL-169, FFL-171)", async () => {
  const world = await loadWorld();
  const { client } = world;
  client.boolVariation("f", { user_id: "u", plan: "pro" }, false);
  client.stringVariation("f", { user_id: "u" }, "x");
  client.boolVariation("x", {}, false);
  await world.clock.advance(1);
  client.track("order-paid", { userId: "u" }, { total: 12.5 });
  client.track("order-paid", {}, {});
  client.track("order-paid", {});
  client.identify({ user_id: "u", userId: "w", plan: "pro" });
  client.identify({ user_id: "u" });
  await client.flush();
  const later = "2026-01-01T00:00:00.001Z";
  assertEquals(world.to("events").map(({ method, body }) => [method, body]), [[
    "POST",
    {
      events: [
        {
          type: "Evaluation",
          flagKey: "f",
          userId: "u",
          variation: "on",
          timestamp: NOW,
        },
        {
          type: "Evaluation",
          flagKey: "f",
          userId: "u",
          variation: "on",
          timestamp: NOW,
        },
        { type: "Evaluation", flagKey: "x", timestamp: NOW },
        {
          type: "Custom",
          flagKey: "order-paid",
          userId: "u",
          metadata: { total: 12.5 },
          timestamp: later,
        },
        { type: "Custom", flagKey: "order-paid", timestamp: later },
        { type: "Custom", flagKey: "order-paid", timestamp: later },
        {
          type: "Identify",
          flagKey: "$identify",
          userId: "u",
          metadata: { plan: "pro" },
          timestamp: later,
        },
        {
          type: "Identify",
          flagKey: "$identify",
          userId: "u",
          timestamp: later,
        },
      ],
    },
  ]]);
});

Deno.test("each read is an event, errors too, and a prerequisite none (FFL-165, FFL-167)", async () => {
  const prerequisites = [{
    prerequisiteFlagKey: "p",
    expectedVariationKey: "off",
  }];
  const throwing = {
    key: "t",
    type: "x",
    enabled: true,
    fallthrough: {
      type: "Rollout",
      bucketBy: "a",
      variations: [{ key: "on", weight: 100 }],
    },
  };
  const { client, events } = await loadWorld(
    build([
      flag("f", { prerequisites }),
      flag("p"),
      flag("g", { fallthrough: fixed("gone") }),
      throwing,
    ]),
  );
  client.boolVariation("f", {}, false);
  client.boolVariation("g", {}, false);
  client.boolVariation("t", {
    a: {
      toString() {
        throw new Error();
      },
    },
  }, false);
  await client.flush();
  assertEquals(events.map(({ timestamp: _, ...event }) => event), [
    {
      type: "Evaluation",
      flagKey: "f",
      variation: "off",
      prerequisiteKey: "p",
    },
    { type: "Evaluation", flagKey: "g", variation: "gone" },
    { type: "Evaluation", flagKey: "t" },
  ]);
});

Deno.test("an event's user is user_id, then userId, as a text (FFL-170)", async () => {
  const { client, events } = await loadWorld();
  const unreadable = {
    toString() {
      throw new Error();
    },
  };
  const contexts = [
    { user_id: "a", userId: "b" },
    { user_id: null, userId: "b" },
    { userId: 7 },
    { user_id: "" },
    {},
    { userId: unreadable },
    Object.create({ user_id: "inherited" }),
  ];
  for (const context of contexts) client.track("a", context);
  await client.flush();
  assertEquals(events.map((event) => event["userId"]), [
    "a",
    "b",
    "7",
    "",
    undefined,
    undefined,
    undefined,
  ]);
  assertEquals(events.map((event) => "userId" in event), [
    true,
    true,
    true,
    true,
    false,
    false,
    false,
  ]);
});

Deno.test("nothing is counted once for many (FFL-172)", async () => {
  const { client, events } = await loadWorld();
  for (let call = 0; call < 5; call++) {
    client.boolVariation("f", { user_id: "u" }, false);
  }
  await client.flush();
  assertEquals(events.length, 5);
});

Deno.test("what changes after the call does not change the event (FFL-173)", async () => {
  const { client, events } = await loadWorld();
  const metadata = { a: 1, deep: { b: 1 } };
  const context = { user_id: "u", plan: "free" };
  client.track("a", context, metadata);
  client.identify(context);
  Object.assign(metadata, { a: 2 });
  metadata.deep.b = 2;
  Object.assign(context, { user_id: "w", plan: "pro" });
  await client.flush();
  assertEquals(events.map(({ userId, metadata }) => [userId, metadata]), [[
    "u",
    { a: 1, deep: { b: 1 } },
  ], ["u", { plan: "free" }]]);
});

Deno.test("metadata that is no JSON is left out, with a warning, and spoils nothing (FFL-174)", async () => {
  const { client, events, warnings } = await loadWorld();
  const cyclic: Record<string, unknown> = {};
  cyclic["self"] = cyclic;
  const getter = {
    get a() {
      throw new Error();
    },
  };
  for (const metadata of [{ a: 1n }, cyclic, getter]) {
    client.track("a", {}, metadata);
  }
  client.identify({ big: 5n });
  client.track("b", {}, { ok: 1 });
  for (const odd of [5, "x", [1], null]) client.track("c", {}, odd as never);
  await client.flush();
  assertEquals(events.length, 9);
  assertEquals(
    events.filter((event) => "metadata" in event).map((event) =>
      event["flagKey"]
    ),
    ["b"],
  );
  assertEquals(warnings.length, 4);
});

Deno.test("a full batch is sent at once, and no more than that (FFL-175)", async () => {
  const world = await loadWorld(undefined, { flushBatchSize: 3 });
  track(world, 2);
  assertEquals(sizes(world), []);
  track(world, 1);
  assertEquals(sizes(world), [3]);
  await world.clock.settle();
  track(world, 2);
  assertEquals(sizes(world), [3]);
});

Deno.test("an event beside an old one is sent with it; sparse ones are not sent one by one (FFL-176)", async () => {
  const world = await loadWorld();
  track(world, 1);
  await world.clock.advance(29_999);
  track(world, 1);
  assertEquals(sizes(world), []);
  await world.clock.advance(1);
  track(world, 1);
  assertEquals(sizes(world), [3]);
  await world.clock.advance(29_999);
  track(world, 1);
  await world.clock.advance(29_999);
  track(world, 1);
  assertEquals(sizes(world), [3]);
  await world.clock.advance(1);
  track(world, 1);
  assertEquals(sizes(world), [3, 3]);
});

Deno.test("a flush sends batches in order, one at a time, with what is recorded meanwhile (FFL-177, FFL-185)", async () => {
  const world = await loadWorld();
  world.answer = () => Promise.resolve(status(500));
  track(world, 99);
  world.client.track("hundredth", {});
  await world.clock.settle();
  track(world, 150, "b");
  let open = 0;
  world.answer = ({ path }) => {
    if (path !== "events") return undefined;
    assertEquals(++open, 1);
    if (sizes(world).length === 3) track(world, 1, "late");
    return world.clock.sleep(10).then(() => {
      open--;
      return status(202);
    });
  };
  const flushed = world.client.flush();
  await world.clock.advance(1000);
  assertEquals(await flushed, { delivered: 251, dropped: 0, retained: 0 });
  assertEquals(sizes(world).slice(1), [100, 100, 51]);
  const keys = world.events.slice(100).map((event) => event["flagKey"]);
  assertEquals([keys[0], keys[99], keys[100], keys[249], keys[250]], [
    "a0",
    "hundredth",
    "b0",
    "b149",
    "late0",
  ]);
});

Deno.test("a batch that may succeed later comes back to the front (FFL-178, FFL-180)", async () => {
  const rows: [
    string,
    (signal: AbortSignal) => Response | Promise<Response>,
  ][] = [
    ["503", () => status(503)],
    ["500", () => status(500)],
    ["429", () => status(429)],
    ["network", () => Promise.reject(new TypeError("reset"))],
    ["deadline", (signal) => never(signal)],
  ];
  for (const [name, fail] of rows) {
    const world = await loadWorld(undefined, { flushBatchSize: 2 });
    world.answer = ({ init }) => fail(init.signal);
    track(world, 3);
    const flushed = world.client.flush();
    await world.clock.advance(15_000);
    const { delivered, dropped } = await flushed;
    assertEquals([delivered, dropped], [0, 0], name);
    world.answer = () => undefined;
    const before = world.events.length;
    assertEquals((await world.client.flush()).retained, 0);
    assertEquals(
      world.events.slice(before).map((event) => event["flagKey"]).sort(),
      ["a0", "a1", "a2"].slice(0, world.events.length - before),
    );
  }
  const world = await loadWorld();
  track(world, 3);
  world.answer = () => status(503);
  assertEquals(await world.client.flush(), {
    delivered: 0,
    dropped: 0,
    retained: 3,
  });
  assertEquals(sizes(world), [3]);
  world.client.track("later", {});
  world.answer = () => undefined;
  assertEquals(await world.client.flush(), {
    delivered: 4,
    dropped: 0,
    retained: 0,
  });
  assertEquals(world.events.slice(3).map((event) => event["flagKey"]), [
    "a0",
    "a1",
    "a2",
    "later",
  ]);
});

Deno.test("what came back goes before what waited behind it, and one request is made at a time (FFL-177, FFL-178)", async () => {
  const world = await loadWorld(undefined, { flushBatchSize: 2 });
  const answers: ((response: Response) => void)[] = [];
  world.answer = ({ path }) =>
    path === "events"
      ? new Promise((resolve) => void answers.push(resolve))
      : undefined;
  track(world, 5);
  await world.clock.settle();
  assertEquals(sizes(world), [2]);
  answers[0]?.(status(503));
  await world.clock.settle();
  world.answer = () => undefined;
  assertEquals((await world.client.flush()).delivered, 5);
  assertEquals(sizes(world), [2, 2, 2, 1]);
  assertEquals(
    world.events.slice(2).map((event) => event["flagKey"]),
    ["a0", "a1", "a2", "a3", "a4"],
  );
});

Deno.test("a batch that is refused for good is dropped, told, and does not hold up the next (FFL-179)", async () => {
  for (const code of [400, 401, 403, 413]) {
    const world = await loadWorld(undefined, {
      flushBatchSize: 2,
      sendEvents: true,
    });
    let isFirst = true;
    world.answer = ({ path }) => {
      if (path !== "events" || !isFirst) return undefined;
      isFirst = false;
      track(world, 1, "next");
      return status(code);
    };
    track(world, 1);
    const result = await world.client.flush();
    assertEquals(result, { delivered: 1, dropped: 1, retained: 0 });
    assertEquals(world.warnings.length, 1);
    assert(world.warnings[0]?.includes(String(code)));
  }
});

Deno.test("after a failure full batches wait, a flush does not, a success ends that (FFL-181)", async () => {
  const world = await loadWorld(undefined, { flushBatchSize: 2 });
  world.answer = () => status(503, { "retry-after": "60" });
  track(world, 2);
  await world.clock.settle();
  assertEquals(sizes(world), [2]);
  await world.clock.advance(59_999);
  track(world, 4);
  await world.clock.settle();
  assertEquals(sizes(world), [2]);
  await world.clock.advance(1);
  track(world, 1);
  await world.clock.settle();
  assertEquals(sizes(world), [2, 2]);
  world.answer = () => undefined;
  await world.client.flush();
  const before = sizes(world).length;
  track(world, 2);
  await world.clock.settle();
  assertEquals(sizes(world).length, before + 1);
});

Deno.test("of too many events the oldest go, and their number is told (FFL-182)", async () => {
  const world = await loadWorld();
  world.answer = () => status(503);
  track(world, 100);
  await world.clock.settle();
  track(world, 9_905, "b");
  assert(world.warnings.some((line) => /Dropped 1 /.test(line)));
  world.answer = () => undefined;
  const before = world.events.length;
  assertEquals((await world.client.flush()).delivered, 10_000);
  assert(
    world.warnings.some((line) => /Dropped 4 /.test(line)),
    world.warnings.join("\n"),
  );
  assertEquals(world.events[before]?.["flagKey"], "a5");
});

Deno.test("a flush of nothing asks for nothing (FFL-183)", async () => {
  const world = await loadWorld();
  assertEquals(await world.client.flush(), {
    delivered: 0,
    dropped: 0,
    retained: 0,
  });
  assertEquals(sizes(world), []);
});

Deno.test("where the process lives flushes share a drain (FFL-184)", async () => {
  const world = await loadWorld(undefined, {
    longLived: true,
    streaming: false,
  });
  track(world, 3);
  const results = await Promise.all([
    world.client.flush(),
    world.client.flush(),
  ]);
  assertEquals(results, [{ delivered: 3, dropped: 0, retained: 0 }, {
    delivered: 3,
    dropped: 0,
    retained: 0,
  }]);
  assertEquals(sizes(world), [3]);
});

Deno.test("without sendEvents nothing is ever sent (FFL-186)", async () => {
  const world = await loadWorld(undefined, {
    sendEvents: false,
    flushBatchSize: 1,
  });
  world.client.boolVariation("f", {}, false);
  world.client.track("a", {});
  world.client.identify({});
  assertEquals(await world.client.flush(), {
    delivered: 0,
    dropped: 0,
    retained: 0,
  });
  await world.client.close();
  assertEquals(sizes(world), []);
});

Deno.test("the last close sends once, resolves all the same, and takes nothing after (FFL-187, FFL-188)", async () => {
  const world = await loadWorld(build([valueFlag("f", 1)]), {
    flushBatchSize: 2,
  });
  track(world, 1);
  world.answer = () => status(503);
  await world.client.close();
  assertEquals(sizes(world), [1]);
  assertEquals(world.warnings.length, 1);
  track(world, 5);
  await world.client.flush();
  assertEquals(sizes(world), [1]);
  const fine = createWorld();
  track(fine, 3);
  await fine.client.close();
  assertEquals(sizes(fine), [3]);
});
