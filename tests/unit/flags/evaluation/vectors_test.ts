// deno-lint-ignore-file no-boolean-literal-for-arguments -- they are expected values here
import { assertEquals } from "@std/assert";
import { webCryptoHasher } from "../../../../src/core/hash.ts";
import type { JsonValue } from "../../../../src/core/json.ts";
import { parseJsonText } from "../../../../src/flags/definitions/json_text.ts";
import { parseFlagDefinitions } from "../../../../src/flags/definitions/parse.ts";
import {
  buildRolloutText,
  toBucket,
} from "../../../../src/flags/evaluation/bucketing.ts";
import { compileFlags } from "../../../../src/flags/evaluation/compile.ts";
import { buildEvaluationInput } from "../../../../src/flags/evaluation/input.ts";
import { evaluateFlagSet } from "../../../../src/flags/evaluation/passes.ts";
import { getPayload } from "../../../../src/flags/evaluation/payloads.ts";
import type { CompiledFlags } from "../../../../src/flags/evaluation/rules.ts";
import { createSpyHasher } from "../_helpers.ts";

interface HashVector {
  readonly key: string;
  readonly id: string;
  readonly salt: string;
  readonly value: number;
}

interface FlagCase {
  readonly id: string;
  readonly flag: string;
  readonly context: {
    readonly distinctId: string;
    readonly personProperties?: unknown;
    readonly groups?: unknown;
    readonly groupProperties?: unknown;
    readonly deviceId?: string;
  };
  readonly answer: boolean | string;
  readonly payload: JsonValue;
  readonly accept: readonly (boolean | string)[];
}

interface FlagDocument {
  readonly now: string;
  readonly definitions: unknown;
  readonly cases: readonly FlagCase[];
}

type Verdict = "right" | "declined" | "given away" | "wrong";

/** The least that is decided; raise it with each operator that is added. */
const LEAST_RIGHT = 2578;

function readVectors(name: string): Promise<string> {
  return Deno.readTextFile(
    new URL(`../../../vectors/${name}`, import.meta.url),
  );
}

/** Every document by itself, since the spelling of its numbers counts. */
async function readDocuments(): Promise<
  readonly { document: FlagDocument; compiled: CompiledFlags }[]
> {
  const lines = (await readVectors("flags-vectors.json")).split("\n").filter((
    line,
  ) => line.startsWith('{"id":'));
  return lines.map((line) => {
    const parsed = parseJsonText(line.replace(/,$/, ""));
    const document = parsed?.json as FlagDocument;
    const definitions = parseFlagDefinitions(
      document.definitions,
      parsed?.numberTexts,
    );
    if (!definitions) {
      throw new Error(`No definitions document: ${line.slice(0, 50)}`);
    }
    return { document, compiled: compileFlags(definitions) };
  });
}

async function judge(
  compiled: CompiledFlags,
  now: string,
  flagCase: FlagCase,
): Promise<Verdict> {
  const { flag, context, answer, accept, payload } = flagCase;
  const input = buildEvaluationInput({ ...context, now: Date.parse(now) });
  const outcome =
    (await evaluateFlagSet(compiled, input, [flag], createSpyHasher())).get(
      flag,
    );
  const rule = compiled.rules.get(flag);
  // Local-only, a missing group is false (FLG-082).
  const value = outcome?.kind === "missing-group"
    ? false
    : outcome?.kind === "value"
    ? outcome.value
    : "inconclusive";
  const ownPayload = rule && outcome?.kind === "value"
    ? getPayload(rule, outcome.value) ?? null
    : null;
  if (value === answer) {
    return JSON.stringify(ownPayload) === JSON.stringify(payload)
      ? "right"
      : "wrong";
  }
  if (value !== "inconclusive") return "wrong";
  return accept.includes(value) ? "declined" : "given away";
}

Deno.test("toBucket() gives the value of every hash vector (FLG-040)", async () => {
  const { vectors } = JSON.parse(await readVectors("hash.json")) as {
    vectors: HashVector[];
  };
  const texts = vectors.map(({ key, id, salt }) =>
    buildRolloutText(key, id) + salt
  );
  // The synchronous hasher and Web Crypto agree (FLG-047).
  const expected = vectors.map(({ value }) => value);
  for (const hasher of [webCryptoHasher, createSpyHasher()]) {
    assertEquals((await hasher.digest(texts)).map(toBucket), expected);
  }
  assertEquals(vectors.length, 1000);
});

Deno.test("evaluateFlagSet() answers no flag vector wrongly", async () => {
  const counts: Record<Verdict, number> = {
    right: 0,
    declined: 0,
    "given away": 0,
    wrong: 0,
  };
  const wrong: string[] = [];
  for (const { document, compiled } of await readDocuments()) {
    for (const flagCase of document.cases) {
      const verdict = await judge(compiled, document.now, flagCase);
      counts[verdict]++;
      if (verdict === "wrong") wrong.push(flagCase.id);
    }
  }
  assertEquals(wrong, []);
  assertEquals(counts.right >= LEAST_RIGHT, true, JSON.stringify(counts));
});

Deno.test("evaluateFlagSet() changes neither definitions nor context", async () => {
  for (const { document, compiled } of (await readDocuments()).slice(0, 20)) {
    const before = JSON.stringify(document);
    for (const flagCase of document.cases) {
      await judge(compiled, document.now, flagCase);
    }
    assertEquals(JSON.stringify(document), before);
  }
});
