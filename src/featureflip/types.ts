import type { FetchLike } from "../core/platform.ts";

/** What is known of the user: attributes by name. `user_id` (or `userId`) says who it is. */
export type EvaluationContext = Readonly<Record<string, unknown>>;

/** Why a flag has its value. */
export type EvaluationReason =
  | "Fallthrough"
  | "RuleMatch"
  | "FlagDisabled"
  | "FlagNotFound"
  | "PrerequisiteFailed"
  | "Error";

/** A flag's value and how it came about. What does not apply is absent, never null. */
export interface EvaluationDetail<T> {
  /** The value served, or the default. */
  readonly value: T;
  /** Why. */
  readonly reason: EvaluationReason;
  /** The rule that matched. */
  readonly ruleId?: string;
  /** The variation that was chosen, also where its value is not what was asked for. */
  readonly variationKey?: string;
  /** The prerequisite that failed. */
  readonly prerequisiteKey?: string;
}

/** What an {@linkcode EvaluationInspector} is told. */
export interface EvaluationEvent {
  /** The flag that was asked for. */
  readonly flagKey: string;
  /** A shallow copy of the context. */
  readonly context: EvaluationContext;
  /** What the caller got. */
  readonly value: unknown;
  /** Why. */
  readonly reason: EvaluationReason;
  /** The variation that was chosen. */
  readonly variationKey?: string;
  /** The rule that matched. */
  readonly ruleId?: string;
  /** The prerequisite that failed. */
  readonly prerequisiteKey?: string;
  /** When: ISO 8601, UTC, milliseconds. */
  readonly timestamp: string;
}

/** Called once with each variation that is read. What it throws is logged. */
export type EvaluationInspector = (event: EvaluationEvent) => unknown;

/** Called with the keys of flags that may have changed. What it throws is logged. */
export type UpdateListener = (keys: string[]) => unknown;

/** What became of the events of a flush. */
export interface FlushResult {
  /** Taken by Featureflip. */
  readonly delivered: number;
  /** Refused for good. */
  readonly dropped: number;
  /** Still queued. */
  readonly retained: number;
}

/** Where warnings go. `console` fits. */
export interface FeatureflipLogger {
  /** Something is off, and the client went on. */
  warn(message: string): void;
  /** Detail, such as that events could not be sent yet. */
  debug?(message: string): void;
}

/** The execution context of a request. */
export interface FeatureflipRequestContext {
  /** Extends the request's lifetime; called as a method of this object. */
  waitUntil(promise: Promise<unknown>): void;
}

/** What a client is made of. `undefined` takes the default; durations are milliseconds. */
export interface FeatureflipOptions {
  /** The SDK key of an environment. Default: `FEATUREFLIP_SDK_KEY` of `env`, then of the process. */
  readonly sdkKey?: string | null | undefined;
  /** Where `FEATUREFLIP_SDK_KEY` is looked up before the process's environment, such as a Worker's bindings. */
  readonly env?: object | undefined;
  /** The Evaluation API. Default `https://eval.featureflip.io`. A path prefix is kept. */
  readonly baseUrl?: string | undefined;
  /** Adds to `readTimeout`: `fetch` can't tell connecting from reading. Default 5,000 ms. */
  readonly connectTimeout?: number | undefined;
  /** With `connectTimeout`, the deadline of a request, headers and body. Default 10,000 ms. */
  readonly readTimeout?: number | undefined;
  /** Whether flags are kept fresh by a stream where the runtime lives long. Default true. */
  readonly streaming?: boolean | undefined;
  /** How old flags may get before the next access loads them again, without a stream. Default 30,000 ms. */
  readonly pollInterval?: number | undefined;
  /** Whether events are recorded. Default true. */
  readonly sendEvents?: boolean | undefined;
  /** How old the oldest event gets before recording one sends them. Default 30,000 ms. */
  readonly flushInterval?: number | undefined;
  /** The most events in a request, and how many of them are sent at once when recorded. Default 100. */
  readonly flushBatchSize?: number | undefined;
  /** The most that `create` and `waitForInitialization` wait. Default 10,000 ms. */
  readonly initTimeout?: number | undefined;
  /** Failed retries of the stream before flags are polled beside it. Default 5. */
  readonly maxStreamRetries?: number | undefined;
  /** Called with each variation that is read. Members that are no functions are left out. Default none. */
  readonly inspectors?: readonly EvaluationInspector[] | undefined;
  /** Where warnings go. Default: the console. */
  readonly logger?: FeatureflipLogger | undefined;
  /** Makes the requests. Default: the runtime's `fetch`. */
  readonly fetch?: FetchLike | undefined;
  /** Keeps an isolate alive for loads and events that nobody awaits; `forRequest` has its own. Default none. */
  readonly waitUntil?: ((promise: Promise<unknown>) => void) | undefined;
  /**
   * Whether the runtime lives on between requests, which a stream needs. Default `"auto"`: Deno, Bun and Node do, Cloudflare
   * Workers, Vercel's edge runtime and everything unknown don't.
   */
  readonly longLived?: boolean | "auto" | undefined;
  /** The current time in ms since the epoch, for tests. */
  readonly now?: (() => number) | undefined;
  /** A number in [0, 1), for tests: the jitter of reconnects. */
  readonly random?: (() => number) | undefined;
  /** Resolves after so many ms, or when the signal aborts; for tests. */
  readonly sleep?:
    | ((ms: number, signal?: AbortSignal) => Promise<void>)
    | undefined;
}

/** What {@linkcode FeatureflipClient.forTesting} takes beside the flags. */
export interface FeatureflipTestingOptions {
  /** Called with each variation that is read. */
  readonly inspectors?: readonly EvaluationInspector[] | undefined;
}
