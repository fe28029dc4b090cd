import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { capture, mechanisms } from "./_exceptions.ts";

const values = (error: unknown) =>
  capture(error).list.map(({ value }) => value);

function chain(length: number): Error {
  let error = new Error(`${length - 1}`);
  for (let index = length - 2; index >= 0; index--) {
    error = new Error(`${index}`, { cause: error });
  }
  return error;
}

Deno.test("buildException() lists the caught error first, its root cause last (ERR-020, ERR-021)", () => {
  const error = new Error("wrapper", { cause: new Error("root") });
  assertEquals(values(error), ["wrapper", "root"]);
  assertEquals(values(new Error("alone")), ["alone"]);
});

Deno.test("buildException() lists causes that are no errors (ERR-030)", () => {
  const counts = [["text", 2], [0, 2], ["", 2], [false, 2], [null, 1], [
    undefined,
    1,
  ]] as const;
  for (const [cause, count] of counts) {
    assertEquals(values(new Error("m", { cause })).length, count);
  }
  assertEquals(values(new Error("m")).length, 1);
});

Deno.test("buildException() ends at a circle (ERR-026)", () => {
  const a = new Error("a");
  a.cause = new Error("b", { cause: a });
  assertEquals(values(a), ["a", "b"]);
  const self = new Error("self");
  self.cause = self;
  assertEquals(values(self), ["self"]);
  const shared = new Error("shared");
  assertEquals(values(new AggregateError([shared, shared], "m")), [
    "m",
    "shared",
  ]);
  const wrapped = new Error("wrapped");
  wrapped.cause = { wrapped };
  assertEquals(values(wrapped), ["wrapped"]);
  assertEquals(values({ wrapped }), ["wrapped"]);
});

Deno.test("buildException() lists equal primitives as often as they occur", () => {
  assertEquals(values(new AggregateError(["x", "x"], "m")), ["m", "x", "x"]);
});

Deno.test("buildException() lists the first 50 of a chain, however long (ERR-027, ERR-028)", () => {
  const expected = Array.from({ length: 50 }, (_, index) => `${index}`);
  for (const length of [60, 10_000]) {
    assertEquals(values(chain(length)), expected);
  }
  assertEquals(values(chain(49)).length, 49);
});

Deno.test("buildException() looks at 1,000 members of an aggregate (ERR-027)", () => {
  const looked: PropertyKey[] = [];
  const errors = new Proxy(Array.from({ length: 5000 }), {
    get(target, key) {
      if (/^\d+$/.test(String(key))) looked.push(key);
      return Reflect.get(target, key);
    },
  });
  const error = new AggregateError([], "m");
  error.errors = errors;
  assertEquals(values(error), ["m"]);
  assertEquals(looked.length, 1000);
});

Deno.test("buildException() lists depth first, up to 50 in all (ERR-027)", () => {
  const member = (name: string) =>
    new Error(name, { cause: new Error(`${name} cause`) });
  const error = new AggregateError([member("a"), member("b")], "m", {
    cause: new Error("cause"),
  });
  assertEquals(values(error), [
    "m",
    "cause",
    "a",
    "a cause",
    "b",
    "b cause",
  ]);
  const many = Array.from({ length: 100 }, (_, i) => member(`${i}`));
  const listed = values(new AggregateError(many, "m"));
  assertEquals(listed.length, 50);
  assertEquals(listed.slice(-3), ["23", "23 cause", "24"]);
});

Deno.test("buildException() lists both errors of a SuppressedError (ERR-025)", () => {
  const name = "SuppressedError";
  const native = new SuppressedError(new Error("a"), new Error("b"), "m");
  const polyfilled = Object.assign(new Error("m"), {
    name,
    error: new Error("a"),
    suppressed: new Error("b"),
  });
  for (const error of [native, polyfilled]) {
    assertEquals(values(error), ["m", "a", "b"]);
    assertEquals(mechanisms(error).slice(1), [
      {
        type: "chained",
        source: "inner",
        synthetic: false,
        "exception_id": 1,
        "parent_id": 0,
      },
      {
        type: "chained",
        source: "suppressed",
        synthetic: false,
        "exception_id": 2,
        "parent_id": 0,
      },
    ]);
  }
});

Deno.test("buildException() takes the members of aggregates only (ERR-024)", () => {
  const members = { errors: [new Error("a")] };
  assertEquals(values(Object.assign(new Error("m"), members)), ["m"]);
  const named = Object.assign(new Error("m"), members, {
    name: "AggregateError",
  });
  assertEquals(values(named), ["m", "a"]);
  class Many extends AggregateError {
    override name = "Many";
  }
  assertEquals(values(new Many([new Error("a")], "m")), ["m", "a"]);
  const odd = new AggregateError([], "m");
  for (const errors of [{ length: 1, 0: "x" }, "x", null]) {
    odd.errors = errors as unknown as unknown[];
    assertEquals(values(odd), ["m"]);
  }
});

interface Plan {
  readonly kind: "error" | "aggregate" | "text" | "circle";
  readonly cause: Plan | undefined;
  readonly members: readonly Plan[];
}

const kind = fc.constantFrom<Plan["kind"][]>(
  "error",
  "aggregate",
  "text",
  "circle",
);

const { plan } = fc.letrec<{ plan: Plan }>((tie) => ({
  plan: fc.oneof(
    { maxDepth: 6 },
    fc.record({
      kind,
      cause: fc.constant(undefined),
      members: fc.constant([]),
    }),
    fc.record({
      kind,
      cause: fc.option(tie("plan"), { nil: undefined }),
      members: fc.array(tie("plan"), { maxLength: 4 }),
    }),
  ),
}));

function grow({ kind, cause, members }: Plan, root?: Error): unknown {
  if (kind === "text") return "text";
  if (kind === "circle") return root;
  const error = kind === "error" ? new Error("m") : new AggregateError([], "m");
  const first = root ?? error;
  if (cause) error.cause = grow(cause, first);
  if (error instanceof AggregateError) {
    error.errors = members.map((member) => grow(member, first));
  }
  return error;
}

Deno.test("buildException() numbers a tree so that parents come before children (ERR-029, ERR-031)", () => {
  fc.assert(fc.property(plan, (tree) => {
    const { list } = capture(grow(tree));
    assert(list.length >= 1 && list.length <= 50);
    list.forEach(({ mechanism, value }, index) => {
      assertEquals(mechanism.exception_id, index);
      const { parent_id: parent = -1, handled, synthetic } = mechanism;
      assert(parent < index && (index === 0) === (parent === -1));
      if (index === 0) return;
      assertEquals(handled, undefined);
      assertEquals(synthetic, value === "text");
    });
  }));
});
