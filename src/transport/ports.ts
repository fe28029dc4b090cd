import type { Clock } from "../core/clock.ts";
import type { Reporter } from "../core/reporter.ts";
import type { DrainDeps } from "./drain.ts";

/** What of a client another entry needs to deliver events in its name. */
export interface DeliveryPorts {
  /** Sends over HTTP, whatever the client's own `transport` is. */
  readonly drainDeps: DrainDeps;
  /** The client's time. */
  readonly clock: Clock;
  /** Tells the client's application what happened. */
  readonly reporter: Reporter;
  /** How long a lane rests after an outage, in ms. */
  readonly restMs: number;
  /** Whether the client sends nothing: disabled, shut down, or in `testMode`. */
  readonly isClosed: () => boolean;
}

/** By client: a way in for our own entries that is no part of the public API. */
const portsOf = new WeakMap<object, DeliveryPorts>();

/** Remembers a client's ports; without any other effect, so a constructor may call it. */
export function registerPorts(client: object, ports: DeliveryPorts): void {
  portsOf.set(client, ports);
}

/** The ports of a client; undefined for anything that is no client of this package. */
export function findPorts(client: unknown): DeliveryPorts | undefined {
  return typeof client === "object" && client !== null
    ? portsOf.get(client)
    : undefined;
}
