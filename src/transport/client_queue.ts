import { toTimeoutMs } from "../core/clock.ts";
import type { FlushResult, Lane, Transport } from "../core/delivery.ts";
import { drain, send } from "./drain.ts";
import {
  countFates,
  type EventQueue,
  type Preparation,
  type QueueItem,
} from "./event_queue.ts";
import type { QueueDeps } from "./queue_deps.ts";
import { Lease, Store } from "./store.ts";

/** Leases that the client's end can cut short; of more, the oldest end by their own deadlines. */
const MAX_ACTIVE = 1000;

/** The first and the longest pause between looks at the leases of others, in ms. */
const LOOK_AGAIN_MS = 25;
const MAX_LOOK_AGAIN_MS = 250;

/** What a flush is about, in one lane. */
export interface FlushedLane {
  /** The lane. */
  readonly store: Store;
  /** The events. */
  readonly own: Set<QueueItem>;
  /** Waits for what the same request has under way with them, if it has; gives its lease. Another's must not be awaited. */
  join?(): Promise<Lease | undefined>;
  /** The lease of that. */
  readonly lease?: Lease | undefined;
}

/** The client's view of its stores: what belongs to no scope, sent when enough of it has gathered. */
export class ClientQueue implements EventQueue {
  /** What it is made of. */
  readonly deps: QueueDeps;
  readonly #transport: Transport;
  readonly #stores: Store[] = [];
  // What the client's end cuts short. Work of a request that is gone never leaves by itself, hence the limit.
  readonly #active = new Set<Lease>();

  /** Makes a queue. Nothing runs until something is admitted. */
  constructor(deps: QueueDeps, transport: Transport) {
    this.deps = deps;
    this.#transport = transport;
  }

  admit(lane: Lane, item: QueueItem): void {
    const store = this.store(lane);
    store.admit(item, store.ownerless);
    this.trigger(store);
  }

  async reserve(
    lane: Lane,
    item: QueueItem,
    preparation: Preparation,
  ): Promise<void> {
    const store = this.store(lane);
    await this.#run(
      new Lease(store),
      (lease) => store.reserve(lease, item, preparation, store.ownerless),
    );
    this.trigger(store);
  }

  async sendNow(
    lane: Lane,
    item: QueueItem,
    preparation?: Preparation,
  ): Promise<void> {
    if (this.deps.options.testMode) {
      return preparation
        ? await this.reserve(lane, item, preparation)
        : this.admit(lane, item);
    }
    const store = this.store(lane);
    await this.#run(new Lease(store), async (lease) => {
      lease.renew();
      store.admit(item, store.ownerless, lease);
      if (preparation) await store.prepare(lease, item, preparation);
      await send(lease, [item]);
    });
  }

  flush(timeoutMs?: number): Promise<FlushResult> {
    const lanes = this.#stores.map((store) => {
      return { store, own: store.ownerless };
    });
    return this.flushLanes(lanes, this.deps.keepAlive, timeoutMs);
  }

  /** Flushes what belongs to nobody, or with `maxMs` what is a scope's: that is cut off then at the latest. */
  async flushLanes(
    lanes: readonly FlushedLane[],
    keepAlive: (promise: Promise<unknown>) => unknown,
    givenMs: number | undefined,
    maxMs?: number,
  ): Promise<FlushResult> {
    const { options, reporter } = this.deps;
    const present = lanes.flatMap(({ own }) => [...own]);
    if (options.testMode) return countFates([]);
    const timeoutMs = toTimeoutMs(givenMs);
    const patienceMs = timeoutMs ?? options.maxRetryDelayMs;
    const ms = maxMs === undefined
      ? timeoutMs
      : Math.min(timeoutMs ?? maxMs, maxMs);
    const accepted: string[] = [];
    const flushLane = async (lane: FlushedLane) => {
      const { store, lease: running } = lane;
      const lease = new Lease(store, accepted);
      const wanted = new Set(lane.own);
      const flush = () => this.#flush(lease, wanted, patienceMs, lane);
      const within = () => lease.within(ms, flush);
      lease.isScopes = maxMs !== undefined;
      // The client's end does not cut short what a scope sends.
      const isInTime =
        await (lease.isScopes ? within() : this.#run(lease, within));
      if (!isInTime && running) {
        running.abort();
        // What the server asked it for holds before anybody sends its events again.
        running.end();
      }
      lease.end();
      if (store.disown(wanted)) this.trigger(store);
      return isInTime;
    };
    const work = Promise.all(lanes.map(flushLane)).then((ends) => {
      reporter.delivered(accepted);
      if (timeoutMs === ms && !ends.every((isInTime) => isInTime)) {
        reporter.warn(`Cannot finish the flush within ${timeoutMs} ms`);
      }
      return countFates(present);
    });
    keepAlive(work);
    return await work;
  }

  /** The events of a lane, those of scopes included. */
  store(lane: Lane): Store {
    let found = this.#stores.find((store) => store.lane === lane);
    if (!found) {
      found = new Store(lane, this.deps, this.#transport);
      this.#stores.push(found);
    }
    return found;
  }

  /** The events that belong to no scope, of all lanes or of one. */
  items(lane?: Lane): QueueItem[] {
    return this.#stores.flatMap((store) =>
      lane === undefined || lane === store.lane ? [...store.ownerless] : []
    );
  }

  /** Takes events out without sending them. */
  discard(items: readonly QueueItem[]): void {
    for (const store of this.#stores) {
      for (const item of items) store.settle(item, "dropped");
    }
  }

  /** Ends what the client is sending, and reports what is left as lost. */
  close(): void {
    for (const lease of this.#active) lease.abort();
    for (const store of this.#stores) store.close();
  }

  /** Begins a drain of what is there, if it is enough, or old enough. */
  trigger(store: Store): void {
    if (this.deps.options.testMode || !this.#isDue(store)) return;
    const present = new Set(store.ownerless);
    // A drain whose request was dropped by the runtime never ends; its lease does, and stands for it.
    const lease = store.drain = new Lease(store);
    const work = this.#run(lease, () => drain(lease, present));
    this.deps.keepAlive(work.then((isEmpty) => {
      if (isEmpty) this.trigger(store);
    }));
  }

  #isDue(store: Store): boolean {
    const now = store.now();
    if (store.drain?.isLive || now < store.pausedUntil) return false;
    const { flushAt, flushInterval, maxBatchBytes } = this.deps.options;
    const isEnough = (count: number, bytes: number, oldestAt: number) =>
      count >= flushAt || bytes >= maxBatchBytes ||
      (flushInterval > 0 && now - oldestAt >= flushInterval);
    const { ownerless } = store;
    const [oldest] = ownerless;
    let count = 0;
    let bytes = 0;
    return oldest !== undefined &&
      // Mostly not even with what is leased: no need to count.
      isEnough(ownerless.size, store.bytes, oldest.admittedAt) &&
      [...store.free(ownerless)].some((item) =>
        isEnough(++count, bytes += item.bytes, item.admittedAt)
      );
  }

  /**
   * Takes what is free, then waits for what others had leased before.
   *
   * Another's work is observed by its leases and never through its promise: on Workers a promise of a finished request
   * may never settle, and awaiting it from another request hangs.
   */
  async #flush(
    lease: Lease,
    wanted: Set<QueueItem>,
    patienceMs: number,
    lane: FlushedLane,
  ): Promise<void> {
    const before = await lane.join?.();
    // What that retained is not tried again.
    if (before?.isSpent) return;
    const { store } = lease;
    const latest = store.now() + patienceMs;
    // Only a pause that the server asked for holds up an explicit flush.
    while (store.isServerWish && store.now() < store.pausedUntil) {
      if (store.pausedUntil > latest || lease.isOver) return;
      const ms = store.pausedUntil - store.now();
      await this.deps.clock.sleep(ms, lease.signal);
    }
    let isEmpty = true;
    for (let ms = LOOK_AGAIN_MS;; ms = Math.min(ms * 2, MAX_LOOK_AGAIN_MS)) {
      const held = [...wanted].filter(({ lease: other }) =>
        other !== lease && other?.isLive
      );
      // What used its attempts up is not tried again.
      isEmpty &&= await drain(lease, wanted, patienceMs);
      if (held.length === 0 || lease.isOver) return;
      if (held.some((item) => item.lease?.isLive)) {
        await this.deps.clock.sleep(ms, lease.signal);
      }
      for (const item of held) {
        // What was being prepared, nobody has attempted, nor to the end what belonged to a holder that is gone. What
        // another gave back is not tried again.
        if (item.lease?.isOver && !item.lease.keepsOrder) wanted.delete(item);
      }
    }
  }

  async #run<T>(lease: Lease, work: (lease: Lease) => Promise<T>): Promise<T> {
    this.#active.add(lease);
    const [oldest] = this.#active;
    if (oldest && this.#active.size > MAX_ACTIVE) this.#active.delete(oldest);
    try {
      return await work(lease);
    } finally {
      this.#active.delete(lease);
      lease.end();
    }
  }
}
