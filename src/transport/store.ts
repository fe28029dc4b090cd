import { callAfter, runWithin } from "../core/clock.ts";
import type { DeliveryReason, Lane, Transport } from "../core/delivery.ts";
import { toUuidKey } from "../core/uuid.ts";
import { reportEvents } from "./delivery_reports.ts";
import type { Holding, Preparation, QueueItem } from "./event_queue.ts";
import type { QueueDeps } from "./queue_deps.ts";

/** A preparation takes no longer than what is kept alive for a request, in ms. */
const MAX_PREPARATION_MS = 20_000;

/** Whoever is silent for this much longer than a preparation may take is gone, in ms. */
const GONE_SLACK_MS = 1000;

/** Stands on an event while its hook runs, which may lead back into the store. */
const BEING_MADE = () => undefined;

/** What is cut short while nobody waits for it. */
const NOTHING = () => {};

/**
 * All events of one lane and client. Each belongs to a scope or to nobody; an owner is the set of its events, in order.
 * Events are removed by identity, never by position.
 */
export class Store {
  /** The lane. */
  readonly lane: Lane;
  /** What it is made of. */
  readonly deps: QueueDeps;
  /** Makes one attempt. */
  readonly transport: Transport;
  /** The lease of the drain that the client began last by itself. */
  drain: Lease | undefined;
  /** The moment until which the lane rests. Then triggers and scopes send nothing. */
  pausedUntil = 0;
  /** Whether the server asked for that: then an explicit flush waits for its end instead of ignoring it. */
  isServerWish = false;
  // From the oldest to the newest.
  readonly #held = new Set<QueueItem>();
  readonly #ownerless = new Set<QueueItem>();
  // With the moment at which its request is surely over, about in the order of these moments: a look costs nothing
  // while all are alive.
  readonly #owners = new Map<Set<QueueItem>, number>();
  #bytes = 0;
  #isOverflowing = false;
  #isClosed = false;

  /** Makes an empty store. */
  constructor(lane: Lane, deps: QueueDeps, transport: Transport) {
    this.lane = lane;
    this.deps = deps;
    this.transport = transport;
  }

  /** The moment, in ms since the epoch. */
  now(): number {
    return this.deps.clock.now();
  }

  /** The bytes of all events. */
  get bytes(): number {
    return this.#bytes;
  }

  /** The events that belong to no scope, in order; those of a request that is gone are among them. */
  get ownerless(): Set<QueueItem> {
    for (const [owner, goneAt] of this.#owners) {
      if (goneAt > this.now()) break;
      this.#owners.delete(owner);
      for (const { lease } of owner) if (lease) lease.isOver = true;
      this.disown(owner);
    }
    return this.#ownerless;
  }

  /** Takes an owner for alive until the given moment; without one it has nothing. */
  keep(owner: Set<QueueItem>, goneAt?: number): void {
    this.#owners.delete(owner);
    if (goneAt !== undefined) this.#owners.set(owner, goneAt);
  }

  /** Makes nobody's what of the events is free, finished as it is; whether there was anything. */
  disown(items: Set<QueueItem>): boolean {
    let hasMoved = false;
    for (const item of [...this.free(items)]) {
      this.finish(item);
      const { owner, lease } = item;
      if (owner === this.#ownerless || !owner?.delete(item)) continue;
      if (lease) {
        // The lease itself would keep alive whose request it worked for.
        const { isOver, keepsOrder } = lease;
        item.lease = { isLive: false, isOver, keepsOrder };
      }
      item.owner = this.#ownerless.add(item);
      hasMoved = true;
    }
    if (this.#isClosed) this.close();
    return hasMoved;
  }

  /** Reports what is nobody's as lost, now and from now on. */
  close(): void {
    this.#isClosed = true;
    const left = [...this.ownerless];
    for (const item of left) this.settle(item, "dropped");
    this.#report("shutdown", left, { code: "shutdown_timeout" });
  }

  /**
   * Adds an event behind the others, held if a lease is given. Others make room where needed; an event larger than the
   * whole store is itself evicted, and nothing for it.
   */
  admit(item: QueueItem, owner: Set<QueueItem>, lease?: Lease): void {
    if (item.bytes > this.deps.options.maxQueueBytes) {
      return this.#evict([item]);
    }
    const evicted = this.#makeRoom(1, item.bytes);
    this.#held.add(item);
    item.owner = owner.add(item);
    item.lease = lease;
    this.#bytes += item.bytes;
    this.#evict(evicted);
  }

  /**
   * Adds an event that is being prepared: it keeps its place, and what stands behind it waits. Resolves when it can be
   * sent. When its holder is gone, the lease lapses and whoever comes next finishes the event. Never rejects.
   */
  async reserve(
    lease: Lease,
    item: QueueItem,
    preparation: Preparation,
    owner: Set<QueueItem>,
  ): Promise<void> {
    lease.keepsOrder = true;
    lease.expiresAt = this.now() + GONE_SLACK_MS +
      Math.min(preparation.withinMs, MAX_PREPARATION_MS);
    this.admit(item, owner, lease);
    await this.prepare(lease, item, preparation);
    lease.isOver = true;
  }

  /** Finishes an event as soon as it is ready, or when it had its time. Never rejects. */
  async prepare(
    { signal }: Lease,
    item: QueueItem,
    { ready, withinMs }: Preparation,
  ): Promise<void> {
    const ms = Math.min(withinMs, MAX_PREPARATION_MS);
    await runWithin(this.deps.clock, ms, () => ready, signal);
    this.finish(item);
  }

  /** Finishes an event that is being prepared, if it is still here and nobody has; others make room for its text. */
  finish(item: QueueItem): void {
    const { make } = item;
    if (!make || make === BEING_MADE || !this.#held.has(item)) return;
    item.make = BEING_MADE;
    const made = make();
    if (!made) return void this.settle(item, "dropped");
    if (this.#held.has(item)) this.#bytes += made.bytes - item.bytes;
    Object.assign(item, made, { make: undefined });
    this.#evict(this.#makeRoom(0, 0));
  }

  /** What of the events can be sent now, in order: what is being prepared holds up what stands behind it. */
  *free(from: Set<QueueItem>): Generator<QueueItem> {
    for (const item of from) {
      if (!item.lease?.isLive) yield item;
      else if (item.lease.keepsOrder) return;
    }
  }

  /**
   * Leases the next batch of what is given, in order; empty when nothing is free. Events that nobody prepares any more
   * are finished as they are. Takes out of `from` what is not here any more.
   */
  claim(lease: Lease, from: Set<QueueItem>): QueueItem[] {
    const { maxBatchSize, maxBatchBytes } = this.deps.options;
    const batch: QueueItem[] = [];
    const uuids = new Set<string>();
    let bytes = -1;
    for (const item of this.free(from)) {
      this.finish(item);
      if (item.fate !== "retained") {
        from.delete(item);
        continue;
      }
      // Its hook runs at this moment, or led somebody else here.
      if (item.make || item.lease?.isLive) break;
      const key = toUuidKey(item.uuid);
      bytes += item.bytes + 1;
      const fits = batch.length === 0 ||
        batch.length < maxBatchSize && bytes <= maxBatchBytes;
      // The server refuses a batch in which a uuid stands twice.
      if (!fits || uuids.has(key)) break;
      item.lease = lease;
      batch.push(item);
      uuids.add(key);
    }
    return batch;
  }

  /** Takes an event out and settles its fate; false if it is not here any more. */
  settle(item: QueueItem, fate: "delivered" | "dropped"): boolean {
    if (!this.#take(item)) return false;
    item.fate = fate;
    const { maxQueueSize, maxQueueBytes } = this.deps.options;
    const isBelowHalf = this.#held.size < maxQueueSize / 2 &&
      this.#bytes < maxQueueBytes / 2;
    if (isBelowHalf) this.#isOverflowing = false;
    return true;
  }

  /** Rests until then; one outage never shortens what the server asked another request for. */
  pause(until: number, isServerWish: boolean): void {
    if (until <= this.pausedUntil) return;
    this.pausedUntil = until;
    this.isServerWish = isServerWish;
  }

  #take(item: QueueItem): boolean {
    if (!this.#held.delete(item)) return false;
    item.owner?.delete(item);
    item.lease = undefined;
    this.#bytes -= item.bytes;
    return true;
  }

  /** Takes out what has to make room: what nobody sends or prepares before the rest, the oldest first. */
  #makeRoom(items: number, bytes: number): QueueItem[] {
    const { maxQueueSize, maxQueueBytes } = this.deps.options;
    const evicted: QueueItem[] = [];
    for (const takesLeased of [false, true]) {
      for (const item of this.#held) {
        const fits = this.#held.size + items <= maxQueueSize &&
          this.#bytes + bytes <= maxQueueBytes;
        if (fits) return evicted;
        if (!takesLeased && item.lease?.isLive) continue;
        this.#take(item);
        evicted.push(item);
      }
    }
    return evicted;
  }

  #evict(items: readonly QueueItem[]): void {
    if (items.length === 0) return;
    for (const item of items) item.fate = "dropped";
    if (!this.#isOverflowing) this.deps.reporter.rearm(`overflow:${this.lane}`);
    this.#isOverflowing = true;
    this.#report("overflow", items, { code: "overflow" });
  }

  #report(
    kind: "overflow" | "shutdown",
    items: readonly QueueItem[],
    reason: DeliveryReason,
  ): void {
    const lost = items.map((item) => [item, reason] as const);
    reportEvents(this, kind, lost);
  }
}

/**
 * Work in one lane that holds the events it sends or prepares: that of a drain, a flush, an immediate send. Whoever
 * holds them may be frozen or gone, so a lease lapses by itself when its holder is not heard of any more.
 */
export class Lease implements Holding {
  /** The lane's events. */
  readonly store: Store;
  /** The moment after which another may take the events, in ms since the epoch. */
  expiresAt = 0;
  /** Whether the work was cut short, or is done. */
  isOver = false;
  /** Whether it prepares an event, and what stands behind that waits. */
  keepsOrder = false;
  /** Whether it is for a request; then it sends, after the request's own, what belongs to nobody. Default: false. */
  isScopes = false;
  /** Whether the server accepted anything. */
  hasDelivered = false;
  /** Whether its attempts are used up. */
  isSpent = false;
  /** Until when the server wants to be left alone, should that outlast the work; 0 if it does not. */
  pauseUntil = 0;
  readonly #accepted: string[];
  readonly #isReporter: boolean;
  #remarks: [QueueItem, DeliveryReason][] = [];
  #controller: AbortController | undefined;
  #abandon = NOTHING;

  /** Holds nothing yet. With `accepted` somebody else tells what was delivered, for several lanes together. */
  constructor(store: Store, accepted?: string[]) {
    this.store = store;
    this.#accepted = accepted ?? [];
    this.#isReporter = !accepted;
  }

  /** Whether somebody holds on to it. */
  get isLive(): boolean {
    return !this.isOver && this.expiresAt > this.store.now();
  }

  /** Tells whoever works under it to stop; made when somebody asks. */
  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.isOver) this.#controller.abort();
    return this.#controller.signal;
  }

  /** Lets it last from now on; a holder that is silent for longer than an attempt and the longest wait is gone. */
  renew(): void {
    const { requestTimeout, maxRetryDelayMs, retryJitter } =
      this.store.deps.options;
    this.expiresAt = this.store.now() + requestTimeout +
      maxRetryDelayMs * (1 + retryJitter);
  }

  /**
   * Waits for work until it is done, was cut short, or took `ms`: false then. Never rejects. Unlike `runWithin` it makes
   * no signal: what sends asks the lease for one.
   */
  async within(
    ms: number | undefined,
    work: () => Promise<unknown>,
  ): Promise<boolean> {
    const { clock } = this.store.deps;
    let isInTime = true;
    await new Promise<void>((resolve) => {
      const cancel = ms === undefined ? undefined : callAfter(clock, ms, () => {
        isInTime = false;
        this.abort();
      });
      const settle = () => {
        cancel?.();
        this.#abandon = NOTHING;
        resolve();
      };
      this.#abandon = settle;
      work().then(settle, settle);
    });
    return isInTime;
  }

  /** Cuts it short. Work of another request can't be reached on Workers: it ends by its own deadlines, or is gone. */
  abort(): void {
    this.isOver = true;
    try {
      this.#controller?.abort();
      this.#abandon();
    } catch {
      // Cannot perform I/O on behalf of a different request.
    }
  }

  /** Notes what the server accepted, and what it remarked on it. */
  accept(item: QueueItem, remark: DeliveryReason | undefined): void {
    this.hasDelivered = true;
    this.#accepted.push(item.uuid);
    if (remark) this.#remarks.push([item, remark]);
  }

  /**
   * Ends it, and tells what was accepted. The holder calls this on each way out and at once, so that whoever comes next
   * finds nothing held by work that was abandoned at a deadline.
   */
  end(): void {
    const { store: { lane, deps: { reporter } } } = this;
    this.isOver = true;
    this.store.pause(this.pauseUntil, this.pauseUntil > 0);
    this.pauseUntil = 0;
    if (this.#isReporter) reporter.delivered(this.#accepted.splice(0));
    if (!this.hasDelivered) return;
    this.hasDelivered = false;
    if (this.#remarks.length === 0) reporter.rearm(`remark:${lane}`);
    reportEvents(this.store, "remark", this.#remarks);
    this.#remarks = [];
  }
}
