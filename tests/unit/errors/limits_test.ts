import { assert, assertEquals } from "@std/assert";
import { capture, caught, withStack } from "./_exceptions.ts";

const named = (name: string, message: string) =>
  Object.assign(new Error(message), { name });

const bytes = (text: string) => new TextEncoder().encode(text).length;

const texts: readonly (readonly [
  name: string,
  unit: string,
  expectedType: number,
  expectedValue: number,
])[] = [
  ["ASCII", "x", 255, 10_000],
  ["letters of two bytes", "é", 255, 9999],
  ["letters of three bytes", "€", 255, 9999],
  ["pairs", "😀", 255, 9999],
];

for (const [name, unit, typeBytes, valueBytes] of texts) {
  Deno.test(`buildException() cuts ${name} between characters (ERR-090)`, () => {
    const long = unit.repeat(20_000);
    const { type, value } = caught(named(long, long));
    assertEquals([bytes(type), bytes(value)], [typeBytes, valueBytes]);
    for (const text of [type, value]) {
      assert(text.endsWith("..."));
      assertEquals(text.slice(0, -3).replaceAll(unit, ""), "");
    }
  });
}

Deno.test("buildException() keeps texts that just fit (ERR-090)", () => {
  for (const [unit, width] of [["x", 1], ["é", 2], ["€", 3]] as const) {
    const type = unit.repeat(255 / width);
    const value = unit.repeat(10_000 / width);
    const entry = caught(named(type, value));
    assertEquals([entry.type, entry.value], [type, value]);
  }
});

Deno.test("buildException() replaces lone surrogates (ERR-091)", () => {
  const { type, value } = caught(named("T\ud800", "m\udc00"));
  assertEquals([type, value], ["T\ufffd", "m\ufffd"]);
});

const FRAME_LINE = ` at ${"f".repeat(900)} (/app/x.js:1:1)\n`;

const heavy = (message: string) =>
  withStack(new Error(message), `Error\n${FRAME_LINE.repeat(50)}`);

Deno.test("buildException() shortens a list from its end: stacks first (ERR-092)", () => {
  const members = Array.from({ length: 49 }, (_, index) => heavy(`${index}`));
  const error = heavy("caught");
  Object.assign(error, { name: "AggregateError", errors: members });
  const { list } = capture(error);
  assert(bytes(JSON.stringify(list)) <= 512 * 1024);
  assertEquals(list.length, 50);
  const whole = list.filter(({ stacktrace }) => stacktrace).length;
  assert(whole > 5 && whole < 15);
  assertEquals(list.findIndex(({ stacktrace }) => !stacktrace), whole);
  // One stack more would not fit.
  const [caughtEntry] = list;
  const stack = bytes(JSON.stringify({ stacktrace: caughtEntry.stacktrace }));
  assert(bytes(JSON.stringify(list)) + stack > 512 * 1024);
  assertEquals(caughtEntry.stacktrace?.frames.length, 50);
});

Deno.test("buildException() shortens a list from its end: then entries (ERR-092)", () => {
  // Six bytes of JSON each.
  const wide = "\u0001".repeat(10_000);
  const members = Array.from({ length: 49 }, () => heavy(wide));
  const error = heavy("caught");
  Object.assign(error, { name: "AggregateError", errors: members });
  const { list } = capture(error);
  assertEquals(list.length, 8);
  assertEquals(list.map(({ stacktrace }) => stacktrace !== undefined), [
    true,
    ...Array(7).fill(false),
  ]);
  assert(JSON.stringify(list).length <= 512 * 1024);
});
