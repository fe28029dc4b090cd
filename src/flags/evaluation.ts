import type { Caller } from "../client/host.ts";
import type { BoundedMap } from "../core/bounded_map.ts";
import type { EvaluationInput } from "./input.ts";
import type { FlagOverrides } from "./overrides.ts";
import type { FlagRecord } from "./record.ts";
import type { RemoteFlags } from "./remote_response.ts";

/** One evaluation: what it was asked for, with the client's and the scope's defaults filled in, and what it found. */
export interface Evaluation {
  /** Who asks; the exposures are its. */
  readonly caller: Caller;
  /** What was sent already, shared by all evaluations of a client; undefined: nothing is ever sent. */
  readonly exposures: BoundedMap<string, null> | undefined;
  /** When it was asked for, in ms since the epoch: its time is counted from here. */
  readonly beganAt: number;
  /** Whom flags are evaluated for. */
  readonly input: EvaluationInput;
  /** The flags asked for by name, each once; undefined: all. */
  readonly flagKeys: readonly string[] | undefined;
  /** Whether the server may not be asked. */
  readonly onlyEvaluateLocally: boolean;
  /** The call's `disableGeoip`; undefined: the client's. */
  readonly disableGeoip: boolean | undefined;
  /** The overrides in force when the call was made. */
  readonly overrides: FlagOverrides;
  /** The flags that have a value. */
  readonly records: Map<string, FlagRecord>;
  /** Flags that are settled without a value: the server's answer about them does not count. */
  readonly omitted: Set<string>;
  /** Flags that definitions can't decide. */
  readonly undecided: Set<string>;
  /** The definitions that were used, if any. */
  definitions?: EvaluatedDefinitions | undefined;
  /** The `/flags` response, if one was received. */
  remote?: RemoteFlags | undefined;
  /** What the `/flags` request failed with. */
  failure?: string;
}

/** What exposures say of definitions. */
export interface EvaluatedDefinitions {
  /** When they were last known to be current, in ms since the epoch; their age is counted from here. */
  readonly loadedAt: number;
  /** When they were fetched by whoever filled the cache, in ms; undefined for definitions from PostHog itself. */
  readonly fetchedAt: number | undefined;
  /** The gate of minimal exposure events. */
  readonly minimalFlagCalledEvents: boolean;
}
