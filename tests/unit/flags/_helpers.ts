import { createHash } from "node:crypto";
import type { AnyEdgehogError } from "../../../src/core/errors.ts";
import type { EventDraft } from "../../../src/core/event.ts";
import type { FlagDefinitionCache } from "../../../src/core/flag_definition_cache.ts";
import type { Hasher } from "../../../src/core/hash.ts";
import { createReporter } from "../../../src/core/reporter.ts";
import { parseFlagDefinitions } from "../../../src/local_evaluation/definitions/parse.ts";
import { compileFlags } from "../../../src/local_evaluation/evaluation/compile.ts";
import {
  buildEvaluationInput,
  type RawEvaluationInput,
} from "../../../src/local_evaluation/evaluation/input.ts";
import { evaluateFlagSet } from "../../../src/local_evaluation/evaluation/passes.ts";
import type { CompiledFlags } from "../../../src/local_evaluation/evaluation/rules.ts";
import type { FlagOutcome } from "../../../src/local_evaluation/evaluation/types.ts";
import {
  createFlags,
  type FlagCaller,
  type Flags,
} from "../../../src/flags/flags.ts";
import type { FlagMethods, FlagSettings } from "../../../src/flags/types.ts";
import {
  createFakeClock,
  type FakeClock,
} from "../../../src/testing/fake_clock.ts";
import {
  createRecordingLogger,
  type RecordingLogger,
} from "../../../src/testing/recording_logger.ts";
import { buildEndpoints } from "../../../src/transport/endpoints.ts";
import type { HttpOutcome, HttpRequest } from "../../../src/transport/http.ts";

/** A hasher that answers at once and remembers what it was asked. */
export interface SpyHasher extends Hasher {
  /** The texts of each request. */
  readonly requests: (readonly string[])[];
}

export function createSpyHasher(): SpyHasher {
  const requests: (readonly string[])[] = [];
  return {
    requests,
    digest(texts) {
      requests.push(texts);
      return texts.map((text) =>
        new Uint8Array(createHash("sha1").update(text).digest())
      );
    },
  };
}

/** Compiles a document made of flags that are active unless they say otherwise. */
export function compile(
  flags: readonly unknown[],
  rest: Record<string, unknown> = {},
): CompiledFlags {
  const rows = flags.map((flag) => ({
    active: true,
    ...flag as Record<string, unknown>,
  }));
  const definitions = parseFlagDefinitions({ flags: rows, ...rest });
  if (!definitions) throw new Error("The test's document is none");
  return compileFlags(definitions);
}

/** Evaluates one flag of that key, with a hasher that answers at once. */
export async function evaluateOne(
  compiled: CompiledFlags,
  key: string,
  raw: Partial<RawEvaluationInput> = {},
  hasher: Hasher = createSpyHasher(),
): Promise<FlagOutcome | undefined> {
  const input = buildEvaluationInput({ distinctId: "ada", now: 0, ...raw });
  return (await evaluateFlagSet(compiled, input, [key], hasher)).get(key);
}

/** Evaluates all flags at once, with a hasher that answers at once. */
export function evaluateAll(
  compiled: CompiledFlags,
  raw: Partial<RawEvaluationInput> = {},
): Promise<ReadonlyMap<string, FlagOutcome>> {
  const input = buildEvaluationInput({ distinctId: "ada", now: 0, ...raw });
  return evaluateFlagSet(compiled, input, undefined, createSpyHasher());
}

/** What became of a flag, in one word: its value, or the kind of its outcome. */
export async function read(
  flags: readonly unknown[],
  raw: Partial<RawEvaluationInput> = {},
  rest: Record<string, unknown> = {},
): Promise<boolean | string> {
  const compiled = compile(flags, rest);
  const [key = ""] = compiled.rules.keys();
  const outcome = await evaluateOne(compiled, key, raw);
  return outcome?.kind === "value" ? outcome.value : outcome?.kind ?? "absent";
}

/** A flag with these conditions. */
export function flag(
  groups: readonly unknown[],
  filters: Record<string, unknown> = {},
): Record<string, unknown> {
  return { key: "f", filters: { groups, ...filters } };
}

/** One filter as a flag that lets everybody in who matches. */
export function filterFlag(
  filter: Record<string, unknown>,
): Record<string, unknown> {
  return flag([{ properties: [{ key: "p", type: "person", ...filter }] }]);
}

/** How the fake server answers: a status with a body, or what went wrong. */
export type FakeAnswer =
  | {
    readonly status: number;
    readonly body?: unknown;
    readonly headers?: Record<string, string>;
    readonly afterMs?: number;
  }
  | { readonly kind: "network" | "hang" };

/** A flags room with everything around it faked. */
export interface Harness extends FlagMethods {
  readonly flags: Flags;
  readonly clock: FakeClock;
  readonly logger: RecordingLogger;
  readonly errors: AnyEdgehogError[];
  readonly requests: HttpRequest[];
  readonly drafts: EventDraft[];
  readonly kept: Promise<unknown>[];
  readonly hasher: SpyHasher;
  /** How definitions are answered, in order; the last answer repeats. */
  definitionAnswers: FakeAnswer[];
  /** How `/flags` is answered, in order; the last answer repeats. */
  remoteAnswers: FakeAnswer[];
  /** The paths requested, in order. */
  paths(): string[];
  /** The body of the n-th `/flags` request. */
  remoteBody(index?: number): Record<string, unknown>;
  createMethods(caller?: Partial<FlagCaller>): FlagMethods;
}

export interface HarnessOptions {
  readonly settings?: Partial<FlagSettings>;
  readonly cache?: FlagDefinitionCache;
  readonly definitions?: readonly FakeAnswer[];
  readonly remote?: readonly FakeAnswer[];
  readonly isClosed?: boolean;
  readonly distinctId?: string;
}

/** An answer with definitions of these flags. */
export function definitionsOf(
  flags: readonly Record<string, unknown>[],
  { headers, ...rest }: {
    readonly headers?: Record<string, string>;
    readonly [name: string]: unknown;
  } = {},
): FakeAnswer {
  const rows = flags.map((row) => ({ active: true, ...row }));
  return {
    status: 200,
    body: { flags: rows, ...rest },
    ...(headers && { headers }),
  };
}

/** A `/flags` answer with these records. */
export function remoteOf(
  flags: Record<string, unknown>,
  rest: Record<string, unknown> = {},
): FakeAnswer {
  return {
    status: 200,
    body: {
      flags,
      errorsWhileComputingFlags: false,
      requestId: "r1",
      evaluatedAt: 7,
      ...rest,
    },
  };
}

export function createHarness(options: HarnessOptions = {}): Harness {
  const clock = createFakeClock();
  const logger = createRecordingLogger();
  const errors: AnyEdgehogError[] = [];
  const requests: HttpRequest[] = [];
  const drafts: EventDraft[] = [];
  const kept: Promise<unknown>[] = [];
  const hasher = createSpyHasher();
  const reporter = createReporter({
    logger,
    onError: (error) => void errors.push(error),
    isDebug: true,
    redact: (text) => text,
  });
  const answer = async (request: HttpRequest): Promise<HttpOutcome> => {
    requests.push(request);
    const answers = request.method === "GET"
      ? harness.definitionAnswers
      : harness.remoteAnswers;
    const next = (answers.length > 1 ? answers.shift() : answers[0]) ??
      { kind: "network" };
    if (!("kind" in next)) {
      const { status, body, headers, afterMs } = next;
      if (afterMs !== undefined) await clock.sleep(afterMs, request.signal);
      const text = typeof body === "string"
        ? body
        : body === undefined
        ? ""
        : JSON.stringify(body);
      const kind = status >= 200 && status < 300 ? "ok" : "status";
      return { kind, status, headers: new Headers(headers), text };
    }
    if (next.kind === "network") {
      return { kind: "network", cause: new Error("refused") };
    }
    await clock.sleep(request.timeoutMs ?? 1e9, request.signal);
    return request.signal?.aborted ? { kind: "aborted" } : { kind: "timeout" };
  };
  const flags = createFlags({
    settings: {
      secretKey: "phs_secret",
      projectToken: "phc_project",
      enableLocalEvaluation: true,
      strictLocalEvaluation: false,
      pollingIntervalMs: 30_000,
      requestTimeoutMs: 10_000,
      flagsRequestTimeoutMs: 3000,
      flagsRequestMaxRetries: 1,
      sendFeatureFlagEvent: true,
      logWarnings: true,
      maxCacheSize: 50_000,
      evaluationContexts: [],
      projectTimezone: undefined,
      disableGeoip: true,
      ...options.settings,
    },
    door: { send: answer },
    endpoints: buildEndpoints("https://h.test", "phc_project"),
    clock,
    // Half of the range: no jitter.
    random: (bytes) => bytes.fill(0).set([128]),
    hasher,
    cache: options.cache,
    reporter,
    isClosed: () => options.isClosed ?? false,
  });
  const sink = {
    capture: (draft: EventDraft) => {
      drafts.push(draft);
      return "uuid";
    },
  };
  const createMethods = (caller: Partial<FlagCaller> = {}) =>
    flags.createMethods({
      sink,
      waitUntil: (promise) => void kept.push(promise),
      distinctId: () => options.distinctId,
      isScope: false,
      ...caller,
    });
  const harness: Harness = {
    ...createMethods(),
    flags,
    clock,
    logger,
    errors,
    requests,
    drafts,
    kept,
    hasher,
    createMethods,
    definitionAnswers: [...options.definitions ?? []],
    remoteAnswers: [...options.remote ?? [remoteOf({})]],
    paths: () =>
      requests.map(({ url }) =>
        url.replace("https://h.test", "").replace(/\?.*/, "")
      ),
    remoteBody: (index = 0) => {
      const bodies = requests.filter(({ method }) => method === "POST").map((
        { body },
      ) => body);
      return JSON.parse(new TextDecoder().decode(bodies[index]));
    },
  };
  return harness;
}

/** The texts logged at a level. */
export function logged(
  harness: Harness,
  level: "debug" | "warn" | "error",
): string[] {
  return harness.logger.entries.filter((entry) => entry.level === level).map((
    { message },
  ) => message);
}
