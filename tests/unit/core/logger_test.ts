import { assert, assertEquals } from "@std/assert";
import { toLine } from "../../../src/core/logger.ts";

const ROWS: readonly [name: string, text: string, line: string][] = [
  [
    "plain text as it is",
    "Cannot capture 'paid': 😀",
    "Cannot capture 'paid': 😀",
  ],
  [
    "line breaks escaped",
    "a\r\nb\u2028c\u2029d",
    "a\\u000d\\u000ab\\u2028c\\u2029d",
  ],
  [
    "commands to a terminal escaped",
    "\u001b[31m\u009b\u007f\0",
    "\\u001b[31m\\u009b\\u007f\\u0000",
  ],
  ["200 characters whole", "x".repeat(200), "x".repeat(200)],
  [
    "what is longer without its middle",
    `a${"x".repeat(2 ** 20)}b`,
    `a${"x".repeat(98)}…${"x".repeat(99)}b`,
  ],
];

for (const [name, text, line] of ROWS) {
  Deno.test(`toLine() gives ${name} (FLD-088)`, () => {
    assertEquals(toLine(text), line);
  });
}

Deno.test("toLine() cuts what is too long after it was escaped, and through no character (FLD-088)", () => {
  for (
    const text of ["\n".repeat(40), "😀".repeat(150), `${"😀".repeat(150)}x`]
  ) {
    const line = toLine(text);
    assert(line.length <= 200 && line.isWellFormed(), line);
  }
});
