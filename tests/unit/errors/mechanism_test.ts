import { assertEquals } from "@std/assert";
import type { Boundary } from "../../../src/client/escaped.ts";
import type { ExceptionInput } from "../../../src/errors/build.ts";
import { MANUAL } from "../../../src/errors/types.ts";
import { capture, mechanisms, withStack } from "./_exceptions.ts";

const STACK = "E\n at f (/app/x.js:1:2)";
const FRAME = {
  platform: "node:javascript",
  filename: "/app/x.js",
  function: "f",
  lineno: 1,
  colno: 2,
  "in_app": true,
};

const named = (name: string, message: string, cause?: unknown): Error =>
  Object.assign(withStack(new Error(message), STACK), { name, cause });

const entry = (type: string, value: string, mechanism: object) => ({
  type,
  value,
  mechanism,
  stacktrace: { type: "raw", frames: [FRAME] },
});

const GENERIC = {
  type: "generic",
  handled: true,
  synthetic: false,
  "exception_id": 0,
};

const TASK: Boundary = {
  level: "error",
  mechanism: { type: "task", handled: false },
};

const MIDDLEWARE: Boundary = {
  level: "error",
  mechanism: { type: "middleware", handled: false },
  source: "fetch.handler",
};

const nested = (source: string, id: number, parent: number) => ({
  type: "chained",
  source,
  synthetic: false,
  "exception_id": id,
  "parent_id": parent,
});

const checkout = (cause?: unknown) =>
  named("CheckoutError", "Checkout failed", cause);

const aggregate = withStack(
  new AggregateError([
    named("NetworkError", "Network failed"),
    named(
      "ValidationError",
      "Validation failed",
      named("ParseError", "Invalid value"),
    ),
  ], "Two operations failed"),
  STACK,
);

const examples: readonly (readonly [
  name: string,
  error: Error,
  input: ExceptionInput,
  properties: Readonly<Record<string, unknown>>,
])[] = [
  ["manual (ERR-022)", checkout(), { boundary: MANUAL }, {
    "$exception_type": "CheckoutError",
    "$exception_message": "Checkout failed",
    "$exception_level": "error",
    "$exception_list": [entry("CheckoutError", "Checkout failed", GENERIC)],
  }],
  ["of a middleware", named("RequestError", "Request failed"), {
    boundary: MIDDLEWARE,
  }, {
    "$exception_type": "RequestError",
    "$exception_message": "Request failed",
    "$exception_level": "error",
    "$exception_source": "fetch.handler",
    "$exception_list": [
      entry("RequestError", "Request failed", {
        ...GENERIC,
        type: "middleware",
        handled: false,
      }),
    ],
  }],
  [
    "with a cause (ERR-023)",
    checkout(named("DatabaseError", "Connection failed")),
    {
      boundary: MANUAL,
    },
    {
      "$exception_type": "CheckoutError",
      "$exception_message": "Checkout failed",
      "$exception_level": "error",
      "$exception_list": [
        entry("CheckoutError", "Checkout failed", GENERIC),
        entry("DatabaseError", "Connection failed", nested("cause", 1, 0)),
      ],
    },
  ],
  ["of several (ERR-024)", aggregate, { boundary: TASK }, {
    "$exception_type": "AggregateError",
    "$exception_message": "Two operations failed",
    "$exception_level": "error",
    "$exception_list": [
      entry("AggregateError", "Two operations failed", {
        ...GENERIC,
        type: "task",
        handled: false,
      }),
      entry("NetworkError", "Network failed", nested("member", 1, 0)),
      entry("ValidationError", "Validation failed", nested("member", 2, 0)),
      entry("ParseError", "Invalid value", nested("cause", 3, 2)),
    ],
  }],
  ["with malformed overrides (ERR-035)", checkout(), {
    boundary: MANUAL,
    overrides: {
      mechanism: { type: "", handled: "yes", synthetic: false },
      level: "verbose",
    },
  }, {
    "$exception_type": "CheckoutError",
    "$exception_message": "Checkout failed",
    "$exception_level": "error",
    "$exception_list": [entry("CheckoutError", "Checkout failed", GENERIC)],
  }],
  ["without a boundary (ERR-034)", checkout(), {}, {
    "$exception_type": "CheckoutError",
    "$exception_message": "Checkout failed",
    "$exception_list": [
      entry("CheckoutError", "Checkout failed", { "exception_id": 0 }),
    ],
  }],
];

for (const [name, error, input, properties] of examples) {
  Deno.test(`buildException() builds the example ${name} (ERR-055, ERR-087)`, () => {
    const built = capture(error, input);
    assertEquals(JSON.parse(JSON.stringify(built.properties)), properties);
    assertEquals(built.type, properties["$exception_type"]);
    assertEquals(built.defaults, {});
  });
}

Deno.test("buildException() keeps what each entry knows of itself (ERR-031, ERR-032)", () => {
  const [outer, inner] = mechanisms(checkout("text"));
  assertEquals(outer, GENERIC);
  assertEquals(inner, { ...nested("cause", 1, 0), synthetic: true });
  const bare = withStack(new Error("m"), undefined);
  assertEquals(mechanisms(bare), [{ ...GENERIC, synthetic: true }]);
  // Nothing takes the place of the stack of a nested error.
  assertEquals(mechanisms(checkout(bare))[1], nested("cause", 1, 0));
  // Nor of any without a call site.
  const input = { boundary: MANUAL, callSite: undefined };
  assertEquals(mechanisms(bare, input), [GENERIC]);
});

const overridden: readonly (readonly [
  name: string,
  override: unknown,
  expected: object,
])[] = [
  ["an unknown type (ERR-036)", { type: "cron" }, { ...GENERIC, type: "cron" }],
  ["a long type", { type: "é".repeat(200) }, {
    ...GENERIC,
    type: `${"é".repeat(126)}...`,
  }],
  ["all it knows", { type: "task", handled: false, synthetic: true }, {
    ...GENERIC,
    type: "task",
    handled: false,
    synthetic: true,
  }],
  ["a source", { source: "hook" }, { ...GENERIC, source: "hook" }],
  ["extras", { data: { a: [1] }, fn() {} }, { ...GENERIC, data: { a: [1] } }],
  ["places in the list", { "exception_id": 7, "parent_id": 3 }, GENERIC],
  [
    "malformed fields",
    { type: 1, handled: null, synthetic: 0, source: "" },
    GENERIC,
  ],
  ["a text", "generic", GENERIC],
  ["nothing", null, GENERIC],
];

for (const [name, mechanism, expected] of overridden) {
  Deno.test(`buildException() heeds a mechanism of ${name}`, () => {
    const input = { boundary: MANUAL, overrides: { mechanism } };
    assertEquals(mechanisms(checkout(), input), [expected]);
  });
}

Deno.test("buildException() lets no mechanism nest deeper than PostHog reads", () => {
  const deep = JSON.parse('{"a":'.repeat(100) + "1" + "}".repeat(100));
  const { properties } = capture(checkout(), {
    boundary: MANUAL,
    overrides: { mechanism: deep },
  });
  let deepest = 0;
  const pending = [{ value: properties["$exception_list"], depth: 1 }];
  for (const { value, depth } of pending) {
    if (typeof value !== "object" || value === null) continue;
    deepest = Math.max(deepest, depth);
    for (const member of Object.values(value)) {
      pending.push({ value: member, depth: depth + 1 });
    }
  }
  assertEquals(deepest, 64);
});

const levels: readonly (readonly [given: unknown, level: string])[] = [
  ["fatal", "fatal"],
  ["CRITICAL", "fatal"],
  ["alert", "fatal"],
  ["emergency", "fatal"],
  ["Error", "error"],
  ["warning", "warning"],
  ["WARN", "warning"],
  ["log", "log"],
  ["notice", "info"],
  ["info", "info"],
  ["debug", "debug"],
  ["trace", "debug"],
  ["verbose", "warning"],
  ["", "warning"],
  ["constructor", "warning"],
  [3, "warning"],
  [null, "warning"],
  [undefined, "warning"],
];

for (const [level, expected] of levels) {
  Deno.test(`buildException() takes ${String(level)} for the level ${expected} (ERR-038)`, () => {
    const boundary: Boundary = { ...MANUAL, level: "warning" };
    const { properties, list } = capture(checkout(), {
      boundary,
      overrides: { level },
    });
    assertEquals(properties["$exception_level"], expected);
    assertEquals(list[0].mechanism.handled, true);
  });
}

const sources:
  readonly (readonly [given: unknown, source: string | undefined])[] = [
    ["workers.queue", "workers.queue"],
    ["a_1.b.c", "a_1.b.c"],
    ["workers", undefined],
    ["Workers.queue", undefined],
    ["workers.", undefined],
    ["workers.queue\n", undefined],
    ["", undefined],
    [1, undefined],
  ];

for (const [source, expected] of sources) {
  Deno.test(`buildException() judges the source ${JSON.stringify(source)} (ERR-037)`, () => {
    const overrides = { source };
    const manual = capture(checkout(), { boundary: MANUAL, overrides });
    assertEquals(manual.properties["$exception_source"], expected);
    assertEquals("$exception_source" in manual.properties, !!expected);
    const automatic = capture(checkout(), { boundary: MIDDLEWARE, overrides });
    assertEquals(
      automatic.properties["$exception_source"],
      expected ?? "fetch.handler",
    );
  });
}

Deno.test("buildException() takes a fingerprint as it is, or warns (ERR-053, ERR-054, ERR-055)", () => {
  const read = (fingerprint: unknown) => {
    const { properties, notes } = capture(checkout(), {
      boundary: MANUAL,
      overrides: { fingerprint },
    });
    return [
      properties["$exception_fingerprint"],
      notes.map(({ level }) => level),
    ];
  };
  assertEquals(read("x".repeat(100)), ["x".repeat(100), []]);
  for (const given of [["a"], "", 1]) {
    assertEquals(read(given), [undefined, ["warn"]]);
  }
  for (const given of [undefined, null]) {
    assertEquals(read(given), [undefined, []]);
  }
});
