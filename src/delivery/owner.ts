import { hasPassed } from "../core/clock.ts";
import { drain } from "./drain.ts";
import type { QueueItem } from "./item.ts";
import { Lease } from "./lease.ts";
import type { Store } from "./store.ts";

/** Keeps a request, or the process, alive for a promise; false when the runtime refused it. */
export type KeepAlive = (promise: Promise<unknown>) => boolean;

/**
 * Whose events these are, in one lane: a scope's, or nobody's but the client's. It has one drain at a time, which begins
 * one microtask after an event came, so that captures of one stretch travel together.
 */
export class Owner {
  /** The lane's events. */
  readonly store: Store;
  /** The lease of the drain that began last. */
  lease: Lease | undefined;
  readonly #keepAlive: KeepAlive;
  readonly #client: Owner | undefined;
  readonly #own: Set<QueueItem> | undefined;

  /** Makes a scope's if the client's is given, else that. */
  constructor(store: Store, keepAlive: KeepAlive, client?: Owner) {
    this.store = store;
    this.#keepAlive = keepAlive;
    this.#client = client;
    this.#own = client && new Set();
  }

  /** Its events, in order. */
  get events(): Set<QueueItem> {
    return this.#own ?? this.store.nobodys;
  }

  /** Whether it is a scope's. */
  get isScopes(): boolean {
    return this.#client !== undefined;
  }

  /** Adds an event, and sends it as soon as that is due. */
  admit(item: QueueItem): void {
    this.store.admit(item, this.#client && this);
    this.start();
  }

  /**
   * Begins a drain of what is there, unless there is one or it is not due. What a scope let go of is the client's to send.
   * The result ends with the drain.
   */
  start(): Promise<void> | undefined {
    if (this.events.size === 0) return this.#client?.start();
    if (this.lease?.isLive || !this.#isDue()) return undefined;
    const lease = this.lease = new Lease(this.store, this.isScopes);
    const work = Promise.resolve().then(() => this.#run(lease));
    if (!this.#keepAlive(work)) this.release();
    return work;
  }

  /** Lets go of what a scope could not send: it is nobody's, and the client's drain takes it. */
  release(items?: Iterable<QueueItem>): void {
    if (this.#client && this.store.disown(this, items)) this.#client.start();
  }

  /**
   * Whether a flush may send. One of the same stretch takes back a drain that has not begun, and sends its events together;
   * a scope has one drain at a time, and its flush is one.
   */
  take(lease: Lease): boolean {
    const drains = this.lease;
    if (drains === lease) return true;
    const isUnderWay = drains?.isLive && drains.hasBegun;
    if (!isUnderWay && this.isScopes) this.lease = lease;
    else if (!isUnderWay && !lease.hasBegun) this.lease = undefined;
    return !isUnderWay || !this.isScopes;
  }

  async #run(lease: Lease): Promise<void> {
    const { store } = this;
    if (this.lease !== lease) return;
    const isEmpty = await drain(store, lease, this.events);
    lease.end(store);
    // A drain that was silent for too long has a successor.
    if (this.lease !== lease) return;
    // What came as it ended starts the next one.
    if (isEmpty && this.events.size > 0) this.start();
    else this.release();
  }

  #isDue(): boolean {
    const { store, events } = this;
    const { clock, options } = store.deps;
    const { flushAt, flushInterval, maxBatchBytes, testMode } = options;
    if (testMode || !this.isScopes && store.restMs > 0) return false;
    // Whoever prepares it begins.
    if (store.isPreparing(this.events)) return false;
    const isEnough = (count: number, bytes: number, oldestAt: number) =>
      this.isScopes || count >= flushAt || bytes >= maxBatchBytes ||
      flushInterval > 0 && hasPassed(clock, oldestAt, flushInterval);
    const [oldest] = events;
    // Mostly not even with what is in flight: no need to count.
    if (!oldest || !isEnough(events.size, store.bytes, oldest.admittedAt)) {
      return false;
    }
    let count = 0;
    let bytes = 0;
    for (const item of store.free(events)) {
      if (isEnough(++count, bytes += item.bytes, item.admittedAt)) return true;
    }
    return false;
  }
}
