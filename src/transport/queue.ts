import type { Lane } from "../core/delivery.ts";
import { toUuidKey } from "../core/uuid.ts";
import { isFinished, type Preparable } from "./event_text.ts";

/** One admitted event: its text, frozen once it is finished, and what became of it. */
export interface QueueItem extends Preparable {
  /** When it was admitted, in ms since the epoch. */
  readonly admittedAt: number;
  /** Still in a queue, accepted by the server, or given up for good. */
  fate: "queued" | "delivered" | "dropped";
}

/** A claim on items that are being sent or prepared; it lapses when its owner is not heard of any more. */
export interface Lease {
  /** The moment after which the items may be claimed by another, in ms since the epoch. */
  expiresAt: number;
  /** Whether what stands behind the items has to wait for them. Default: false. */
  readonly keepsOrder?: boolean;
}

/** The limits of a queue. */
export interface QueueLimits {
  /** Items held at most. */
  readonly maxItems: number;
  /** Serialized bytes held at most. */
  readonly maxBytes: number;
}

/** The limits of one batch. */
export interface BatchLimits {
  /** Items at most. */
  readonly maxItems: number;
  /** Bytes at most, separators included; a first item always fits. */
  readonly maxBytes: number;
}

/** What of a queue is free to be sent. */
export interface FreeItems {
  /** How many. */
  readonly count: number;
  /** Their bytes. */
  readonly bytes: number;
  /** When the oldest of them was admitted. */
  readonly oldestAt: number | undefined;
}

/** What had to go when items were admitted to a full queue. */
export interface Overflow {
  /** The items, oldest first. */
  readonly evicted: readonly QueueItem[];
  /** Whether this is the first overflow since the queue was last below half its limits. */
  readonly startsEpisode: boolean;
}

/** The events of one lane in order, some of them leased. Items are removed by identity, never by position. */
export interface Queue {
  /** The lane. */
  readonly lane: Lane;
  /** Items held, leased ones included. */
  readonly size: number;
  /**
   * Adds items behind the others, leased if a lease is given. The oldest make room where needed; an item larger than
   * the whole queue makes none and is itself evicted.
   */
  admit(items: readonly QueueItem[], lease?: Lease): Overflow | undefined;
  /** Finishes an event that is being prepared, if it is still here and nobody has: the oldest make room for its text. */
  finish(item: QueueItem): Overflow | undefined;
  /**
   * Leases the next batch in order; empty when nothing is free. Events that nobody prepares any more are finished as
   * they are.
   */
  claim(
    lease: Lease,
    now: number,
    limits: BatchLimits,
    isWanted: (item: QueueItem) => boolean,
  ): QueueItem[];
  /** Whether the item is still here under this lease: not evicted, not claimed by another. */
  isHeld(item: QueueItem, lease: Lease): boolean;
  /** Ends a lease: its items are free again. */
  release(lease: Lease): void;
  /** Takes items out and settles their fate; the result leaves out those that are not here any more. */
  settle(
    items: readonly QueueItem[],
    fate: "delivered" | "dropped",
  ): QueueItem[];
  /** Takes everything out, finished as it is and leased items included, to be admitted elsewhere. */
  takeAll(): QueueItem[];
  /** What can be claimed now; leases that ran out are ended first. */
  free(now: number): FreeItems;
  /** The leases that are live now. */
  liveLeases(now: number): readonly Lease[];
  /** The items under the lease. */
  heldBy(lease: Lease): readonly QueueItem[];
  /** Whether the lease is live: neither released nor expired. */
  isLive(lease: Lease, now: number): boolean;
  /** Whether the lease ran out while it held items. */
  hasLapsed(lease: Lease): boolean;
  /** A copy of the list of items. */
  items(): QueueItem[];
}

/** Creates an empty queue. */
export function createQueue(lane: Lane, limits: QueueLimits): Queue {
  const held = new Set<QueueItem>();
  const leases = new Map<Lease, Set<QueueItem>>();
  const leaseOf = new Map<QueueItem, Lease>();
  const lapsed = new WeakSet<Lease>();
  const unfinished = new Set<QueueItem>();
  let heldBytes = 0;
  let leasedBytes = 0;
  let isOverflowing = false;

  const free = (item: QueueItem) => {
    const lease = leaseOf.get(item);
    if (!lease) return;
    leaseOf.delete(item);
    leasedBytes -= item.bytes;
    leases.get(lease)?.delete(item);
  };
  const take = (item: QueueItem) => {
    free(item);
    unfinished.delete(item);
    if (held.delete(item)) heldBytes -= item.bytes;
  };
  const lend = (item: QueueItem, lease: Lease) => {
    const group = leases.get(lease) ?? new Set();
    leases.set(lease, group.add(item));
    leaseOf.set(item, lease);
    leasedBytes += item.bytes;
  };
  const release = (lease: Lease) => {
    for (const item of [...leases.get(lease) ?? []]) free(item);
    leases.delete(lease);
  };
  const endExpired = (now: number) => {
    for (const lease of [...leases.keys()]) {
      if (lease.expiresAt > now) continue;
      lapsed.add(lease);
      release(lease);
    }
  };
  const remove = (items: readonly QueueItem[]) => {
    for (const item of items) take(item);
    const isBelowHalf = held.size < limits.maxItems / 2 &&
      heldBytes < limits.maxBytes / 2;
    if (isBelowHalf) isOverflowing = false;
  };
  const makeRoom = (items: number, bytes: number): QueueItem[] => {
    const evicted: QueueItem[] = [];
    for (const oldest of held) {
      const fits = held.size + items <= limits.maxItems &&
        heldBytes + bytes <= limits.maxBytes;
      if (fits) break;
      take(oldest);
      evicted.push(oldest);
    }
    return evicted;
  };
  const toOverflow = (evicted: QueueItem[]): Overflow | undefined => {
    if (evicted.length === 0) return undefined;
    for (const item of evicted) item.fate = "dropped";
    const startsEpisode = !isOverflowing;
    isOverflowing = true;
    return { evicted, startsEpisode };
  };
  const settle = (
    items: readonly QueueItem[],
    fate: "delivered" | "dropped",
  ): QueueItem[] => {
    const here = items.filter((item) => held.has(item));
    remove(here);
    for (const item of here) item.fate = fate;
    return here;
  };
  /** Once for each event: a hook runs in it, which may call back into this queue. */
  const finish = (item: QueueItem) => {
    if (!unfinished.delete(item)) return;
    const made = item.make?.();
    if (!made) return void settle([item], "dropped");
    const grown = held.has(item) ? made.bytes - item.bytes : 0;
    heldBytes += grown;
    if (leaseOf.has(item)) leasedBytes += grown;
    Object.assign(item, made, { make: undefined });
  };
  /** Whether the item has to be waited for by what stands behind it. */
  const isAwaited = (item: QueueItem) => leaseOf.get(item)?.keepsOrder === true;

  return {
    lane,
    get size() {
      return held.size;
    },
    admit(items, lease) {
      const evicted: QueueItem[] = [];
      for (const item of items) {
        if (item.bytes > limits.maxBytes) {
          evicted.push(item);
          continue;
        }
        evicted.push(...makeRoom(1, item.bytes));
        held.add(item);
        heldBytes += item.bytes;
        if (!isFinished(item)) unfinished.add(item);
        if (lease) lend(item, lease);
      }
      return toOverflow(evicted);
    },
    finish(item) {
      finish(item);
      return toOverflow(makeRoom(0, 0));
    },
    claim(lease, now, batchLimits, isWanted) {
      endExpired(now);
      for (const item of [...unfinished]) if (!leaseOf.has(item)) finish(item);
      const batch: QueueItem[] = [];
      const uuids = new Set<string>();
      let bytes = 0;
      for (const item of held) {
        if (isAwaited(item)) break;
        if (leaseOf.has(item) || !isWanted(item)) continue;
        const key = toUuidKey(item.uuid);
        const grown = bytes + item.bytes + (batch.length > 0 ? 1 : 0);
        const fits = batch.length === 0 || grown <= batchLimits.maxBytes;
        // The server refuses a batch in which a uuid stands twice.
        if (batch.length === batchLimits.maxItems || !fits || uuids.has(key)) {
          break;
        }
        batch.push(item);
        uuids.add(key);
        bytes = grown;
      }
      for (const item of batch) lend(item, lease);
      return batch;
    },
    isHeld: (item, lease) => leaseOf.get(item) === lease,
    release,
    settle,
    takeAll() {
      for (const item of [...unfinished]) finish(item);
      const items = [...held];
      remove(items);
      return items;
    },
    free(now) {
      endExpired(now);
      let oldestAt: number | undefined;
      let count = held.size - leaseOf.size;
      let bytes = heldBytes - leasedBytes;
      let isBehind = false;
      for (const item of held) {
        isBehind ||= isAwaited(item);
        if (leaseOf.has(item)) continue;
        if (isBehind) {
          count--;
          bytes -= item.bytes;
        } else oldestAt ??= item.admittedAt;
        if (unfinished.size === 0 && !isBehind) break;
      }
      return { count, bytes, oldestAt };
    },
    liveLeases(now) {
      endExpired(now);
      return [...leases.keys()];
    },
    heldBy: (lease) => [...leases.get(lease) ?? []],
    isLive(lease, now) {
      endExpired(now);
      return leases.has(lease);
    },
    hasLapsed: (lease) => lapsed.has(lease),
    items: () => [...held],
  };
}
