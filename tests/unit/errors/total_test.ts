import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { parseStack } from "./_parse_stack.ts";
import { capture } from "./_exceptions.ts";

const anything = () =>
  fc.anything({
    withBigInt: true,
    withDate: true,
    withMap: true,
    withSet: true,
    withTypedArray: true,
    withNullPrototype: true,
    withSparseArray: true,
    withBoxedValues: true,
    withObjectString: true,
  });

function check(error: unknown): void {
  const { list, type, properties } = capture(error);
  for (const entry of list) {
    assert(typeof entry.type === "string" && entry.type !== "");
    assertEquals(typeof entry.value, "string");
    assert(entry.stacktrace?.frames.length !== 0);
  }
  assertEquals([
    properties["$exception_type"],
    properties["$exception_message"],
  ], [
    list[0].type,
    list[0].value,
  ]);
  assertEquals(type, list[0].type);
}

Deno.test("buildException() describes anything (ERR-006, ERR-013)", () => {
  fc.assert(fc.property(anything(), check), { numRuns: 500 });
});

Deno.test("buildException() describes errors with anything for members (ERR-013, ERR-014)", () => {
  const members = fc.record({
    name: anything(),
    message: anything(),
    stack: anything(),
    cause: anything(),
    errors: anything(),
    error: anything(),
    suppressed: anything(),
  }, { requiredKeys: [] });
  const makers = fc.constantFrom(
    () => new Error(),
    () => new AggregateError([]),
    () => new SuppressedError(1, 2),
    () => ({}),
  );
  fc.assert(
    fc.property(members, makers, (values, make) => {
      check(Object.defineProperties(
        make(),
        Object.fromEntries(
          Object.entries(values).map(([key, value]) => [key, { value }]),
        ),
      ));
    }),
    { numRuns: 500 },
  );
});

Deno.test("buildException() describes what fails at any trap (ERR-013)", () => {
  const traps: readonly (keyof ProxyHandler<Error>)[] = [
    "get",
    "has",
    "ownKeys",
    "getPrototypeOf",
    "getOwnPropertyDescriptor",
  ];
  fc.assert(fc.property(
    fc.subarray([...traps]),
    fc.constantFrom(new Error("m"), {}, [], () => {}, new Event("x")),
    (broken, target) => {
      const fail = () => {
        throw new Error("no");
      };
      const handler = Object.fromEntries(broken.map((trap) => [trap, fail]));
      check(new Proxy<object>(target, handler));
      check(new Error("m", { cause: new Proxy<object>(target, handler) }));
    },
  ));
});

Deno.test("buildException() ends at an event that holds itself", () => {
  const event: Record<PropertyKey, unknown> = {
    [Symbol.toStringTag]: "ErrorEvent",
  };
  event["error"] = event;
  check(event);
});

Deno.test("parseStack() reads any text (ERR-072)", () => {
  const piece = fc.constantFrom(
    "at ",
    "async ",
    "(",
    ")",
    " (",
    "@",
    ":",
    ":1",
    "\n",
    "eval at ",
    ", <anonymous>",
    " > eval",
    " line 1",
    ":wasm-function[",
    "]",
    "file://",
    "%",
    "data:",
    "f",
    "\ud800",
  );
  const text = fc.array(piece, { maxLength: 60 }).map((all) => all.join(""));
  fc.assert(
    fc.property(text, text, (stack, message) => {
      for (const frame of parseStack(stack, message, { projectRoot: "/" })) {
        assert(frame.filename.isWellFormed() && frame.function.isWellFormed());
        assert(frame.filename !== "" && frame.function !== "");
        assert((frame.lineno ?? 1) >= 1 && (frame.colno ?? 1) >= 1);
      }
    }),
    { numRuns: 2000 },
  );
});
