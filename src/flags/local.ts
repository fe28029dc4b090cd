import type { Caller, FeatureHost } from "../client/host.ts";
import type { FlagDefinitionsRefresh } from "../core/flag_definitions_refresh.ts";
import type { JsonValue } from "../core/json.ts";
import type { OptionReader } from "../options/reader.ts";
import type { EvaluatedDefinitions, Evaluation } from "./evaluation.ts";
import type { CheckedFlagOptions } from "./options.ts";
import type { RemoteFlags } from "./remote_response.ts";
import type { FeatureFlagEvaluationRuntime, FlagValue } from "./results.ts";

/** Evaluation from definitions: what `localEvaluation()` of `edgehog/local-evaluation` gives, for `featureFlags`. */
export interface LocalEvaluation<Options = unknown> {
  /** Tells it from anything else. */
  readonly name: "localEvaluation";
  /** The options that it takes. Never there: it only carries the type. */
  readonly "~options"?: Options;
}

/** The inner side of {@linkcode LocalEvaluation}: a description, as a feature is. */
export interface LocalEvaluationPart<Options = unknown>
  extends LocalEvaluation<Options> {
  /** Reads and reports its options; the result makes what belongs to one client. */
  check(
    read: OptionReader,
  ): (host: FeatureHost, options: CheckedFlagOptions) => LocalFlags;
}

/** A defined flag, as far as others look at it. */
export interface LocalFlag {
  /** Its key. */
  readonly key: string;
  /** Its id. */
  readonly id: number | undefined;
  /** Where it is meant to be evaluated. */
  readonly runtime: FeatureFlagEvaluationRuntime;
  /** What the row says under this name, whatever it is. */
  readonly name: unknown;
  /** Its variants: of what is off, or odd, as well. */
  readonly variantKeys: readonly string[];
  /** What decides it: the percentages let in, and the values of matches that take no bucket. */
  readonly conditions: readonly {
    readonly percentage: number;
    readonly fixedValue: FlagValue | undefined;
  }[];
}

/** Local evaluation of one client. Nothing rejects, and nothing is loaded once the client is closed. */
export interface LocalFlags {
  /** Whether it is switched on, whatever it lacks. */
  readonly isEnabled: boolean;
  /** The definitions to use now: stale ones while they are refreshed, none when they can't be had in time. */
  access(evaluation: Evaluation): Promise<LocalDefinitions | undefined>;
  /** Whether there are definitions of at least one flag. */
  isReady(): boolean;
  /**
   * How the definitions at hand are: `stale` past `maxDefinitionAgeMs`, `missing` where there are none; undefined where
   * there is no way to get any.
   */
  readonly state: "current" | "stale" | "missing" | undefined;
  /** The defined flags, or those of these keys, in their order; none before they are loaded. */
  list(keys?: readonly string[]): readonly LocalFlag[];
  /** Waits for definitions for at most `timeoutMs`. */
  wait(caller: Caller, timeoutMs: number): Promise<void>;
  /** Loads now, whatever the backoff says; settles when the load and its cache writes have. */
  reload(caller: Caller): Promise<void>;
  /** The same for a shared cache that is to be kept warm: PostHog is asked, whatever the cache says. */
  refresh(): Promise<FlagDefinitionsRefresh>;
  /** Releases the cache, until `deadline` aborts. */
  shutdown(deadline: AbortSignal): Promise<void>;
}

/** Definitions in use; replaced as a whole, so an evaluation works on one object from start to end. */
export interface LocalDefinitions extends EvaluatedDefinitions {
  /** Decides what they can of an evaluation and adds it there; whether the server has to be asked for more. */
  evaluate(evaluation: Evaluation): Promise<boolean>;
  /** Remembers which of the requested keys a response does not know either. */
  noteMissing(evaluation: Evaluation, response: RemoteFlags): void;
  /** The payload of a flag's value; null where there is none, undefined where the flag is not defined. */
  findPayload(key: string, value: FlagValue): JsonValue | undefined;
}
