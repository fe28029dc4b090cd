import { MAX_TIMER_MS } from "../core/clock.ts";
import { isNonBlank, toId } from "../core/guards.ts";
import type { OptionReader } from "../options/reader.ts";

/** How feature flags are evaluated, and what is told of it. */
export interface FeatureFlagOptions {
  /** A personal API key (`phx_…`) with `feature_flag:read`, for local evaluation and remote config. A secret. */
  personalApiKey?: string | undefined;
  /** A project secret key (`phs_…`), the newer name of `personalApiKey`; wins when both are given. A secret. */
  secretKey?: string | undefined;
  /** The project's number, for remote config: PostHog ends the way without it. @default the project of the key */
  projectId?: string | number | undefined;
  /** Never asks PostHog to evaluate a flag: what can't be decided locally stays absent. @default false */
  strictLocalEvaluation?: boolean | undefined;
  /** What an evaluation may take in ms, at least 100: the load of missing definitions, at most half of it, the request, and its retries. @default 3000 */
  featureFlagsRequestTimeoutMs?: number | undefined;
  /** Retries of such a request after a network failure, a timeout, 502 or 504: 0 to 5. With any, the first attempt has two thirds of the time. @default 1 */
  featureFlagsRequestMaxRetries?: number | undefined;
  /** Captures `$feature_flag_called`, and `$experiment_exposure` for an experiment's split, when a flag is read. @default true */
  sendFeatureFlagEvent?: boolean | undefined;
  /** Warns of unknown keys, deprecated methods, and flags that definitions never decide. @default true */
  featureFlagsLogWarnings?: boolean | undefined;
  /** Exposures remembered, so that each is captured once, 52,428 at most; the oldest goes first. @default 50000 */
  maxCacheSize?: number | undefined;
  /** Only flags of these evaluation contexts, and flags without any, are evaluated. @default none */
  evaluationContexts?: readonly string[] | undefined;
  /**
   * An older name of `evaluationContexts`, which wins when both are given.
   *
   * @deprecated Use `evaluationContexts`.
   */
  evaluationEnvironments?: readonly string[] | undefined;
}

/** {@linkcode FeatureFlagOptions}, checked and complete. */
export interface CheckedFlagOptions {
  /** The secret or personal key; undefined: nothing that takes one is requested. */
  readonly secretKey: string | undefined;
  /** The project's number in digits, if given. */
  readonly projectId: string | number | undefined;
  /** The default of `onlyEvaluateLocally`. */
  readonly strictLocalEvaluation: boolean;
  /** What an evaluation may take in ms, loads and retries included. */
  readonly featureFlagsRequestTimeoutMs: number;
  /** Retries of a `/flags` request. */
  readonly featureFlagsRequestMaxRetries: number;
  /** Whether reads emit `$feature_flag_called`. */
  readonly sendFeatureFlagEvent: boolean;
  /** Whether slices warn about unknown keys. */
  readonly featureFlagsLogWarnings: boolean;
  /** Exposures remembered so as not to be sent twice. */
  readonly maxCacheSize: number;
  /** The application's evaluation contexts; empty: flags are not filtered. */
  readonly evaluationContexts: readonly string[];
}

/** More retries of one `/flags` request than this are never made, whatever the option says. */
const MAX_RETRIES = 5;

/** Reads {@linkcode FeatureFlagOptions}. */
export function checkFlagOptions(read: OptionReader): CheckedFlagOptions {
  const secretKey = readKey(read, "secretKey");
  const personalApiKey = readKey(read, "personalApiKey");
  if (secretKey && personalApiKey) {
    read.notes.push(
      "Option 'personalApiKey' is ignored: 'secretKey' is given too",
    );
  }
  const contexts = readContexts(read, "evaluationContexts");
  const environments = readContexts(read, "evaluationEnvironments");
  if (environments) {
    read.notes.push(
      "Option 'evaluationEnvironments' is deprecated: use 'evaluationContexts'",
    );
  }
  return {
    secretKey: secretKey ?? personalApiKey,
    projectId: read.list<string | number>(
      "projectId",
      "a positive integer",
      (id) => /^0*[1-9]\d*$/.test(toId(id) ?? ""),
      (value) => [value],
    )?.[0],
    strictLocalEvaluation: read.boolean("strictLocalEvaluation") ?? false,
    // Less than 100 is meant as seconds, or answers nobody.
    featureFlagsRequestTimeoutMs: read.number(
      "featureFlagsRequestTimeoutMs",
      3000,
      100,
      MAX_TIMER_MS,
    ),
    featureFlagsRequestMaxRetries: Math.min(
      read.integer("featureFlagsRequestMaxRetries", 1, 0),
      MAX_RETRIES,
    ),
    sendFeatureFlagEvent: read.boolean("sendFeatureFlagEvent") ?? true,
    featureFlagsLogWarnings: read.boolean("featureFlagsLogWarnings") ?? true,
    maxCacheSize: read.integer("maxCacheSize", 50_000),
    evaluationContexts: contexts ?? environments ?? [],
  };
}

function readKey(read: OptionReader, option: string): string | undefined {
  const key = read.text(option);
  if (key) read.secrets.push(key);
  return key?.startsWith("phc_")
    ? read.refuse(
      option,
      "a project token (phc_…) can't read flag definitions",
    )
    : key;
}

function readContexts(
  read: OptionReader,
  option: string,
): readonly string[] | undefined {
  return read.list(option, "a list of strings", isNonBlank);
}
