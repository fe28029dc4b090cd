import type { FlushResult, Lane } from "../core/delivery.ts";
import type { ClientQueue, FlushedLane } from "./client_queue.ts";
import { drain } from "./drain.ts";
import type { EventQueue, Preparation, QueueItem } from "./event_queue.ts";
import { Lease, type Store } from "./store.ts";

/** A drain is cut off here, in ms: Workers cancel what `waitUntil` holds after 30 s. */
const MAX_DRAIN_MS = 25_000;

/** A request whose drain has not ended by itself is gone after this many ms. */
const GONE_AFTER_MS = 30_000;

/** Hands a promise to the runtime; false when the runtime refused it. */
type KeepAlive = (promise: Promise<unknown>) => boolean;

/**
 * The view of one request: every admission starts or joins a drain, which begins one microtask later, so that
 * captures of one synchronous stretch travel together. What can't be delivered loses its owner.
 */
export class ScopeQueue implements EventQueue {
  readonly #client: ClientQueue;
  readonly #keepAlive: KeepAlive;
  readonly #lanes: ScopeLane[] = [];

  /** Makes a view beside the client's. */
  constructor(client: ClientQueue, keepAlive: KeepAlive) {
    this.#client = client;
    this.#keepAlive = keepAlive;
  }

  admit(lane: Lane, item: QueueItem): void {
    const found = this.#find(lane);
    found.store.admit(item, found.own);
    found.start();
  }

  reserve(
    lane: Lane,
    item: QueueItem,
    preparation: Preparation,
  ): Promise<void> {
    return this.#find(lane).reserve(item, preparation);
  }

  sendNow(
    lane: Lane,
    item: QueueItem,
    preparation?: Preparation,
  ): Promise<void> {
    return this.#client.sendNow(lane, item, preparation);
  }

  flush(ms?: number): Promise<FlushResult> {
    return this.#client.flushLanes(
      this.#lanes,
      this.#keepAlive,
      ms,
      MAX_DRAIN_MS,
    );
  }

  #find(lane: Lane): ScopeLane {
    let found = this.#lanes.find(({ store }) => store.lane === lane);
    if (!found) {
      found = new ScopeLane(this.#client, this.#keepAlive, lane);
      this.#lanes.push(found);
    }
    return found;
  }
}

/** What a request owns in one lane, and the drain under way. */
class ScopeLane implements FlushedLane {
  readonly store: Store;
  readonly own: Set<QueueItem> = new Set();
  work: Promise<void> | undefined;
  lease: Lease | undefined;
  readonly #client: ClientQueue;
  readonly #keepAlive: KeepAlive;
  #goneAt = 0;
  readonly #preparing = new Set<Promise<void>>();

  constructor(client: ClientQueue, keepAlive: KeepAlive, lane: Lane) {
    this.#client = client;
    this.#keepAlive = keepAlive;
    this.store = client.store(lane);
  }

  async reserve(item: QueueItem, preparation: Preparation): Promise<void> {
    const { store, own } = this;
    const lease = new Lease(store);
    const prepared = store.reserve(lease, item, preparation, own).then(() => {
      this.#preparing.delete(prepared);
      // Those that are ready at one moment travel together.
      if (this.#preparing.size === 0) this.start();
    });
    this.#preparing.add(prepared);
    store.keep(own, store.now() + GONE_AFTER_MS);
    await prepared;
    // Who keeps the preparation alive, keeps its sending alive too.
    await this.work;
  }

  async join(): Promise<Lease | undefined> {
    await Promise.all(this.#preparing);
    const { lease } = this;
    await this.work;
    return lease;
  }

  /** Starts a drain, if there is none. */
  start(): void {
    const { store, own } = this;
    const now = store.now();
    if (this.lease && now < this.#goneAt) return;
    // Its request is gone, or froze: what it held is free again.
    this.lease?.end();
    const lease = this.lease = new Lease(store);
    lease.isScopes = true;
    this.#goneAt = now + GONE_AFTER_MS;
    store.keep(own, this.#goneAt);
    let isKept = true;
    // `then` puts the first batch one microtask behind the admission that started it.
    this.work = Promise.resolve().then(async () => {
      let isEmpty = false;
      const work = async () => {
        isEmpty = await drain(lease, own);
      };
      if (isKept && !await lease.within(MAX_DRAIN_MS, work)) {
        lease.isSpent = true;
      }
      this.#finish(lease, isEmpty);
    });
    isKept = this.#keepAlive(this.work);
  }

  /** Nothing is left behind: what came as the drain ended starts the next, what it could not deliver is nobody's. */
  #finish(lease: Lease, isEmpty: boolean): void {
    const { store, own } = this;
    lease.end();
    if (this.lease !== lease) return;
    this.lease = this.work = undefined;
    const [next] = store.free(own);
    if (isEmpty && next) return this.start();
    if (store.disown(own)) this.#client.trigger(store);
    if (own.size === 0) store.keep(own);
  }
}
