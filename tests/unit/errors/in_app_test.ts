// deno-lint-ignore-file no-boolean-literal-for-arguments -- they are expected values here
import { assertEquals } from "@std/assert";
import { parseStack } from "./_parse_stack.ts";
import type { FrameOptions } from "../../../src/errors/types.ts";

const judge = (filename: string, options: FrameOptions = {}) =>
  parseStack(`at f (${filename}:1:2)`, "", options)[0]?.in_app;

const rows: readonly (readonly [filename: string, inApp: boolean])[] = [
  ["data:text/javascript,x", false],
  ["webkit-masked-url://hidden/", false],
  ["wasm://wasm/b037eaf6", false],
  ["bun:main", false],
  ["deno:core", false],
  ["cloudflare:sockets", false],
  ["internal:x", false],
  ["chrome-extension://x/y.js", false],
  ["https://shop.example/x.js", true],
  ["HTTPS://shop.example/x.js", true],
  ["webpack:///./src/x.ts", true],
  ["turbopack:///[project]/x.ts", true],
  ["vite:x", true],
  ["rsc://React/Server/x.js", true],
  ["app:///x.js", true],
  ["blob:https://x/y", true],
  ["C:/app/x.js", true],
  ["C:\\app\\node_modules\\dep\\x.js", false],
  ["node_modules/dep/x.js", false],
  ["/app/node_modules/@scope/dep/x.js", false],
  ["webpack-internal:///(rsc)/./node_modules/next/x.js", false],
  ["/app/node_modules_old/x.js", true],
  ["/app/my_node_modules/x.js", true],
  ["/cache/npm/registry.example/is-odd/3.0.1/index.js", false],
  ["/cache/npm/registry.example/@scope/name/1.0.0-rc.1/index.js", false],
  ["/app/npm/registry/is-odd/3.0.1/index.js", true],
  ["/app/npm/registry.example/is-odd/latest/index.js", true],
  ["/home/.bun/install/cache/dep@1.2.3/x.js", false],
  ["/home/.bun/install/cache/@scope/dep@1.2.3@@@1/x.js", false],
  ["/app/install/cache/dep/x.js", true],
  ["worker.js", true],
  ["sub/x.js", true],
];

for (const [filename, inApp] of rows) {
  Deno.test(`parseStack() judges ${filename} (ERR-071)`, () => {
    assertEquals(judge(filename), inApp);
  });
}

const judgeAll = (lines: readonly string[], options: FrameOptions = {}) =>
  parseStack(lines.map((line) => `at ${line}`).join("\n"), "", options)
    .map((frame) => frame.in_app);

Deno.test("parseStack() takes a remote module for a dependency beside a local one (ERR-071)", () => {
  const remote = "https://modules.example/x/y.ts:1:1";
  const cached = "/d/npm/registry.example/a/1.0.0/i.js:1:1";
  assertEquals(judgeAll([remote, "/app/x.ts:1:1"]), [true, false]);
  assertEquals(judgeAll([remote, "C:/app/x.ts:1:1"]), [true, false]);
  assertEquals(judgeAll([remote, "node:fs:1:1"]), [false, true]);
  // A dependency on disk does not make the application local.
  assertEquals(judgeAll([cached, remote]), [true, false]);
  const options = { inAppInclude: ["modules.example/x"] };
  assertEquals(judgeAll([remote, "/app/x.ts:1:1"], options), [true, true]);
});

const patterns: readonly (readonly [
  name: string,
  filename: string,
  options: FrameOptions,
  inApp: boolean,
])[] = [
  [
    "an excluded text",
    "/app/vendor/x.js",
    { inAppExclude: ["/vendor/"] },
    false,
  ],
  [
    "an excluded pattern",
    "/app/vendor/x.js",
    { inAppExclude: [/vendor/g] },
    false,
  ],
  ["an included text", "/app/node_modules/own/x.js", {
    inAppInclude: ["/own/"],
  }, true],
  ["an included pattern", "node:fs", { inAppInclude: [/^node:/y] }, true],
  [
    "both",
    "/app/own/x.js",
    { inAppInclude: ["own"], inAppExclude: ["app"] },
    true,
  ],
  [
    "neither",
    "/app/own/x.js",
    { inAppInclude: ["a"], inAppExclude: ["y"] },
    true,
  ],
  ["an empty text", "/app/x.js", { inAppExclude: [""] }, true],
  ["what an engine is made of", "native", { inAppInclude: [/./] }, false],
];

for (const [name, filename, options, inApp] of patterns) {
  Deno.test(`parseStack() heeds ${name} (ERR-082)`, () => {
    assertEquals(judge(filename, options), inApp);
    assertEquals(judge(filename, options), inApp, "again");
  });
}

const roots: readonly (readonly [
  name: string,
  root: string,
  filename: string,
  expected: readonly [filename: string, absolute?: string],
])[] = [
  ["below it", "/srv/app", "/srv/app/src/x.js", [
    "src/x.js",
    "/srv/app/src/x.js",
  ]],
  ["with a slash", "/srv/app/", "/srv/app/x.js", ["x.js", "/srv/app/x.js"]],
  ["as a URL", "file:///srv/my%20app", "/srv/my app/x.js", [
    "x.js",
    "/srv/my app/x.js",
  ]],
  ["beside it", "/srv/app", "/srv/apple/x.js", ["/srv/apple/x.js"]],
  ["relative", "/srv/app", "worker.js", ["worker.js"]],
  ["on Windows", "C:\\app", "C:\\app\\src\\x.js", [
    "src/x.js",
    "C:\\app\\src\\x.js",
  ]],
  ["at the top", "/", "/app/x.js", ["app/x.js", "/app/x.js"]],
];

for (const [name, projectRoot, filename, expected] of roots) {
  Deno.test(`parseStack() makes a file ${name} relative (ERR-081)`, () => {
    const [frame] = parseStack(`at f (${filename}:1:2)`, "", { projectRoot });
    assertEquals([frame?.filename, frame?.abs_path], [
      expected[0],
      expected[1],
    ]);
    assertEquals("abs_path" in (frame ?? {}), expected.length === 2);
  });
}
