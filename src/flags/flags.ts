import { type Clock, runWithin } from "../core/clock.ts";
import type { EventSink } from "../core/event.ts";
import type { FlagDefinitionCache } from "../core/flag_definition_cache.ts";
import { isThenable } from "../core/guards.ts";
import { type Hasher, webCryptoHasher } from "../core/hash.ts";
import type { WaitUntil } from "../core/platform.ts";
import type { RandomSource } from "../core/random.ts";
import type { Reporter } from "../core/reporter.ts";
import type { Endpoints } from "../transport/endpoints.ts";
import type { HttpDoor } from "../transport/http.ts";
import {
  type EvaluationRequest,
  type EvaluationScope,
  readArguments,
} from "./arguments.ts";
import { createDefinitionsBackoff } from "../local_evaluation/definitions/backoff.ts";
import { createContainedCache } from "../local_evaluation/definitions/contained_cache.ts";
import { createDefinitionsLoader } from "../local_evaluation/definitions/loader.ts";
import { createDefinitionsRefresh } from "../local_evaluation/definitions/refresh.ts";
import { createDefinitionsStore } from "../local_evaluation/definitions/store.ts";
import { createTimeZone } from "../local_evaluation/evaluation/time_zone.ts";
import { createExposureTracker } from "./exposure.ts";
import { createLegacyFlags } from "../compat/legacy_methods.ts";
import {
  createOverridesStore,
  isOverridden,
  type OverrideFeatureFlagsOptions,
} from "./overrides.ts";
import type { FlagPorts } from "./ports.ts";
import { createPropertyOverrides } from "./property_overrides.ts";
import { createRemoteEvaluator } from "./remote.ts";
import { createRemoteConfigReader } from "./remote_config.ts";
import { createResolver } from "./resolver.ts";
import type { FeatureFlagEvaluations } from "./snapshot.ts";
import type { FlagMethods, FlagSettings } from "./types.ts";

/** What the flags room is made of. */
export interface FlagsDeps {
  /** The client's options about flags, checked. */
  readonly settings: FlagSettings;
  /** The one HTTP door. */
  readonly door: HttpDoor;
  /** The host's URLs. */
  readonly endpoints: Endpoints;
  /** Time and waits. */
  readonly clock: Clock;
  /** Jitter. */
  readonly random: RandomSource;
  /** SHA-1. */
  readonly hasher: Hasher;
  /** Definitions shared between isolates, if any. */
  readonly cache: FlagDefinitionCache | undefined;
  /** Messages and errors. */
  readonly reporter: Reporter;
  /** Whether the client is disabled or was shut down. */
  isClosed(): boolean;
}

/** Who asks: the client, or a request scope. */
export interface FlagCaller {
  /** Where exposure events go. */
  readonly sink: EventSink;
  /** Keeps refreshes alive after the response; contained, so it never throws. */
  readonly waitUntil: WaitUntil | undefined;
  /** The request's identity, read at each call. */
  distinctId(): string | undefined;
  /** The request's groups, read at each call: group type to group key. Default: none. */
  readonly groups?: () => Readonly<Record<string, unknown>> | undefined;
  /** Whether it is a scope: calls through one scope share one load, calls of the client never share. */
  readonly isScope: boolean;
}

/** The flags room. */
export interface Flags {
  /** The flag methods of a client or a scope. */
  createMethods(caller: FlagCaller): FlagMethods;
  /** Forces values of flags, for all callers. */
  overrideFeatureFlags(overrides: OverrideFeatureFlagsOptions): void;
  /** A snapshot without flags, for a call that could not be carried out. */
  createEmptySnapshot(sink: EventSink): FeatureFlagEvaluations;
  /** What is used from outside of the client. */
  readonly ports: FlagPorts;
  /** Releases the cache and forgets exposures; the cache gets until `deadline` aborts. Never rejects. */
  shutdown(deadline: AbortSignal): Promise<void>;
}

/** The interval may not be shorter, in ms. */
const MIN_INTERVAL_MS = 100;

/** A refresh is given this much longer than its request, in ms. */
const ABANDONED_SLACK_MS = 1000;

/** How long `waitForLocalEvaluationReady` waits unless told otherwise, in ms. */
const DEFAULT_READY_TIMEOUT_MS = 30_000;

/** Creates the flags room: builds objects only; no I/O, clock or randomness is touched. */
export function createFlags(deps: FlagsDeps): Flags {
  const { settings, door, endpoints, clock, random, reporter } = deps;
  const {
    secretKey,
    requestTimeoutMs,
    flagsRequestTimeoutMs,
    projectTimezone,
  } = settings;
  const intervalMs = Math.max(MIN_INTERVAL_MS, settings.pollingIntervalMs);
  const cache = deps.cache && createContainedCache(deps.cache, clock, reporter);
  const isLocal = settings.enableLocalEvaluation &&
    (secretKey !== undefined || cache !== undefined);
  const store = createDefinitionsStore();
  const backoff = createDefinitionsBackoff(intervalMs, reporter);
  const loader = createDefinitionsLoader({
    door,
    url: endpoints.definitions,
    secretKey,
    requestTimeoutMs,
    clock,
    reporter,
    store,
    backoff,
    cache,
    timeZone: projectTimezone === undefined
      ? undefined
      : createTimeZone(projectTimezone),
  });
  const createAccess = createDefinitionsRefresh({
    loader,
    store,
    backoff,
    clock,
    random,
    intervalMs,
    coldTimeoutMs: flagsRequestTimeoutMs,
    abandonedAfterMs: requestTimeoutMs + ABANDONED_SLACK_MS,
  });
  const tracker = createExposureTracker(
    settings.maxCacheSize,
    settings.sendFeatureFlagEvent,
  );
  const remote = createRemoteEvaluator({
    door,
    url: endpoints.flags,
    clock,
    reporter,
    settings,
  });
  const readRemoteConfig = createRemoteConfigReader({
    door,
    url: endpoints.remoteConfig,
    secretKey,
    timeoutMs: requestTimeoutMs,
    reporter,
  });
  const hasher = boundHasher(deps.hasher, clock, flagsRequestTimeoutMs);
  const resolver = createResolver({
    settings,
    clock,
    hasher,
    reporter,
    store,
    remote,
    tracker,
  });
  const overrides = createOverridesStore(reporter);
  const clientProperties = createPropertyOverrides(reporter);
  const createLegacy = createLegacyFlags(reporter, settings.logWarnings);
  const isReady = () => (store.current()?.compiled.rules.size ?? 0) > 0;

  return {
    createMethods(caller) {
      const { sink } = caller;
      const definitions = createAccess(caller);
      const properties = caller.isScope
        ? createPropertyOverrides(reporter, clientProperties)
        : clientProperties;
      const read = (first: unknown, second: unknown, scope: EvaluationScope) =>
        deps.isClosed() ? undefined : readArguments(first, second, scope, {
          settings,
          reporter,
          distinctId: caller.distinctId(),
          groups: caller.groups?.(),
          properties,
          overrides: overrides.current(),
        });
      const load = async () => isLocal ? await definitions.access() : undefined;
      const evaluate = async (request: EvaluationRequest, loading = load) =>
        resolver.resolve(
          request,
          isOverridden(request.overrides, request.flagKeys)
            ? undefined
            : await loading(),
          sink,
        );
      return {
        ...createLegacy({ read, load, evaluate }),
        ...properties.methods,
        async evaluateFlags(distinctIdOrOptions, options) {
          const request = read(distinctIdOrOptions, options, {});
          return request ? await evaluate(request) : resolver.createEmpty(sink);
        },
        async getRemoteConfigPayload(key) {
          return deps.isClosed() ? undefined : await readRemoteConfig(key);
        },
        async reloadFeatureFlags() {
          if (isLocal && !deps.isClosed()) await definitions.reload();
        },
        isLocalEvaluationReady: isReady,
        async waitForLocalEvaluationReady(
          timeoutMs = DEFAULT_READY_TIMEOUT_MS,
        ) {
          if (isLocal && !deps.isClosed()) await definitions.wait(timeoutMs);
          return isReady();
        },
      };
    },
    overrideFeatureFlags: overrides.set,
    createEmptySnapshot: resolver.createEmpty,
    ports: {
      settings,
      clock,
      reporter,
      isClosed: deps.isClosed,
      refresh: () =>
        createAccess({ waitUntil: undefined, isScope: false }).refresh(),
    },
    async shutdown(deadline) {
      tracker.clear();
      await cache?.shutdown(deadline);
    },
  };
}

/** The application's hasher may hang; Web Crypto does not, and evaluations need no timer because of it. */
function boundHasher(hasher: Hasher, clock: Clock, timeoutMs: number): Hasher {
  if (hasher === webCryptoHasher) return hasher;
  return {
    digest(texts) {
      const digests = hasher.digest(texts);
      if (!isThenable(digests)) return digests;
      return runWithin(clock, timeoutMs, () => digests).then((result) =>
        result.kind === "done" ? result.value : []
      );
    },
  };
}
