import { createBoundedMap } from "../../core/bounded_map.ts";
import type { CompiledFlags } from "../evaluation/rules.ts";

/** Definitions in use; replaced as a whole, so an evaluation works on one object from start to end. */
export interface InstalledDefinitions {
  /** The definitions, ready for evaluation. */
  readonly compiled: CompiledFlags;
  /** The server's ETag for them, byte for byte. */
  readonly etag: string | undefined;
  /** When they were last known to be current, in ms since the epoch; their age is counted from here. */
  readonly loadedAt: number;
  /** When they were fetched by whoever filled the cache, in ms; undefined for definitions from PostHog itself. */
  readonly fetchedAt: number | undefined;
}

/** The definitions of this isolate: settled data only, shared by all requests. */
export interface DefinitionsStore {
  /** The definitions in use. */
  current(): InstalledDefinitions | undefined;
  /** Numbers a load, so that a slow older answer can't replace a newer one. */
  beginLoad(): number;
  /** Whether a load begun later has been installed already. */
  isOutdated(generation: number): boolean;
  /** Takes definitions into use, and forgets which keys were missing. False when the load is outdated. */
  install(generation: number, definitions: InstalledDefinitions): boolean;
  /** Whether PostHog said, since these definitions were installed, that it has no such flag either. */
  isKnownMissing(key: string): boolean;
  /** Remembers that PostHog has no such flag either; ignored once other definitions are in use. */
  rememberMissing(key: string, seenWith: InstalledDefinitions): void;
}

/** Keys remembered as missing; the oldest goes. */
const MAX_MISSING_KEYS = 1000;

/** Creates an empty {@linkcode DefinitionsStore}. */
export function createDefinitionsStore(): DefinitionsStore {
  const missingKeys = createBoundedMap<string, null>(MAX_MISSING_KEYS);
  let installed: InstalledDefinitions | undefined;
  let installedGeneration = 0;
  let lastGeneration = 0;
  return {
    current: () => installed,
    beginLoad: () => ++lastGeneration,
    isOutdated: (generation) => generation < installedGeneration,
    install(generation, definitions) {
      if (generation < installedGeneration) return false;
      installedGeneration = generation;
      installed = Object.freeze(definitions);
      missingKeys.clear();
      return true;
    },
    isKnownMissing: (key) => missingKeys.has(key),
    rememberMissing(key, seenWith) {
      if (installed === seenWith) missingKeys.set(key, null);
    },
  };
}
