import type { EvaluateFlagsOptions } from "../flags/call_options.ts";
import type { FeatureFlagEvaluations } from "../flags/snapshot.ts";

/** What the hook needs: a client. */
export interface OpenFeatureCaptureClient {
  /** See `capture` of a client. */
  capture(message: {
    readonly distinctId?: string | undefined;
    readonly event: string;
    readonly properties?: Record<string, unknown> | undefined;
    readonly groups?: Record<string, string | number> | undefined;
  }): string | undefined;
}

/** What the provider needs: a client with feature flags. No scope: a provider serves all requests. */
export interface OpenFeatureClient extends OpenFeatureCaptureClient {
  /** See `evaluateFlags` of a client. */
  evaluateFlags(
    distinctId: string,
    options?: EvaluateFlagsOptions,
  ): Promise<FeatureFlagEvaluations>;
  /** See `waitForLocalEvaluationReady` of a client. */
  waitForLocalEvaluationReady(timeoutMs?: number): Promise<boolean>;
  /** See `on` of a client. */
  on(
    name: "localEvaluationFlagsLoaded",
    listener: (count: number) => void,
  ): () => void;
  /** See `flush` of a client. */
  flush(): Promise<unknown>;
}

/** What a {@linkcode PostHogProvider} may be told. */
export interface PostHogProviderOptions {
  /** Whom flags are evaluated for where the context has no `targetingKey`. @default nobody: the default value */
  readonly defaultDistinctId?: string | undefined;
  /** Whether evaluations emit `$feature_flag_called`. Default: the client's `sendFeatureFlagEvent`. */
  readonly sendFeatureFlagEvents?: boolean | undefined;
}

/** What an {@linkcode exposureHook} may be told. */
export interface ExposureHookOptions {
  /** Whose exposure it is, by the evaluation's context. Default, also where it gives undefined: `targetingKey`. */
  readonly distinctId?:
    | ((context: EvaluationContextLike) => string | undefined)
    | undefined;
  /** Whether exposures of a flag are captured. @default all are */
  readonly include?: ((flagKey: string) => boolean) | undefined;
}

/** An evaluation context of OpenFeature. */
export interface EvaluationContextLike {
  /** Whom the evaluation is for. */
  readonly targetingKey?: string | undefined;
  /** What else is known. */
  readonly [attribute: string]: unknown;
}

/** The details of a resolution. `Code` is the type of OpenFeature's error codes. */
export interface ResolutionDetailsLike<Value, Code = string> {
  /** The value: the default value where there is an error, or nothing else to give. */
  value: Value;
  /** The flag's variant. */
  variant?: string;
  /** The flag's `flagVersion`, and its `source`: `local`, `remote` or `override`. */
  flagMetadata?: Record<string, string | number | boolean>;
  /** Why, in OpenFeature's words. */
  reason?: string;
  /** What went wrong, in OpenFeature's words. */
  errorCode?: Code;
  /** The same for people. */
  errorMessage?: string;
}

/** The details of an evaluation, as far as the hook reads them. */
export interface EvaluationDetailsLike {
  /** The flag's key. */
  readonly flagKey: string;
  /** The value that the application got. */
  readonly value: unknown;
  /** The variant that it belongs to. */
  readonly variant?: string | undefined;
  /** Why. */
  readonly reason?: string | undefined;
  /** What went wrong. */
  readonly errorCode?: string | undefined;
}

/** What a hook is told of an evaluation, as far as this one reads it. */
export interface HookContextLike {
  /** Whom and what the evaluation is about. */
  readonly context: EvaluationContextLike;
  /** Who evaluates. */
  readonly providerMetadata: {
    /** The provider's name. */
    readonly name: string;
  };
}

/** A hook of OpenFeature that looks at what was evaluated. */
export interface ExposureHook {
  /** Captures the exposure, where it is one. Never throws. */
  after(context: HookContextLike, details: EvaluationDetailsLike): void;
}

/** Hears of an event of a provider. */
export type ProviderEventHandler = (details?: unknown) => unknown;

/** A provider's events, as OpenFeature listens to them. */
export interface ProviderEventsLike {
  /** Tells the handlers of an event. */
  emit(event: string, details?: unknown): void;
  /** Adds a handler of an event. */
  addHandler<Details = unknown>(
    event: string,
    handler: (details?: Details) => unknown,
  ): void;
  /** Takes it back. */
  removeHandler<Details = unknown>(
    event: string,
    handler: (details?: Details) => unknown,
  ): void;
  /** Takes back all handlers, or those of an event. */
  removeAllHandlers(event?: string): void;
  /** The handlers of an event. */
  getHandlers(event: string): ProviderEventHandler[];
  /** Does nothing: what fails is told to the client's logger. */
  setLogger(logger: unknown): this;
}
