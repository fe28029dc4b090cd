import type { Clock } from "../core/clock.ts";
import type { FlagDefinitionsRefresh } from "../core/flag_definitions_refresh.ts";
import type { Reporter } from "../core/reporter.ts";
import type { FlagSettings } from "./types.ts";

/** What of a client's flags is used from outside of it. */
export interface FlagPorts {
  /** The client's options about flags. */
  readonly settings: FlagSettings;
  /** The client's time. */
  readonly clock: Clock;
  /** Tells the client's application what happened. */
  readonly reporter: Reporter;
  /** Whether the client is disabled or was shut down. */
  isClosed(): boolean;
  /** Asks PostHog for definitions, whatever the cache says, and renews its entry. Never rejects. */
  refresh(): Promise<FlagDefinitionsRefresh>;
}

/** By client: a way in that is no part of the public API. */
const portsOf = new WeakMap<object, FlagPorts>();

/** Remembers a client's ports; without any other effect, so a constructor may call it. */
export function registerFlagPorts(client: object, ports: FlagPorts): void {
  portsOf.set(client, ports);
}

/** The ports of a client; undefined for anything that is no client of this package. */
export function findFlagPorts(client: unknown): FlagPorts | undefined {
  return typeof client === "object" && client !== null
    ? portsOf.get(client)
    : undefined;
}
