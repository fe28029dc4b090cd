import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { openScope } from "./_scope.ts";

Deno.test("withContext() gives back what the function gives, and throws what it throws (CTX-036)", async () => {
  const { hog, errors } = openScope();
  const fail = () => {
    throw new RangeError("the application's");
  };
  assertEquals(hog.withContext({}, () => "given"), "given");
  assertThrows(() => hog.withContext({}, fail), RangeError);
  const later = hog.withContext({}, async (inner) => {
    await Promise.resolve();
    return inner.distinctId;
  });
  assertEquals(await later, "visitor-1");
  await assertRejects(
    () => hog.withContext({}, () => Promise.reject(new RangeError("late"))),
    RangeError,
  );
  assertEquals(errors, []);
});

Deno.test("withContext() takes what it is given, and tells of a function that is none", () => {
  const { hog, logs, errors } = openScope();
  const ids = [undefined, null, 5, "x", [], { distinctId: {} }].map((data) =>
    hog.withContext(data as object, ({ distinctId }) => distinctId)
  );
  assertEquals(new Set(ids), new Set(["visitor-1"]));
  assertEquals(hog.withContext({}, "no function" as never), undefined);
  assertEquals(logs.map(({ message }) => message), [
    "Cannot complete 'withContext': expected a function",
  ]);
  assertEquals(errors, []);
});

Deno.test("withContext() gives a scope of nobody rather than the wrong one where its data can't be read", () => {
  const { hog, errors } = openScope();
  const data = {
    get distinctId(): string {
      throw new Error("no");
    },
  };
  const seen = hog.withContext(data, ({ distinctId, properties }) => [
    distinctId,
    properties,
  ]);
  assertEquals(seen, [undefined, {}]);
  assertEquals(errors.map(({ name }) => name), ["CallbackError"]);
});

Deno.test("withContext() nests, each scope over the one it was made of (CTX-036)", async () => {
  const { hog, sent } = openScope({ init: { properties: { a: 1 } } });
  hog.withContext({ properties: { b: 2 } }, (one) => {
    one.withContext({ distinctId: "two", properties: { a: 3 } }, (two) => {
      two.capture({ event: "two" });
      hog.setContext({ properties: { late: true } });
    });
    one.capture({ event: "one" });
  });
  const seen = (await sent()).map(({ distinctId, properties }) => {
    const { a, b, late } = properties;
    return [distinctId, a, b, late];
  });
  assertEquals(seen, [
    ["two", 3, 2, undefined],
    ["visitor-1", 1, 2, undefined],
  ]);
});
