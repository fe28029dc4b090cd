import type { Lane } from "../../../src/core/delivery.ts";
import { createRedact } from "../../../src/core/logger.ts";
import { createReporter } from "../../../src/core/reporter.ts";
import { createFakeClock } from "../../../src/testing/fake_clock.ts";
import type { QueueItem } from "../../../src/delivery/event_queue.ts";
import type { QueueOptions } from "../../../src/delivery/queue_deps.ts";
import { Lease, Store } from "../../../src/delivery/store.ts";
import { createBench } from "./_delivery.ts";

/** The limits of a lane. */
export type QueueLimits = Pick<QueueOptions, "maxQueueSize" | "maxQueueBytes">;

/** The limits of a batch. */
type BatchLimits = Pick<QueueOptions, "maxBatchSize" | "maxBatchBytes">;

/** What a store reported as evicted by one call. */
export interface Overflow {
  readonly evicted: readonly QueueItem[];
  /** Whether it warned. */
  readonly startsEpisode: boolean;
}

/** What of a store is free to be sent. */
export interface FreeItems {
  readonly count: number;
  readonly bytes: number;
  readonly oldestAt: number | undefined;
}

/** A store on a clock that each question sets, and whose reports are what its calls give back. */
export interface TimedStore extends Pick<Store, "settle" | "keep"> {
  /** A lease that lasts until the given moment. */
  lease(expiresAt: number, keepsOrder?: boolean): Lease;
  /** What belongs to nobody. */
  items(now?: number): QueueItem[];
  admit(
    items: readonly QueueItem[],
    lease?: Lease,
    owner?: Set<QueueItem>,
  ): Overflow | undefined;
  finish(item: QueueItem): Overflow | undefined;
  claim(
    lease: Lease,
    now: number,
    limits: BatchLimits,
    from?: Set<QueueItem>,
  ): QueueItem[];
  free(now: number): FreeItems;
  isLive(lease: Lease, now: number): boolean;
}

/** Creates a {@linkcode TimedStore}. */
export function createStore(lane: Lane, limits: QueueLimits): TimedStore {
  const clock = createFakeClock(0);
  const { deps, transport } = createBench(() => "hang", limits);
  const options = { ...deps.options };
  const warnings: string[] = [];
  const reporter = createReporter({
    logger: {
      debug() {},
      info() {},
      warn: (text) => void warnings.push(text),
      error() {},
    },
    debug: false,
    redact: createRedact([]),
  });
  const store = new Store(
    lane,
    { ...deps, clock, options, reporter },
    transport,
  );
  const admitted: QueueItem[] = [];
  let evicted: QueueItem[] = [];
  reporter.on("drop", ({ uuid, reason }) => {
    const item = admitted.find((one) =>
      one.uuid === uuid && one.fate === "dropped" && !evicted.includes(one)
    );
    if (item && reason === "overflow") {
      admitted.splice(admitted.indexOf(item), 1);
      evicted.push(item);
    }
  });
  const watch = (call: () => void): Overflow | undefined => {
    evicted = [];
    warnings.length = 0;
    call();
    return evicted.length > 0 || warnings.length > 0
      ? { evicted, startsEpisode: warnings.length > 0 }
      : undefined;
  };
  const at = (now: number) => {
    clock.set(now);
    return store;
  };
  return {
    lease: (expiresAt, keepsOrder = false) =>
      Object.assign(new Lease(store), { expiresAt, keepsOrder }),
    items: (now = clock.now()) => [...at(now).ownerless],
    settle: (item, fate) => store.settle(item, fate),
    keep: (owner, goneAt) => store.keep(owner, goneAt),
    admit(items, lease, owner = store.ownerless) {
      admitted.push(...items);
      return watch(() => {
        for (const item of items) store.admit(item, owner, lease);
      });
    },
    finish: (item) => watch(() => store.finish(item)),
    claim(lease, now, batchLimits, from) {
      Object.assign(options, batchLimits);
      return at(now).claim(lease, from ?? store.ownerless);
    },
    free(now) {
      const free = [...at(now).free(store.ownerless)];
      const bytes = free.reduce((sum, item) => sum + item.bytes, 0);
      return { count: free.length, bytes, oldestAt: free[0]?.admittedAt };
    },
    isLive(lease, now) {
      clock.set(now);
      return lease.isLive;
    },
  };
}
