import type { Lane, Transport } from "../core/delivery.ts";
import { ClientQueue } from "./client_queue.ts";
import type { Codec } from "./encode.ts";
import type { EventQueue } from "./event_queue.ts";
import type { HttpDoor } from "./http.ts";
import { createHttpTransport } from "./http_transport.ts";
import type { QueueDeps, QueueOptions } from "./queue_deps.ts";
import { ScopeQueue } from "./scope_queue.ts";
import type { Wire, WireOptions } from "./wire.ts";
import { createV0Wire } from "./wire_v0.ts";
import { createV1Wire } from "./wire_v1.ts";

/*
 * How an event travels
 *
 * A finished event comes in as an item through an `EventQueue`: the client's (`ClientQueue`) or that of a request
 * (`ScopeQueue`). Both are views of one `Store` for each client and lane, which holds the events and the limits. An
 * event has an owner, which is the set of a scope's events in that lane, or belongs to nobody; it has a fate, and a lease
 * while somebody sends or prepares it.
 *
 *   admit ──► store ──► drain: claim a batch ──► send: attempt, wait, attempt … ──► settle its events
 *              ▲ owner: a scope, or nobody          under a lease                   delivered · dropped · left
 *
 * What starts a drain. An admission to a scope starts or joins the scope's, one microtask later; it sends what the scope
 * owns and, once the server took something, what is nobody's. The client starts one when enough has gathered. A flush
 * drains what was there when it began, and waits for what others hold. `sendNow` sends one event past all others.
 *
 * What keeps that safe where a request may be dropped at any moment. Nothing of one request is awaited by another: they
 * see each other's leases only, which are settled data and lapse by themselves when their holder is not heard of. What a
 * scope can't deliver loses its owner and stays where it is; what a request that is gone had owned is found to be nobody's
 * by whoever looks next. A send that wakes up late finds its events held by another, and leaves them alone.
 *
 * An event in preparation is in its place from the start, holds up those behind it, and is finished when what it waits
 * for is there, or as it is when its time or that of its holder is over.
 *
 * A batch goes to a `Transport`, over HTTP or the application's own, which makes one attempt and says of each event what
 * became of it (`settleOutcomes`). When the attempts are used up the lane rests, for scopes and triggers alike, until
 * a time has passed or the server takes something. Each lane has its protocol (`Wire`), and `door.send` is the one way out.
 */

/** The options that delivery goes by, checked, under the names that applications write. */
export interface DeliveryOptions extends QueueOptions, WireOptions {
  /** Without trailing slash; may have a path (reverse proxies). */
  readonly host: string;
  /** How v1 bodies are compressed. */
  readonly compression: Codec;
  /** Sends bodies as they are. */
  readonly disableCompression: boolean;
  /** Where batches go instead of PostHog. */
  readonly transport: Transport | undefined;
}

/** What the delivery of events is made of. */
export interface DeliveryDeps extends QueueDeps {
  /** The options. */
  readonly options: DeliveryOptions;
  /** The one way out over HTTP. */
  readonly door: HttpDoor;
  /** Whether the client is disabled or was shut down. */
  readonly isClosed: () => boolean;
}

/** The delivery of one client's events. */
export interface Delivery {
  /** The client's own view. */
  readonly queue: ClientQueue;
  /** Creates the view of a request; `keepAlive` keeps that alive for a promise, and is false when the runtime refused. */
  createScopeQueue(
    keepAlive: (promise: Promise<unknown>) => boolean,
  ): EventQueue;
  /** What other entries may use of it: the client's port "delivery". */
  readonly port: DeliveryPort;
}

/** What of a client another entry needs to deliver events in its name. */
export interface DeliveryPort {
  /** For a store of its own. */
  readonly deps: QueueDeps;
  /** The way over HTTP, whatever the client's own `transport` is. */
  readonly transport: Transport;
  /** Whether the client sends nothing: disabled, shut down, or in `testMode`. */
  readonly isClosed: () => boolean;
}

/** Puts the delivery of a client's events together. Nothing runs until something is captured. */
export function createDelivery(deps: DeliveryDeps): Delivery {
  const { options, clock, reporter } = deps;
  const wires = createWires(options);
  const http = createHttpTransport(deps.door, clock, reporter, wires);
  const queue = new ClientQueue(deps, options.transport ?? http);
  return {
    queue,
    createScopeQueue: (keepAlive) => new ScopeQueue(queue, keepAlive),
    port: {
      deps,
      transport: http,
      isClosed: () => options.testMode || deps.isClosed(),
    },
  };
}

/** Chooses the protocol of each lane: the AI lane's endpoint speaks v0 in both modes, and v0 knows no deflate. */
function createWires(options: DeliveryOptions): Readonly<Record<Lane, Wire>> {
  const { host, captureMode, compression } = options;
  const gzip = options.disableCompression ? undefined : "gzip";
  return {
    analytics: captureMode === "v1"
      ? createV1Wire(
        `${host}/i/v1/analytics/events`,
        options,
        gzip && compression,
      )
      : createV0Wire(`${host}/batch/`, options, gzip),
    ai: createV0Wire(`${host}/i/v0/ai/batch/`, options, gzip),
  };
}
