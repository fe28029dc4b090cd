import { type Clock, type Countdown, countDown } from "../core/clock.ts";
import type { Lease, LeaseClaim, LeaseKeeper, LeaseKey } from "./lease.ts";

/** Where the keys of a lease are. Any method may reject. */
export interface LeaseStore {
  /** What a key of the lease holds. */
  readLease(key: LeaseKey): Promise<unknown>;
  /** Writes a key of the lease. */
  writeLease(key: LeaseKey, lease: Lease): Promise<unknown>;
}

/** What writes a lease is made of. */
export interface LeaseWriterDeps {
  /** Where it is. */
  readonly store: LeaseStore;
  /** A key is not written again sooner than this, in ms. */
  readonly minWriteGapMs: number;
  /** Time and waits. */
  readonly clock: Clock;
}

/** Writes what an isolate has to say about a lease; what is not its to say is not written. */
export interface LeaseWriter {
  /**
   * Writes a claim; false when another isolate's came first. KV takes one write a second for a key: of isolates that
   * claim at the same moment, those that it refuses yield to the one that it did not. Where it refuses all, each asks
   * PostHog for itself, and what tells of it is the refusal of the definitions.
   */
  stake(claim: LeaseClaim, isEmpty: boolean): Promise<boolean>;
  /** Prolongs the lease, and says that what is stored is current. */
  confirm(): Promise<void>;
  /** Gives the lease back; who `rests` leaves it to others for as long as one lasts. */
  giveBack(rests: boolean): Promise<void>;
}

/** Creates a {@linkcode LeaseWriter}. */
export function createLeaseWriter(
  { store, minWriteGapMs, clock }: LeaseWriterDeps,
  keeper: LeaseKeeper,
): LeaseWriter {
  let writeGap: Countdown | undefined;
  const write = async (claim: LeaseClaim | undefined) => {
    if (!claim || claim.keys.length === 0) return;
    const gapMs = writeGap?.();
    if (gapMs) await clock.sleep(gapMs);
    const { keys, lease } = claim;
    await Promise.all(keys.map((key) => store.writeLease(key, lease)));
    writeGap = countDown(clock, minWriteGapMs);
  };
  return {
    async stake(claim, isEmpty) {
      try {
        await write(claim);
      } catch {
        const stored = await store.readLease("holder");
        keeper.decide({ key: "holder", stored }, clock.now(), isEmpty);
        return keeper.isHolder();
      }
      return true;
    },
    confirm: () => write(keeper.confirm(clock.now())),
    giveBack: (rests) => write(keeper.giveBack(clock.now(), rests)),
  };
}
