import { assertEquals } from "@std/assert";
import { fromRoot } from "./_kit/paths.ts";
import {
  findNumbers,
  readNamedNumbers,
  readRegister,
} from "./_kit/requirements.ts";

const register = readRegister(
  Deno.readTextFileSync(fromRoot("docs/requirements.md")),
);

Deno.test("docs/requirements.md has every number that a test names, and each that it has is named by one", () => {
  const named = readNamedNumbers();
  const registered = new Set(register.map(([number]) => number));
  const missing = [...named].filter(([number]) => !registered.has(number))
    .map(([number, path]) => `${number} is named in ${path}`);
  const unshown = [...registered].filter((number) => !named.has(number))
    .map((number) => `${number} is named by no test`);
  assertEquals([...missing, ...unshown], []);
});

Deno.test("docs/requirements.md says each once, in a sentence", () => {
  const numbers = register.map(([number]) => number);
  assertEquals(
    numbers.filter((number, index) => numbers.indexOf(number) !== index),
    [],
  );
  assertEquals(
    register.filter(([, sentence]) => !/^\S.{10,150}\.$/.test(sentence)),
    [],
  );
});

/** Put together, so that this file names none of them. */
const [first, second, row] = ["ABC" + "-001", "ABC" + "-002", "R" + "99"];

Deno.test("a number counts in a string or a template, not in a comment, in code or as a name of a standard", () => {
  assertEquals(
    findNumbers(`
      // ${first}
      const x = ABC - 1;
      Deno.test("does it (${first}, ${row})", () => {});
      Deno.test(\`\${x} does it (${second})\`, () => {});
      Deno.test("UTF-8 by SHA-256", () => {});
      Deno.test("stores it in ${row} of somebody", () => {});
    `),
    [first, row, second],
  );
});

Deno.test("a register's line ends where the next one begins", () => {
  assertEquals(
    readRegister(
      `## A\n\n- **${first}** One\n  sentence.\n- **${row}** Another.\n\nText.\n`,
    ),
    [[first, "One sentence."], [row, "Another."]],
  );
});
