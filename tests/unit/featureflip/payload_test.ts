import { assert, assertEquals } from "@std/assert";
import {
  build,
  condition,
  createWorld,
  fixed,
  flag,
  loadWorld,
  rule,
  streamWorld,
  valueFlag,
  type World,
} from "./_world.ts";

/** Loads again, by an access. */
async function reload(world: World, snapshot: unknown): Promise<void> {
  world.snapshot = snapshot;
  await world.clock.advance(30_000);
  world.client.boolVariation("f", {}, false);
  await world.clock.settle();
}

const segment = { key: "s", version: 1, conditionLogic: "And", conditions: [] };

const MALFORMED: [name: string, payload: unknown][] = [
  ["null", null],
  ["a list", []],
  ["a text", "x"],
  ["no flags", { segments: [] }],
  ["flags of null", { flags: null, segments: [] }],
  ["flags of an object", { flags: {}, segments: [] }],
  ["no segments", { flags: [] }],
  ["segments of null", { flags: [], segments: null }],
  ["segments of an object", { flags: [], segments: {} }],
  ["a flag of null", build([null])],
  ["a flag of a list", build([[]])],
  ["a segment of a text", build([], ["x"])],
  ["a type of a number", build([flag("g", { type: 0 })])],
  ["no type", build([flag("g", { type: undefined })])],
  ["no fallthrough", build([flag("g", { fallthrough: undefined })])],
  ["a fallthrough of a text", build([flag("g", { fallthrough: "on" })])],
  [
    "a fallthrough type of a number",
    build([flag("g", { fallthrough: { type: 0 } })]),
  ],
  ["a fallthrough without type", build([flag("g", { fallthrough: {} })])],
  ["rules of an object", build([flag("g", { rules: {} })])],
  ["a rule of null", build([flag("g", { rules: [null] })])],
  [
    "a rule without serve",
    build([flag("g", { rules: [rule([], { serve: null })] })]),
  ],
  [
    "a serve type of a number",
    build([flag("g", { rules: [rule([], { serve: { type: 1 } })] })]),
  ],
  [
    "groups of a text",
    build([flag("g", { rules: [rule([], { conditionGroups: "x" })] })]),
  ],
  [
    "a group without operator",
    build([
      flag("g", {
        rules: [rule([], { conditionGroups: [{ conditions: [] }] })],
      }),
    ]),
  ],
  [
    "a group operator of a number",
    build([
      flag("g", { rules: [rule([], { conditionGroups: [{ operator: 0 }] })] }),
    ]),
  ],
  [
    "conditions of an object",
    build([
      flag("g", {
        rules: [
          rule([], { conditionGroups: [{ operator: "And", conditions: {} }] }),
        ],
      }),
    ]),
  ],
  [
    "a condition operator of a number",
    build([flag("g", { rules: [rule([condition("a", 0 as never, [])])] })]),
  ],
  ["a segment without logic", build([], [{ key: "s", conditions: [] }])],
  [
    "a segment logic of a number",
    build([], [{ key: "s", conditionLogic: 0, conditions: [] }]),
  ],
  [
    "a segment's conditions of a number",
    build([], [{ ...segment, conditions: 5 }]),
  ],
];

Deno.test("a payload with a wrong type is discarded whole, with one warning (FFL-033, FFL-034, FFL-036, FFL-052)", async (t) => {
  for (const [name, payload] of MALFORMED) {
    await t.step(name, async () => {
      const world = await loadWorld(build([flag("f")]));
      assertEquals(world.client.boolVariation("f", {}, false), true);
      const extended = payload as { flags?: unknown };
      const others = Array.isArray(extended?.flags)
        ? {
          ...extended,
          flags: [
            flag("new"),
            flag("f", { enabled: false }),
            flag("dropped", { fallthrough: { type: "Odd" } }),
            ...extended.flags,
          ],
        }
        : payload;
      await reload(world, others);
      assertEquals(
        world.client.variationDetail("f", {}, false).reason,
        "Fallthrough",
      );
      assertEquals(
        world.client.variationDetail("new", {}, false).reason,
        "FlagNotFound",
      );
      assertEquals(world.warnings.length, 1, world.warnings.join("\n"));
    });
  }
});

Deno.test("the same holds for a frame and for what a segment's change asks for (FFL-035)", async () => {
  const world = await streamWorld();
  const [stream] = world.streams;
  stream?.sync({ flags: {}, segments: [] });
  await world.clock.settle();
  assertEquals(world.warnings.length, 1);
  world.snapshot = build([{}]);
  stream?.send("event: segment.updated\ndata: {}\n\n");
  await world.clock.settle();
  assertEquals(world.warnings.length, 2);
  assertEquals(world.client.boolVariation("f", {}, false), true);
  await world.client.close();
});

Deno.test("a malformed first load is an error (FFL-037)", async () => {
  const { client } = createWorld({ flags: null });
  assertEquals(
    await client.waitForInitialization().catch(({ name }) => name),
    "InitializationError",
  );
  assertEquals(client.initialized, false);
});

Deno.test("what is unknown and harmless is accepted (FFL-038, FFL-039, FFL-040)", async () => {
  const odd = flag("odd", {
    type: "Matrix",
    colour: "red",
    rules: [
      rule([condition("a", "Resembles", ["b"], { shade: 1 })], { tint: 1 }),
    ],
  });
  const { client, warnings } = await loadWorld({
    ...build([odd, flag("f")], [{ ...segment, hue: 1 }]),
    more: {},
  });
  assertEquals(client.variationDetail("odd", { a: "b" }, false), {
    value: true,
    reason: "Fallthrough",
    variationKey: "on",
  });
  assertEquals(client.boolVariation("f", {}, false), true);
  assertEquals(warnings, []);
});

Deno.test("a flag that says what this build can't do is dropped alone, and named (FFL-041, FFL-042, FFL-043)", async () => {
  const rows: [object, string][] = [
    [{ fallthrough: { type: "Experiment" } }, "Experiment"],
    [{ fallthrough: { type: "fixed" } }, "fixed"],
    [{ rules: [rule([], { serve: { type: "ROLLOUT" } })] }, "ROLLOUT"],
    [{ rules: [rule([], { conditionGroups: [{ operator: "Xor" }] })] }, "Xor"],
    [{ rules: [rule([], { conditionGroups: [{ operator: "and" }] })] }, "and"],
    [{ rules: [rule([], { conditionGroups: [{ operator: "OR" }] })] }, "OR"],
  ];
  for (const [more, word] of rows) {
    const { client, warnings } = await loadWorld(
      build([flag("odd", more), flag("f")]),
    );
    assertEquals(
      client.variationDetail("odd", {}, false).reason,
      "FlagNotFound",
    );
    assertEquals(client.boolVariation("f", {}, false), true);
    assertEquals(warnings.length, 1);
    assert(
      warnings[0]?.includes("'odd'") && warnings[0].includes(`'${word}'`),
      warnings[0],
    );
  }
});

Deno.test("a segment of unknown logic is dropped, and its rules match nobody (FFL-042)", async () => {
  const { client, warnings } = await loadWorld(
    build([flag("f", { rules: [rule([], { segmentKey: "s" })] })], [{
      ...segment,
      conditionLogic: "Nor",
    }]),
  );
  assertEquals(client.variationDetail("f", {}, false).reason, "Fallthrough");
  assert(warnings[0]?.includes("'s'") && warnings[0].includes("'Nor'"));
});

Deno.test("a flag by itself that can't be used leaves the stored one (FFL-044)", async () => {
  for (
    const bad of [
      flag("f", { fallthrough: { type: "Odd" }, version: 9 }),
      flag("f", { type: 5 }),
      null,
      5,
    ]
  ) {
    const world = await streamWorld();
    world.answer = ({ path }) =>
      path === "flags/f" ? Response.json(bad) : undefined;
    world.streams[0]?.send(`event: flag.updated\ndata: {"key":"f"}\n\n`);
    await world.clock.settle();
    assertEquals(world.client.boolVariation("f", {}, false), true);
    assertEquals(world.warnings.length, 1);
    await world.client.close();
  }
});

Deno.test("a flag or segment without a key is dropped (FFL-045)", async () => {
  const { client, warnings } = await loadWorld(
    build([flag(""), flag("x", { key: 5 }), flag("f")], [{
      ...segment,
      key: "",
    }]),
  );
  assertEquals(client.boolVariation("f", {}, false), true);
  assertEquals(warnings.length, 3);
});

Deno.test("lists that are not there are empty (FFL-046)", async () => {
  const bare = {
    key: "bare",
    type: "Boolean",
    enabled: true,
    fallthrough: fixed("on"),
  };
  const nulls = flag("nulls", {
    variations: null,
    rules: null,
    prerequisites: null,
    fallthrough: { type: "Rollout", variation: "on", variations: null },
  });
  const groups = flag("groups", {
    rules: [rule([], { conditionGroups: null })],
  });
  const conditions = flag("conditions", {
    rules: [
      rule([], { conditionGroups: [{ operator: "", conditions: null }] }),
    ],
  });
  const values = flag("values", {
    rules: [rule([condition("a", "In", null)])],
  });
  const odd = flag("odd", {
    variations: 5,
    prerequisites: "x",
    rules: [rule([condition("a", "NotIn", 7)])],
  });
  const { client, warnings } = await loadWorld(
    build([bare, nulls, groups, conditions, values, odd], [{
      key: "s",
      conditionLogic: "",
    }]),
  );
  const read = (key: string) => {
    const { reason, variationKey } = client.variationDetail<unknown>(key, {
      a: "1",
    }, 0);
    return [reason, variationKey];
  };
  // Without variations the one that is served is undefined, which is an `Error` by another rule.
  assertEquals([read("bare"), read("nulls")], [["Error", "on"], [
    "Error",
    "on",
  ]]);
  assertEquals([read("groups"), read("conditions")], [["RuleMatch", "off"], [
    "RuleMatch",
    "off",
  ]]);
  assertEquals(read("values"), ["Fallthrough", "on"]);
  assertEquals(read("odd"), ["Error", "off"]);
  assertEquals(warnings, []);
});

Deno.test("a snapshot replaces the one before, an empty one too (FFL-047, FFL-048)", async () => {
  const world = await loadWorld(build([flag("f"), flag("g")]));
  await reload(world, build([flag("g")]));
  assertEquals(
    world.client.variationDetail("f", {}, false).reason,
    "FlagNotFound",
  );
  assertEquals(world.client.boolVariation("g", {}, false), true);
  await reload(world, build([]));
  assertEquals(
    world.client.variationDetail("g", {}, false).reason,
    "FlagNotFound",
  );
  const streaming = await streamWorld();
  streaming.streams[0]?.sync(build([]));
  await streaming.clock.settle();
  assertEquals(
    streaming.client.variationDetail("f", {}, false).reason,
    "FlagNotFound",
  );
  await streaming.client.close();
});

Deno.test("a flag of the same version applies, an older one does not (FFL-049)", async () => {
  for (const [version, expected] of [[5, 2], [4, 1], [6, 2]]) {
    const world = await streamWorld(build([valueFlag("f", 1, { version: 5 })]));
    world.snapshot = build([valueFlag("f", 2, { version })]);
    world.streams[0]?.send(`event: flag.updated\ndata: {"key":"f"}\n\n`);
    await world.clock.settle();
    assertEquals(world.client.numberVariation("f", {}, 0), expected);
    await world.client.close();
  }
});

Deno.test("a value that was handed out can't be used to change it (FFL-050)", async () => {
  const { client } = await loadWorld(
    build([valueFlag("f", { list: [{ a: 1 }] })]),
  );
  const value = client.jsonVariation("f", {}, { list: [{ a: 0 }] });
  for (
    const change of [
      () => value.list.push({ a: 2 }),
      () => Object.assign(value.list[0] ?? {}, { a: 5 }),
      () => Object.assign(value, { b: 1 }),
    ]
  ) {
    try {
      change();
    } catch {
      // Frozen.
    }
  }
  assertEquals(client.jsonVariation<unknown>("f", {}, {}), {
    list: [{ a: 1 }],
  });
});

Deno.test("names of prototypes are ordinary (FFL-051)", async () => {
  for (const name of ["__proto__", "constructor", "toString"]) {
    const { client } = await loadWorld(
      build([flag("f", { rules: [rule([condition(name, "Equals", ["x"])])] })]),
    );
    assertEquals(
      client.variationDetail(name, {}, false).reason,
      "FlagNotFound",
    );
    assertEquals(client.variationDetail("f", {}, false).reason, "Fallthrough");
    const context = JSON.parse(`{"${name}":"x"}`);
    assertEquals(
      client.variationDetail("f", context, false).reason,
      "RuleMatch",
    );
    const own = await loadWorld(
      build([
        flag(name, {
          variations: [{ key: name, value: true }],
          fallthrough: fixed(name),
        }),
      ]),
    );
    assertEquals(own.client.boolVariation(name, {}, false), true);
  }
});

Deno.test("of two flags of one key the last counts (FFL-052)", async () => {
  const { client } = await loadWorld(
    build([valueFlag("f", 1), valueFlag("f", 2)]),
  );
  assertEquals(client.numberVariation("f", {}, 0), 2);
});
