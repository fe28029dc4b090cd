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

/** What both switches are. */
const BY_DEFAULT = true;

/** Checks and completes the options. Throws a {@linkcode ConfigurationError} that names one that is invalid. */
export function resolveOptions(options: FeatureflipOptions): Settings {
  const read = <Value>(
    name: keyof FeatureflipOptions,
    isValid: (value: unknown) => boolean,
    fallback?: Value,
  ): Value => {
    const { [name]: value = fallback } = options;
    check(isValid(value), name);
    return value as Value;
  };
  const readMs = (name: keyof FeatureflipOptions, fallback: number) =>
    clamp(read(name, isPositive, fallback));
  const readFunction = <Value>(name: keyof FeatureflipOptions) =>
    read<Value | undefined>(name, isFunctionOrNone);
  const sdkKey = resolveKey(options);
  const baseUrl = resolveUrl(options.baseUrl);
  const durations = {
    connect: readMs("connectTimeout", 5_000),
    read: readMs("readTimeout", 10_000),
    pollIntervalMs: readMs("pollInterval", 30_000),
    flushIntervalMs: readMs("flushInterval", 30_000),
    initTimeoutMs: readMs("initTimeout", 10_000),
    flushBatchSize: read("flushBatchSize", (n) => isCount(n) && n > 0, 100),
    maxStreamRetries: read("maxStreamRetries", isCount, 5),
  };
  const streaming = read("streaming", isBoolean, BY_DEFAULT);
  const sendsEvents = read("sendEvents", isBoolean, BY_DEFAULT);
  const longLived = read<boolean | "auto">(
    "longLived",
    (value) => isBoolean(value) || value === "auto",
    "auto",
  );
  read("env", isObject, {});
  const lives = longLived === "auto" ? isLongLived() : longLived;
  const fetch = readFunction<FetchLike>("fetch");
  return {
    ...durations,
    sdkKey,
    baseUrl,
    requestTimeoutMs: clamp(durations.connect + durations.read),
    isLongLived: lives,
    hasStream: streaming && lives,
    sendsEvents,
    inspectors: read<EvaluationInspector[]>("inspectors", Array.isArray, [])
      .filter((entry) => typeof entry === "function"),
    clock: resolveClock(readFunction("now"), readFunction("sleep")),
    random: readFunction<() => number>("random") ?? drawFraction,
    findFetch: () => fetch ?? findFetch(),
    waitUntil: readFunction("waitUntil"),
    comparable: JSON.stringify(
      [baseUrl, durations, streaming, sendsEvents, longLived],
    ),
    ...resolveLogging(
      sdkKey,
      read<FeatureflipLogger>("logger", isLogger, { warn: warnOnConsole }),
    ),
  };
}

function isBoolean(value: unknown): boolean {
  return typeof value === "boolean";
}

function isPositive(value: unknown): boolean {
  return isFiniteNumber(value) && value > 0;
}

function isCount(value: unknown): value is number {
  return Number.isInteger(value) && Number(value) >= 0;
}

function isFunctionOrNone(value: unknown): boolean {
  return value === undefined || typeof value === "function";
}

function isLogger(value: unknown): boolean {
  return isObject(value) && typeof value["warn"] === "function";
}

function check(
  isValid: boolean,
  name: keyof FeatureflipOptions,
): asserts isValid {
  if (isValid) return;
  const where = name === "sdkKey" ? ` or ${SDK_KEY_VARIABLE}` : "";
  throw new ConfigurationError(
    `Cannot use option '${name}'${where}: missing or invalid`,
  );
}

/** A longer timer would end at once. */
function clamp(ms: number): number {
  return Math.min(ms, MAX_TIMER_MS);
}

/** The first key that is given: by hand, by `env`, by the process. */
function resolveKey({ sdkKey, env }: FeatureflipOptions): string {
  check(isText(sdkKey ?? ""), "sdkKey");
  const given = [
    sdkKey,
    attempt(() => (env as Record<string, unknown>)[SDK_KEY_VARIABLE]),
  ].find(isNonBlank) ?? readEnvironmentKey();
  const key = given?.trim();
  check(key !== undefined && /^[!-~]+$/.test(key), "sdkKey");
  return key;
}

function resolveUrl(text: unknown = "https://eval.featureflip.io"): string {
  const url = isText(text) && !/[?#]/.test(text) ? parseUrl(text) : undefined;
  check(
    url !== undefined && /^https?:$/.test(url.protocol) &&
      !url.username && !url.password,
    "baseUrl",
  );
  return url.href.replace(/\/+$/, "");
}

function resolveClock(
  now: Clock["now"] | undefined,
  sleep: Clock["sleep"] | undefined,
): Clock {
  return {
    ...(!sleep && systemClock),
    now: now ?? systemClock.now,
    sleep: sleep ?? systemClock.sleep,
  };
}

function resolveLogging(
  sdkKey: string,
  logger: FeatureflipLogger,
): Pick<Settings, "redact" | "warn" | "debug"> {
  const redact = createRedact([sdkKey]);
  const log = (level: "warn" | "debug", message: string) =>
    void attempt(() => logger[level]?.(redact(`[featureflip] ${message}`)));
  return {
    redact,
    warn: (message) => log("warn", message),
    debug: (message) => log("debug", message),
  };
}
