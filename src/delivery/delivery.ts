import type { Lane, Transport } from "../core/delivery.ts";
import type { Reporter } from "../core/reporter.ts";
import type { Codec } from "./encode.ts";
import { createForeignSend } from "./foreign_transport.ts";
import type { HttpDoor } from "./http.ts";
import { createHttpSend } from "./http_transport.ts";
import type { QueueItem } from "./item.ts";
import { type GatherOptions, type KeepAlive, Owner } from "./owner.ts";
import { Queue } from "./queue.ts";
import { Store, type StoreDeps, type StoreOptions } from "./store.ts";
import type { Send, Wire, WireOptions } from "./wire.ts";
import { createV0Wire } from "./wire_v0.ts";
import { createV1Wire } from "./wire_v1.ts";

/*
 * How an event travels
 *
 *   capture ──► queue ──► owner ──► store ──► drain: claim a batch ──► send: attempt, wait, attempt … ──► settle
 *              (of a client        (of a lane)      under a lease                        delivered · dropped · retained
 *               or a scope)
 *
 * A client has one **store** for each lane. It holds the events, with their limits. An event has a fate, an **owner**, and
 * while somebody sends it a lease.
 *
 * An owner is a scope, or the client for what is nobody's. Its events are sent by its **drain**, which begins one microtask
 * after a capture finds none under way: it takes batch after batch until nothing is left, so that what is captured
 * meanwhile travels together. A scope's drain also takes along what is nobody's, once the server took something.
 *
 * A **lease** is what others see of whoever sends: which events, and that it is still there. Nothing of one request is ever
 * awaited by another, because a request may be dropped at any moment and its promises would hang. A lease that is not
 * renewed lapses by itself: its events are free for the next drain, and those of a scope are nobody's. A send that wakes
 * up late finds them leased by another and leaves them alone.
 *
 * What a drain can't deliver stays where it is, and loses its owner if that is a scope; the lane rests, for captures and
 * scopes alike, until a time has passed or the server takes something. `flush` insists: it takes what is free at once and
 * waits for what others send. `shutdown` flushes what is there, whosever it is, and reports the rest as lost.
 *
 * An event that is being prepared is in its place from the start, and what stands behind it waits; when its time is over it
 * is finished as it is. Each lane has its protocol (`Wire`); `Send` makes one attempt and answers with a judge of each event;
 * when and how often there is another is `retry.ts`; `door.send` is the one way out.
 */

/** The options that delivery goes by, checked, under the names that applications write. */
export interface DeliveryOptions
  extends StoreOptions, GatherOptions, WireOptions {
  /** How v1 bodies are compressed. */
  readonly compression: Codec;
  /** Sends bodies as they are. */
  readonly disableCompression: boolean;
  /** Where batches go instead of PostHog. */
  readonly transport: Transport | undefined;
}

/** What the delivery of events is made of. */
export interface DeliveryDeps extends StoreDeps {
  /** The options. */
  readonly options: DeliveryOptions;
  /** Keeps the runtime alive for the client's own promises. */
  readonly keepAlive: KeepAlive;
  /** The one way out over HTTP. */
  readonly door: HttpDoor;
  /** Whether the client is disabled or was shut down. */
  readonly isClosed: () => boolean;
}

/** What of a client another entry needs to deliver events in its name. */
export interface DeliveryPort {
  /** For a store of its own. */
  readonly deps: StoreDeps;
  /** The way over HTTP, whatever the client's own `transport` is. */
  readonly send: Send;
  /** Whether the client sends nothing: disabled, shut down, or in `testMode`. */
  readonly isClosed: () => boolean;
}

/** The delivery of one client's events. Nothing runs until something is captured. */
export class Delivery {
  /** The client's own view. */
  readonly queue: Queue;
  /** The client's own events in the lanes that are in use. */
  readonly owners: Owner[] = [];
  readonly #deps: DeliveryDeps;
  readonly #http: Send;
  readonly #send: Send;

  /** Puts it together. */
  constructor(deps: DeliveryDeps) {
    const { options, clock, reporter, keepAlive } = deps;
    const { transport } = options;
    this.#deps = deps;
    this.#http = createHttpSend(
      deps.door,
      clock,
      reporter,
      createWires(options),
    );
    this.#send = transport ? createForeignSend(transport) : this.#http;
    this.queue = new Queue(this, keepAlive, false);
  }

  /** Whether everything is kept and nothing sent. */
  get isTest(): boolean {
    return this.#deps.options.testMode;
  }

  /** Tells the application what happened. */
  get reporter(): Reporter {
    return this.#deps.reporter;
  }

  /** What other entries may use of it: the client's port "delivery". */
  get port(): DeliveryPort {
    const { isClosed } = this.#deps;
    return {
      deps: this.#deps,
      send: this.#http,
      isClosed: () => this.isTest || isClosed(),
    };
  }

  /** The client's own events of a lane. */
  owner(lane: Lane): Owner {
    let owner = this.owners.find(({ store }) => store.lane === lane);
    if (!owner) {
      const { options, keepAlive } = this.#deps;
      const store = new Store(lane, this.#deps, this.#send);
      owner = new Owner(store, options, keepAlive);
      this.owners.push(owner);
    }
    return owner;
  }

  /** A scope's events of a lane. */
  createOwner(lane: Lane, keepAlive: KeepAlive): Owner {
    const client = this.owner(lane);
    return new Owner(client.store, this.#deps.options, keepAlive, client);
  }

  /** The events that belong to no scope, of all lanes or of one. */
  items(lane?: Lane): QueueItem[] {
    return this.owners.flatMap(({ store, events }) =>
      lane === undefined || lane === store.lane ? [...events] : []
    );
  }

  /** Takes events out without sending them. */
  discard(items: Iterable<QueueItem>): void {
    for (const item of items) {
      this.owner(item.lane).store.settle(item, "dropped");
    }
  }

  /** Ends what the client is sending, and reports what is left as lost. */
  close(): void {
    for (const { store } of this.owners) store.close();
  }
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
