import type { Transport } from "../core/delivery.ts";
import type { AnyEdgehogError } from "../core/errors.ts";
import type { BeforeSend } from "../core/event.ts";
import type { Logger } from "../core/logger.ts";
import type { ContextStorage, FetchLike, WaitUntil } from "../core/platform.ts";
import type { RandomSource } from "../core/random.ts";

/** How events are collected, batched and delivered. */
export interface DeliveryOptions {
  /**
   * The PostHog host, or a reverse proxy of it: an http or https URL. A path is kept, a trailing `/` is not. One that
   * can't be used disables the client, with one error: nothing goes to a host that the application did not name.
   * @default "https://us.i.posthog.com"
   */
  host?: string | undefined;
  /**
   * The capture protocol: `v1` answers event by event; `v0` is for a self-hosted PostHog or a proxy without the v1 endpoints.
   * @default "v1"
   */
  captureMode?: "v0" | "v1" | undefined;
  /**
   * Events in the client's queue that start a send: an integer ≥ 1, at most `maxQueueSize`. The client gathers where this
   * or `flushInterval` is given and no `waitUntil` is; otherwise each capture starts a send unless one is under way.
   * @default 20 where `flushInterval` is given, else 1
   */
  flushAt?: number | undefined;
  /** Events in one request: an integer ≥ 1. @default 100 */
  maxBatchSize?: number | undefined;
  /** Events a lane holds, those of all scopes together: an integer ≥ 1. Past it the oldest is dropped, with a report. @default 10000 */
  maxQueueSize?: number | undefined;
  /** Serialized bytes a lane holds, those of all scopes together. Past it the oldest are dropped, with a report. @default 33554432 */
  maxQueueBytes?: number | undefined;
  /** UTF-8 bytes of one serialized event, at most `maxQueueBytes`. A larger one is dropped, with a report. @default 921600 */
  maxEventBytes?: number | undefined;
  /** Bytes of one request before compression; a first event always fits. @default 5242880 */
  maxBatchBytes?: number | undefined;
  /** Where a client gathers (see `flushAt`): the age of the oldest queued event, in ms, at which the next capture starts a send; 0 disables. @default 5000 */
  flushInterval?: number | undefined;
  /** Retries after the first attempt: an integer ≥ 0. @default 3 */
  fetchRetryCount?: number | undefined;
  /** The first wait before a retry, in ms; doubled for each further one. @default 1000 */
  fetchRetryDelay?: number | undefined;
  /** The longest wait between attempts, in ms, and how long a lane rests after an outage. @default 30000 */
  maxRetryDelayMs?: number | undefined;
  /** The share by which waits are lengthened at random, 0 to 1. @default 0.2 */
  retryJitter?: number | undefined;
  /** The deadline of one attempt, headers and body together, in ms. @default 10000 */
  requestTimeout?: number | undefined;
  /** Sends bodies uncompressed. Implied where the runtime has no `CompressionStream`. @default false */
  disableCompression?: boolean | undefined;
  /** The codec of request bodies. `deflate` is honoured by the v1 protocol alone. @default "gzip" */
  compression?: "gzip" | "deflate" | undefined;
  /** Marks batches as historical imports, which PostHog ingests apart. @default false */
  historicalMigration?: boolean | undefined;
  /** Sends every event by itself at once, past the queue. Ignored in `testMode`. @default false */
  syncMode?: boolean | undefined;
  /** Runs everything but the network: events stay in the queue for inspection. @default false */
  testMode?: boolean | undefined;
}

/** What events say, and who may say it. */
export interface EventOptions {
  /**
   * Adds `$geoip_disable` to events and `geoip_disable` to flag requests: the address PostHog sees is the edge's.
   * The default steps back for an event whose scope supplies the visitor's `$ip`.
   * @default true
   */
  disableGeoip?: boolean | undefined;
  /** Adds `$is_server: true` to events. @default true */
  isServer?: boolean | undefined;
  /** Turns the client off for good: no event, no request, no callback. @default false */
  disabled?: boolean | undefined;
  /** Whether events are taken before anybody calls `optIn()`. @default true */
  defaultOptIn?: boolean | undefined;
  /** Changes or drops each finished event; several run in order. A hook that throws drops the event. */
  beforeSend?: BeforeSend | readonly BeforeSend[] | undefined;
  /** Readable on the client for AI wrappers: they send no input or output content then. @default false */
  privacyMode?: boolean | undefined;
  /** Readable on the client for AI wrappers. @default false */
  enableFullAiCapture?: boolean | undefined;
}

/** Where the client meets its surroundings. */
export interface SeamOptions {
  /** Extends the runtime's life for a promise, such as that of a send; called as given, so bind what needs an owner. */
  waitUntil?: WaitUntil | undefined;
  /**
   * Makes scopes ambient: an `AsyncLocalStorage` of the application's, on which nothing else is run. Inside of
   * `withContext` and of handlers wrapped by `withPostHog` the client's own methods then act for the current scope.
   */
  contextStorage?: ContextStorage | undefined;
  /** Hears of each failure once. An exception from it is contained. */
  onError?: ((error: AnyEdgehogError) => void) | undefined;
  /** Takes messages. @default the console, with the prefix `[edgehog]` */
  logger?: Logger | undefined;
  /** Logs debug messages from the start. @default false */
  debug?: boolean | undefined;
  /** Says nothing about several clients for one project in one isolate. @default false */
  disableSingletonWarning?: boolean | undefined;
  /** Makes requests. @default `globalThis.fetch`, looked up at each call */
  fetch?: FetchLike | undefined;
  /** Delivers batches. @default HTTP to `host` */
  transport?: Transport | undefined;
  /** The current moment in ms since the epoch. @default `Date.now` */
  now?: (() => number) | undefined;
  /** Waits `ms`, or until the signal aborts. @default a timer */
  sleep?: ((ms: number, signal?: AbortSignal) => Promise<void>) | undefined;
  /** Fills an array with random bytes. @default `crypto.getRandomValues` */
  random?: RandomSource | undefined;
}

/** What the kernel can be told; each feature adds its own options. */
export interface KernelOptions
  extends DeliveryOptions, EventOptions, SeamOptions {}
