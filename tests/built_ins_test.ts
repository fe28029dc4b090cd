import { assertEquals } from "@std/assert";
import ts from "typescript";
import { findNewBuiltIns } from "./_kit/built_ins.ts";
import { ROOT } from "./_kit/paths.ts";

/** Looked up at use, with a way on where it is missing. */
const WITH_FALLBACK: readonly string[] = [];

Deno.test("no built-in newer than the floor is used without a fallback (FLD-024)", () => {
  const paths = ts.sys.readDirectory(`${ROOT}src`, [".ts"]);
  const sources = new Map([...paths, `${ROOT}mod.ts`].map((path) => [
    path.slice(ROOT.length),
    ts.sys.readFile(path) ?? "",
  ]));
  assertEquals(findNewBuiltIns(sources), WITH_FALLBACK);
});

const USES: readonly [code: string, names: readonly string[]][] = [
  ["URL.canParse('x')", ["canParse"]],
  ["URL.parse('x')", ["parse"]],
  ["Object.groupBy([], () => 1)", ["groupBy"]],
  ["const { resolve } = Promise.withResolvers(); resolve", ["withResolvers"]],
  ["new Set([1]).union(new Set([2]))", ["union"]],
  ["Array.fromAsync([])", ["fromAsync"]],
  ["[1].values().map(String)", ["map"]],
  ["AbortSignal.any([])", ["any"]],
  ["new Headers().getSetCookie()", ["getSetCookie"]],
  ["new URLSearchParams('').size", ["size"]],
  ["navigator.userAgent", ["navigator"]],
  ["new Response().bytes()", ["bytes"]],
  // What the floor has.
  ["'x'.toWellFormed(); [1].findLast(Boolean); [1].toSorted()", []],
  ["[1].map(String); new Set().size; Array.from([]); JSON.parse('1')", []],
  ["Symbol.asyncDispose; structuredClone(1); crypto.randomUUID()", []],
  ["type T = ReturnType<typeof URL.canParse>; export type { T }", []],
];

for (const [code, names] of USES) {
  Deno.test(`the built-ins of \`${code}\`: ${names.join() || "old"} (FLD-024)`, () => {
    assertEquals(
      findNewBuiltIns(new Map([["src/x.ts", code]])),
      names.map((name) => `src/x.ts ${name}`),
    );
  });
}
