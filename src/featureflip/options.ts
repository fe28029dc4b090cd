import { type Clock, MAX_TIMER_MS, systemClock } from "../core/clock.ts";
import {
  attempt,
  isFiniteNumber,
  isNonBlank,
  isObject,
  isText,
} from "../core/guards.ts";
import { createRedact, warnOnConsole } from "../core/logger.ts";
import type { FetchLike, WaitUntil } from "../core/platform.ts";
import { drawFraction } from "../core/random.ts";
import { findFetch } from "../core/runtime.ts";
import { parseUrl } from "../core/url.ts";
import { readEnvironmentKey, SDK_KEY_VARIABLE } from "./env.ts";
import { ConfigurationError } from "./errors.ts";
import { isLongLived } from "./runtime.ts";
import type {
  EvaluationInspector,
  FeatureflipLogger,
  FeatureflipOptions,
} from "./types.ts";

/** Options, complete. */
export interface Settings {
  readonly sdkKey: string;
  readonly baseUrl: string;
  /** The deadline of a request, headers and body. */
  readonly requestTimeoutMs: number;
  readonly isLongLived: boolean;
  /** Whether there is to be a stream. */
  readonly hasStream: boolean;
  readonly pollIntervalMs: number;
  readonly sendsEvents: boolean;
  readonly flushIntervalMs: number;
  readonly flushBatchSize: number;
  readonly initTimeoutMs: number;
  readonly maxStreamRetries: number;
  readonly inspectors: readonly EvaluationInspector[];
  readonly clock: Clock;
  /** A number in [0, 1). */
  readonly random: () => number;
  readonly findFetch: () => FetchLike | undefined;
  readonly waitUntil: WaitUntil | undefined;
  /** Hides the SDK key. */
  readonly redact: (text: string) => string;
  /** Logs a warning; never throws. */
  readonly warn: (message: string) => void;
  /** Logs a detail where the logger takes them; never throws. */
  readonly debug: (message: string) => void;
  /** The options that clients of one key must agree on, as text. */
  readonly comparable: string;
}

/** Checks and completes the options. Throws a {@linkcode ConfigurationError} that names one that is invalid. */
export function resolveOptions(options: FeatureflipOptions): Settings {
  const sdkKey = resolveKey(options);
  const baseUrl = resolveUrl(options.baseUrl);
  const readMs = (name: MsOption, fallback: number) => {
    const { [name]: ms = fallback } = options;
    check(isFiniteNumber(ms) && ms > 0, name, "a number of ms above 0");
    return clamp(ms);
  };
  const readCount = (name: CountOption, fallback: number, least: number) => {
    const { [name]: count = fallback } = options;
    check(Number.isInteger(count) && count >= least, name, "a whole number");
    return count;
  };
  const durations = {
    connect: readMs("connectTimeout", 5_000),
    read: readMs("readTimeout", 10_000),
    pollIntervalMs: readMs("pollInterval", 30_000),
    flushIntervalMs: readMs("flushInterval", 30_000),
    initTimeoutMs: readMs("initTimeout", 10_000),
    flushBatchSize: readCount("flushBatchSize", 100, 1),
    maxStreamRetries: readCount("maxStreamRetries", 5, 0),
  };
  const { sendEvents = true, streaming = true, longLived = "auto" } = options;
  check(typeof sendEvents === "boolean", "sendEvents", "a boolean");
  check(typeof streaming === "boolean", "streaming", "a boolean");
  check(
    typeof longLived === "boolean" || longLived === "auto",
    "longLived",
    'a boolean or "auto"',
  );
  const { inspectors = [], env = {}, fetch, random = drawFraction } = options;
  check(Array.isArray(inspectors), "inspectors", "an array");
  check(isObject(env), "env", "an object");
  for (const name of FUNCTIONS) {
    const kind = typeof options[name];
    check(/^(function|undefined)$/.test(kind), name, "a function");
  }
  const lives = longLived === "auto" ? isLongLived() : longLived;
  return {
    ...durations,
    sdkKey,
    baseUrl,
    requestTimeoutMs: clamp(durations.connect + durations.read),
    isLongLived: lives,
    hasStream: streaming && lives,
    sendsEvents: sendEvents,
    inspectors: inspectors.filter((entry) => typeof entry === "function"),
    clock: resolveClock(options),
    random,
    findFetch: () => fetch ?? findFetch(),
    waitUntil: options.waitUntil,
    comparable: JSON.stringify(
      [baseUrl, durations, streaming, sendEvents, longLived],
    ),
    ...resolveLogging(sdkKey, options.logger),
  };
}

const FUNCTIONS = ["fetch", "waitUntil", "now", "random", "sleep"] as const;

type CountOption = "flushBatchSize" | "maxStreamRetries";
type MsOption =
  | "connectTimeout"
  | "readTimeout"
  | "pollInterval"
  | "flushInterval"
  | "initTimeout";

function check(
  isValid: boolean,
  name: keyof FeatureflipOptions,
  expected: string,
): asserts isValid {
  if (isValid) return;
  throw new ConfigurationError(
    `Cannot use option '${name}': expected ${expected}`,
  );
}

/** A longer timer would end at once. */
function clamp(ms: number): number {
  return Math.min(ms, MAX_TIMER_MS);
}

/** The first key that is given: by hand, by `env`, by the process. */
function resolveKey({ sdkKey, env }: FeatureflipOptions): string {
  check(isText(sdkKey ?? ""), "sdkKey", "a string");
  const given = [
    sdkKey,
    attempt(() => (env as Record<string, unknown>)[SDK_KEY_VARIABLE]),
  ].find(isNonBlank) ?? readEnvironmentKey();
  const key = given?.trim();
  check(
    key !== undefined && /^[!-~]+$/.test(key),
    "sdkKey",
    `a key without spaces, there or in ${SDK_KEY_VARIABLE}`,
  );
  return key;
}

function resolveUrl(text: unknown = "https://eval.featureflip.io"): string {
  const url = isText(text) && !/[?#]/.test(text) ? parseUrl(text) : undefined;
  check(
    url !== undefined && /^https?:$/.test(url.protocol) &&
      !url.username && !url.password,
    "baseUrl",
    "an http or https URL without query, fragment and credentials",
  );
  return url.href.replace(/\/+$/, "");
}

function resolveClock({ now, sleep }: FeatureflipOptions): Clock {
  return {
    ...(!sleep && systemClock),
    now: now ?? systemClock.now,
    sleep: sleep ?? systemClock.sleep,
  };
}

function resolveLogging(
  sdkKey: string,
  logger: FeatureflipLogger = { warn: warnOnConsole },
): Pick<Settings, "redact" | "warn" | "debug"> {
  check(
    isObject(logger) && typeof logger.warn === "function",
    "logger",
    "an object with a function 'warn'",
  );
  const redact = createRedact([sdkKey]);
  const log = (level: "warn" | "debug", message: string) =>
    void attempt(() => logger[level]?.(redact(`[featureflip] ${message}`)));
  return {
    redact,
    warn: (message) => log("warn", message),
    debug: (message) => log("debug", message),
  };
}
