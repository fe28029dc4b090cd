import { MAX_TIMER_MS } from "../core/clock.ts";
import type {
  FlagDefinitionCache,
  FlagDefinitionCacheProviderLike,
} from "../core/flag_definition_cache.ts";
import { type Hasher, webCryptoHasher } from "../core/hash.ts";
import type { OptionReader } from "../options/reader.ts";

/** How flags are evaluated from definitions, and where those come from. */
export interface LocalEvaluationOptions {
  /** Evaluates flags from definitions where a key or a cache is given. @default true */
  enableLocalEvaluation?: boolean | undefined;
  /** Shares definitions between isolates and decides which of them asks PostHog. @default memory of the isolate */
  flagDefinitionCache?:
    | FlagDefinitionCache
    | FlagDefinitionCacheProviderLike
    | undefined;
  /**
   * The age in ms after which definitions are refreshed on access; at least 100. Null: never by age, once they are loaded.
   * @default 30000
   */
  featureFlagsPollingInterval?: number | null | undefined;
  /**
   * The age in ms, from PostHog's last word for them on, after which definitions are refreshed before they answer, within
   * `featureFlagsRequestTimeoutMs`; if that fails the old ones answer. `Infinity`: they always answer at once, and are
   * refreshed meanwhile.
   * @default ten times `featureFlagsPollingInterval`
   */
  maxDefinitionAgeMs?: number | undefined;
  /**
   * The project's time zone: `"UTC"` or an IANA name. Flags compare dates without a zone, and relative ones, in it.
   * Unset, such a date decides locally only where every zone gives the same answer; else PostHog is asked.
   * @default unknown
   */
  projectTimezone?: string | undefined;
  /** Makes the digests that decide a rollout. @default SHA-1 through Web Crypto */
  hasher?: Hasher | undefined;
}

/** {@linkcode LocalEvaluationOptions}, checked and complete. */
export interface CheckedLocalOptions {
  /** Whether definitions are used at all; they need a key or a cache as well. */
  readonly enableLocalEvaluation: boolean;
  /** The shared cache, if any. */
  readonly flagDefinitionCache: FlagDefinitionCache | undefined;
  /** The age in ms after which definitions are refreshed on access; infinite: never. */
  readonly featureFlagsPollingInterval: number;
  /** The age in ms after which they are refreshed before they answer. */
  readonly maxDefinitionAgeMs: number;
  /** The project's time zone, if known. */
  readonly projectTimezone: string | undefined;
  /** Makes digests. */
  readonly hasher: Hasher;
}

/** The default of `featureFlagsPollingInterval`, in ms. */
export const DEFAULT_INTERVAL_MS = 30_000;

/** Reads {@linkcode LocalEvaluationOptions}. */
export function checkLocalOptions(read: OptionReader): CheckedLocalOptions {
  Object.assign(read.otherNames, {
    pollinterval: "featureFlagsPollingInterval",
    flagdefinitioncacheprovider: "flagDefinitionCache",
  });
  const interval = "featureFlagsPollingInterval";
  const featureFlagsPollingInterval = read.peek(interval) === null
    ? Infinity
    : read.number(interval, DEFAULT_INTERVAL_MS, 100, MAX_TIMER_MS);
  return {
    enableLocalEvaluation: read.boolean("enableLocalEvaluation") ?? true,
    flagDefinitionCache: read.withMethods("flagDefinitionCache", [
      "getFlagDefinitions",
      "shouldFetchFlagDefinitions",
      "onFlagDefinitionsReceived",
      "shutdown",
    ]),
    featureFlagsPollingInterval,
    maxDefinitionAgeMs: read.number(
      "maxDefinitionAgeMs",
      10 * featureFlagsPollingInterval,
      0,
      Infinity,
    ),
    projectTimezone: readTimezone(read),
    hasher: read.withMethods<Hasher>("hasher", ["digest"]) ?? webCryptoHasher,
  };
}

function readTimezone(read: OptionReader): string | undefined {
  const timeZone = read.text("projectTimezone");
  try {
    return timeZone &&
      new Intl.DateTimeFormat("en", { timeZone }).resolvedOptions().timeZone;
  } catch {
    return read.refuse(
      "projectTimezone",
      "expected 'UTC' or the IANA name of a time zone",
    );
  }
}
