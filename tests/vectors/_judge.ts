/**
 * Judges the evaluator by the vectors of this directory. Without anything of a runtime, so that each can be asked.
 *
 * @module
 */
import type { Hasher } from "../../src/core/hash.ts";
import type { JsonValue } from "../../src/core/json.ts";
import {
  copyEntry,
  toCacheData,
} from "../../src/local_evaluation/definitions/cache_data.ts";
import {
  applyNumberTexts,
  findNumberTexts,
} from "../../src/local_evaluation/definitions/number_texts.ts";
import { toBucket } from "../../src/local_evaluation/evaluation/bucketing.ts";
import { readFlagDefinitions } from "../../src/local_evaluation/evaluation/definitions.ts";
import type { FlagDefinitions } from "../../src/local_evaluation/evaluation/rules.ts";
import {
  buildEvaluationInput,
  type RawEvaluationInput,
} from "../../src/flags/input.ts";
import { evaluateFlagSet } from "../../src/local_evaluation/evaluation/passes.ts";
import { getPayload } from "../../src/local_evaluation/definitions/installed.ts";
import { regexOperators } from "../../src/local_evaluation/regex/regex.ts";
import { createTimeZone } from "../../src/local_evaluation/evaluation/time_zone.ts";
import type { FlagOutcome } from "../../src/local_evaluation/evaluation/outcome.ts";

/** What a caller of the evaluator may know, or not. */
export interface Setting {
  /** `projectTimezone`. */
  readonly timeZone: "UTC" | undefined;
  /** Whether the definitions come out of a shared cache. */
  readonly isCached: boolean;
}

/** How an answer compares with the vector's. */
export interface Verdict {
  /** The case. */
  readonly id: string;
  /** Inconclusive is right, declined, or given away: as the answer is, as a rule allows, or neither. */
  readonly kind: "right" | "declined" | "given away" | "wrong";
  /** The rules that allow declining the case. */
  readonly rules: readonly string[];
}

interface FlagCase {
  readonly id: string;
  readonly flag: string;
  readonly context: Omit<RawEvaluationInput, "now">;
  readonly answer: boolean | string;
  readonly payload: JsonValue;
  readonly accept: readonly (boolean | string)[];
  readonly decline?: readonly string[];
}

interface FlagDocument {
  readonly id: string;
  readonly now: string;
  readonly definitions: unknown;
  readonly cases: readonly FlagCase[];
}

interface HashVector {
  readonly key: string;
  readonly id: string;
  readonly salt: string;
  readonly value: number;
}

/** Judges every case of `flags-vectors.json`, given as text since the spelling of its numbers counts. */
export async function judgeFlagVectors(
  text: string,
  hasher: Hasher,
  setting: Setting,
): Promise<readonly Verdict[]> {
  const verdicts: Verdict[] = [];
  // A document stands on a line of its own.
  for (const line of text.split("\n")) {
    if (!line.startsWith('{"id":')) continue;
    const text = line.replace(/,$/, "");
    const document: FlagDocument = JSON.parse(text);
    const zone = setting.timeZone && createTimeZone(setting.timeZone);
    const source = readSource(text, setting);
    const before = JSON.stringify(source);
    const definitions = readFlagDefinitions(
      source,
      zone,
      regexOperators(),
    );
    if (!definitions) throw new Error(`${document.id} holds no definitions`);
    const now = Date.parse(document.now);
    for (const flagCase of document.cases) {
      verdicts.push(await judge(definitions, flagCase, now, hasher));
    }
    if (JSON.stringify(source) !== before) {
      throw new Error(`${document.id} was changed by its evaluation`);
    }
  }
  return verdicts;
}

/** The definitions of a line as the client holds them: what it fetched, or what another one put into a cache. */
function readSource(line: string, { isCached }: Setting): unknown {
  const text = /"definitions":(.*),"cases":\[/.exec(line)?.[1] ?? "";
  const document: unknown = JSON.parse(text);
  const numberTexts = findNumberTexts(text);
  if (isCached) {
    const stamp = { etag: undefined, fetchedAt: undefined };
    const data = toCacheData(document, stamp, numberTexts);
    return copyEntry(JSON.parse(JSON.stringify(data)));
  }
  applyNumberTexts(document, numberTexts);
  return document;
}

async function judge(
  compiled: FlagDefinitions,
  flagCase: FlagCase,
  now: number,
  hasher: Hasher,
): Promise<Verdict> {
  const { id, flag, context, answer, accept, payload, decline = [] } = flagCase;
  const input = buildEvaluationInput({ ...context, now });
  const evaluate = async () =>
    (await evaluateFlagSet(compiled, input, [flag], hasher)).get(flag);
  const outcome = await evaluate();
  const value = toWord(outcome);
  const rule = compiled.flags.get(flag);
  const ownPayload = rule && outcome?.kind === "value"
    ? getPayload(rule, outcome.value)
    : undefined;
  const kind = toWord(await evaluate()) !== value
    ? "wrong"
    : value === answer
    ? JSON.stringify(ownPayload ?? null) === JSON.stringify(payload)
      ? "right"
      : "wrong"
    : value !== "inconclusive"
    ? "wrong"
    : accept.includes(value) && decline.length > 0
    ? "declined"
    : "given away";
  return { id, kind, rules: decline };
}

function toWord(outcome: FlagOutcome | undefined): boolean | string {
  // Local-only, a missing group is false (FLG-082).
  if (outcome?.kind === "missing-group") return false;
  return outcome?.kind === "value" ? outcome.value : "inconclusive";
}

/** How many cases got each verdict. Declined ones are counted by the rules that allow it. */
export interface Counts {
  readonly right: number;
  readonly declined: Readonly<Record<string, number>>;
  readonly givenAway: number;
  /** The cases. */
  readonly wrong: readonly string[];
}

/** Counts verdicts. */
export function count(verdicts: readonly Verdict[]): Counts {
  const declined: Record<string, number> = {};
  for (const { kind, rules } of verdicts) {
    if (kind !== "declined") continue;
    const name = rules.join(" ");
    declined[name] = (declined[name] ?? 0) + 1;
  }
  const of = (kind: Verdict["kind"]) =>
    verdicts.filter((verdict) => verdict.kind === kind);
  return {
    right: of("right").length,
    declined,
    givenAway: of("given away").length,
    wrong: of("wrong").map(({ id }) => id),
  };
}

/** The rows of `hash.json`, given as text, for which a hasher gives another bucket. Empty: all 1,000 are right. */
export async function judgeHashVectors(
  text: string,
  hasher: Hasher,
): Promise<readonly string[]> {
  const { vectors } = JSON.parse(text) as { vectors: HashVector[] };
  if (vectors.length !== 1000) throw new Error("There are 1,000 hash vectors");
  const texts = vectors.map(({ key, id, salt }) => `${key}.${id}${salt}`);
  const digests = await hasher.digest(texts);
  return vectors.flatMap(({ value }, index) => {
    const digest = digests[index];
    return digest?.length === 20 && toBucket(digest) === value
      ? []
      : [texts[index] ?? ""];
  });
}
