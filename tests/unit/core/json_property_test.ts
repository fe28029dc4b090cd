import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { countBytes } from "../../../src/core/bytes.ts";
import { toJson } from "../../../src/core/json.ts";
import { HOSTILE } from "../client/_hostile.ts";

const anything = fc.anything({
  withBigInt: true,
  withBoxedValues: true,
  withDate: true,
  withMap: true,
  withNullPrototype: true,
  withObjectString: true,
  withSet: true,
  withSparseArray: true,
  withTypedArray: true,
  key: fc.string({ unit: "binary" }),
  values: [
    fc.string({ unit: "binary" }),
    // Half of a pair, which most generators avoid.
    fc.integer({ min: 0xd800, max: 0xdfff }).map((unit) =>
      `a${String.fromCharCode(unit)}b`
    ),
    fc.double(),
    fc.boolean(),
    fc.bigInt(),
    fc.constantFrom(undefined, null, () => 1, Symbol("s")),
  ],
});

/** Every text in a JSON value, keys included. */
function* textsOf(value: unknown): Generator<string> {
  if (typeof value === "string") yield value;
  if (typeof value !== "object" || value === null) return;
  for (const [key, member] of Object.entries(value)) {
    yield key;
    yield* textsOf(member);
  }
}

Deno.test("toJson() gives what JSON takes unchanged, in well-formed texts", () => {
  fc.assert(
    fc.property(anything, (value) => {
      const json = toJson(value);
      if (json === undefined) return;
      assertEquals(JSON.parse(JSON.stringify(json)), json);
      assert([...textsOf(json)].every((text) => text.isWellFormed()));
    }),
    { numRuns: 500 },
  );
});

Deno.test("toJson() is its own result: converting twice changes nothing", () => {
  fc.assert(fc.property(anything, (value) => {
    const json = toJson(value);
    assertEquals(toJson(json), json);
  }));
});

Deno.test("toJson() leaves its input as it was", () => {
  fc.assert(fc.property(fc.jsonValue(), (value) => {
    const before = structuredClone(value);
    const json = toJson(value);
    assertEquals(value, before);
    // What JSON can say is said, but for -0.
    assertEquals(JSON.stringify(json), JSON.stringify(value));
    if (typeof json === "object" && json !== null) assert(json !== value);
  }));
});

Deno.test("toJson() is total, whatever a value does when it is read", () => {
  for (const value of HOSTILE) {
    for (const wrapped of [value, [value], { value }, new Map([[1, value]])]) {
      const json = toJson(wrapped);
      if (json !== undefined) {
        assertEquals(JSON.parse(JSON.stringify(json)), json);
      }
    }
  }
});

Deno.test("countBytes() equals the encoder for any well-formed text", () => {
  const encoder = new TextEncoder();
  fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => {
    const wellFormed = text.toWellFormed();
    assertEquals(countBytes(wellFormed), encoder.encode(wellFormed).length);
  }));
});
