import { toBase64 } from "../core/bytes.ts";
import type { Clock } from "../core/clock.ts";
import type {
  FlagDefinitionCache,
  FlagDefinitionCacheData,
} from "../core/flag_definition_cache.ts";
import { parseJson } from "../core/json.ts";
import type { RandomSource } from "../core/random.ts";
import { buildText, parseEntry, readPositive } from "./leased_cache.ts";

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
}

/** What such a cache is made of. */
export interface AtomicCacheDeps {
  /** The store. */
  readonly store: AtomicStore;
  /** Names this isolate, and definitions without an ETag. */
  readonly buildName: () => string;
  /** The most that is written, in bytes of JSON. */
  readonly maxBytes: number;
  /** Waits for another isolate's first load. */
  readonly sleep: Clock["sleep"];
}

/** After this many intervals without a refresh another isolate may take over. */
const LEASE_INTERVALS = 2;

/**
 * How often, and how long, an isolate without definitions waits for those that another one is fetching for the first
 * time; else each isolate that starts meanwhile would make a full request of its own. Once in its life, and below
 * the client's bound of a call (2 s).
 */
const FIRST_LOAD_WAITS = 3;
const FIRST_LOAD_WAIT_MS = 500;

/** Creates a cache over a store with an atomic lease: one isolate refreshes, and writes when something changed. */
export function createAtomicCache(
  { store, buildName, maxBytes, sleep }: AtomicCacheDeps,
): FlagDefinitionCache {
  let holder: string | undefined;
  let isElsewhere = false;
  let waits = 0;
  // A claim that led to no answer of PostHog is not renewed: its isolate may have no way out, and others may.
  let mayRenew = false;
  // Kept to spare reading what has not changed, and to be written again when the store lost it.
  let latest: Latest | undefined;

  const publish = async () => {
    mayRenew = true;
    if (!latest || await store.readVersion() === latest.version) return;
    await store.write(latest.version, buildText(latest.data, maxBytes));
  };

  return {
    async shouldFetchFlagDefinitions() {
      const isRenewal = mayRenew;
      mayRenew = false;
      const isHolder = await store.claim(holder ??= buildName(), isRenewal);
      isElsewhere = !isHolder;
      return isHolder;
    },
    async getFlagDefinitions() {
      let entry = await store.read(latest?.version);
      while (!entry && !latest && isElsewhere && waits++ < FIRST_LOAD_WAITS) {
        await sleep(FIRST_LOAD_WAIT_MS);
        entry = await store.read(undefined);
      }
      if (!entry) return undefined;
      const { version, text } = entry;
      if (text === undefined) return latest?.data;
      const data = parseEntry(parseJson(text));
      if (data) latest = { version, data };
      return data;
    },
    async onFlagDefinitionsReceived(data) {
      latest = { version: data.etag ?? buildName(), data };
      await publish();
    },
    onFlagDefinitionsUnchanged: publish,
    async shutdown() {
      if (holder !== undefined) await store.release(holder);
    },
  };
}

/** The definitions that this isolate read or received last. */
interface Latest {
  readonly version: string;
  readonly data: FlagDefinitionCacheData;
}

/** How long a lease lasts in ms, for clients with that interval. */
export function toLeaseMs(intervalMs: number | undefined): number {
  return LEASE_INTERVALS * readPositive(intervalMs, 30_000);
}

/** Creates what gives names that nobody else has; random bytes are drawn when it is called. */
export function createNamer(random: RandomSource): () => string {
  return () => {
    const bytes = new Uint8Array(12);
    random(bytes);
    return toBase64(bytes);
  };
}
