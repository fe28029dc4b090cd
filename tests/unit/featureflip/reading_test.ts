import { assert, assertEquals } from "@std/assert";
import type { EvaluationEvent } from "../../../src/featureflip/mod.ts";
import {
  build,
  condition,
  createWorld,
  fixed,
  flag,
  loadWorld,
  rule,
  valueFlag,
} from "./_world.ts";
import { evaluate } from "./_evaluate.ts";

const VALUES = build([
  valueFlag("bool", true),
  valueFlag("string", "42"),
  valueFlag("number", 1),
  valueFlag("zero", 0),
  valueFlag("json", { a: [1, null] }),
  valueFlag("null", null),
]);

/** A client whose inspector keeps what it is told. */
async function inspected(snapshot: unknown) {
  const seen: EvaluationEvent[] = [];
  const world = await loadWorld(snapshot, {
    inspectors: [(event) => void seen.push(event)],
  });
  return { ...world, seen };
}

Deno.test("no key, context or default makes a read throw or wait (FFL-053)", async () => {
  const { client } = await loadWorld(
    build([flag("f", { rules: [rule([condition("a", "Equals", ["x"])])] })]),
  );
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  const throwing = new Proxy({}, {
    get: () => {
      throw new Error();
    },
    ownKeys: () => {
      throw new Error();
    },
    has: () => {
      throw new Error();
    },
    getOwnPropertyDescriptor: () => {
      throw new Error();
    },
  });
  const cyclic: Record<string, unknown> = { user_id: "u" };
  cyclic["self"] = cyclic;
  const odd = [
    null,
    undefined,
    Symbol("s"),
    5,
    "text",
    [],
    () => {},
    proxy,
    throwing,
    cyclic,
    new Map(),
    Object.create(null),
  ];
  for (const key of [...odd, "f"]) {
    for (const context of odd) {
      for (const value of [true, null, undefined, Symbol("d"), proxy]) {
        for (
          const name of [
            "boolVariation",
            "stringVariation",
            "numberVariation",
            "jsonVariation",
            "variationDetail",
          ] as const
        ) {
          const read = client[name] as (...args: unknown[]) => unknown;
          const got = read.call(client, key, context, value);
          assert(got === value || name === "variationDetail" || key === "f");
        }
      }
    }
  }
});

Deno.test("an unknown flag is the default, as is any flag before the first load (FFL-054, FFL-055)", async () => {
  const { client } = await loadWorld();
  assertEquals(client.variationDetail("x", {}, 7), {
    value: 7,
    reason: "FlagNotFound",
  });
  const fresh = createWorld();
  assertEquals(fresh.client.variationDetail("f", {}, 7), {
    value: 7,
    reason: "FlagNotFound",
  });
});

Deno.test("reasons carry what applies, and nothing else (FFL-056, FFL-057, FFL-058, FFL-069)", () => {
  const rules = [rule([], { id: "r-1" })];
  assertEquals(evaluate(build([flag("f", { enabled: false, rules })])), {
    value: false,
    reason: "FlagDisabled",
    variationKey: "off",
  });
  assertEquals(evaluate(build([flag("f")])), {
    value: true,
    reason: "Fallthrough",
    variationKey: "on",
  });
  assertEquals(evaluate(build([flag("f", { rules })])), {
    value: false,
    reason: "RuleMatch",
    variationKey: "off",
    ruleId: "r-1",
  });
});

Deno.test("rules are asked by priority, equal ones in their order (FFL-059)", () => {
  const rules = [[3, "a"], [1, "b"], [1, "c"], [0, "d"]].map(([priority, id]) =>
    rule(id === "d" ? [condition("x", "Equals", ["y"])] : [], { priority, id })
  );
  assertEquals(evaluate(build([flag("f", { rules })])).ruleId, "b");
});

Deno.test("a variation that there is not is an error, with its key (FFL-060, FFL-061)", async () => {
  const { client, seen } = await inspected(build([
    flag("f", { fallthrough: fixed("gone") }),
    flag("g", { enabled: false, offVariation: "lost" }),
  ]));
  assertEquals(client.variationDetail("f", {}, 1), {
    value: 1,
    reason: "Error",
    variationKey: "gone",
  });
  assertEquals(client.variationDetail("g", {}, 1), {
    value: 1,
    reason: "Error",
    variationKey: "lost",
  });
  assertEquals(client.boolVariation("f", {}, true), true);
  assertEquals(seen.map(({ reason, variationKey }) => [reason, variationKey]), [
    ["Error", "gone"],
    ["Error", "lost"],
    ["Error", "gone"],
  ]);
});

Deno.test("a value of null is the default; only typed reads call it an error (FFL-062)", async () => {
  const { client, seen } = await inspected(VALUES);
  assertEquals(client.variationDetail<unknown>("null", {}, 5), {
    value: 5,
    reason: "Fallthrough",
    variationKey: "v",
  });
  assertEquals(client.jsonVariation<unknown>("null", {}, 5), 5);
  assertEquals(client.numberVariation("null", {}, 5), 5);
  assertEquals(seen.map(({ reason }) => reason), [
    "Fallthrough",
    "Fallthrough",
    "Error",
  ]);
});

Deno.test("a typed read takes values of its type alone (FFL-063, FFL-064, FFL-066)", async () => {
  const { client, seen } = await inspected(VALUES);
  const reads = {
    bool: (key: string) => client.boolVariation(key, {}, false),
    string: (key: string) => client.stringVariation(key, {}, "default"),
    number: (key: string) => client.numberVariation(key, {}, -1),
  };
  const defaults: Record<string, unknown> = {
    bool: false,
    string: "default",
    number: -1,
  };
  const values: Record<string, unknown> = {
    bool: true,
    string: "42",
    number: 1,
    zero: 0,
  };
  for (const [type, read] of Object.entries(reads)) {
    for (const key of Object.keys(values)) {
      const isFit = key === type || (key === "zero" && type === "number");
      const expected = isFit ? values[key] : defaults[type];
      assertEquals(read(key), expected);
      const { value, reason, variationKey } = seen.at(-1) ?? {};
      assertEquals([value, reason, variationKey], [
        expected,
        isFit ? "Fallthrough" : "Error",
        "v",
      ]);
    }
  }
});

Deno.test("untyped reads give any JSON (FFL-065)", async () => {
  const { client } = await loadWorld(VALUES);
  for (
    const [key, value] of [["bool", true], ["string", "42"], ["zero", 0], [
      "json",
      { a: [1, null] },
    ]]
  ) {
    assertEquals(
      client.jsonVariation<unknown>(key as string, {}, "default"),
      value,
    );
    assertEquals(
      client.variationDetail<unknown>(key as string, {}, "default").value,
      value,
    );
  }
});

Deno.test("an attribute that can't be a text is an error (FFL-067)", async () => {
  const { client, seen } = await inspected(
    build([flag("f", { rules: [rule([condition("a", "Equals", ["x"])])] })]),
  );
  const a = {
    toString() {
      throw new Error("no");
    },
  };
  assertEquals(client.variationDetail("f", { a }, "d"), {
    value: "d",
    reason: "Error",
  });
  assertEquals(seen[0]?.reason, "Error");
});

Deno.test("a context that is none says nothing of anybody (FFL-068)", async () => {
  const { client, events } = await loadWorld();
  for (const context of [null, "u", 5, ["u"]]) {
    client.boolVariation("f", context as never, false);
  }
  await client.flush();
  assertEquals(
    events.map((event) => [event["flagKey"], "userId" in event]),
    Array(4).fill(["f", false]),
  );
});

Deno.test("the same question has the same answer (FFL-070)", () => {
  const snapshot = build([
    flag("f", {
      fallthrough: {
        type: "Rollout",
        salt: "s",
        variations: [{ key: "on", weight: 50 }, { key: "off", weight: 50 }],
      },
    }),
  ]);
  for (let id = 0; id < 100; id++) {
    assertEquals(
      evaluate(snapshot, { userId: id }),
      evaluate(snapshot, { userId: id }),
    );
  }
});
