import type { AnyEdgehogError } from "../../../src/core/errors.ts";
import { createRedact } from "../../../src/core/logger.ts";
import {
  createReporter,
  type DroppedEvent,
} from "../../../src/core/reporter.ts";
import { createUuidSource } from "../../../src/core/uuid.ts";
import type {
  DeliveryDeps,
  DeliverySettings,
} from "../../../src/delivery/delivery.ts";
import type { QueueItem } from "../../../src/delivery/delivery.ts";
import { Lease } from "../../../src/delivery/lease.ts";
import { Store } from "../../../src/delivery/store.ts";
import type { Send } from "../../../src/delivery/delivery.ts";
import {
  createFakeClock,
  type FakeClock,
} from "../../../src/testing/fake_clock.ts";
import { createSeededRandom } from "../../../src/testing/seeded_random.ts";

/** The numbers of a store; a test may change them on the way. */
export type Settings = {
  -readonly [Key in keyof DeliverySettings]: DeliverySettings[Key];
};

/** A store on a clock that begins at 0, and what it told. */
export interface StoreBench {
  readonly clock: FakeClock;
  readonly drops: DroppedEvent[];
  readonly errors: AnyEdgehogError[];
  readonly settings: Settings;
  readonly store: Store;
  readonly warnings: string[];
  /** Makes a lease that lasts so long. */
  readonly lease: (ms: number, isScopes?: boolean) => Lease;
  /** Claims a batch, of what is nobody's unless told otherwise, and names it. */
  readonly claim: (lease?: Lease, from?: Set<QueueItem>) => string;
  /** The names of what is nobody's. */
  readonly nobodys: () => string;
  /** The names of the events that made room for what was added in `work`. */
  readonly evicted: (work: () => void) => string;
}

/** Creates a {@linkcode StoreBench}; nobody answers unless `send` does. */
export function createStoreBench(
  given: Partial<Settings> = {},
  send: Send = () => new Promise(() => {}),
): StoreBench {
  const clock = createFakeClock(0);
  const random = createSeededRandom(1);
  const warnings: string[] = [];
  const errors: AnyEdgehogError[] = [];
  const drops: DroppedEvent[] = [];
  const reporter = createReporter({
    logger: {
      debug() {},
      info() {},
      warn: (text) => void warnings.push(text),
      error() {},
    },
    onError: (error) => void errors.push(error),
    debug: false,
    redact: createRedact([]),
  });
  reporter.on("drop", (event) => void drops.push(event));
  const settings: Settings = {
    apiKey: "phc_x",
    host: "https://host.example",
    captureMode: "v0",
    compression: "gzip",
    disableCompression: false,
    historicalMigration: false,
    fetchRetryCount: 3,
    fetchRetryDelay: 1000,
    maxRetryDelayMs: 30_000,
    retryJitter: 0,
    requestTimeout: 10_000,
    maxBatchSize: 100,
    maxBatchBytes: 10_000,
    maxQueueSize: 100,
    maxQueueBytes: 10_000,
    flushAt: 1,
    flushInterval: 0,
    testMode: false,
    ...given,
  };
  const deps: DeliveryDeps = {
    options: settings,
    clock,
    random,
    createUuid: createUuidSource(random),
    send,
    reporter,
  };
  const store = new Store("analytics", deps);
  const lease = (ms: number, isScopes = false) =>
    new Lease(clock, ms, isScopes);
  return {
    clock,
    drops,
    errors,
    settings,
    store,
    warnings,
    lease,
    claim: (one = lease(1000), from = store.nobodys) =>
      toNames(store.claim(one, from)),
    nobodys: () => toNames(store.nobodys),
    evicted(work) {
      const before = drops.length;
      work();
      const later = drops.slice(before);
      return later.map(({ reason, event }) =>
        reason === "overflow" ? event : `${reason} ${event}`
      ).join("");
    },
  };
}

/** Makes an event of one letter, which is its uuid too. */
export function createItem(name: string, bytes = 10): QueueItem {
  return {
    lane: "analytics",
    uuid: name,
    event: name,
    text: "x".repeat(bytes),
    bytes,
    admittedAt: 0,
    fate: "retained",
  };
}

/** The names of events, joined. */
export function toNames(items: Iterable<QueueItem>): string {
  return Array.from(items, ({ event }) => event).join("");
}
