// deno-lint-ignore-file no-boolean-literal-for-arguments -- they are expected values here
import { assertEquals } from "@std/assert";
import { parseStack } from "./_parse_stack.ts";

type Row = readonly [
  line: string,
  name: string,
  filename: string,
  line: number | undefined,
  column: number | undefined,
  inApp: boolean,
];

const NATIVE = "[native code]";
const PATH = "/app/dir with space (1)/ünï@2.mjs";
const ODD_PATH = "/deno-dir/npm/registry.example/is-odd/0.1.2/index.js";
const WEBPACK = "webpack-internal:///(middleware)/./middleware.ts";

const oracle: readonly Row[] = [
  [
    "at boom (file:///app/cases.js:11:25)",
    "boom",
    "/app/cases.js",
    11,
    25,
    true,
  ],
  ["at file:///app/main.mjs:2:22", "?", "/app/main.mjs", 2, 22, true],
  [
    "at async outer (file:///app/cases.js:85:28)",
    "outer",
    "/app/cases.js",
    85,
    28,
    true,
  ],
  [
    "at Object.fetch (worker.js:9:17)",
    "Object.fetch",
    "worker.js",
    9,
    17,
    true,
  ],
  ["at deep (main:1:25)", "deep", "main", 1, 25, true],
  [
    "at Object.boom [as alias] (cases.js:11:25)",
    "Object.boom",
    "cases.js",
    11,
    25,
    true,
  ],
  [
    "at renamed fn (x) (/app/cases.js:53:80)",
    "renamed fn (x)",
    "/app/cases.js",
    53,
    80,
    true,
  ],
  [
    "at naïve (file:///app/dir%20with%20space%20(1)/%C3%BCn%C3%AF@2.mjs:1:26)",
    "naïve",
    PATH,
    1,
    26,
    true,
  ],
  ["at /app/dir with space (1)/ünï@2.mjs:2:1", "?", PATH, 2, 1, true],
  [
    "at Array.map (<anonymous>)",
    "Array.map",
    NATIVE,
    undefined,
    undefined,
    false,
  ],
  ["at map (native:1:11)", "map", NATIVE, undefined, undefined, false],
  ["at <parse> (:0)", "<parse>", NATIVE, undefined, undefined, false],
  ["at unknown", "?", NATIVE, undefined, undefined, false],
  [
    "at async Promise.all (index 0)",
    "Promise.all",
    "node:internal/promise",
    undefined,
    undefined,
    false,
  ],
  [
    "at eval (eval at <anonymous> (eval at <anonymous> (file:///app/cases.js:112:34)), <anonymous>:1:7)",
    "eval",
    "/app/cases.js",
    112,
    34,
    true,
  ],
  [
    "at eval (virtual/eval-file.js, <anonymous>:1:7)",
    "eval",
    "virtual/eval-file.js",
    1,
    7,
    true,
  ],
  [
    "at wasmFn (wasm://wasm/b037eaf6:wasm-function[1]:0x26)",
    "wasmFn",
    "wasm://wasm/b037eaf6",
    1,
    38,
    false,
  ],
  [
    "at wasm://wasm/50b3733a:wasm-function[0]:0x21",
    "wasm-function[0]",
    "wasm://wasm/50b3733a",
    1,
    33,
    false,
  ],
  [
    "at inVm (evalmachine.<anonymous>:1:25)",
    "inVm",
    "evalmachine.<anonymous>",
    1,
    25,
    true,
  ],
  [
    "at ModuleJob.run (node:internal/modules/esm/module_job:325:25)",
    "ModuleJob.run",
    "node:internal/modules/esm/module_job",
    325,
    25,
    false,
  ],
  [
    "at new URL (ext:deno_web/00_url.js:2:3156)",
    "new URL",
    "ext:deno_web/00_url.js",
    2,
    3156,
    false,
  ],
  [`at isOdd (file://${ODD_PATH}:14:11)`, "isOdd", ODD_PATH, 14, 11, false],
  ["at pay (/$bunfs/root/app:2:27)", "pay", "/$bunfs/root/app", 2, 27, true],
  [`at eval (${WEBPACK}:12:11)`, "eval", WEBPACK, 12, 11, true],
  [
    "structuredClone@[native code]",
    "structuredClone",
    NATIVE,
    undefined,
    undefined,
    false,
  ],
  ["@/app/cases.js:287:12", "?", "/app/cases.js", 287, 12, true],
  [
    "module code@/app/main.ts:10:10",
    "module code",
    "/app/main.ts",
    10,
    10,
    true,
  ],
  ["eval code@", "eval code", NATIVE, undefined, undefined, false],
  [
    "wasmFn@<?>:wasm-function[1]",
    "wasmFn",
    "wasm://wasm",
    undefined,
    undefined,
    false,
  ],
  [
    "@main.js line 7 > eval line 1 > eval:1:7",
    "?",
    "main.js",
    7,
    undefined,
    true,
  ],
];

const more: readonly Row[] = [
  // Paths as they are found in the wild (ERR-065).
  ["at f (file:///app/100%/x.js:1:2)", "f", "/app/100%/x.js", 1, 2, true],
  ["at f (/app/100%25/x.js:1:2)", "f", "/app/100%25/x.js", 1, 2, true],
  ["at f (file:///app/a%2523.js:1:2)", "f", "/app/a%23.js", 1, 2, true],
  ["at f (file:///C:/app/x.js:1:2)", "f", "C:/app/x.js", 1, 2, true],
  ["at f (C:\\app\\x.js:1:2)", "f", "C:\\app\\x.js", 1, 2, true],
  ["at f (/app/a(b/x.js:1:2)", "f", "/app/a(b/x.js", 1, 2, true],
  ["at f (/app/a)b/x.js:1:2)", "f", "/app/a)b/x.js", 1, 2, true],
  ["f@/app/@scope/x.js:1:2", "f", "/app/@scope/x.js", 1, 2, true],
  ["/app/x.js:1:2", "?", "/app/x.js", 1, 2, true],
  // A position is a positive unsigned 32-bit integer or absent.
  ["at f (/app/x.js:0:0)", "f", "/app/x.js", undefined, undefined, true],
  [
    "at f (/app/x.js:4294967295:4294967296)",
    "f",
    "/app/x.js",
    4294967295,
    undefined,
    true,
  ],
  ["at f (/app/x.js:7)", "f", "/app/x.js", 7, undefined, true],
  ["at f (/app/x.js)", "f", "/app/x.js", undefined, undefined, true],
  // Names.
  [
    "at Object.<anonymous> (/app/x.js:1:2)",
    "Object.?",
    "/app/x.js",
    1,
    2,
    true,
  ],
  ["at async <anonymous> (/app/x.js:1:2)", "?", "/app/x.js", 1, 2, true],
  ["at new <anonymous> (/app/x.js:1:2)", "new ?", "/app/x.js", 1, 2, true],
  [
    "at Account.[Symbol.iterator] (/app/x.js:1:2)",
    "Account.[Symbol.iterator]",
    "/app/x.js",
    1,
    2,
    true,
  ],
  ["at (/app/x.js:1:2)", "?", "/app/x.js", 1, 2, true],
  // Evaluated text.
  [
    "at eval (eval at renamed fn (x) (/dir (1)/x.js:3:4), <anonymous>:1:7)",
    "eval",
    "/dir (1)/x.js",
    3,
    4,
    true,
  ],
  ["at eval at f, <anonymous>:1:2", "?", NATIVE, undefined, undefined, false],
  ["at <anonymous>:1:7", "?", "<anonymous>", 1, 7, false],
  [
    "anonymous@x.js line 7 > Function:3:7",
    "anonymous",
    "x.js",
    7,
    undefined,
    true,
  ],
  [
    "@my line dir/x.js line 7 > eval:3:7",
    "?",
    "my line dir/x.js",
    7,
    undefined,
    true,
  ],
  [
    "at f (data:text/javascript,x, <anonymous>:9:9) y:1:27)",
    "f",
    "data:text/javascript",
    1,
    27,
    false,
  ],
  [
    "at data:text/javascript,x:wasm-function[1]:1:27",
    "?",
    "data:text/javascript",
    1,
    27,
    false,
  ],
  // WebAssembly of a file.
  [
    "at f (file:///app/a.wasm:wasm-function[1]:0x0)",
    "f",
    "/app/a.wasm",
    undefined,
    undefined,
    false,
  ],
  ["stub@[wasm code]", "stub", NATIVE, undefined, undefined, false],
  ["at file://:1:2", "?", NATIVE, undefined, undefined, false],
  ["   at f (/app/x.js:1:2)\r", "f", "/app/x.js", 1, 2, true],
];

for (
  const [text, name, filename, line, column, inApp] of [...oracle, ...more]
) {
  Deno.test(`parseStack() reads ${text} (ERR-061)`, () => {
    assertEquals(parseStack(text, "", {}), [{
      platform: "node:javascript",
      filename,
      function: name,
      ...(line !== undefined && { lineno: line }),
      ...(column !== undefined && { colno: column }),
      "in_app": inApp,
    }]);
  });
}

const files = (stack: unknown, message = "") =>
  parseStack(stack, message, {}).map((frame) => frame.function);

const headers: readonly (readonly [
  name: string,
  stack: unknown,
  message: string,
  functions: readonly string[],
])[] = [
  [
    "a frame in a message",
    "Error: x\n    at evil (a:1:1)\n    at real (a:1:1)",
    "x\n    at evil (a:1:1)",
    ["real"],
  ],
  [
    "a message that is a frame, without a name",
    "at evil (a:1:1)\n    at real (a:1:1)",
    "at evil (a:1:1)",
    ["real"],
  ],
  [
    "a message that begins with a new line",
    "E: \n at evil (a:1:1)\n at real (a:1:1)",
    "\n at evil (a:1:1)",
    ["real"],
  ],
  [
    "an excerpt before the header",
    "x.js:1\n@evil:1:1\n  ^\n\nError: m\n    at real (a:1:1)",
    "m",
    ["real"],
  ],
  ["a header alone", "Error: a@b.c:1", "a@b.c:1", []],
  [
    "a header of several lines alone",
    "Error: x\n    at evil (a:1:1)",
    "x\n    at evil (a:1:1)",
    [],
  ],
  ["a message that a frame's end looks like", "f@/app/x.js:10:1", "1", ["f"]],
  ["a message that is not in the stack", "Error: a\n at f (a:1:1)", "other", [
    "f",
  ]],
  [
    "a message behind the first frame",
    "Error\n at f (a:1:1)\n at g: m\n at h (a:1:1)",
    "m",
    ["h", "?", "f"],
  ],
  [
    "text between at-sign frames",
    "f@x.js:1:1\nsome words\nme@example.com\ng@x.js:2:2\n",
    "",
    ["g", "f"],
  ],
  ["no stack at all", "not a stack", "", []],
  ["an empty text", "", "", []],
  ["a list", ["at f (a:1:1)"], "", []],
  ["nothing", undefined, "", []],
  ["lone surrogates", "at f\ud800 (a:1:1)", "", ["f\ufffd"]],
];

for (const [name, stack, message, functions] of headers) {
  Deno.test(`parseStack() reads ${name} (ERR-062, ERR-063)`, () => {
    assertEquals(files(stack, message), functions);
  });
}

Deno.test("parseStack() replaces lone surrogates in a file's name (ERR-091)", () => {
  const [frame] = parseStack("at f (/a\ud800/b.js:1:1)", "", {
    projectRoot: "/a\ud800",
  });
  assertEquals(frame?.filename, "b.js");
  assertEquals(frame?.abs_path, "/a\ufffd/b.js");
});

Deno.test("parseStack() keeps the 50 innermost of many frames (ERR-074)", () => {
  const lines = Array.from({ length: 100 }, (_, i) => `at f${i} (a.js:1:1)`);
  const names = files(lines.join("\n"));
  assertEquals(names.length, 50);
  assertEquals([names[0], names[49]], ["f49", "f0"]);
});

Deno.test("parseStack() looks at 1,000 lines behind the header (ERR-077)", () => {
  const filler = "x\n".repeat(999);
  assertEquals(files(`${filler}at f (a.js:1:1)`), ["f"]);
  assertEquals(files(`${filler}x\nat f (a.js:1:1)`), []);
  const message = "x\n".repeat(2000) + "y";
  assertEquals(files(`Error: ${message}\nat f (a.js:1:1)`, message), ["f"]);
});

Deno.test("parseStack() skips lines of more than 1,024 characters (ERR-077)", () => {
  const line = (length: number) => "at f (a.js:1:1)".padEnd(length);
  assertEquals(files(line(1024)), ["f"]);
  assertEquals(files(line(1025)), []);
  assertEquals(files("(".repeat(1024 * 1024)), []);
  assertEquals(files(`${"(".repeat(1025)}\n`.repeat(1000)), []);
});
