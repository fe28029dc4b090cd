import type { Clock } from "../core/clock.ts";
import type { JsonObject } from "../core/json.ts";
import type {
  EmulatorFetch,
  Fault,
  FaultPolicy,
  ReceivedRequest,
} from "./types.ts";

/** The endpoints that a Featureflip emulator answers. */
export type FeatureflipPath =
  | "/v1/sdk/flags"
  | `/v1/sdk/flags/${string}`
  | "/v1/sdk/events"
  | "/v1/sdk/stream";

/** Flags: one value for everybody each, by key; or definitions as Featureflip serves them. */
export type FeatureflipFlags =
  | Readonly<Record<string, unknown>>
  | readonly FeatureflipDefinition[];

/** A flag or segment as Featureflip serves it. */
export interface FeatureflipDefinition {
  /** Its key. */
  readonly key: string;
  /** All else. */
  readonly [member: string]: unknown;
}

/** What a Featureflip emulator is made of; everything has a default. */
export interface FeatureflipEmulatorOptions {
  /** The environment's flags. Default: none. */
  readonly flags?: FeatureflipFlags | undefined;
  /** The environment's segments. Default: none. */
  readonly segments?: readonly FeatureflipDefinition[] | undefined;
  /** The only key accepted. Default: any that is not blank. */
  readonly sdkKey?: string | undefined;
  /** Time: stamps and delays. Default: the platform's. */
  readonly clock?: Clock | undefined;
}

/** A fault that waits for its request to Featureflip. */
export interface FeatureflipFault extends Fault {
  /** The endpoint it waits at. Default: any. */
  readonly path?: FeatureflipPath | undefined;
  /** The number of requests it hits. Default 1. */
  readonly times?: number | undefined;
}

/** A Featureflip for development and tests. */
export interface FeatureflipEmulator {
  /** Takes the place of the platform's `fetch`: as a client's `fetch` option, or behind a server. */
  readonly fetch: EmulatorFetch;
  /** The requests in order of arrival, failed ones included; the newest 10 000. */
  readonly requests: readonly ReceivedRequest[];
  /** The events that were accepted, in order; the newest 10 000. */
  readonly events: readonly JsonObject[];
  /** The streams that are open. */
  readonly openStreams: number;
  /** Replaces all flags, and the segments where some are given; open streams are told. */
  setFlags(
    flags: FeatureflipFlags,
    segments?: readonly FeatureflipDefinition[],
  ): void;
  /** Adds or replaces a flag by a value for everybody, or by a definition; open streams are told. */
  setFlag(key: string, flag: unknown): void;
  /** Removes a flag; open streams are told. */
  deleteFlag(key: string): void;
  /** Sends a text by every open stream as it is: a frame, or half of one. */
  sendRaw(text: string): void;
  /** Ends every open stream. */
  dropStreams(): void;
  /** Lets the next matching request fail. */
  failNext(fault: FeatureflipFault): void;
  /** Asks `policy` about each request that no planned fault hits; undefined removes it. */
  setFaultPolicy(policy: FaultPolicy | undefined): void;
  /** Forgets events, requests and faults, and ends the streams. The flags stay. */
  reset(): void;
}
