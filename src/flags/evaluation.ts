import type { Caller } from "../client/host.ts";
import type { BoundedMap } from "../core/bounded_map.ts";
import type { EvaluationInput } from "./input.ts";
import type { FlagOverrides } from "./overrides.ts";
import type { FlagRecord } from "./record.ts";
import type { RemoteFlags } from "./remote_response.ts";
import type { UnresolvedFlagReason } from "./results.ts";

/** One evaluation: what it was asked for, with the client's and the scope's defaults filled in, and what it found. */
export interface Evaluation {
  /** Who asks; the exposures are its. */
  readonly caller: Caller;
  /** Digests of what was sent already, shared by all evaluations of a client. */
  readonly exposures: BoundedMap<number, null>;
  /** Whether reads are told of, unless a read itself says so. */
  readonly sendsExposures: boolean;
  /** When it was asked for, in ms since the epoch: its time is counted from here. */
  readonly beganAt: number;
  /** Whom flags are evaluated for. */
  readonly input: EvaluationInput;
  /** Whether the application named that person, rather than a header or a cookie. */
  readonly isNamed: boolean;
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
  /** Flags that definitions can't decide and PostHog did not, and why. */
  readonly undecided: Map<string, UnresolvedFlagReason>;
  /** Of the flags that were evaluated, those that definitions never serve whole, and why. */
  readonly unservable: Map<string, string>;
  /** The definitions that were used, if any. */
  definitions?: EvaluatedDefinitions | undefined;
  /** The `/flags` response, if one was received. */
  remote?: RemoteFlags | undefined;
  /** What the `/flags` request failed with. */
  failure?: string;
}

/** What exposures say of definitions. */
export interface EvaluatedDefinitions {
  /** The server's ETag for them, where one is known: their version. */
  readonly etag: string | undefined;
  /** When they were last known to be current, in ms since the epoch; their age is counted from here. */
  readonly loadedAt: number;
  /** When they were fetched by whoever filled the cache, in ms; undefined for definitions from PostHog itself. */
  readonly fetchedAt: number | undefined;
  /** The gate of minimal exposure events. */
  readonly minimalFlagCalledEvents: boolean;
}
