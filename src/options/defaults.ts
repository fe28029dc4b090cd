/** Where a project lives unless the option `host` says otherwise. */
export const DEFAULT_HOST = "https://us.i.posthog.com";

/** Options that take an integer of at least 1, and their defaults. Units are in `types.ts`. */
export const COUNTS = {
  flushAt: 20,
  maxBatchSize: 100,
  maxQueueSize: 10_000,
  maxQueueBytes: 33_554_432,
  maxEventBytes: 921_600,
  maxBatchBytes: 5_242_880,
} as const;

/** Options that take ms, 0 included, and their defaults. */
export const TIMES_MS = {
  flushInterval: 5000,
  fetchRetryDelay: 1000,
  maxRetryDelayMs: 30_000,
} as const;

/** Options that are on or off, and their defaults; `disableGeoip` has three states and is read apart. */
export const SWITCHES = {
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
} as const;
