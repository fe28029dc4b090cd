import { assert, assertEquals } from "@std/assert";
import { countBytes } from "../../../src/core/bytes.ts";
import {
  assignJson,
  type JsonObject,
  toJson,
  toJsonObject,
} from "../../../src/core/json.ts";
import { runInNewContext } from "node:vm";
import { Buffer } from "node:buffer";

const shared = { a: 1 };
const cycle: Record<string, unknown> = { name: "loop" };
cycle["self"] = cycle;
const window = new Uint8Array([0, 1, 2, 3, 4]).subarray(1, 4);
const throwing = {
  before: 1,
  get bad(): number {
    throw new Error("no");
  },
  after: 2,
};
const revoked = Proxy.revocable({}, {});
revoked.revoke();

const ROWS: readonly [name: string, input: unknown, expected: unknown][] = [
  ["a string", "x", "x"],
  ["a lone surrogate (CAP-049)", "a\ud800b", "a\ufffdb"],
  ["an emoji (CAP-049)", "😀", "😀"],
  ["negative zero (CAP-043)", [-0], [0]],
  ["numbers JSON has no place for (CAP-043)", [NaN, Infinity, -Infinity], [
    null,
    null,
    null,
  ]],
  ["a bigint (CAP-043)", 12345678901234567890n, "12345678901234567890"],
  ["what JSON leaves out of objects (CAP-044)", {
    a: undefined,
    b: () => 1,
    c: Symbol("s"),
    d: 1,
  }, { d: 1 }],
  ["the same in arrays (CAP-044)", [undefined, () => 1, Symbol("s")], [
    null,
    null,
    null,
  ]],
  ["holes of an array", [1, , 3], [1, null, 3]],
  ["promises and weak containers", {
    p: Promise.resolve(),
    w: new WeakMap(),
    x: 1,
  }, { x: 1 }],
  ["boxed primitives", [Object("s"), Object(1), Object(true), Object(2n)], [
    "s",
    1,
    true,
    "2",
  ]],
  ["a date (CAP-042)", new Date(0), "1970-01-01T00:00:00.000Z"],
  ["an invalid date (CAP-042)", new Date(NaN), null],
  ["a map (CAP-046)", new Map<unknown, unknown>([["a", 1], [2, "b"]]), {
    a: 1,
    2: "b",
  }],
  ["a set (CAP-046)", new Set(["b", "a"]), ["b", "a"]],
  ["a regular expression and a URL (CAP-046)", [
    /x/g,
    new URL("https://a.example/b"),
  ], [
    "/x/g",
    "https://a.example/b",
  ]],
  ["bytes, only the viewed ones (CAP-047)", window, "AQID"],
  ["a buffer (CAP-047)", new Uint8Array([255]).buffer, "/w=="],
  [
    "a data view (CAP-047)",
    new DataView(new Uint8Array([1, 2]).buffer, 1),
    "Ag==",
  ],
  ["other typed arrays (CAP-047)", [
    new Float32Array([0.5, NaN]),
    new BigInt64Array([1n]),
  ], [[0.5, null], ["1"]]],
  ["a value referenced twice (CAP-045)", [shared, shared], [{ a: 1 }, {
    a: 1,
  }]],
  ["a cycle (CAP-045)", cycle, { name: "loop", self: "[Circular]" }],
  ["a throwing getter (CAP-048)", throwing, {
    before: 1,
    bad: "[Unserializable]",
    after: 2,
  }],
  ["a throwing toJSON (CAP-048)", {
    toJSON() {
      throw new Error("no");
    },
  }, "[Unserializable]"],
  ["a revoked proxy (CAP-048)", [revoked.proxy], ["[Unserializable]"]],
  ["a lone surrogate in a key (CAP-049)", { "a\udc00": 1 }, { "a\ufffd": 1 }],
  ["a Node buffer, before its toJSON (CAP-047)", Buffer.from("hi"), "aGk="],
  [
    "bytes, dates and errors of another realm (CAP-042, CAP-046, CAP-047)",
    runInNewContext(
      "[new Uint8Array([1]), new DataView(new ArrayBuffer(1)), new Date(0), new Map([[1, 2]])]",
    ),
    ["AQ==", "AA==", "1970-01-01T00:00:00.000Z", { 1: 2 }],
  ],
  [
    "an item whose getter throws, not its neighbours (CAP-048)",
    Object.defineProperty([1, 2, 3], 1, {
      get: () => {
        throw new Error("no");
      },
    }),
    [1, "[Unserializable]", 3],
  ],
  [
    "toJSON, converted again",
    { toJSON: () => new Date(0) },
    "1970-01-01T00:00:00.000Z",
  ],
];

for (const [name, input, expected] of ROWS) {
  Deno.test(`toJson() converts ${name}`, () => {
    assertEquals(toJson(input), expected);
  });
}

Deno.test("toJson() describes errors with their causes (CAP-046)", () => {
  const error = new TypeError("outer", { cause: new Error("inner") });
  const json = toJsonObject(error);
  assertEquals([json["name"], json["message"]], ["TypeError", "outer"]);
  assertEquals((json["cause"] as { message: string }).message, "inner");
  assert(typeof json["stack"] === "string");
});

Deno.test("toJson() ends deeper nesting than 64 with a marker (CAP-045)", () => {
  let deep: unknown = "bottom";
  for (let i = 0; i < 70; i++) deep = { deep };
  const text = JSON.stringify(toJson(deep));
  assertEquals(text.split('"deep"').length - 1, 64);
  assert(text.includes('"[Truncated]"'));
});

Deno.test("toJson() keeps __proto__ as data and pollutes nothing (CAP-050)", () => {
  const input = JSON.parse('{"__proto__":{"polluted":true},"a":1}');
  const json = toJsonObject(input);
  assertEquals(JSON.stringify(json), '{"__proto__":{"polluted":true},"a":1}');
  assertEquals(({} as Record<string, unknown>)["polluted"], undefined);
});

Deno.test("toJson() leaves a deep-frozen input alone and shares nothing with it (CAP-041)", () => {
  const inner = { list: [1, 2] };
  const json = toJsonObject(Object.freeze({ inner: Object.freeze(inner) }));
  inner.list.push(3);
  assertEquals(json, { inner: { list: [1, 2] } });
});

for (
  const text of ["", "ascii", "é", "漢字", "😀", "a\u0000b", "mixed é漢😀"]
) {
  Deno.test(`countBytes() equals the encoder for ${JSON.stringify(text)}`, () => {
    assertEquals(countBytes(text), new TextEncoder().encode(text).length);
  });
}

Deno.test("toJson() ends what stands for more values than an event can hold", () => {
  const wraps = [
    (inner: unknown) => [inner, inner],
    (inner: unknown) => ({ a: inner, b: inner }),
    (inner: unknown) => new Map([["a", inner], ["b", inner]]),
  ];
  for (const wrap of wraps) {
    let bomb: unknown = 0;
    for (let level = 0; level < 60; level++) bomb = wrap(bomb);
    const losses = new Set<string>();
    const json = toJson(bomb, (loss) => losses.add(loss));
    assert(JSON.stringify(json).includes('"[Truncated]"'));
    assertEquals([...losses], ["a value of too many parts"]);
  }
});

Deno.test("toJson() has no negative zero (CAP-043)", () => {
  assert(Object.is(toJson(-0), 0));
});

Deno.test("toJson() tells what it could not keep", () => {
  const losses: string[] = [];
  toJson([1n, cycle, throwing], (loss) => losses.push(loss));
  assertEquals(losses, [
    "a BigInt",
    "a circular reference",
    "a value that could not be read",
  ]);
});

Deno.test("assignJson() sets what toJsonObject() gives, over what is there", () => {
  class Point {
    x = 1;
    toJSON(): object {
      return { x: 2 };
    }
  }
  for (
    const value of [{ a: 1, b: undefined }, new Point(), [1], null, throwing]
  ) {
    const target: JsonObject = { b: "kept", x: 0 };
    assignJson(target, value);
    assertEquals(target, { b: "kept", x: 0, ...toJsonObject(value) });
  }
});

Deno.test("assignJson() leaves the target alone where nothing can be read", () => {
  const target: JsonObject = { a: 1 };
  const losses: string[] = [];
  assignJson(target, revoked.proxy, (loss) => losses.push(loss));
  assertEquals([target, losses], [{ a: 1 }, [
    "a value that could not be read",
  ]]);
});
