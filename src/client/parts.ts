import { ConfigError } from "../core/errors.ts";
import { createRedact } from "../core/logger.ts";
import { createReporter, type Reporter } from "../core/reporter.ts";
import { createUuidSource } from "../core/uuid.ts";
import { createExceptions, type Exceptions } from "../errors/capture.ts";
import { createPipeline, type Pipeline } from "../events/pipeline.ts";
import { createFlags, type Flags } from "../flags/flags.ts";
import { MAX_AI_EVENT_BYTES } from "../options/defaults.ts";
import { type ResolvedOptions, resolveOptions } from "../options/resolve.ts";
import { createClientQueue } from "../transport/client_queue.ts";
import { buildEndpoints } from "../transport/endpoints.ts";
import type { ClientQueue } from "../transport/event_queue.ts";
import { createHttpDoor } from "../transport/http.ts";
import { createHttpTransport } from "../transport/http_transport.ts";
import type { DeliveryPorts } from "../transport/ports.ts";
import type { ScopeQueueDeps } from "../transport/scope_queue.ts";
import { createSender, type SenderDeps } from "../transport/sender.ts";
import { createKeepAlive, type KeepAlive } from "./keep_alive.ts";
import { createLifecycle, type Lifecycle } from "./lifecycle.ts";
import { createSettings, type Settings } from "./settings.ts";
import { registerClient } from "./singletons.ts";
import { createWires } from "./wires.ts";

/** A scope's drain waits for preparations, and has 25 s. */
const MAX_PREPARATION_MS = 20_000;

/** The rooms of one client, built and connected. */
export interface Parts {
  /** The options in force. */
  readonly options: ResolvedOptions;
  /** What can be changed. */
  readonly settings: Settings;
  /** Tells the application what happened. */
  readonly reporter: Reporter;
  /** Whether events are taken. */
  readonly lifecycle: Lifecycle;
  /** From draft to item. */
  readonly pipeline: Pipeline;
  /** The client's queue. */
  readonly queue: ClientQueue;
  /** What a scope's queue needs, but for its request's `waitUntil`. */
  readonly scopeQueueDeps: Omit<ScopeQueueDeps, "keepAlive">;
  /** The flags room. */
  readonly flags: Flags;
  /** The errors room. */
  readonly exceptions: Exceptions;
  /** The client's own `waitUntil`, contained. */
  readonly keepAlive: KeepAlive;
  /** What other entries may use of the client. */
  readonly ports: DeliveryPorts;
  /** Takes the client out of the count of live ones. */
  readonly release: () => void;
}

/** Builds the rooms of a client out of what the application passed. No I/O, no timer, no clock, no random number. */
export function createParts(apiKey: unknown, given: unknown): Parts {
  const { options, problems, notes } = resolveOptions(apiKey, given);
  const { clock, random } = options;
  const reporter = createReporter({
    logger: options.logger,
    onError: options.onError,
    isDebug: options.debug,
    redact: createRedact([options.apiKey, options.secretKey]),
  });
  for (const { option, message } of problems) {
    if (option === "apiKey") reporter.error(message);
    else reporter.warn(message);
    reporter.report(new ConfigError(message, option));
  }
  for (const note of notes) reporter.warn(note);
  const release = registerClient(options, reporter);

  const settings = createSettings(
    options.beforeSend,
    reporter,
    options.disabled,
  );
  const lifecycle = createLifecycle(options.disabled, !options.defaultOptIn);
  const createUuid = createUuidSource(random);
  const keepAlive = createKeepAlive(options.waitUntil, reporter);
  const endpoints = buildEndpoints(options.host, options.apiKey);
  const door = createHttpDoor({
    findFetch: options.findFetch,
    clock,
    redact: reporter.redact,
  });
  const http = createHttpTransport({
    door,
    wires: createWires(options, endpoints),
    clock,
    debug: reporter.debug,
  });
  const senderDeps: Omit<SenderDeps, "transport"> = {
    clock,
    random,
    createUuid,
    policy: {
      maxRetries: options.fetchRetryCount,
      baseDelayMs: options.fetchRetryDelay,
      maxDelayMs: options.maxRetryDelayMs,
      jitter: options.retryJitter,
    },
    attemptTimeoutMs: options.requestTimeout,
    // v1 tells by 429 that the project sends too much: another attempt at once would be one more.
    isDeferred: (lane, { status }) =>
      lane === "analytics" && options.captureMode === "v1" && status === 429,
    reporter,
  };
  const httpSender = createSender({ ...senderDeps, transport: http });
  const { transport } = options;
  const sender = transport
    ? createSender({ ...senderDeps, transport })
    : httpSender;
  const queueDeps = {
    sender,
    clock,
    reporter,
    batchLimits: {
      maxItems: options.maxBatchSize,
      maxBytes: options.maxBatchBytes,
    },
    settings: {
      queueLimits: {
        maxItems: options.maxQueueSize,
        maxBytes: options.maxQueueBytes,
      },
      flushAt: options.flushAt,
      flushIntervalMs: options.flushInterval,
      restMs: options.maxRetryDelayMs,
      // Definitions, digests and the request for the rest: each has the time of one.
      preparationMs: Math.min(
        3 * options.featureFlagsRequestTimeoutMs,
        MAX_PREPARATION_MS,
      ),
      isTestMode: options.testMode,
    },
  };
  const queue = createClientQueue({ ...queueDeps, keepAlive });
  const pipeline = createPipeline({
    clock,
    createUuid,
    reporter,
    closedGate: lifecycle.closedGate,
    beforeSend: settings.beforeSend,
    superProperties: settings.superProperties,
    isServer: options.isServer,
    disableGeoip: options.disableGeoip,
    maxEventBytes: {
      // A queue could never hold a larger one.
      analytics: Math.min(options.maxEventBytes, options.maxQueueBytes),
      ai: Math.min(MAX_AI_EVENT_BYTES, options.maxQueueBytes),
    },
  });
  const flags = createFlags({
    settings: {
      secretKey: options.secretKey,
      projectToken: options.apiKey,
      enableLocalEvaluation: options.enableLocalEvaluation,
      strictLocalEvaluation: options.strictLocalEvaluation,
      pollingIntervalMs: options.featureFlagsPollingInterval,
      requestTimeoutMs: options.requestTimeout,
      flagsRequestTimeoutMs: options.featureFlagsRequestTimeoutMs,
      flagsRequestMaxRetries: options.featureFlagsRequestMaxRetries,
      sendFeatureFlagEvent: options.sendFeatureFlagEvent,
      logWarnings: options.featureFlagsLogWarnings,
      maxCacheSize: options.maxCacheSize,
      evaluationContexts: options.evaluationContexts,
      projectTimezone: options.projectTimezone,
      disableGeoip: options.disableGeoip ?? true,
    },
    door,
    endpoints,
    clock,
    random,
    hasher: options.hasher,
    cache: options.flagDefinitionCache,
    reporter,
    isClosed: () => lifecycle.isClosed,
  });
  const exceptions = createExceptions({
    frames: options,
    limits: {
      bucketSize: options.exceptionRateLimiterBucketSize,
      refillRate: options.exceptionRateLimiterRefillRate,
    },
    clock,
    random,
    reporter,
  });
  const scopeQueueDeps = { ...queueDeps, clientQueue: queue };
  const ports: DeliveryPorts = {
    drainDeps: { ...queueDeps, sender: httpSender },
    clock,
    reporter,
    restMs: options.maxRetryDelayMs,
    isClosed: () => lifecycle.isClosed || options.testMode,
  };
  return {
    options,
    settings,
    reporter,
    lifecycle,
    pipeline,
    queue,
    scopeQueueDeps,
    flags,
    exceptions,
    keepAlive,
    ports,
    release,
  };
}
