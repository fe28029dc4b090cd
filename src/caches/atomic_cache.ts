import { toBase64 } from "../core/bytes.ts";
import type { Clock } from "../core/clock.ts";
import type {
  FlagDefinitionCache,
  FlagDefinitionCacheData,
} from "../core/flag_definition_cache.ts";
import { toPositive } from "../core/guards.ts";
import { parseJson } from "../core/json.ts";
import type { RandomSource } from "../core/random.ts";
import { TAKE_OVER_SHARE } from "./lease.ts";
import {
  buildText,
  FIRST_LOAD_WAIT_MS,
  FIRST_LOAD_WAITS,
  isOlder,
  parseEntry,
} from "./leased_cache.ts";

/** An entry as a store has it. */
export interface StoredEntry {
  /** Tells entries apart: the ETag, or a name of its own where the server sent none. */
  readonly version: string;
  /** The definitions as JSON; undefined for a reader that knows this version. */
  readonly text: string | undefined;
}

/** A store that can give a lease to one isolate alone. Any method may reject: the client contains it. */
export interface AtomicStore {
  /** Takes the lease when it is free, and prolongs this isolate's own when `mayRenew`. True: it has it. */
  claim(holder: string, mayRenew: boolean): Promise<boolean>;
  /** Gives the lease back if it is this isolate's. */
  release(holder: string): Promise<void>;
  /** The version stored now. */
  readVersion(): Promise<string | undefined>;
  /** The entry stored now, its text left out when it is of the version `known`. */
  read(known: string | undefined): Promise<StoredEntry | undefined>;
  /** Replaces the entry as a whole. */
  write(version: string, text: string): Promise<void>;
  /** Notes when PostHog said that the entry is current, in ms since the epoch. */
  confirm(at: number): Promise<void>;
  /** The moment noted last. */
  readConfirmedAt(): Promise<number | undefined>;
}

/** What such a cache is made of. */
export interface AtomicCacheDeps {
  /** The store. */
  readonly store: AtomicStore;
  /** Names this isolate, and definitions without an ETag. */
  readonly buildName: () => string;
  /** The most that is written, in bytes of JSON. */
  readonly maxBytes: number;
  /** Time, and waits for another isolate's first load. */
  readonly clock: Clock;
}

/** After this many intervals without a refresh another isolate may take over. */
const LEASE_INTERVALS = 2;

/** Creates a cache over a store with an atomic lease: one isolate refreshes, and writes when something changed. */
export function createAtomicCache(
  { store, buildName, maxBytes, clock }: AtomicCacheDeps,
): FlagDefinitionCache {
  let holder: string | undefined;
  let isElsewhere = false;
  let waits = 0;
  // A claim that led to no answer of PostHog is not renewed: its isolate may have no way out, and others may.
  let mayRenew = false;
  // What has not ended when the next turn comes never may.
  let isWriting = false;
  // Kept to spare reading what has not changed, and to be written again when the store lost it.
  let latest: Latest | undefined;

  const release = async () => {
    mayRenew = false;
    if (holder !== undefined) await store.release(holder);
  };

  /** Writes what the store has not got. False: it has it. */
  const publish = async ({ version, data }: Latest): Promise<boolean> => {
    if (await store.readVersion() === version) return false;
    isWriting = true;
    try {
      await store.write(version, buildText(data, maxBytes));
    } catch (error) {
      // Best effort, as the lease runs out by itself.
      await release().catch(() => {});
      throw error;
    } finally {
      isWriting = false;
    }
    return true;
  };

  return {
    async shouldFetchFlagDefinitions() {
      if (isWriting) {
        isWriting = false;
        await release();
        return false;
      }
      const isRenewal = mayRenew;
      mayRenew = false;
      const isHolder = await store.claim(holder ??= buildName(), isRenewal);
      isElsewhere = !isHolder;
      return isHolder;
    },
    async getFlagDefinitions() {
      let entry = await store.read(latest?.version);
      while (!entry && !latest && isElsewhere && waits++ < FIRST_LOAD_WAITS) {
        await clock.sleep(FIRST_LOAD_WAIT_MS);
        entry = await store.read(undefined);
      }
      if (!entry) return undefined;
      const { version, text } = entry;
      if (text === undefined) return latest?.data;
      const data = parseEntry(parseJson(text));
      // Not in the place of what this isolate could not write, and is to write still.
      if (data && !(latest && isOlder(data, latest.data))) {
        latest = { version, data };
      }
      return data;
    },
    async onFlagDefinitionsReceived(data) {
      mayRenew = true;
      await publish(latest = { version: data.etag ?? buildName(), data });
    },
    async onFlagDefinitionsUnchanged() {
      mayRenew = true;
      // What is written says by itself when it was fetched.
      if (latest && !await publish(latest)) await store.confirm(clock.now());
    },
    getConfirmedAt: () => store.readConfirmedAt(),
    shutdown: release,
  };
}

/** The definitions that this isolate read or received last. */
interface Latest {
  readonly version: string;
  readonly data: FlagDefinitionCacheData;
}

/** The times of a store, in ms. */
export interface AtomicTimes {
  /** How long a lease lasts. */
  readonly leaseMs: number;
  /** See `FlagDefinitionCache`. */
  readonly delayMs: number;
}

/** The times for clients with that interval. */
export function toTimes(intervalMs: number | undefined): AtomicTimes {
  const ms = toPositive(intervalMs, 30_000);
  return { leaseMs: LEASE_INTERVALS * ms, delayMs: TAKE_OVER_SHARE * ms };
}

/** Creates what gives names that nobody else has; random bytes are drawn when it is called. */
export function createNamer(random: RandomSource): () => string {
  return () => {
    const bytes = new Uint8Array(12);
    random(bytes);
    return toBase64(bytes);
  };
}
