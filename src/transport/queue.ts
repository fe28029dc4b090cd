import type { Lane } from "../core/delivery.ts";
import { toUuidKey } from "../core/uuid.ts";

/** One admitted event: frozen text, and what became of it. */
export interface QueueItem {
  /** The event's uuid. */
  readonly uuid: string;
  /** The event's name. */
  readonly event: string;
  /** The serialized event. */
  readonly text: string;
  /** The UTF-8 length of `text`. */
  readonly bytes: number;
  /** When it was admitted, in ms since the epoch. */
  readonly admittedAt: number;
  /** Still in a queue, accepted by the server, or given up for good. */
  fate: "queued" | "delivered" | "dropped";
}

/** A claim on items that are being sent; it lapses when its owner is not heard of any more. */
export interface Lease {
  /** The moment after which the items may be claimed by another, in ms since the epoch. */
  expiresAt: number;
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
  /** Leases the next batch in order; empty when nothing is free. */
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
  /** Takes everything out, leased items included, to be admitted elsewhere. */
  takeAll(): QueueItem[];
  /** What is free now; leases that ran out are ended first. */
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
  const evictFor = (item: QueueItem): QueueItem[] => {
    const evicted: QueueItem[] = [];
    for (const oldest of held) {
      const fits = held.size < limits.maxItems &&
        heldBytes + item.bytes <= limits.maxBytes;
      if (fits) break;
      take(oldest);
      evicted.push(oldest);
    }
    return evicted;
  };

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
        evicted.push(...evictFor(item));
        held.add(item);
        heldBytes += item.bytes;
        if (lease) lend(item, lease);
      }
      if (evicted.length === 0) return undefined;
      for (const item of evicted) item.fate = "dropped";
      const startsEpisode = !isOverflowing;
      isOverflowing = true;
      return { evicted, startsEpisode };
    },
    claim(lease, now, batchLimits, isWanted) {
      endExpired(now);
      const batch: QueueItem[] = [];
      const uuids = new Set<string>();
      let bytes = 0;
      for (const item of held) {
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
    settle(items, fate) {
      const here = items.filter((item) => held.has(item));
      remove(here);
      for (const item of here) item.fate = fate;
      return here;
    },
    takeAll() {
      const items = [...held];
      remove(items);
      return items;
    },
    free(now) {
      endExpired(now);
      let oldestAt: number | undefined;
      for (const item of held) {
        if (leaseOf.has(item)) continue;
        oldestAt = item.admittedAt;
        break;
      }
      return {
        count: held.size - leaseOf.size,
        bytes: heldBytes - leasedBytes,
        oldestAt,
      };
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
