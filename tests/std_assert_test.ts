// Holds for the stand-in in tests/_kit and for the real package, whichever `@std/assert` is.
import * as std from "@std/assert";

interface Row {
  readonly name: string;
  readonly passes: boolean;
  readonly check: () => unknown;
}

const CIRCLE: Record<string, unknown> = { a: 1 };
CIRCLE["self"] = CIRCLE;

function throwing(error: unknown): () => never {
  return () => {
    throw error;
  };
}

const ROWS: readonly Row[] = [
  {
    name: "deep values",
    passes: true,
    check: () =>
      std.assertEquals(
        {
          a: [1, new Map([["k", new Set([{ x: 1 }])]])],
          d: new Date(5),
          n: NaN,
          z: 0,
        },
        {
          z: -0,
          n: NaN,
          d: new Date(5),
          a: [1, new Map([["k", new Set([{ x: 1 }])]])],
        },
      ),
  },
  {
    name: "a circle",
    passes: true,
    check: () => std.assertEquals(CIRCLE, CIRCLE),
  },
  {
    name: "an undefined property",
    passes: false,
    check: () => std.assertEquals<object>({ a: undefined }, {}),
  },
  {
    name: "another class",
    passes: false,
    check: () => std.assertEquals<object>(new (class A {})(), {}),
  },
  {
    name: "another map",
    passes: false,
    check: () => std.assertEquals(new Map([[1, 2]]), new Map([[1, 3]])),
  },
  {
    name: "other bytes",
    passes: false,
    check: () => std.assertEquals(Uint8Array.of(1), Uint8Array.of(2)),
  },
  {
    name: "another length",
    passes: false,
    check: () => std.assertEquals([1], [1, 2]),
  },
  {
    name: "a string for a number",
    passes: false,
    check: () => std.assertEquals<unknown>("1", 1),
  },
  {
    name: "equal where not",
    passes: false,
    check: () => std.assertNotEquals({ a: 1 }, { a: 1 }),
  },
  {
    name: "the same value",
    passes: true,
    check: () => std.assertStrictEquals(NaN, NaN),
  },
  {
    name: "a copy",
    passes: false,
    check: () => std.assertStrictEquals<object>({}, {}),
  },
  {
    name: "an instance",
    passes: true,
    check: () => std.assertInstanceOf(new Map(), Map),
  },
  {
    name: "no instance",
    passes: false,
    check: () => std.assertInstanceOf({}, Map),
  },
  {
    name: "a part of a text",
    passes: true,
    check: () => std.assertStringIncludes("abc", "b"),
  },
  {
    name: "no part of a text",
    passes: false,
    check: () => std.assertStringIncludes("abc", "d"),
  },
  {
    name: "a text that matches",
    passes: true,
    check: () => std.assertMatch("abc", /b/),
  },
  {
    name: "a text that does not",
    passes: false,
    check: () => std.assertMatch("abc", /d/),
  },
  {
    name: "numbers close by",
    passes: true,
    check: () => std.assertAlmostEquals(0.1 + 0.2, 0.3),
  },
  {
    name: "numbers apart",
    passes: false,
    check: () => std.assertAlmostEquals(1, 1.1),
  },
  {
    name: "a throw",
    passes: true,
    check: () =>
      std.assertThrows(throwing(new TypeError("abc")), TypeError, "b"),
  },
  { name: "no throw", passes: false, check: () => std.assertThrows(() => 1) },
  {
    name: "a throw of another class",
    passes: false,
    check: () => std.assertThrows(throwing(new Error()), TypeError),
  },
  {
    name: "another message",
    passes: false,
    check: () => std.assertThrows(throwing(new Error("a")), Error, "b"),
  },
  {
    name: "a rejection",
    passes: true,
    check: () => std.assertRejects(() => Promise.reject(new Error("a")), Error),
  },
  {
    name: "a rejection with no error",
    passes: true,
    check: () => std.assertRejects(() => Promise.reject(5)),
  },
  {
    name: "no rejection",
    passes: false,
    check: () => std.assertRejects(() => Promise.resolve()),
  },
  {
    name: "a throw for a rejection",
    passes: false,
    check: () => std.assertRejects(throwing(new Error())),
  },
  { name: "truth", passes: true, check: () => std.assert(1) },
  { name: "no truth", passes: false, check: () => std.assert("") },
];

for (const { name, passes, check } of ROWS) {
  Deno.test(`@std/assert ${passes ? "accepts" : "refuses"} ${name}`, async () => {
    let thrown: unknown;
    try {
      await check();
    } catch (error) {
      thrown = error;
    }
    // Not by its own assertions, which may be what is broken.
    if (
      passes ? thrown !== undefined : !(thrown instanceof std.AssertionError)
    ) {
      throw new Error(`Got ${String(thrown)}`);
    }
  });
}
