// deno-lint-ignore-file no-boolean-literal-for-arguments -- they are expected values here
import { assert, assertEquals } from "@std/assert";
import { RECORDINGS } from "./_recordings.ts";
import { capture, caught, hostile, withStack } from "./_exceptions.ts";

class ShopError extends Error {}

class Order {
  id = 1;
  items = [];
}

const revoked = () => {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
};

const nameless = (name: unknown, error: Error = new ShopError("m")) =>
  Object.defineProperty(error, "name", { value: name });

const foreign = (tag: string, members: object) => ({
  ...members,
  [Symbol.toStringTag]: tag,
});

const OWN_STACK = { name: "E", message: "m", stack: "E: m\n at f (a.js:1:1)" };

type Row = readonly [
  name: string,
  input: unknown,
  type: string,
  value: string,
  synthetic: boolean,
];

const REJECTED = "Non-Error promise rejection captured with value: ";
const PRIMITIVE = "Primitive value captured as exception: ";
const KEYS = "captured as exception with keys: ";

const rows: readonly Row[] = [
  ["an error", new TypeError("boom"), "TypeError", "boom", false],
  ["an error of a class", new ShopError("m"), "Error", "m", false],
  ["an error with a blank name", nameless(" "), "ShopError", "m", false],
  [
    "an error with another name",
    nameless("PaymentError"),
    "PaymentError",
    "m",
    false,
  ],
  ["an error whose name is no text", nameless(1), "ShopError", "m", false],
  ["an error of another realm", foreign("Error", OWN_STACK), "E", "m", false],
  [
    "an exception of another realm",
    foreign("DOMException", OWN_STACK),
    "E",
    "m",
    false,
  ],
  [
    "an object made like an error",
    Object.assign(Object.create(TypeError.prototype), OWN_STACK),
    "E",
    "m",
    false,
  ],
  ["an object of neither", OWN_STACK, "E", "m", true],
  [
    "a reason in a wrapper",
    new CustomEvent("x", { detail: { reason: { error: new TypeError("t") } } }),
    "TypeError",
    "t",
    false,
  ],
  [
    "a DOMException",
    new DOMException("m", "AbortError"),
    "AbortError",
    "m",
    false,
  ],
  ["a string", "boom", "Error", "boom", true],
  [
    "a string with a type",
    "Uncaught TypeError: boom",
    "TypeError",
    "boom",
    true,
  ],
  [
    "a string with a type and more",
    "Uncaught exception: RangeError: a: b",
    "RangeError",
    "a: b",
    true,
  ],
  [
    "a string with an unknown type",
    "ShopError: boom",
    "Error",
    "ShopError: boom",
    true,
  ],
  ["a string like a type", "Errors: none", "Error", "Errors: none", true],
  [
    "a string that was uncaught",
    "Uncaught boom",
    "Error",
    "Uncaught boom",
    true,
  ],
  ["an empty string", "", "Error", "", true],
  ["a number", 42, "Error", `${PRIMITIVE}42`, true],
  ["a boolean", false, "Error", `${PRIMITIVE}false`, true],
  ["a bigint", 10n, "Error", `${PRIMITIVE}10`, true],
  ["a symbol", Symbol("x"), "Error", `${PRIMITIVE}Symbol(x)`, true],
  ["null", null, "Error", `${PRIMITIVE}null`, true],
  ["undefined", undefined, "Error", `${PRIMITIVE}undefined`, true],
  [
    "a function",
    function secret() {},
    "Error",
    "Function captured as exception: secret",
    true,
  ],
  [
    "a function without a name",
    (() => () => {})(),
    "Error",
    "Function captured as exception: anonymous",
    true,
  ],
  ["a record", { b: 1, a: 2 }, "Error", `Object ${KEYS}a, b`, true],
  ["an empty record", {}, "Error", `Object ${KEYS}[object has no keys]`, true],
  [
    "a record of nothing",
    Object.assign(Object.create(null), { a: 1 }),
    "Error",
    `Object ${KEYS}a`,
    true,
  ],
  ["an instance", new Order(), "Error", `'Order' ${KEYS}id, items`, true],
  [
    "a record of long keys",
    { ["k".repeat(50)]: 1 },
    "Error",
    `Object ${KEYS}${"k".repeat(40)}`,
    true,
  ],
  [
    "a record of many keys",
    { aaaaaaaaaaaaaaaaaaa: 1, bbbbbbbbbbbbbbbbbbb: 1, c: 1 },
    "Error",
    `Object ${KEYS}${"a".repeat(19)}, ${"b".repeat(19)}`,
    true,
  ],
  [
    "a named object",
    { name: "Odd" },
    "Odd",
    "'Odd' captured as exception",
    true,
  ],
  ["an object with a message", { message: "m" }, "Error", "m", true],
  ["an object with both", { name: "Odd", message: "m" }, "Odd", "m", true],
  [
    "an object that holds an error",
    { status: 500, reason: new TypeError("t") },
    "TypeError",
    "t",
    false,
  ],
  [
    "an object with a message and a cause",
    { message: "m", cause: new TypeError("t") },
    "Error",
    "m",
    true,
  ],
  [
    "a frozen error",
    Object.freeze(new TypeError("t")),
    "TypeError",
    "t",
    false,
  ],
  ["a revoked proxy", revoked(), "Error", "Unknown error", true],
  [
    "an object that throws when it is read",
    hostile(),
    "Error",
    "Unknown error",
    true,
  ],
  ["an array", ["a"], "Error", `'Array' ${KEYS}0`, true],
  [
    "an event",
    new Event("x"),
    "Event",
    `Event ${KEYS}[object has no keys]`,
    true,
  ],
  [
    "an event with a reason",
    new CustomEvent("x", { detail: { reason: new TypeError("t") } }),
    "TypeError",
    "t",
    false,
  ],
  [
    "an event with a primitive reason",
    new CustomEvent("x", { detail: { reason: "no" } }),
    "UnhandledRejection",
    `${REJECTED}no`,
    true,
  ],
  [
    "a rejection",
    new PromiseRejectionEvent("x", { promise: Promise.resolve(), reason: 7 }),
    "UnhandledRejection",
    `${REJECTED}7`,
    true,
  ],
  [
    "a rejection for no reason",
    new PromiseRejectionEvent("x", { promise: Promise.resolve() }),
    "UnhandledRejection",
    `${REJECTED}undefined`,
    true,
  ],
  [
    "a rejection for an error",
    new PromiseRejectionEvent("x", {
      promise: Promise.resolve(),
      reason: new RangeError("r"),
    }),
    "RangeError",
    "r",
    false,
  ],
  [
    "an error event",
    new ErrorEvent("x", { error: new TypeError("t") }),
    "TypeError",
    "t",
    false,
  ],
  [
    "an error event without an error",
    foreign("ErrorEvent", { message: "Uncaught TypeError: t" }),
    "TypeError",
    "t",
    true,
  ],
  [
    "an error event around a string",
    foreign("ErrorEvent", { error: "RangeError: r" }),
    "RangeError",
    "r",
    true,
  ],
];

for (const [name, input, type, value, synthetic] of rows) {
  Deno.test(`buildException() describes ${name} (ERR-004, ERR-006)`, () => {
    const [entry] = capture(input).list;
    assertEquals([entry.type, entry.value, entry.mechanism.synthetic], [
      type,
      value,
      synthetic,
    ]);
  });
}

const messages: readonly (readonly [message: unknown, value: string])[] = [
  [undefined, ""],
  [null, ""],
  [{ error: { message: "inner" } }, "inner"],
  [{ a: 1 }, "[object Object]"],
  [12, "12"],
  [Symbol("s"), "Symbol(s)"],
  [Object.create(null), ""],
  [() => "secret", ""],
  [hostile(), ""],
];

for (const [message, value] of messages) {
  Deno.test(`buildException() makes a text of a ${typeof message} for '${value}' (ERR-014)`, () => {
    const error = Object.assign(new Error(), { message });
    assertEquals(capture(error).list[0].value, value);
  });
}

Deno.test("buildException() takes the name of an error as it is now (ERR-094)", () => {
  const error = withStack(new TypeError("m"), "TypeError: m\n at f (a.js:1:1)");
  error.name = "Renamed";
  assertEquals(capture(error).list[0].type, "Renamed");
});

for (
  const { runtime, stack } of RECORDINGS.filter(({ kind }) =>
    kind === "empty-name"
  )
) {
  Deno.test(`buildException() finds a type for an empty name: ${runtime} (ERR-093)`, () => {
    const error = withStack(nameless("", new Error("noname")), stack);
    const { type, value, stacktrace } = caught(error);
    assertEquals([type, value], ["Error", "noname"]);
    assertEquals(stacktrace?.frames.some(({ in_app: inApp }) => inApp), true);
  });
}

Deno.test("buildException() treats members that can't be read as absent (ERR-013)", () => {
  for (const key of ["name", "message", "stack", "cause", "errors"]) {
    const error = new AggregateError([new Error("member")], "m");
    Object.defineProperty(error, key, {
      get() {
        throw new Error("no");
      },
    });
    const { list } = capture(error);
    assertEquals(list[0].type, "AggregateError");
    assertEquals(list[0].value, key === "message" ? "" : "m");
    assertEquals(list.length, key === "errors" ? 1 : 2);
  }
});

Deno.test("buildException() uses the stack of an object that is like an error (ERR-005, ERR-075)", () => {
  const input = {
    name: "Odd",
    message: "m",
    stack: "Odd: m\n at f (a.js:1:1)",
  };
  const [entry] = capture(input).list;
  assertEquals(entry.stacktrace?.frames.map((frame) => frame.function), ["f"]);
  assertEquals(entry.mechanism.synthetic, true);
  const other = { ...input, stacktrace: "at g (a.js:1:1)" };
  assertEquals(caught(other).stacktrace?.frames[0]?.function, "g");
});

Deno.test("buildException() takes the place of an error event from it", () => {
  const members = {
    message: "m",
    filename: "https://x.example/a.js",
    lineno: 3,
    colno: 4,
  };
  assertEquals(caught(foreign("ErrorEvent", members)).stacktrace?.frames, [{
    platform: "node:javascript",
    filename: "https://x.example/a.js",
    function: "?",
    lineno: 3,
    colno: 4,
    "in_app": true,
  }]);
  const nowhere = foreign("ErrorEvent", { ...members, lineno: 0 });
  assertEquals(caught(nowhere).stacktrace, undefined);
});

Deno.test("buildException() takes a recording without a frame for no stack (ERR-033, ERR-078)", () => {
  const kinds =
    /^(?:fetch-connection-refused|stackTraceLimit-zero|promise-any)$/;
  const stacks: unknown[] = RECORDINGS
    .filter(({ runtime, kind }) => runtime === "node" && kinds.test(kind))
    .map(({ stack }) => stack).filter((stack) => !/\n\s*at /.test(stack ?? ""));
  assertEquals(stacks.length, 3);
  for (const stack of [...stacks, [], "", undefined]) {
    const { mechanism, stacktrace } = caught(withStack(new Error("m"), stack));
    assertEquals(mechanism.synthetic, true);
    assert((stacktrace?.frames.length ?? 0) > 0);
  }
});

Deno.test("buildException() changes nothing about an error (ERR-015, ERR-019)", () => {
  const error = Object.freeze(
    Object.assign(new Error("m"), { cause: Object.freeze({ a: 1 }) }),
  );
  const before = Reflect.ownKeys(error);
  const { list } = capture(error);
  assertEquals(Reflect.ownKeys(error), before);
  const changed = new Error("before");
  const built = capture(changed).list;
  changed.message = "after";
  assertEquals([list[0].value, built[0].value], ["m", "before"]);
});
