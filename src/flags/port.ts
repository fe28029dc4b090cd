import { type FeatureHost, findPort } from "../client/host.ts";
import type { BoundedMap } from "../core/bounded_map.ts";
import type { LocalFlags } from "./local.ts";
import type { CheckedFlagOptions } from "./options.ts";
import type { Outage } from "./outage.ts";

/** What of a client's flags is used from outside of it. */
export interface FlagPort {
  /** What the client is made of. */
  readonly host: FeatureHost;
  /** The client's options about flags. */
  readonly options: CheckedFlagOptions;
  /** Its definitions, where it has local evaluation. */
  readonly local: LocalFlags | undefined;
  /** What is remembered of `/flags` requests without an answer. */
  readonly outage: Outage;
  /** The exposures that were sent. */
  readonly exposures: BoundedMap<number, null>;
  /** Whether it was said that the server knows no version 4 of `/flags`. */
  isOlder?: boolean;
}

/** The port of a client; undefined for anything that is no client with feature flags. */
export function findFlagPort(client: unknown): FlagPort | undefined {
  // What hangs there under that name was made by this package.
  return findPort(client, "featureFlags") as FlagPort | undefined;
}
