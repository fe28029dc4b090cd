import type {
  Caller,
  FeatureMaker,
  MadeFeature,
  Verb,
} from "../client/host.ts";
import type { JsonValue } from "../core/json.ts";
import {
  type ClientFlags,
  evaluate,
  readEvaluation,
  readOptions,
} from "../flags/evaluator.ts";
import type { Evaluation } from "../flags/evaluation.ts";
import type { LocalFlags } from "../flags/local.ts";
import type { FeatureFlagEvaluations } from "../flags/snapshot.ts";
import { ofType } from "../flags/wire.ts";
import { createRuntimeVerbs } from "./flag_runtimes.ts";
import type { FlagsAndPayloads, SingleFlagResult } from "./legacy_types.ts";

/** Feature flags with posthog-node's further methods: one question at a time, and where flags are evaluated. */
export function withSingleFlags<Checked>(
  feature: FeatureMaker<Checked>,
): FeatureMaker<Checked> {
  return {
    ...feature,
    verbs: [...feature.verbs, ...SINGLE_FLAG_METHODS],
    make: (host, checked) => addMethods(feature.make(host, checked)),
  };
}

/** The names of the methods that {@linkcode withSingleFlags} adds. */
export const SINGLE_FLAG_METHODS: readonly string[] = [
  "isFeatureEnabled",
  "getFeatureFlag",
  "getFeatureFlagResult",
  "getFeatureFlagPayload",
  "getAllFlags",
  "getAllFlagsAndPayloads",
  "getFeatureFlagEvaluationRuntime",
  "getFeatureFlagKeysByEvaluationRuntime",
];

/** Answers from a snapshot about one flag. */
type ReadAnswer = (
  snapshot: FeatureFlagEvaluations,
  key: string,
  options: Readonly<Record<string, unknown>>,
) => unknown;

function addMethods(made: MadeFeature): MadeFeature {
  // What other rooms reach feature flags by are all of them.
  const flags = made.port as ClientFlags;
  const { host: { reporter }, options } = flags;
  const noted = new Set<string>();

  /** A method that says once a client that it is deprecated. */
  const deprecated = (method: string, run: Verb): Verb => (caller, ...args) => {
    if (options.featureFlagsLogWarnings && !noted.has(method)) {
      noted.add(method);
      reporter.debug(
        `"${method}" is deprecated: take a snapshot with "evaluateFlags"`,
      );
    }
    return run(caller, ...args);
  };
  /** A method that reads one flag of a snapshot. */
  const one =
    (readAnswer: ReadAnswer): Verb =>
    async (caller: Caller, key: string, first: unknown, second: unknown) =>
      readAnswer(
        await evaluate(flags, readOne(flags, caller, key, first, second)),
        key,
        readOptions(first, second),
      );
  const all = async (caller: Caller, first: unknown, second: unknown) =>
    listValues(
      await evaluate(flags, readEvaluation(flags, caller, first, second)),
    );
  const methods: Readonly<Record<string, Verb>> = {
    isFeatureEnabled: one((snapshot, key, { defaultValue }) => {
      const value = snapshot.getFlag(key);
      return value === undefined
        ? ofType(defaultValue, "boolean")
        : value !== false;
    }),
    getFeatureFlag: one((snapshot, key) => snapshot.getFlag(key)),
    getFeatureFlagResult: one(readResult),
    getFeatureFlagPayload: (caller: Caller, ...args: PayloadArguments) =>
      readPayload(flags, caller, ...args),
    getAllFlags: async (caller: Caller, first: unknown, second: unknown) =>
      (await all(caller, first, second)).featureFlags,
    getAllFlagsAndPayloads: all,
  };
  const verbs: Record<PropertyKey, Verb> = {
    ...made.verbs,
    ...createRuntimeVerbs(flags.local),
  };
  for (const [method, run] of Object.entries(methods)) {
    verbs[method] = deprecated(method, run);
  }
  return {
    ...made,
    verbs,
    neutral: {
      ...made.neutral,
      getAllFlags: () => ({}),
      getFeatureFlagKeysByEvaluationRuntime: () => [],
      getAllFlagsAndPayloads: () => listValues(undefined),
    },
  };
}

function readOne(
  flags: ClientFlags,
  caller: Caller,
  key: unknown,
  first: unknown,
  second: unknown,
): Evaluation | undefined {
  if (typeof key === "string" && key !== "") {
    return readEvaluation(flags, caller, first, second, key);
  }
  flags.host.reporter.warn(
    "Cannot evaluate a feature flag: its key is missing",
  );
  return undefined;
}

function readResult(
  snapshot: FeatureFlagEvaluations,
  key: string,
): SingleFlagResult | undefined {
  // The use; what is returned is read without one.
  snapshot.getFlag(key);
  const result = snapshot.getResult(key);
  if (!result) return undefined;
  const { enabled, variant, payload } = result;
  return {
    key,
    enabled,
    ...(variant !== undefined && { variant }),
    ...(payload !== undefined && { payload }),
  };
}

type PayloadArguments = [
  key: string,
  first: unknown,
  matchValue: unknown,
  second: unknown,
];

async function readPayload(
  flags: ClientFlags,
  caller: Caller,
  ...[key, first, matchValue, second]: PayloadArguments
): Promise<JsonValue | undefined> {
  const request = readOne(flags, caller, key, first, second);
  if (!request) return undefined;
  const { overrides } = request;
  if (overrides.payloads.has(key)) return overrides.payloads.get(key);
  let loading: ReturnType<LocalFlags["access"]> | undefined;
  if (!overrides.flags.has(key)) {
    if (matchValue === false) return null;
    if (matchValue === true || typeof matchValue === "string") {
      loading = flags.local?.access(request);
      const payload = (await loading)?.findPayload(key, matchValue);
      if (payload !== undefined) return payload;
    }
  }
  // The evaluation shall not wait for definitions once more.
  const result = (await evaluate(flags, request, loading)).getResult(key);
  return result && (result.payload ?? null);
}

function listValues(
  snapshot: FeatureFlagEvaluations | undefined,
): FlagsAndPayloads {
  const { featureFlags = {}, featureFlagPayloads = {} } =
    snapshot?.toBootstrap() ?? {};
  return { featureFlags, featureFlagPayloads };
}
