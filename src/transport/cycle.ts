import type { DeliveryReason, Lane } from "../core/delivery.ts";
import type { Reporter } from "../core/reporter.ts";
import { reportRemark } from "./delivery_reports.ts";
import type { Lease, Queue, QueueItem } from "./queue.ts";

/** The work on behalf of one flush, one drain or one immediate send, however many batches and lanes it takes. */
export interface Cycle {
  /** Notes a lease that the cycle works under. */
  take(lease: Lease, queue: Queue): void;
  /** Ends a lease. */
  release(lease: Lease): void;
  /** Notes what the server accepted, and what it remarked on some of it. */
  accept(
    lane: Lane,
    items: readonly QueueItem[],
    remarks: ReadonlyMap<QueueItem, DeliveryReason>,
  ): void;
  /** Notes what the lane has to be told if the cycle ends before the wait that it now begins. */
  expect(wish: () => void): void;
  /** Forgets it: the wait is over. */
  forget(wish: () => void): void;
  /**
   * Ends every lease, speaks the wishes and tells what was accepted. The owner calls it on each way out and at once, so
   * that whoever comes next finds nothing claimed by work that was abandoned at a deadline. A second call does nothing.
   */
  end(): void;
}

/** Events that the server made the same remark on. */
interface Remark {
  readonly lane: Lane;
  readonly reason: DeliveryReason;
  readonly items: QueueItem[];
}

/** Creates a {@linkcode Cycle}. */
export function createCycle(reporter: Reporter): Cycle {
  const leases = new Map<Lease, Queue>();
  const wishes = new Set<() => void>();
  const lanes = new Set<Lane>();
  const remarks = new Map<string, Remark>();
  let accepted: string[] = [];

  const release = (lease: Lease) => {
    leases.get(lease)?.release(lease);
    leases.delete(lease);
  };
  return {
    take: (lease, queue) => void leases.set(lease, queue),
    release,
    accept(lane, items, itsRemarks) {
      if (items.length > 0) lanes.add(lane);
      for (const item of items) {
        accepted.push(item.uuid);
        const reason = itsRemarks.get(item);
        if (!reason) continue;
        const key = `${lane} ${reason.code} ${reason.status}`;
        const remark = remarks.get(key) ?? { lane, reason, items: [] };
        remark.items.push(item);
        remarks.set(key, remark);
      }
    },
    expect: (wish) => void wishes.add(wish),
    forget: (wish) => void wishes.delete(wish),
    end() {
      for (const lease of [...leases.keys()]) release(lease);
      for (const wish of wishes) wish();
      wishes.clear();
      reporter.delivered(accepted);
      for (const lane of lanes) {
        const here = [...remarks.values()].filter((one) => one.lane === lane);
        if (here.length === 0) reporter.rearm(`remark:${lane}`);
        for (const { reason, items } of here) {
          reportRemark(reporter, lane, items, reason);
        }
      }
      accepted = [];
      lanes.clear();
      remarks.clear();
    },
  };
}
