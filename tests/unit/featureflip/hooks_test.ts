import { assert, assertEquals } from "@std/assert";
import {
  type EvaluationEvent,
  FeatureflipClient,
} from "../../../src/featureflip/mod.ts";
import {
  build,
  condition,
  createWorld,
  flag,
  loadWorld,
  rule,
  streamWorld,
  valueFlag,
  type World,
} from "./_world.ts";

Deno.test("an inspector is told once of each read what the caller got (FFL-211, FFL-212)", async () => {
  const seen: EvaluationEvent[] = [];
  const prerequisites = [{
    prerequisiteFlagKey: "gone",
    expectedVariationKey: "x",
  }];
  const { client } = await loadWorld(
    build([flag("f", { rules: [rule([])] }), flag("p", { prerequisites })]),
    { inspectors: [(event) => void seen.push(event)] },
  );
  client.boolVariation("f", { user_id: "u" }, true);
  client.stringVariation("f", {}, "d");
  client.variationDetail("p", {}, 1);
  client.jsonVariation("x", {}, 2);
  const timestamp = "2026-01-01T00:00:00.000Z";
  assertEquals(seen, [
    {
      flagKey: "f",
      context: { user_id: "u" },
      value: false,
      reason: "RuleMatch",
      variationKey: "off",
      ruleId: "r",
      timestamp,
    },
    {
      flagKey: "f",
      context: {},
      value: "d",
      reason: "Error",
      variationKey: "off",
      ruleId: "r",
      timestamp,
    },
    {
      flagKey: "p",
      context: {},
      value: false,
      reason: "PrerequisiteFailed",
      variationKey: "off",
      prerequisiteKey: "gone",
      timestamp,
    },
    { flagKey: "x", context: {}, value: 2, reason: "FlagNotFound", timestamp },
  ]);
});

Deno.test("an inspector's context is a copy (FFL-213)", async () => {
  const { client } = await loadWorld(undefined, {
    inspectors: [({ context }) => Object.assign(context, { user_id: "other" })],
  });
  const context = { user_id: "u" };
  client.boolVariation("f", context, false);
  assertEquals(context, { user_id: "u" });
});

Deno.test("an inspector that throws or rejects is told of and changes nothing (FFL-214)", async () => {
  let calls = 0;
  const inspectors = [
    () => {
      throw new Error("no");
    },
    () => Promise.reject(new Error("no")),
    () => void calls++,
  ];
  const { client, warnings, clock } = await loadWorld(undefined, {
    inspectors,
  });
  assertEquals(client.boolVariation("f", {}, false), true);
  await clock.settle();
  assertEquals([calls, warnings], [1, [
    "[featureflip] The inspector failed",
    "[featureflip] The inspector failed",
  ]]);
});

Deno.test("inspectors are those of the key's first client, as they were then (FFL-215, FFL-216)", async () => {
  const seen: string[] = [];
  const inspectors = [() => void seen.push("first")];
  const world = await loadWorld(undefined, { inspectors });
  inspectors.push(() => void seen.push("late"));
  const second = FeatureflipClient.get({
    ...world.options,
    inspectors: [() => void seen.push("second")],
  });
  second.boolVariation("f", {}, false);
  assertEquals([seen, world.warnings], [["first"], []]);
  await second.close();
  second.boolVariation("f", {}, false);
  assertEquals(seen, ["first"]);
});

/** Loads one snapshot after another; gives the keys that a listener hears of the second. */
async function keysOf(before: object, after: object): Promise<string[][]> {
  const world = await loadWorld(before);
  const heard: string[][] = [];
  world.client.on("update", (keys) => void heard.push(keys.toSorted()));
  world.snapshot = after;
  await world.clock.advance(30_000);
  await world.client.refresh();
  return heard;
}

const needs = (...keys: string[]) => ({
  prerequisites: keys.map((prerequisiteFlagKey) => ({
    prerequisiteFlagKey,
    expectedVariationKey: "on",
  })),
});
const uses = (segmentKey: string) => ({ rules: [rule([], { segmentKey })] });
const segment = (key: string, value: string) => ({
  key,
  version: 1,
  conditionLogic: "And",
  conditions: [condition("a", "Equals", [value])],
});

Deno.test("the first snapshot is no update, an unchanged one neither (FFL-217)", async () => {
  const world = createWorld();
  const heard: string[][] = [];
  world.client.on("update", (keys) => void heard.push(keys));
  await world.client.waitForInitialization();
  await world.clock.advance(30_000);
  await world.client.refresh();
  assertEquals([world.to("flags").length, heard], [2, []]);
  assertEquals(
    await keysOf(build([flag("f")]), build([flag("f", { version: 2 })])),
    [],
  );
  const [a, b] = [
    valueFlag("f", { a: 1, b: [2] }),
    valueFlag("f", { b: [2], a: 1 }),
  ];
  assertEquals(await keysOf(build([a]), build([b])), []);
});

Deno.test("what changed, came or went is told in one call (FFL-218, FFL-219)", async () => {
  const before = build([
    flag("same"),
    valueFlag("changed", 1),
    flag("gone"),
    valueFlag("list", {}),
  ]);
  const after = build([
    flag("same"),
    valueFlag("changed", 2),
    flag("new"),
    valueFlag("list", []),
  ]);
  assertEquals(await keysOf(before, after), [[
    "changed",
    "gone",
    "list",
    "new",
  ]]);
});

Deno.test("a segment's change is told of the flags that use it (FFL-220)", async () => {
  const flags = [flag("a", uses("s")), flag("b", uses("t")), flag("c")];
  assertEquals(
    await keysOf(
      build(flags, [segment("s", "1"), segment("t", "1")]),
      build(flags, [segment("s", "2"), segment("t", "1")]),
    ),
    [["a"]],
  );
  assertEquals(
    await keysOf(
      build(flags, [segment("s", "1")]),
      build(flags, [segment("t", "1")]),
    ),
    [["a", "b"]],
  );
});

Deno.test("flags that stand on a changed one are told too, however far (FFL-221)", async () => {
  const others = [
    flag("b", needs("a")),
    flag("c", needs("b")),
    flag("d"),
    flag("e", needs("x", "c")),
  ];
  assertEquals(
    await keysOf(
      build([valueFlag("a", 1), ...others]),
      build([valueFlag("a", 2), ...others]),
    ),
    [["a", "b", "c", "e"]],
  );
  assertEquals(await keysOf(build([flag("a"), ...others]), build(others)), [[
    "a",
    "b",
    "c",
    "e",
  ]]);
  const circle = [
    flag("a", { ...needs("b"), ...uses("s") }),
    flag("b", needs("a")),
  ];
  assertEquals(
    await keysOf(
      build(circle, [segment("s", "1")]),
      build(circle, [segment("s", "2")]),
    ),
    [["a", "b"]],
  );
});

Deno.test("a flag by itself is told with those that stand on it, unless nothing came of it (FFL-222, FFL-223)", async () => {
  const flags = [valueFlag("a", 1, { version: 5 }), flag("b", needs("a"))];
  const world = await streamWorld(build(flags));
  const heard: [string[], number][] = [];
  world.client.on(
    "update",
    (keys) => void heard.push([keys, world.client.numberVariation("a", {}, 0)]),
  );
  const send = async (event: string, key: string) => {
    world.streams[0]?.send(`event: ${event}\ndata: {"key":"${key}"}\n\n`);
    await world.clock.settle();
  };
  world.snapshot = build([valueFlag("a", 2, { version: 6 })]);
  await send("flag.updated", "a");
  world.snapshot = build([valueFlag("a", 3, { version: 4 })]);
  await send("flag.updated", "a");
  await send("flag.deleted", "unknown");
  await send("flag.deleted", "a");
  assertEquals(heard, [[["a", "b"], 2], [["a", "b"], 0]]);
  await world.client.close();
});

async function change(world: World, value: number): Promise<void> {
  world.snapshot = build([valueFlag("f", value)]);
  await world.clock.advance(30_000);
  await world.client.refresh();
}

Deno.test("a listener that fails is told of, and has keys of its own (FFL-224)", async () => {
  const world = await loadWorld();
  const heard: string[][] = [];
  world.client.on("update", (keys) => void keys.pop());
  world.client.on("update", () => {
    throw new Error("no");
  });
  world.client.on("update", () => Promise.reject(new Error("no")));
  world.client.on("update", (keys) => void heard.push(keys));
  await change(world, 1);
  assertEquals([heard, world.warnings.length], [[["f"]], 2]);
});

Deno.test("listeners end by their function, by off() and by close() (FFL-225, FFL-226)", async () => {
  const world = await loadWorld();
  const sibling = FeatureflipClient.get(world.options);
  let calls = 0;
  const listener = () => void calls++;
  const end = world.client.on("update", listener);
  world.client.on("update", listener);
  sibling.on("update", listener);
  await change(world, 1);
  assertEquals(calls, 2);
  end();
  end();
  await change(world, 2);
  assertEquals(calls, 3);
  world.client.on("update", listener);
  world.client.off("update", listener);
  world.client.on("update", () => void (calls += 100));
  await world.client.close();
  world.snapshot = build([valueFlag("f", 3)]);
  await world.clock.advance(30_000);
  await sibling.refresh();
  assertEquals(calls, 4);
});

Deno.test("a testing client serves each value by its method (FFL-227, FFL-228, FFL-229, FFL-232)", () => {
  const json = { a: [1] };
  const flags = {
    b: true,
    s: "x",
    n: 0,
    j: json,
    nothing: null,
    missing: undefined,
  };
  const seen: string[] = [];
  const client = FeatureflipClient.forTesting(flags, {
    inspectors: [({ reason }) => void seen.push(reason)],
  });
  Object.assign(flags, { b: false, later: 1 });
  json.a.push(2);
  assertEquals(client.boolVariation("b", {}, false), true);
  assertEquals(client.stringVariation("s", {}, "d"), "x");
  assertEquals(client.numberVariation("n", {}, 5), 0);
  assertEquals(client.jsonVariation<unknown>("j", {}, 0), { a: [1] });
  assertEquals(client.variationDetail("b", {}, false), {
    value: true,
    reason: "Fallthrough",
    variationKey: "default",
  });
  assertEquals(client.variationDetail("later", {}, 5), {
    value: 5,
    reason: "FlagNotFound",
  });
  assertEquals(client.jsonVariation("nothing", {}, 5), 5);
  assertEquals(client.jsonVariation("missing", {}, 5), 5);
  seen.length = 0;
  assertEquals(client.stringVariation("b", {}, "d"), "d");
  assertEquals(seen, ["Error"]);
});

Deno.test("a testing client asks for nothing and belongs to nobody (FFL-230, FFL-231)", async () => {
  FeatureflipClient.resetForTesting();
  const { fetch } = globalThis;
  let asked = 0;
  globalThis.fetch = () => Promise.reject(asked++);
  try {
    const client = FeatureflipClient.forTesting({ f: 1 });
    const other = FeatureflipClient.forTesting({ f: 2 });
    assertEquals([client.initialized, FeatureflipClient.debugLiveCoreCount()], [
      true,
      0,
    ]);
    await client.waitForInitialization();
    client.track("a", {});
    client.identify({});
    await client.refresh();
    await client.flush();
    assertEquals([
      client.numberVariation("f", {}, 0),
      other.numberVariation("f", {}, 0),
    ], [1, 2]);
    await client.close();
    assertEquals([
      client.variationDetail("f", {}, 0),
      other.numberVariation("f", {}, 0),
    ], [{ value: 0, reason: "Error" }, 2]);
    assert(!client.initialized);
  } finally {
    globalThis.fetch = fetch;
  }
  assertEquals(asked, 0);
});
