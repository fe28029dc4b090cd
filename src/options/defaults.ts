import type { PostHogOptions } from "./types.ts";

/** Where a project lives unless the option `host` says otherwise. */
export const DEFAULT_HOST = "https://us.i.posthog.com";

/** The longest wait a timer can hold, in ms (2^31 − 1). */
const MAX_TIMER_MS = 2_147_483_647;

/** What a numeric option takes, and what it is without one. */
export interface NumberRule {
  /** The value when the option is absent or unusable. */
  readonly default: number;
  /** The least value taken. */
  readonly min: number;
  /** The greatest value taken; no limit when absent. */
  readonly max?: number;
  /** Whether fractions are refused. */
  readonly isInteger?: boolean;
}

/** The names of options whose type is exactly `Kind`. */
type OptionOf<Kind> = {
  [Name in keyof PostHogOptions]-?: [PostHogOptions[Name], Kind] extends
    [Kind | undefined, PostHogOptions[Name]] ? Name
    : never;
}[keyof PostHogOptions];

/** Every numeric option. */
export type NumberOption = OptionOf<number>;

/** Every option that is on or off; `disableGeoip` has three states and is read apart. */
export type BooleanOption = Exclude<OptionOf<boolean>, "disableGeoip">;

/** Every numeric option: its default and its range. Units are in `types.ts`. */
export const NUMBER_RULES: Readonly<Record<NumberOption, NumberRule>> = Object
  .freeze({
    flushAt: { default: 20, min: 1, isInteger: true },
    maxBatchSize: { default: 100, min: 1, isInteger: true },
    maxQueueSize: { default: 10_000, min: 1, isInteger: true },
    maxQueueBytes: { default: 32 * 1024 * 1024, min: 1, isInteger: true },
    maxEventBytes: { default: 900 * 1024, min: 1, isInteger: true },
    maxBatchBytes: { default: 5 * 1024 * 1024, min: 1, isInteger: true },
    flushInterval: { default: 5000, min: 0, max: MAX_TIMER_MS },
    fetchRetryCount: { default: 3, min: 0, isInteger: true },
    fetchRetryDelay: { default: 1000, min: 0, max: MAX_TIMER_MS },
    maxRetryDelayMs: { default: 30_000, min: 0, max: MAX_TIMER_MS },
    retryJitter: { default: 0.2, min: 0, max: 1 },
    requestTimeout: { default: 10_000, min: 1, max: MAX_TIMER_MS },
    featureFlagsPollingInterval: {
      default: 30_000,
      min: 100,
      max: MAX_TIMER_MS,
    },
    featureFlagsRequestTimeoutMs: { default: 3000, min: 1, max: MAX_TIMER_MS },
    featureFlagsRequestMaxRetries: { default: 1, min: 0, isInteger: true },
    maxCacheSize: { default: 50_000, min: 1, isInteger: true },
    exceptionRateLimiterBucketSize: { default: 10, min: 1, isInteger: true },
    exceptionRateLimiterRefillRate: { default: 1, min: 0 },
  });

/** The defaults of {@linkcode BooleanOption}. */
export const BOOLEAN_DEFAULTS: Readonly<Record<BooleanOption, boolean>> = Object
  .freeze({
    disableCompression: false,
    historicalMigration: false,
    isServer: true,
    disabled: false,
    defaultOptIn: true,
    testMode: false,
    syncMode: false,
    debug: false,
    disableSingletonWarning: false,
    privacyMode: false,
    enableFullAiCapture: false,
    enableLocalEvaluation: true,
    strictLocalEvaluation: false,
    sendFeatureFlagEvent: true,
    featureFlagsLogWarnings: true,
  });

/** More retries of one `/flags` request than this are never made, whatever the option says. */
export const MAX_FLAGS_RETRIES = 5;

/** UTF-8 bytes of the largest event that the AI lane takes (8 MiB), whatever `maxEventBytes` says. */
export const MAX_AI_EVENT_BYTES: number = 8 * 1024 * 1024;
