import type { Clock } from "../core/clock.ts";
import type { Transport } from "../core/delivery.ts";
import type { AnyEdgehogError } from "../core/errors.ts";
import type { BeforeSend } from "../core/event.ts";
import type { FlagDefinitionCache } from "../core/flag_definition_cache.ts";
import { isNonBlank } from "../core/guards.ts";
import { type Hasher, webCryptoHasher } from "../core/hash.ts";
import { consoleLogger, type Logger } from "../core/logger.ts";
import type { FetchLike, WaitUntil } from "../core/platform.ts";
import type { RandomSource } from "../core/random.ts";
import { findFetch } from "../core/runtime.ts";
import {
  BOOLEAN_DEFAULTS,
  type BooleanOption,
  DEFAULT_HOST,
  MAX_FLAGS_RETRIES,
  NUMBER_RULES,
  type NumberOption,
} from "./defaults.ts";
import { parseHost } from "./host.ts";
import {
  createOptionReader,
  type OptionProblem,
  type OptionReader,
} from "./reader.ts";
import { createClock, createRandom } from "./seams.ts";

type Numbers = Readonly<Record<NumberOption, number>>;
type Booleans = Readonly<Record<BooleanOption, boolean>>;

/** Options after the check: complete and frozen. */
export interface ResolvedOptions extends Numbers, Booleans {
  /** The project token; empty when there is none, and then `disabled` is true. */
  readonly apiKey: string;
  /** Without trailing slash. */
  readonly host: string;
  /** The capture protocol. */
  readonly captureMode: "v0" | "v1";
  /** The codec of request bodies. */
  readonly compression: "gzip" | "deflate";
  /** Undefined when the caller said nothing: then it is true, and steps back for a scope's `$ip`. */
  readonly disableGeoip: boolean | undefined;
  /** The hooks in order. */
  readonly beforeSend: readonly BeforeSend[];
  /** `secretKey ?? personalApiKey`. */
  readonly secretKey: string | undefined;
  /** The shared cache, if any. */
  readonly flagDefinitionCache: FlagDefinitionCache | undefined;
  /** Evaluation contexts; empty when unset. */
  readonly evaluationContexts: readonly string[];
  /** The project's time zone, if known. */
  readonly projectTimezone: string | undefined;
  /** Makes digests. */
  readonly hasher: Hasher;
  /** Error tracking: the folder that file names are relative to. */
  readonly projectRoot: string | undefined;
  /** Error tracking: files that are the application's. */
  readonly inAppInclude: readonly (string | RegExp)[];
  /** Error tracking: files that are not. */
  readonly inAppExclude: readonly (string | RegExp)[];
  /** The caller's `waitUntil`, raw. */
  readonly waitUntil: WaitUntil | undefined;
  /** The caller's `onError`, raw. */
  readonly onError: ((error: AnyEdgehogError) => void) | undefined;
  /** The logger, raw. */
  readonly logger: Logger;
  /** Gives the fetch function to use now. */
  readonly findFetch: () => FetchLike | undefined;
  /** The caller's transport, if any. */
  readonly transport: Transport | undefined;
  /** Time and waits. */
  readonly clock: Clock;
  /** Random bytes. */
  readonly random: RandomSource;
}

/** The outcome of a check: complete options, and what was wrong with those given. */
export interface Resolution {
  /** Complete and frozen. */
  readonly options: ResolvedOptions;
  /** Options refused: each is reported as a `ConfigError`. */
  readonly problems: readonly OptionProblem[];
  /** Things worth a warning that were not refused. */
  readonly notes: readonly string[];
}

/** Checks every option once. Pure: reads no clock, no random source, no environment; never throws. */
export function resolveOptions(apiKey: unknown, given: unknown): Resolution {
  const read = createOptionReader(given);
  const notes: string[] = [];
  const token = readApiKey(apiKey, read);
  const numbers = readNumbers(read);
  const booleans = readBooleans(read);
  const fetch = read.callback<FetchLike>("fetch");
  const options: ResolvedOptions = {
    ...numbers,
    ...booleans,
    flushAt: Math.min(numbers.flushAt, numbers.maxQueueSize),
    featureFlagsRequestMaxRetries: Math.min(
      numbers.featureFlagsRequestMaxRetries,
      MAX_FLAGS_RETRIES,
    ),
    apiKey: token,
    disabled: booleans.disabled || token === "",
    host: readHost(read, notes),
    captureMode: read.choice("captureMode", ["v0", "v1"]) ?? "v0",
    compression: read.choice("compression", ["gzip", "deflate"]) ?? "gzip",
    disableGeoip: read.boolean("disableGeoip"),
    beforeSend: readBeforeSend(read),
    secretKey: readSecretKey(read, notes),
    flagDefinitionCache: readCache(read),
    evaluationContexts: read.list<string>(
      "evaluationContexts",
      "a list of strings",
      isNonBlank,
    ) ?? [],
    projectTimezone: readTimezone(read),
    hasher: read.withMethods<Hasher>("hasher", ["digest"]) ?? webCryptoHasher,
    projectRoot: read.text("projectRoot"),
    inAppInclude: readPatterns(read, "inAppInclude"),
    inAppExclude: readPatterns(read, "inAppExclude"),
    waitUntil: read.callback("waitUntil"),
    onError: read.callback("onError"),
    logger:
      read.withMethods<Logger>("logger", ["debug", "info", "warn", "error"]) ??
        consoleLogger,
    findFetch: fetch ? () => fetch : findFetch,
    transport: read.withMethods<Transport>("transport", ["send"]),
    clock: createClock(read),
    random: createRandom(read),
  };
  if (read.boolean("skip_ssl_verification") !== undefined) {
    notes.push(
      "Option 'skip_ssl_verification' is ignored: pass a 'fetch' of your own instead",
    );
  }
  return { options: Object.freeze(options), problems: read.problems, notes };
}

function readApiKey(apiKey: unknown, read: OptionReader): string {
  if (!isNonBlank(apiKey)) {
    read.refuse("apiKey", "expected a project token; the client is disabled");
    return "";
  }
  // URLs refuse lone surrogates.
  const token = apiKey.trim().toWellFormed();
  if (/^ph[xs]_/.test(token)) {
    read.refuse(
      "apiKey",
      "this is a secret key, not a project token (phc_…); PostHog will refuse it",
    );
  }
  return token;
}

function readNumbers(read: OptionReader): Numbers {
  const entries = Object.entries(NUMBER_RULES).map((
    [name, rule],
  ) => [name, read.number(name, rule)]);
  return Object.fromEntries(entries) as Numbers;
}

function readBooleans(read: OptionReader): Booleans {
  const entries = Object.entries(BOOLEAN_DEFAULTS).map((
    [name, value],
  ) => [name, read.boolean(name) ?? value]);
  return Object.fromEntries(entries) as Booleans;
}

function readHost(read: OptionReader, notes: string[]): string {
  const reading = parseHost(read.text("host") ?? "");
  if (reading.kind === "unusable") {
    read.refuse("host", reading.reason);
    return DEFAULT_HOST;
  }
  if (reading.note) notes.push(reading.note);
  return reading.host;
}

function readBeforeSend(read: OptionReader): readonly BeforeSend[] {
  return readHooks(read, "beforeSend") ?? readHooks(read, "before_send") ?? [];
}

function readHooks(
  read: OptionReader,
  option: string,
): readonly BeforeSend[] | undefined {
  const isHook = (value: unknown) => typeof value === "function";
  const hooks = read.oneOrMany<BeforeSend>(
    option,
    "a function or a list of functions",
    isHook,
  );
  return hooks && Object.freeze(hooks);
}

function readSecretKey(
  read: OptionReader,
  notes: string[],
): string | undefined {
  const keys = ["secretKey", "personalApiKey"].map((option) => {
    const key = read.text(option);
    if (!key?.startsWith("phc_")) return key;
    return read.refuse(
      option,
      "a project token (phc_…) can't read flag definitions",
    );
  });
  const [secretKey, personalApiKey] = keys;
  if (secretKey && personalApiKey) {
    notes.push("Option 'personalApiKey' is ignored: 'secretKey' is given too");
  }
  return secretKey ?? personalApiKey;
}

function readCache(read: OptionReader): FlagDefinitionCache | undefined {
  const methods = [
    "getFlagDefinitions",
    "shouldFetchFlagDefinitions",
    "onFlagDefinitionsReceived",
    "shutdown",
  ];
  return read.withMethods<FlagDefinitionCache>(
    "flagDefinitionCache",
    methods,
  ) ??
    read.withMethods<FlagDefinitionCache>(
      "flagDefinitionCacheProvider",
      methods,
    );
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

function readPatterns(
  read: OptionReader,
  option: string,
): readonly (string | RegExp)[] {
  const isPattern = (item: unknown) =>
    typeof item === "string" || item instanceof RegExp;
  return read.list<string | RegExp>(
    option,
    "a list of strings and regular expressions",
    isPattern,
  ) ?? [];
}
