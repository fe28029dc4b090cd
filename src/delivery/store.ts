import { type Countdown, countDown, hasPassed } from "../core/clock.ts";
import type { DeliveryReason, Lane } from "../core/delivery.ts";
import { toUuidKey } from "../core/uuid.ts";
import type { DeliveryDeps, QueueItem } from "./delivery.ts";
import { Lease } from "./lease.ts";
import { reportEvents } from "./reports.ts";

/** Whoever sends its own events: a scope. */
interface Owner {
  /** Its events, in order. */
  readonly events: Set<QueueItem>;
  /** The lease of its drain. */
  readonly lease: Lease | undefined;
}

/** How often is looked for scopes whose request is gone, in ms. */
const SWEEP_MS = 250;

/** Stands on an event while its hook runs, which may lead back into the store. */
const BEING_MADE = () => undefined;

/**
 * All events of one lane and client, with the limits that hold for them together. Each belongs to a scope or to nobody;
 * while somebody sends it, it is leased. Events are removed by identity, never by position.
 */
export class Store {
  /** The lane. */
  declare readonly lane: Lane;
  /** What it is made of. */
  declare readonly deps: DeliveryDeps;
  /** All events, from the oldest to the newest. */
  readonly held: Set<QueueItem> = new Set();
  /** The bytes of all events. */
  bytes = 0;
  readonly #nobodys = new Set<QueueItem>();
  readonly #owners = new Set<Owner>();
  #admitted = 0;
  // Side by side: an outage must not hide what the server asked for.
  #wish: Countdown | undefined;
  #outage: Countdown | undefined;
  #sweep: Countdown;
  #isOverflowing = false;
  #isClosed = false;

  /** Makes an empty store. */
  constructor(lane: Lane, deps: DeliveryDeps) {
    this.lane = lane;
    this.deps = deps;
    this.#sweep = countDown(deps.clock, SWEEP_MS);
  }

  /** Makes a lease, which lasts as long as an attempt and a wait may take. */
  createLease(isScopes?: boolean): Lease {
    const { clock, options } = this.deps;
    const { requestTimeout, maxRetryDelayMs, retryJitter } = options;
    const lengthMs = requestTimeout + maxRetryDelayMs * (1 + retryJitter);
    return new Lease(clock, lengthMs, isScopes);
  }

  /** Ends a lease. The holder calls this on each way out, so that whoever comes next finds nothing held. */
  end(lease: Lease): void {
    lease.stop();
    this.report(lease);
  }

  /** Tells what was accepted under a lease since that was told last. */
  report({ accepted }: Lease): void {
    const { lane, deps: { reporter } } = this;
    const told = accepted.splice(0);
    if (told.length === 0) return;
    const uuids = told.map(({ uuid }) => uuid);
    reporter.emit("flush", () => uuids);
    if (!told.some(({ reason }) => reason)) reporter.rearm(`remark:${lane}`);
    reportEvents(this, "remark", told);
  }

  /** The events that belong to no scope, in order; those of a request that is gone are among them. */
  get nobodys(): Set<QueueItem> {
    if (this.#owners.size > 0 && !this.#sweep()) {
      this.#sweep = countDown(this.deps.clock, SWEEP_MS);
      for (const owner of this.#owners) {
        if (
          owner.lease?.isLive || this.isPreparing(this.findFree(owner.events))
        ) continue;
        this.disown(owner);
      }
    }
    return this.#nobodys;
  }

  /** For how long the lane still rests, in ms: triggers and scopes send nothing then. */
  get restMs(): number {
    return Math.max(this.wishMs, this.#outage?.() ?? 0);
  }

  /** For how long the server still wants to be left alone, in ms: an explicit flush waits for that, too. */
  get wishMs(): number {
    return this.#wish?.() ?? 0;
  }

  /** Rests for so long; one outage never shortens what the server asked another request for. 0 ends the rest. */
  rest(ms: number, isServerWish = false): void {
    const rest = ms > 0 ? countDown(this.deps.clock, ms) : undefined;
    if (!rest || isServerWish && ms > this.wishMs) this.#wish = rest;
    if (!rest || !isServerWish && ms > (this.#outage?.() ?? 0)) {
      this.#outage = rest;
    }
  }

  /** Makes nobody's what an owner can't send any more, in the order of capture; whether there was anything. */
  disown(owner: Owner, items: Iterable<QueueItem> = owner.events): boolean {
    const { events } = owner;
    let count = 0;
    let oldest: number | undefined;
    for (const item of items) {
      if (!events.delete(item)) continue;
      count++;
      oldest ??= item.place;
      item.owner = this.#nobodys.add(item);
      if (!item.lease?.isLive) item.lease = undefined;
    }
    if (events.size === 0) this.#owners.delete(owner);
    if (oldest === undefined) return false;
    // Mostly it is what came last.
    if (oldest + count < this.#admitted) {
      const sorted = [...this.#nobodys]
        .sort(({ place: one = 0 }, { place: other = 0 }) => one - other);
      this.#nobodys.clear();
      for (const item of sorted) this.#nobodys.add(item);
    }
    if (this.#isClosed) this.close();
    return true;
  }

  /** Cuts short who sends what is nobody's, and reports it as lost, now and from now on. */
  close(): void {
    this.#isClosed = true;
    const lost = [...this.nobodys].filter((item) => {
      if (item.lease?.isLive && !item.lease.isScopes) item.lease.abort();
      this.finish(item);
      return this.settle(item, "dropped", { code: "shutdown_timeout" });
    });
    reportEvents(this, "shutdown", lost);
  }

  /**
   * Adds an event behind the others, held if a lease is given. Others make room where needed; an event larger than the
   * whole store is itself evicted, and nothing for it. One that is being prepared keeps its place, and what stands behind
   * it waits.
   */
  admit(item: QueueItem, owner?: Owner, lease?: Lease): void {
    if (item.bytes > this.deps.options.maxQueueBytes) {
      return this.#makeRoom(undefined, [item]);
    }
    this.held.add(item);
    item.owner = (owner?.events ?? this.#nobodys).add(item);
    item.lease = lease;
    this.bytes += item.bytes;
    item.place = this.#admitted++;
    this.#makeRoom(item);
    // Whoever hears of it may look for scopes that are gone: this one is about to send.
    if (owner) this.#owners.add(owner);
  }

  /** Finishes an event that is being prepared, if it is still here and nobody has; others make room for its text. */
  finish(item: QueueItem): void {
    const { make } = item;
    if (!make || make === BEING_MADE || !this.held.has(item)) return;
    item.make = BEING_MADE;
    const made = make();
    if (!made) return void this.settle(item, "dropped");
    // Its hook may lead anywhere: events may have come, and this one may be gone.
    if (this.held.has(item)) this.bytes += made.bytes - item.bytes;
    Object.assign(item, made, { make: undefined });
    this.#makeRoom();
  }

  /** The first of the events that nobody sends. */
  findFree(from: Iterable<QueueItem>): QueueItem | undefined {
    for (const item of from) if (!item.lease?.isLive) return item;
    return undefined;
  }

  /** Whether it is still being prepared, and has time left. */
  isPreparing(item: QueueItem | undefined): boolean {
    return item?.fate === "retained" && !!item.make && !!item.preparation &&
      !hasPassed(
        this.deps.clock,
        item.admittedAt,
        item.preparation.withinMs,
      );
  }

  /**
   * Leases the next batch of what is given, in order; empty when nothing can be sent. Takes out of `from` what is not
   * here any more.
   */
  claim(lease: Lease, from: Set<QueueItem>): QueueItem[] {
    const { maxBatchSize, maxBatchBytes } = this.deps.options;
    const batch: QueueItem[] = [];
    const uuids = new Set<string>();
    // Separators stand between the events only.
    let bytes = -1;
    for (const item of from) {
      if (item.lease?.isLive) continue;
      if (item.make) {
        if (this.isPreparing(item)) break;
        this.finish(item);
      }
      if (item.fate !== "retained") {
        from.delete(item);
        continue;
      }
      // A hook that led back here is still at it, or another took the event.
      if (item.make || item.lease?.isLive) break;
      const key = toUuidKey(item.uuid);
      bytes += item.bytes + 1;
      const fits = batch.length === 0 ||
        batch.length < maxBatchSize && bytes <= maxBatchBytes;
      if (!fits || uuids.has(key)) break;
      item.lease = lease;
      batch.push(item);
      uuids.add(key);
    }
    return batch;
  }

  /** Takes an event out and settles its fate; false if it is not here any more. */
  settle(
    item: QueueItem,
    fate: "delivered" | "dropped",
    reason?: DeliveryReason,
  ): boolean {
    if (!this.#take(item)) return false;
    item.fate = fate;
    item.reason = reason;
    const { maxQueueSize, maxQueueBytes } = this.deps.options;
    if (
      this.held.size < maxQueueSize / 2 && this.bytes < maxQueueBytes / 2
    ) this.#isOverflowing = false;
    return true;
  }

  #take(item: QueueItem): boolean {
    if (!this.held.delete(item)) return false;
    item.owner?.delete(item);
    this.bytes -= item.bytes;
    return true;
  }

  /** Evicts what has to make room for `kept`: what nobody sends before the rest, the oldest first. */
  #makeRoom(kept?: QueueItem, evicted: QueueItem[] = []): void {
    const { lane, deps: { options, reporter } } = this;
    for (const takesLeased of [false, true]) {
      for (const item of this.held) {
        if (
          this.held.size <= options.maxQueueSize &&
          this.bytes <= options.maxQueueBytes
        ) break;
        // What its hook is at is evicted afterwards, if it is still too much: the hook may drop it itself.
        if (item === kept || item.make === BEING_MADE) continue;
        if (!takesLeased && item.lease?.isLive) continue;
        this.#take(item);
        evicted.push(item);
      }
    }
    if (evicted.length === 0) return;
    for (const item of evicted) {
      item.fate = "dropped";
      item.reason = { code: "overflow" };
    }
    if (!this.#isOverflowing) reporter.rearm(`overflow:${lane}`);
    this.#isOverflowing = true;
    reportEvents(this, "overflow", evicted);
  }
}
