import {
  atDeadline,
  hasPassed,
  lookAgain,
  runWithin,
  toTimeoutMs,
} from "../core/clock.ts";
import type { FlushResult, Lane } from "../core/delivery.ts";
import type { DeliveryDeps, LeaseView, QueueItem, Send } from "./delivery.ts";
import { drain, send } from "./drain.ts";
import { Lease } from "./lease.ts";
import { Store } from "./store.ts";

/** What of a client another entry needs to deliver events in its name: the client's port "delivery". */
export interface DeliveryPort extends DeliveryDeps {
  /** The way over HTTP, whatever the client's own `transport` is. */
  readonly httpSend: Send;
  /** Whether the client is disabled or was shut down. */
  isClosed(): boolean;
}

/** The events of a client, or of one scope: where they go in, and how they are flushed. */
export class Queue {
  /** Its events in the lanes that are in use. */
  readonly owners: Owner[] = [];
  readonly #deps: DeliveryDeps;
  readonly #send: Send;
  readonly #keepAlive: KeepAlive;
  readonly #client: Queue | undefined;

  /** Makes a scope's queue if the client's is given, else that. */
  constructor(
    deps: DeliveryDeps,
    send: Send,
    keepAlive: KeepAlive,
    client?: Queue,
  ) {
    this.#deps = deps;
    this.#send = send;
    this.#keepAlive = keepAlive;
    this.#client = client;
  }

  /** Makes the queue of a scope, whose drains that scope keeps alive. */
  createScopes(keepAlive: KeepAlive): Queue {
    return new Queue(this.#deps, this.#send, keepAlive, this);
  }

  /** Its events of a lane. */
  owner(lane: Lane): Owner {
    let owner = this.owners.find(({ store }) => store.lane === lane);
    if (!owner) {
      const client = this.#client?.owner(lane);
      const store = client?.store ?? new Store(lane, this.#deps, this.#send);
      owner = new Owner(store, this.#keepAlive, client);
      this.owners.push(owner);
    }
    return owner;
  }

  /** Its events, of all lanes or of one. */
  items(lane?: Lane): QueueItem[] {
    return this.owners.flatMap(({ store, events }) =>
      lane === undefined || lane === store.lane ? [...events] : []
    );
  }

  /** Queues an event, which is sent as soon as that is due; one that is being prepared keeps its place meanwhile. */
  admit(item: QueueItem): void {
    const owner = this.owner(item.lane);
    owner.admit(item);
    if (item.preparation) {
      const prepared = prepare(owner.store, item).then(() => owner.start());
      this.#keepAlive(prepared);
    }
  }

  /** Sends one event at once or when it is prepared, past the others; resolves when it is settled. Never rejects. */
  async sendNow(item: QueueItem): Promise<void> {
    const { store } = this.owner(item.lane);
    const lease = new Lease(store);
    lease.renew();
    store.admit(item, undefined, lease);
    await prepare(store, item);
    if (!this.#deps.options.testMode) await send(store, lease, [item]);
    lease.end(store);
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
    const lanes = this.owners.map((owner) => ({
      owner,
      wanted: new Set(find(owner)),
    }));
    const present = lanes.flatMap(({ wanted }) => [...wanted]);
    const ms = toTimeoutMs(timeoutMs);
    const flushed = Promise.all(
      lanes.map(({ owner, wanted }) => flushLane(owner, wanted, ms)),
    ).then((ends) => {
      if (!ends.every(Boolean)) {
        reporter.warn(`Cannot finish the flush within ${ms} ms`);
      }
      return countFates(present);
    });
    this.#keepAlive(flushed);
    return await flushed;
  }
}

/** Counts what became of events that were there when a flush began. */
export function countFates(items: Iterable<QueueItem>): FlushResult {
  const counts = { delivered: 0, dropped: 0, retained: 0 };
  for (const { fate } of items) counts[fate]++;
  return counts;
}

/** Finishes an event as soon as it is ready, or when it had its time. Never rejects. */
async function prepare(store: Store, item: QueueItem): Promise<void> {
  const { preparation } = item;
  if (!preparation) return;
  const { ready, withinMs } = preparation;
  await runWithin(store.deps.clock, withinMs, () => ready);
  store.finish(item);
}

/** Sends what is wanted of a lane and waits for what others send of it; false when `ms` were too short. */
async function flushLane(
  owner: Owner,
  wanted: Set<QueueItem>,
  ms: number | undefined,
): Promise<boolean> {
  const { store, store: { deps: { clock, options } } } = owner;
  const lease = new Lease(store, owner.isScopes);
  lease.insists = true;
  let isInTime = true;
  const cancel = ms !== undefined && atDeadline(clock, ms, () => {
    isInTime = false;
    lease.abort();
  });
  const restsUntil = clock.now() + (ms ?? options.maxRetryDelayMs);
  let isServed = true;
  for (let turn = 0; !lease.isOver; turn++) {
    const maySend = owner.take(lease);
    if (maySend && isServed) await waitForRest(store, lease, restsUntil);
    // Another's work is observed by its leases and never through its promise.
    const held = listHeld(wanted, lease);
    if (maySend) {
      isServed &&= await drain(store, lease, wanted);
      const isWaiting = isServed && store.isPreparing(wanted);
      if (held.length === 0 && !isWaiting) break;
    }
    await lookAgain(clock, turn, lease.signal);
    // What they kept was tried; that of one who is silent is taken over.
    for (const [item, other] of held) {
      if (other.isOver || item.lease !== other) wanted.delete(item);
    }
  }
  if (cancel) cancel();
  lease.end(store);
  owner.release(wanted);
  // What came to a scope meanwhile.
  if (owner.lease === lease) owner.start();
  return isInTime;
}

/** Waits while the server wants to be left alone, unless that takes longer than the caller's patience. */
async function waitForRest(
  store: Store,
  lease: Lease,
  latestAt: number,
): Promise<void> {
  const { clock } = store.deps;
  lease.renew();
  while (store.isServerWish && store.restMs > 0 && !lease.isOver) {
    if (clock.now() + store.restMs > latestAt) return;
    await clock.sleep(store.restMs, lease.signal);
  }
}

/** The events that others send at the moment, and under which lease. */
function listHeld(
  items: Iterable<QueueItem>,
  own: Lease,
): (readonly [item: QueueItem, lease: LeaseView])[] {
  return [...items].flatMap((item) => {
    const { fate, lease } = item;
    return fate === "retained" && lease && lease !== own && lease.isLive
      ? [[item, lease]]
      : [];
  });
}

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
