import { countBytes } from "../core/bytes.ts";
import {
  type Clock,
  type Countdown,
  countDown,
  hasPassed,
} from "../core/clock.ts";
import type {
  FlagDefinitionCache,
  FlagDefinitionCacheData,
} from "../core/flag_definition_cache.ts";
import { getOwn, isRecord } from "../core/guards.ts";
import type { RandomSource } from "../core/random.ts";
import { createLeaseKeeper, type LeaseTiming } from "./lease.ts";
import { createLeaseWriter, type LeaseStore } from "./lease_writer.ts";

/** A store of plain keys, none of them atomic. Any method may reject: the client contains it. */
export interface LeasedStore extends LeaseStore {
  /** The definitions, if there are any. */
  readEntry(): Promise<FlagDefinitionCacheData | undefined>;
  /** Replaces the definitions. Rejects with a `RangeError` when they will never fit. */
  writeEntry(data: FlagDefinitionCacheData): Promise<unknown>;
}

/** What such a cache is made of. */
export interface LeasedCacheDeps {
  /** The store. */
  readonly store: LeasedStore;
  /** What the lease is good for. */
  readonly timing: LeaseTiming;
  /** A key is not written again sooner than this, in ms. */
  readonly minWriteGapMs: number;
  /** After this many ms a write must be seen here, and so must those of others made at the same time. */
  readonly settleMs: number;
  /** Time and waits. */
  readonly clock: Clock;
  /** Names and spreads. */
  readonly random: RandomSource;
}

/**
 * How often, and how long, an isolate without definitions waits for those that another one is fetching for the first
 * time; else each isolate that starts meanwhile would make a full request of its own. The sum stays below the bound
 * of a call (2 s), with time for the reads. It helps where the first isolate's write is seen at once: in its own
 * location, which is where a start's crowd is. Elsewhere KV may repeat "not found" for longer than anyone can wait,
 * so nobody waits for a lease older than a first load takes, and an isolate that waited in vain asks PostHog itself.
 */
export const FIRST_LOAD_WAITS = 3;
export const FIRST_LOAD_WAIT_MS = 500;

/** What was read beside the lease is used by the read that follows at once, never by one of the next interval. */
const KNOWN_FOR_MS = 2000;

/** Creates a cache over a store of plain keys: one isolate refreshes, and writes when something changed. */
export function createLeasedCache(deps: LeasedCacheDeps): FlagDefinitionCache {
  const { store, clock } = deps;
  const keeper = createLeaseKeeper(deps.timing, deps.random);
  const lease = createLeaseWriter(deps, keeper);
  let isCold = true;
  let known: Known | undefined;
  let storedEtag: string | undefined;
  /** Until the definitions may be written again. */
  let writeGap: Countdown | undefined;
  // A claim of just now is as good as a renewal, and what is fetched says by itself when that was.
  let isStaked = false;
  // Kept until the store is seen to have it: after a failed write PostHog says "unchanged" for good, and a slower
  // writer may have put something older in its place.
  let unconfirmed: Unconfirmed | undefined;
  // What has not ended when the next turn comes never may.
  let writing: Unconfirmed | undefined;

  const readEntry = async () => {
    const entry = await store.readEntry();
    if (entry) isCold = false;
    storedEtag = entry?.etag;
    if (
      entry && isUnwritten(unconfirmed) && !isOlder(entry, unconfirmed.data)
    ) {
      unconfirmed = undefined;
    }
    return entry;
  };

  /** What the present holder stores is no business of a former one's; what this isolate could not write still is. */
  const leave = () => {
    if (!isUnwritten(unconfirmed)) unconfirmed = undefined;
    return false;
  };

  /** Whether the store is seen to have them, or may have them unseen. */
  const isStored = async ({ data, writtenAt }: Unconfirmed) => {
    if (writtenAt === undefined) return false;
    if (!hasPassed(clock, writtenAt, deps.settleMs)) return true;
    const entry = await readEntry();
    const isSeen = entry !== undefined && entry.etag === data.etag;
    if (isSeen) unconfirmed = undefined;
    return isSeen;
  };

  const write = async (data: FlagDefinitionCacheData) => {
    const own: Unconfirmed = unconfirmed = {
      data,
      writtenAt: undefined,
      isTooLarge: false,
    };
    const waitMs = writeGap?.();
    if (waitMs) {
      await clock.sleep(waitMs);
      if (unconfirmed !== own) return;
    }
    writeGap = countDown(clock, deps.minWriteGapMs);
    const writtenAt = clock.now();
    // A write that failed may have been carried out all the same.
    storedEtag = undefined;
    writing = own;
    try {
      await store.writeEntry(data);
    } catch (error) {
      own.isTooLarge = error instanceof RangeError;
      // Best effort, as the lease runs out by itself. What does not fit now will not in an interval either.
      await lease.giveBack(own.isTooLarge).catch(() => {});
      throw error;
    } finally {
      if (writing === own) writing = undefined;
    }
    storedEtag = data.etag;
    own.writtenAt = writtenAt;
  };

  return {
    async shouldFetchFlagDefinitions() {
      const isHanging = writing !== undefined;
      writing = undefined;
      if (isHanging) await lease.giveBack(isHanging);
      const wasCold = isCold;
      const key = keeper.keyToRead(clock.now()) ??
        (wasCold ? "lease" : undefined);
      if (key === undefined) return leave();
      // Whatever the answer, a cold isolate needs the entry next: as its definitions, or for its ETag.
      const [stored, entry] = await Promise.all([
        store.readLease(key),
        wasCold ? readEntry() : undefined,
      ]);
      const claim = keeper.decide({ key, stored }, clock.now(), isCold);
      isStaked = claim !== undefined && claim.keys.length > 0;
      const isElected = claim !== undefined &&
        await lease.stake(claim, isCold);
      if (!isElected) leave();
      if (entry || (isElected && wasCold)) known = { entry, at: clock.now() };
      return isElected;
    },
    async getFlagDefinitions() {
      const last = known;
      known = undefined;
      if (last && !hasPassed(clock, last.at, KNOWN_FOR_MS)) return last.entry;
      let entry = await readEntry();
      for (
        let waits = 0;
        !entry && isCold && waits < FIRST_LOAD_WAITS &&
        keeper.isFirstLoad(clock.now());
        waits++
      ) {
        await clock.sleep(FIRST_LOAD_WAIT_MS);
        entry = await readEntry();
      }
      return entry;
    },
    async onFlagDefinitionsReceived(data) {
      isCold = false;
      if (data.etag === undefined || data.etag !== storedEtag) {
        await write(data);
      } else unconfirmed = undefined;
      if (!isStaked) await lease.confirm();
    },
    async onFlagDefinitionsUnchanged() {
      // PostHog's word is for what the store has not got.
      if (unconfirmed?.isTooLarge) return;
      if (unconfirmed && !await isStored(unconfirmed)) {
        await write(unconfirmed.data);
      }
      await lease.confirm();
    },
    async getConfirmedAt() {
      return keeper.getConfirmedAt() ??
        keeper.getConfirmedAt(await store.readLease("lease"));
    },
    // The lease runs out by itself.
    shutdown() {},
  };
}

/** What a first look at the store brought. */
interface Known {
  readonly entry: FlagDefinitionCacheData | undefined;
  readonly at: number;
}

/** Definitions whose writing has failed, or is not yet confirmed. */
interface Unconfirmed {
  readonly data: FlagDefinitionCacheData;
  writtenAt: number | undefined;
  isTooLarge: boolean;
}

function isUnwritten(data: Unconfirmed | undefined): data is Unconfirmed {
  return data !== undefined && data.writtenAt === undefined;
}

/** Whether the definitions are known to be of an earlier moment than others; the client goes by the same. */
export function isOlder(
  { fetchedAt = Infinity }: FlagDefinitionCacheData,
  than: FlagDefinitionCacheData,
): boolean {
  return fetchedAt < (than.fetchedAt ?? 0);
}

/** The value as JSON; a `RangeError` when it is larger than the store takes. */
export function buildText(value: unknown, maxBytes: number): string {
  const text = JSON.stringify(value);
  const bytes = countBytes(text);
  if (bytes > maxBytes) {
    throw new RangeError(
      `Cannot store flag definitions: they take ${bytes} bytes, and at most ${maxBytes} fit`,
    );
  }
  return text;
}

/** Looks whether a stored value has the outline of definitions; the client reads the rows itself. */
export function parseEntry(json: unknown): FlagDefinitionCacheData | undefined {
  return isRecord(json) && Array.isArray(getOwn(json, "flags"))
    ? json as unknown as FlagDefinitionCacheData
    : undefined;
}
