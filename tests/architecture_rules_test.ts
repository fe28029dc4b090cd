import { assertEquals } from "@std/assert";
import {
  entryStatements,
  longFiles,
  longFunctions,
  looseTypes,
  strayFetchCalls,
  strayGlobals,
} from "./_kit/code_rules.ts";
import { HOUSE } from "./_kit/house.ts";
import { importEffects } from "./_kit/import_effects.ts";
import {
  foreignImports,
  importCycles,
  reachableFrom,
  strayArrows,
} from "./_kit/import_rules.ts";
import { createSourceTree, type SourceTree } from "./_kit/source_tree.ts";

const arrows = (tree: SourceTree) => strayArrows(tree, HOUSE.arrows);
const fetchCalls = (tree: SourceTree) =>
  strayFetchCalls(tree, HOUSE.fetchCallers);
const globals = (tree: SourceTree) => strayGlobals(tree, HOUSE.globals);
const platform = (tree: SourceTree) =>
  strayGlobals(tree, HOUSE.platformGlobals);

interface Row {
  readonly name: string;
  readonly rule: (tree: SourceTree) => string[];
  readonly files: Readonly<Record<string, string>>;
  readonly found: readonly string[];
}

const EVENTS = "src/events/a.ts";

const ROWS: readonly Row[] = [
  {
    name: "a line that is not drawn",
    rule: arrows,
    files: {
      [EVENTS]: 'import { b } from "../flags/b.ts";',
      "src/flags/b.ts": "",
    },
    found: ["src/events/a.ts imports src/flags/b.ts"],
  },
  {
    name: "a type across a line that is not drawn",
    rule: arrows,
    files: {
      "src/core/a.ts": 'export type A = import("../options/b.ts").B;',
      "src/options/b.ts": "",
    },
    found: ["src/core/a.ts imports src/options/b.ts"],
  },
  {
    name: "a room where only a part of it may be imported",
    rule: arrows,
    files: {
      "src/dev/a.ts": 'export * from "../delivery/http.ts";',
      "src/delivery/http.ts": "",
    },
    found: ["src/dev/a.ts imports src/delivery/http.ts"],
  },
  {
    name: "a line that is drawn to a part of a room",
    rule: arrows,
    files: {
      "src/flags/a.ts": 'export * from "../delivery/http.ts";',
      "src/delivery/http.ts": "",
    },
    found: [],
  },
  {
    name: "an inner room that imports its outer one",
    rule: arrows,
    files: {
      "src/local_evaluation/evaluation/a.ts": 'import "../b.ts";',
      "src/local_evaluation/b.ts": "",
    },
    found: [
      "src/local_evaluation/evaluation/a.ts imports src/local_evaluation/b.ts",
    ],
  },
  {
    name: "a file in no room",
    rule: arrows,
    files: { "src/attic/a.ts": "" },
    found: ["src/attic/a.ts is in no room of the table"],
  },
  {
    name: "a circle of types",
    rule: importCycles,
    files: {
      "src/core/a.ts": 'import type { B } from "./b.ts"; export type A = B;',
      "src/core/b.ts": 'export type { A as B } from "./a.ts";',
    },
    found: ["src/core/a.ts → src/core/b.ts → src/core/a.ts"],
  },
  {
    name: "a call of the global fetch",
    rule: fetchCalls,
    files: { [EVENTS]: 'fetch("https://example.com");' },
    found: ["src/events/a.ts:1 calls fetch"],
  },
  {
    name: "a call of a fetch that was handed in",
    rule: fetchCalls,
    files: {
      [EVENTS]: "export const a = (deps: { fetch(): void }) => deps.fetch();",
    },
    found: ["src/events/a.ts:1 calls fetch"],
  },
  {
    name: "fetch by another name",
    rule: globals,
    files: { [EVENTS]: "export const send = fetch;" },
    found: ["src/events/a.ts:1 uses fetch"],
  },
  {
    name: "console",
    rule: globals,
    files: { [EVENTS]: 'export const a = () => console.log("");' },
    found: ["src/events/a.ts:1 uses console"],
  },
  {
    name: "the clock",
    rule: globals,
    files: {
      [EVENTS]:
        "export const a = () => [Date.now(), new Date(), Date(), performance.now()];",
    },
    found: [
      "src/events/a.ts:1 uses Date.now",
      "src/events/a.ts:1 uses new Date()",
      "src/events/a.ts:1 uses new Date()",
      "src/events/a.ts:1 uses performance",
    ],
  },
  {
    name: "timers",
    rule: globals,
    files: {
      [EVENTS]:
        "export const a = () => [setTimeout(a, 1), clearTimeout(1), setInterval(a, 1), AbortSignal.timeout(1)];",
    },
    found: [
      "src/events/a.ts:1 uses setTimeout",
      "src/events/a.ts:1 uses clearTimeout",
      "src/events/a.ts:1 uses setInterval",
      "src/events/a.ts:1 uses AbortSignal.timeout",
    ],
  },
  {
    name: "randomness and crypto",
    rule: globals,
    files: {
      [EVENTS]: "export const a = () => [Math.random(), crypto.randomUUID()];",
    },
    found: [
      "src/events/a.ts:1 uses Math.random",
      "src/events/a.ts:1 uses crypto",
    ],
  },
  {
    name: "globals behind globalThis",
    rule: globals,
    files: {
      [EVENTS]: "export const a = (globalThis as { crypto?: unknown }).crypto;",
    },
    found: ["src/events/a.ts:1 uses globalThis"],
  },
  {
    name: "names of ours, types, dates with an argument and the files that may",
    rule: globals,
    files: {
      [EVENTS]: [
        "export function a(crypto: { now: number }, fetch: typeof globalThis.fetch): unknown {",
        "  return [crypto.now, { fetch }, new Date(5), Date.parse(''), Math.max(1, 2)];",
        "}",
        "export interface B { fetch: number; setTimeout(): void }",
      ].join("\n"),
      "src/core/clock.ts": "export const now = () => Date.now();",
    },
    found: [],
  },
  {
    name: "imports of platforms and packages",
    rule: foreignImports,
    files: {
      [EVENTS]: [
        'import "node:crypto";',
        'import type { env } from "cloudflare:workers";',
        'export type A = import("npm:hono").Hono;',
        'export const b = () => import("jsr:@std/assert");',
        'export { x } from "bun:test";',
      ].join("\n"),
    },
    found: [
      "node:crypto",
      "cloudflare:workers",
      "npm:hono",
      "jsr:@std/assert",
      "bun:test",
    ]
      .map((specifier) => `src/events/a.ts imports "${specifier}"`),
  },
  {
    name: "a platform's own globals",
    rule: platform,
    files: {
      [EVENTS]:
        "export const a = () => [Deno.cwd(), process.env, Bun.version];",
    },
    found: [
      "src/events/a.ts:1 uses Deno",
      "src/events/a.ts:1 uses process",
      "src/events/a.ts:1 uses Bun",
    ],
  },
  {
    name: "effects at import",
    rule: importEffects,
    files: {
      [EVENTS]: [
        "export const a = fetch('/');",
        "export const b = { c: [Date.now()] };",
        "export class D { static e = crypto.randomUUID(); static { load(); } }",
        "export const f = await Promise.resolve(1);",
        "console.log(a);",
        "export let g = 1, h = g++;",
        "for (const i of []) {}",
        "export const j = new AbortController();",
        "export const k = load();",
        "export class L extends mix() {}",
      ].join("\n"),
    },
    found: [
      "src/events/a.ts:1 runs at import: fetch('/')",
      "src/events/a.ts:2 runs at import: Date.now()",
      "src/events/a.ts:3 runs at import: crypto.randomUUID()",
      "src/events/a.ts:3 runs at import: load();",
      "src/events/a.ts:4 runs at import: await Promise.resolve(1)",
      "src/events/a.ts:5 runs at import: console.log(a);",
      "src/events/a.ts:6 runs at import: g++",
      "src/events/a.ts:7 runs at import: for (const i of []) {}",
      "src/events/a.ts:8 runs at import: new AbortController()",
      "src/events/a.ts:9 runs at import: load()",
      "src/events/a.ts:10 runs at import: mix()",
    ],
  },
  {
    name: "values made at import",
    rule: importEffects,
    files: {
      [EVENTS]: [
        'import { b } from "./b.ts";',
        "export const a = 60 * 1000, c = -1, d = /x/u, e = `a${a}`, f = null;",
        "export const g = Object.freeze({ h: [1, ...b], i() { return Date.now(); }, j: () => fetch('/') });",
        "export const k = new Map<string, number>([['a', 1]]), l = Symbol.for('x'), m = new Set('abc'.split(''));",
        "export const n = a > 1 ? (b as unknown) : buildValue(1), o = Number.MAX_SAFE_INTEGER;",
        "export class P extends Error { static readonly q = 1; r = Date.now(); }",
        "let make: () => S; class S { static { make = () => new S(); } }",
        "export function buildValue(s: number): number { return s; }",
        "export type T = string; export interface U { v: T }",
      ].join("\n"),
      "src/events/b.ts":
        "export const b = [1] as const satisfies readonly number[];",
    },
    found: [],
  },
  {
    name: "a long file",
    rule: (tree) => longFiles(tree, 2),
    files: {
      [EVENTS]: "1\n2\n3\n",
      "src/events/b.ts": "1\n2\n",
    },
    found: ["src/events/a.ts has 3 lines"],
  },
  {
    name: "a long function, and the long one around it",
    rule: (tree) => longFunctions(tree, 3),
    files: {
      [EVENTS]: [
        "export function a() {",
        "  const b = () => {",
        "    1;",
        "    2;",
        "  };",
        "  return b;",
        "}",
        "export class C {",
        "  d() {",
        "    return 1;",
        "  }",
        "}",
      ].join("\n"),
    },
    found: [
      "src/events/a.ts:1 is a function of 7 lines",
      "src/events/a.ts:2 is a function of 4 lines",
    ],
  },
  {
    name: "no effect in a call that says it only makes a value",
    rule: importEffects,
    files: { [EVENTS]: "const a = /* @__PURE__ */ make();\nconst b = make();" },
    found: ["src/events/a.ts:2 runs at import: make()"],
  },
  {
    name: "loosened types",
    rule: looseTypes,
    files: {
      [EVENTS]:
        "// @ts-ignore: no\nexport let a: any;\nexport const b = a!;\nexport class C { d!: string }\n",
    },
    found: [
      "src/events/a.ts:2 says any",
      "src/events/a.ts:3 asserts with !",
      "src/events/a.ts:4 asserts with !",
      "src/events/a.ts has @ts-ignore",
    ],
  },
  {
    name: "an entry that does more than re-export by name",
    rule: (tree) => entryStatements(tree, "mod.ts"),
    files: {
      "mod.ts":
        'export { a } from "./src/core/a.ts";\nexport * from "./src/core/a.ts";\nexport const b = 1;',
    },
    found: [
      "mod.ts:2 is no re-export by name",
      "mod.ts:3 is no re-export by name",
    ],
  },
  {
    name: "what an entry carries",
    rule: (tree) => [...reachableFrom(tree, "mod.ts")],
    files: {
      "mod.ts": 'export { a } from "./src/core/a.ts";',
      "src/core/a.ts": 'import "../dev/b.ts";',
      "src/dev/b.ts": "",
      "src/dev/c.ts": "",
    },
    found: ["mod.ts", "src/core/a.ts", "src/dev/b.ts"],
  },
];

for (const { name, rule, files, found } of ROWS) {
  Deno.test(`the architecture rules see ${name}`, () => {
    assertEquals(rule(createSourceTree(new Map(Object.entries(files)))), found);
  });
}
