import {
  atDeadline,
  countDown,
  hasPassed,
  lookAgain,
  runWithin,
  toTimeoutMs,
} from "../core/clock.ts";
import type { FlushResult, Lane } from "../core/delivery.ts";
import type { DeliveryDeps, QueueItem, Send } from "./delivery.ts";
import { drain, send } from "./drain.ts";
import type { Lease } from "./lease.ts";
import { Store } from "./store.ts";

/** What of a client another entry needs to deliver events in its name: the client's port "delivery". */
export interface DeliveryPort extends DeliveryDeps {
  /** The way over HTTP, whatever the client's own `transport` is. */
  readonly httpSend: Send;
  /** Whether the client is disabled or was shut down. */
  isClosed(): boolean;
}

/** Whoever keeps a request, or the process, alive for a drain. */
export interface DrainKeeper {
  /** Keeps it alive for a promise; false when the runtime refused. */
  keepAlive(promise: Promise<unknown>): boolean;
}

/** The events of a client, or of one scope: where they go in, and how they are flushed. */
export class Queue {
  /** Its events in the lanes that are in use. */
  readonly owners: Owner[] = [];
  readonly #deps: DeliveryDeps;
  readonly #keeper: DrainKeeper;
  readonly #client: Queue | undefined;

  /** Makes a scope's queue if the client's is given, else that. */
  constructor(
    deps: DeliveryDeps,
    keeper: DrainKeeper,
    client?: Queue,
  ) {
    this.#deps = deps;
    this.#keeper = keeper;
    this.#client = client;
  }

  /** Makes the queue of a scope, whose drains that scope keeps alive. */
  createScopes(keeper: DrainKeeper): Queue {
    return new Queue(this.#deps, keeper, this);
  }

  /** Its events of a lane. */
  owner(lane: Lane): Owner {
    let owner = this.owners.find(({ store }) => store.lane === lane);
    if (!owner) {
      const client = this.#client?.owner(lane);
      const store = client?.store ?? new Store(lane, this.#deps);
      owner = new Owner(store, this.#keeper, client);
      this.owners.push(owner);
    }
    return owner;
  }

  /** Its events, of all lanes or of one. */
  items(lane?: Lane): QueueItem[] {
    return this.owners.flatMap(({ store, events }) =>
      !lane || lane === store.lane ? [...events] : []
    );
  }

  /**
   * Sends what is queued; resolves when each event is delivered, dropped or retained. Never rejects.
   *
   * @param find What is meant of a lane; what belongs to this queue, unless it says otherwise.
   */
  async flush(
    timeoutMs?: number,
    find: (owner: Owner) => Iterable<QueueItem> = ({ events }) => events,
  ): Promise<FlushResult> {
    const { options, reporter } = this.#deps;
    if (options.testMode) return countFates([]);
    const present = this.owners.map((owner) =>
      [owner, [...find(owner)]] as const
    );
    const ms = toTimeoutMs(timeoutMs);
    const flushed = Promise.all(
      present.map(([owner, items]) => owner.flush(new Set(items), ms)),
    ).then((ends) => {
      if (!ends.every(Boolean)) {
        reporter.warn(`Cannot finish the flush within ${ms} ms`);
      }
      return countFates(present.flatMap(([, items]) => items));
    });
    this.#keeper.keepAlive(flushed);
    return await flushed;
  }
}

/** Counts what became of events that were there when a flush began. */
export function countFates(items: Iterable<QueueItem>): FlushResult {
  const counts = { delivered: 0, dropped: 0, retained: 0 };
  for (const { fate } of items) counts[fate]++;
  return counts;
}

/**
 * Whose events these are, in one lane: a scope's, or nobody's but the client's. It has one drain at a time, which begins
 * one microtask after an event came, so that captures of one stretch travel together.
 */
export class Owner {
  /** The lane's events. */
  declare readonly store: Store;
  /** The lease of the drain that began last. */
  lease: Lease | undefined;
  readonly #keeper: DrainKeeper;
  readonly #client: Owner | undefined;
  readonly #own: Set<QueueItem> | undefined;

  /** Makes a scope's if the client's is given, else that. */
  constructor(store: Store, keeper: DrainKeeper, client?: Owner) {
    this.store = store;
    this.#keeper = keeper;
    this.#client = client;
    this.#own = client && new Set();
  }

  /** Its events, in order. */
  get events(): Set<QueueItem> {
    return this.#own ?? this.store.nobodys;
  }

  /** Adds an event, and sends it as soon as that is due; one that is being prepared keeps its place meanwhile. */
  admit(item: QueueItem): void {
    this.store.admit(item, this.#client && this);
    this.#start();
    if (item.preparation) {
      this.#keeper.keepAlive(this.#prepare(item).then(() => this.#start()));
    }
  }

  /** Sends one event at once or when it is prepared, past the others; resolves when it is settled. Never rejects. */
  async sendNow(item: QueueItem): Promise<void> {
    const { store } = this;
    const lease = store.createLease();
    lease.renew();
    store.admit(item, undefined, lease);
    await this.#prepare(item);
    if (!store.deps.options.testMode) await send(store, lease, [item]);
    store.end(lease);
  }

  /** Sends what is wanted and waits for what others send of it; false when `ms` were too short. Never rejects. */
  async flush(
    wanted: Set<QueueItem>,
    ms: number | undefined,
  ): Promise<boolean> {
    const { store, store: { deps: { clock, options } } } = this;
    const lease = this.#createLease();
    lease.patience = countDown(clock, ms ?? options.maxRetryDelayMs);
    let isInTime = true;
    const cancel = ms !== undefined && atDeadline(clock, ms, () => {
      isInTime = false;
      lease.abort();
    });
    let isServed = true;
    for (let turn = 0; !lease.isOver; turn++) {
      const maySend = this.#take(lease);
      // Who began in the same stretch goes first.
      await Promise.resolve();
      isServed &&= !maySend || await drain(store, lease, wanted);
      // Another's work is observed by its leases and never through its promise.
      const held = [...wanted].map((item) => [item, item.lease] as const)
        .filter(([{ fate }, other]) =>
          fate === "retained" && other !== lease && other?.isLive
        );
      const isWaiting = isServed && store.isPreparing(store.findFree(wanted));
      if (maySend && held.length === 0 && !isWaiting) break;
      await lookAgain(clock, turn, lease.signal);
      // What they kept was tried; that of one who is silent is taken over.
      for (const [item, other] of held) {
        if (other?.isOver || item.lease !== other) wanted.delete(item);
      }
    }
    if (cancel) cancel();
    store.end(lease);
    // A drain that goes on lets go of its events itself.
    if (this.lease !== lease) return isInTime;
    this.#release(wanted);
    // What came to a scope meanwhile.
    this.#start();
    return isInTime;
  }

  #createLease(): Lease {
    return this.store.createLease(this.#client !== undefined);
  }

  /** Finishes an event as soon as it is ready, or when it had its time. */
  async #prepare(item: QueueItem): Promise<void> {
    const { store, store: { deps: { clock } } } = this;
    const { preparation } = item;
    if (!preparation) return;
    await runWithin(clock, preparation.withinMs, () => preparation.ready);
    store.finish(item);
  }

  /**
   * Begins a drain of what is there, unless there is one or it is not due. What a scope let go of is the client's to send.
   * The result ends with the drain.
   */
  #start(): Promise<void> | undefined {
    const client = this.#client;
    if (this.events.size === 0) return client && client.#start();
    if (this.lease?.isLive || !this.#isDue()) return undefined;
    const lease = this.lease = this.#createLease();
    const work = Promise.resolve().then(() => this.#run(lease));
    if (!this.#keeper.keepAlive(work)) this.#release();
    return work;
  }

  /** Lets go of what a scope could not send: it is nobody's, and the client's drain takes it. */
  #release(items?: Iterable<QueueItem>): void {
    const { store } = this;
    if (!this.#client || !store.disown(this, items)) return;
    store.deps.reporter.debug("Events of a scope are left to the client");
    this.#client.#start();
  }

  /**
   * Whether a flush may send. One of the same stretch takes back a drain that has not begun, and sends its events together;
   * a scope has one drain at a time, and its flush is one.
   */
  #take(lease: Lease): boolean {
    const drains = this.lease;
    if (drains === lease) return true;
    if (drains?.isLive && drains.hasBegun) return !this.#client;
    if (this.#client) this.lease = lease;
    else if (!lease.hasBegun) this.lease = undefined;
    return true;
  }

  async #run(lease: Lease): Promise<void> {
    const { store } = this;
    if (this.lease !== lease) return;
    const isEmpty = await drain(store, lease, this.events);
    store.end(lease);
    // A drain that was silent for too long has a successor.
    if (this.lease !== lease) return;
    // What came as it ended starts the next one.
    if (isEmpty && this.events.size > 0) this.#start();
    else this.#release();
  }

  #isDue(): boolean {
    const { store, events } = this;
    const { clock, options } = store.deps;
    const { flushAt, flushInterval, maxBatchBytes, testMode } = options;
    const next = store.findFree(events);
    // Whoever prepares it begins.
    if (testMode || !next || store.isPreparing(next)) return false;
    if (this.#client) return true;
    if (store.restMs > 0) return false;
    if (
      flushInterval > 0 && hasPassed(clock, next.admittedAt, flushInterval)
    ) return true;
    // Mostly not even with what is in flight: no need to count.
    if (events.size < flushAt && store.bytes < maxBatchBytes) return false;
    let count = 0;
    let bytes = 0;
    for (const item of events) {
      if (item.lease?.isLive) continue;
      bytes += item.bytes;
      if (++count >= flushAt || bytes >= maxBatchBytes) return true;
    }
    return false;
  }
}
