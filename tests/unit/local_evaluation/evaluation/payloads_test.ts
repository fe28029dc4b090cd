// deno-lint-ignore-file no-boolean-literal-for-arguments -- they are expected values here
import { assertEquals, assertThrows } from "@std/assert";
import type { JsonValue } from "../../../../src/core/json.ts";
import { decodePayload } from "../../../../src/flags/payloads.ts";
import { copyEntry } from "../../../../src/local_evaluation/definitions/cache_data.ts";
import { readFlagDefinitions } from "../../../../src/local_evaluation/evaluation/definitions.ts";
import { getPayload } from "../../../../src/local_evaluation/definitions/installed.ts";
import { compile, flag } from "../../flags/_helpers.ts";

const DECODED: readonly (readonly [stored: JsonValue, decoded: JsonValue])[] = [
  ['{"a":1}', { a: 1 }],
  ["0", 0],
  ["false", false],
  ['""', ""],
  ["null", null],
  ['"\\"x\\""', '"x"'],
  ["not json", "not json"],
  ["", ""],
  [{ a: [1] }, { a: [1] }],
  [7, 7],
];

Deno.test("decodePayload() decodes once and keeps what is falsy (FLG-085)", () => {
  for (const [stored, decoded] of DECODED) {
    assertEquals(decodePayload(stored), decoded);
  }
});

Deno.test("payloads are frozen deeply, and never what a cache handed out (FLG-086)", () => {
  const stored = { a: { b: [1] } };
  const entry = { flags: [flag([{}], { payloads: { true: stored } })] };
  const rule = readFlagDefinitions(copyEntry(entry))?.flags.get("f");
  const decoded = rule?.payloads?.get("true") as { a: { b: number[] } };
  assertThrows(() => decoded.a.b.push(2), TypeError);
  stored.a.b.push(3);
  assertEquals(decoded, { a: { b: [1] } });
});

Deno.test("getPayload() gives what belongs to the value, and nothing else (FLG-085)", () => {
  const payloads = { true: "1", a: "2", false: "3" };
  const rule = compile([flag([{}], { payloads })]).flags.get("f");
  const encrypted = compile([{
    ...flag([{}], { payloads }),
    "has_encrypted_payloads": true,
  }]).flags.get("f");
  if (!rule || !encrypted) throw new Error("no rule");
  assertEquals(
    [true, "a", "b", false, "toString"].map((value) => getPayload(rule, value)),
    [
      1,
      2,
      undefined,
      undefined,
      undefined,
    ],
  );
  assertEquals(getPayload(encrypted, true), undefined);
});
