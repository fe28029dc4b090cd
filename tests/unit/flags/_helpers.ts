import { createHash } from "node:crypto";
import type { AnyEdgehogError } from "../../../src/core/errors.ts";
import type { EventDraft, RawMessage } from "../../../src/core/event.ts";
import type { FlagDefinitionCache } from "../../../src/core/flag_definition_cache.ts";
import type { Hasher } from "../../../src/core/hash.ts";
import { createReporter } from "../../../src/core/reporter.ts";
import { readFlagDefinitions } from "../../../src/local_evaluation/evaluation/definitions.ts";
import type { FlagDefinitions } from "../../../src/local_evaluation/evaluation/rules.ts";
import {
  buildEvaluationInput,
  type RawEvaluationInput,
} from "../../../src/flags/input.ts";
import { evaluateFlagSet } from "../../../src/local_evaluation/evaluation/passes.ts";
import type { FlagOutcome } from "../../../src/local_evaluation/evaluation/outcome.ts";
import { withSingleFlags } from "../../../src/compat/single_flags.ts";
import type { LegacyFlagMethods } from "../../../src/compat/legacy_types.ts";
import type {
  Caller,
  HostOptions,
  MadeFeature,
} from "../../../src/client/host.ts";
import { runWithin } from "../../../src/core/clock.ts";
import { toJsonObject } from "../../../src/core/json.ts";
import { createFeatureFlags } from "../../../src/flags/feature.ts";
import type { LocalEvaluation } from "../../../src/flags/local.ts";
import type { FeatureFlagOptions } from "../../../src/flags/options.ts";
import type {
  FeatureFlagClientVerbs,
  FeatureFlagVerbs,
} from "../../../src/flags/verbs.ts";
import { localEvaluation } from "../../../src/local_evaluation/local_evaluation.ts";
import type { LocalEvaluationOptions } from "../../../src/local_evaluation/options.ts";
import { regexOperators } from "../../../src/local_evaluation/regex/regex.ts";
import { OptionReader } from "../../../src/options/reader.ts";
import {
  createFakeClock,
  type FakeClock,
} from "../../../src/testing/fake_clock.ts";
import {
  createRecordingLogger,
  type RecordingLogger,
} from "../../../src/testing/recording_logger.ts";
import type { HttpOutcome, HttpRequest } from "../../../src/delivery/http.ts";

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

/** Reads a document made of flags that are active unless they say otherwise. */
export function compile(
  flags: readonly unknown[],
  rest: Record<string, unknown> = {},
): FlagDefinitions {
  const rows = flags.map((flag) => ({
    active: true,
    ...flag as Record<string, unknown>,
  }));
  const definitions = readFlagDefinitions(
    { flags: rows, ...rest },
    undefined,
    regexOperators(),
  );
  if (!definitions) throw new Error("The test's document is none");
  return definitions;
}

/** Evaluates one flag of that key, with a hasher that answers at once. */
export async function evaluateOne(
  compiled: FlagDefinitions,
  key: string,
  raw: Partial<RawEvaluationInput> = {},
  hasher: Hasher = createSpyHasher(),
): Promise<FlagOutcome | undefined> {
  const input = buildEvaluationInput({ distinctId: "ada", now: 0, ...raw });
  return (await evaluateFlagSet(compiled, input, [key], hasher)).get(key);
}

/** Evaluates all flags at once, with a hasher that answers at once. */
export function evaluateAll(
  compiled: FlagDefinitions,
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
  const [key = ""] = compiled.flags.keys();
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

/** The verbs of the client and of scopes. */
export type AllFlagVerbs = FeatureFlagVerbs & LegacyFlagMethods;

/** Who calls, as far as a test says. */
export interface HarnessCaller {
  readonly isScope?: boolean;
  /** Default: yes. */
  readonly isKept?: boolean;
  readonly distinctId?: () => string | undefined;
}

/** A draft with its message's members in it, as they are sent. */
export type SaidDraft = Omit<EventDraft, "message"> & RawMessage;

/** Feature flags with everything around them faked. */
export interface Harness extends AllFlagVerbs, FeatureFlagClientVerbs {
  readonly made: MadeFeature;
  /** The client as a caller. */
  readonly caller: Caller;
  shutdown(deadline: AbortSignal): Promise<void>;
  readonly clock: FakeClock;
  readonly logger: RecordingLogger;
  readonly errors: AnyEdgehogError[];
  readonly requests: HttpRequest[];
  readonly drafts: SaidDraft[];
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
  createMethods(caller?: HarnessCaller): AllFlagVerbs;
}

export interface HarnessOptions {
  /** Default: local evaluation with regular expressions. */
  readonly local?: LocalEvaluation | undefined;
  readonly settings?:
    & FeatureFlagOptions
    & LocalEvaluationOptions
    & Partial<HostOptions>;
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
  const drafts: SaidDraft[] = [];
  const kept: Promise<unknown>[] = [];
  const hasher = createSpyHasher();
  const reporter = createReporter({
    logger,
    onError: (error) => void errors.push(error),
    debug: true,
    redact: (text) => text,
  });
  const answer = async (request: HttpRequest): Promise<HttpOutcome> => {
    requests.push(request);
    const answers = request.method === "GET"
      ? harness.definitionAnswers
      : harness.remoteAnswers;
    const next = (answers.length > 1 ? answers.shift() : answers[0]) ??
      { kind: "network" };
    if ("kind" in next) {
      if (next.kind === "network") {
        return { kind: "network", cause: new Error("refused") };
      }
      await clock.sleep(request.timeoutMs ?? 1e9, request.signal);
      return request.signal?.aborted
        ? { kind: "aborted" }
        : { kind: "timeout" };
    }
    const { status, body, headers, afterMs } = next;
    if (afterMs !== undefined) {
      const wait = await runWithin(
        clock,
        request.timeoutMs,
        (signal) => clock.sleep(afterMs, signal),
        request.signal,
      );
      if (wait.kind === "timeout" || wait.kind === "aborted") return wait;
    }
    const text = typeof body === "string"
      ? body
      : body === undefined
      ? ""
      : JSON.stringify(body);
    const kind = status >= 200 && status < 300 ? "ok" : "status";
    return { kind, status, headers: new Headers(headers), text };
  };
  const local = "local" in options
    ? options.local
    : localEvaluation({ regex: regexOperators() });
  const feature = withSingleFlags(createFeatureFlags({ local }));
  const checked = feature.check(
    new OptionReader({
      secretKey: "phs_secret",
      hasher,
      flagDefinitionCache: options.cache,
      ...options.settings,
    }),
  );
  const made = feature.make({
    clock,
    // The end of the range that gives no jitter.
    random: (bytes) => bytes.fill(0),
    reporter,
    door: { send: answer },
    options: {
      apiKey: "phc_project",
      host: "https://h.test",
      requestTimeout: 10_000,
      disableGeoip: undefined,
      ...options.settings,
    },
    isClosed: () => options.isClosed ?? false,
  }, checked);
  const capture = ({ message, ...draft }: EventDraft) => {
    // As it is sent: what is undefined does not travel.
    const { properties, groups, disableGeoip, ...rest } = message;
    drafts.push({
      ...draft,
      ...rest,
      properties: toJsonObject(properties),
      ...(groups !== undefined && { groups }),
      ...(disableGeoip !== undefined && { disableGeoip }),
    });
    return "uuid";
  };
  const createCaller = (
    { isScope = false, isKept = true, distinctId = () => options.distinctId }:
      HarnessCaller = {},
  ): Caller => ({
    isScope,
    isKept,
    get context() {
      return {
        distinctId: distinctId(),
        sessionId: undefined,
        properties: {},
      };
    },
    entry: undefined,
    keepAlive(promise) {
      kept.push(promise);
      return true;
    },
    checkOpen: () => true,
    capture,
    captureImmediate: (draft) => Promise.resolve(capture(draft)),
  });
  const createMethods = (whose?: HarnessCaller) => {
    const caller = createCaller(whose);
    return Object.fromEntries(
      [...feature.verbs, ...feature.clientVerbs ?? []].map((name) => [
        name,
        (...args: never[]) => made.verbs[name]?.(caller, ...args),
      ]),
    ) as unknown as AllFlagVerbs & FeatureFlagClientVerbs;
  };
  const harness: Harness = {
    ...createMethods(),
    made,
    caller: createCaller(),
    shutdown: (deadline) => made.shutdown?.(deadline) ?? Promise.resolve(),
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
