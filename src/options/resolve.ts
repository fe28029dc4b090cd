import { type Clock, MAX_TIMER_MS } from "../core/clock.ts";
import type { Transport } from "../core/delivery.ts";
import type { AnyEdgehogError } from "../core/errors.ts";
import type { BeforeSend } from "../core/event.ts";
import { isNonBlank } from "../core/guards.ts";
import {
  consoleLogger,
  createRedact,
  type Logger,
  type Redact,
} from "../core/logger.ts";
import type { ContextStorage, FetchLike, WaitUntil } from "../core/platform.ts";
import { findFetch } from "../core/runtime.ts";
import { readHost } from "./host.ts";
import { copyList, type OptionReader } from "./reader.ts";
import { createClock, createRandom } from "./seams.ts";
import type { KernelOptions } from "./types.ts";

/** Options that have a default. */
type OptionWithDefault = Exclude<
  keyof KernelOptions,
  | "disableGeoip"
  | "beforeSend"
  | "waitUntil"
  | "contextStorage"
  | "onError"
  | "fetch"
  | "transport"
  | "now"
  | "sleep"
>;

/** The kernel's options after the check: complete, under the names that applications write. */
export interface ResolvedOptions extends
  Readonly<
    { [Name in OptionWithDefault]-?: NonNullable<KernelOptions[Name]> }
  > {
  /** The project token; empty when there is none, and then `disabled` is true. */
  readonly apiKey: string;
  /** Without trailing slash; empty when the one given can't be used, and then `disabled` is true. */
  readonly host: string;
  /** Undefined when the caller said nothing: then it is true, and steps back for a scope's `$ip`. */
  readonly disableGeoip: boolean | undefined;
  /** The hooks in order. */
  readonly beforeSend: readonly BeforeSend[];
  /** The caller's `waitUntil`, raw. */
  readonly waitUntil: WaitUntil | undefined;
  /** Keeps the current scope, raw. */
  readonly contextStorage: ContextStorage | undefined;
  /** The caller's `onError`, raw. */
  readonly onError: ((error: AnyEdgehogError) => void) | undefined;
  /** Hides keys and tokens, those that features read among them. */
  readonly redact: Redact;
  /** Gives the fetch function to use, or undefined where the runtime has none. */
  readonly findFetch: () => FetchLike | undefined;
  /** The caller's transport, if any. */
  readonly transport: Transport | undefined;
  /** Time and waits. */
  readonly clock: Clock;
}

/** Checks the kernel's options. Reads no clock, no random source, no environment; never throws. */
export function resolveOptions(
  apiKey: unknown,
  read: OptionReader,
): ResolvedOptions {
  const token = readApiKey(apiKey, read);
  const host = readHost(read);
  const waitUntil = read.callback<WaitUntil>("waitUntil");
  const fetch = read.callback<FetchLike>("fetch");
  const flushAt = read.integer("flushAt", 20);
  const maxQueueSize = read.integer("maxQueueSize", 10_000);
  // One literal: engines make that fastest.
  return {
    apiKey: token,
    host,
    // Whoever says when to send gathers; anybody else, and whoever has a `waitUntil`, sends as soon as that is possible.
    flushAt: !waitUntil && (read.has("flushAt") || read.has("flushInterval"))
      ? Math.min(flushAt, maxQueueSize)
      : 1,
    maxBatchSize: read.integer("maxBatchSize", 100),
    maxQueueSize,
    maxQueueBytes: read.integer("maxQueueBytes", 33_554_432),
    maxEventBytes: read.integer("maxEventBytes", 921_600),
    maxBatchBytes: read.integer("maxBatchBytes", 5_242_880),
    flushInterval: read.number("flushInterval", 5000, 0, MAX_TIMER_MS),
    fetchRetryCount: read.integer("fetchRetryCount", 3, 0),
    fetchRetryDelay: read.number("fetchRetryDelay", 1000, 0, MAX_TIMER_MS),
    maxRetryDelayMs: read.number("maxRetryDelayMs", 30_000, 0, MAX_TIMER_MS),
    retryJitter: read.number("retryJitter", 0.2, 0, 1),
    requestTimeout: read.number("requestTimeout", 10_000, 1, MAX_TIMER_MS),
    captureMode: read.choice("captureMode", ["v0", "v1"]) ?? "v1",
    compression: read.choice("compression", ["gzip", "deflate"]) ?? "gzip",
    disableCompression: read.boolean("disableCompression") ?? false,
    historicalMigration: read.boolean("historicalMigration") ?? false,
    isServer: read.boolean("isServer") ?? true,
    disabled: read.boolean("disabled") || !token || !host,
    defaultOptIn: read.boolean("defaultOptIn") ?? true,
    testMode: read.boolean("testMode") ?? false,
    syncMode: read.boolean("syncMode") ?? false,
    debug: read.boolean("debug") ?? false,
    disableSingletonWarning: read.boolean("disableSingletonWarning") ?? false,
    privacyMode: read.boolean("privacyMode") ?? false,
    enableFullAiCapture: read.boolean("enableFullAiCapture") ?? false,
    disableGeoip: read.boolean("disableGeoip"),
    beforeSend: read.list<BeforeSend>(
      "beforeSend",
      "a function or a list of functions",
      (item) => typeof item === "function",
      (value) => copyList(value) ?? [value],
    ) ?? [],
    waitUntil,
    contextStorage: read.withMethods<ContextStorage>("contextStorage", [
      "run",
      "getStore",
    ]),
    onError: read.callback<ResolvedOptions["onError"]>("onError"),
    logger: read.withMethods<Logger>("logger", Object.keys(consoleLogger)) ??
      consoleLogger,
    redact: createRedact(read.secrets),
    findFetch: fetch ? () => fetch : findFetch,
    transport: read.withMethods<Transport>("transport", ["send"]),
    clock: createClock(read),
    random: createRandom(read),
  };
}

function readApiKey(apiKey: unknown, read: OptionReader): string {
  // URLs refuse lone surrogates.
  const token = isNonBlank(apiKey) ? apiKey.trim().toWellFormed() : "";
  if (token) read.secrets.push(token);
  const isSecret = /^ph[xs]_/.test(token);
  if (token && !isSecret) return token;
  // PostHog would refuse each event, and a secret would travel where a token is public.
  read.refuse(
    "apiKey",
    `${
      isSecret ? "this is a secret key, " : ""
    }expected a project token (phc_…, in POSTHOG_PROJECT_TOKEN); the client is disabled`,
  );
  return "";
}
