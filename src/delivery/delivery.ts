import type { Clock } from "../core/clock.ts";
import type { RandomSource } from "../core/random.ts";
import type { Reporter } from "../core/reporter.ts";
import type { UuidSource } from "../core/uuid.ts";
import type { RetryOptions } from "./retry.ts";

/*
 * How an event travels
 *
 *   capture ──► queue ──► owner ──► store ──► drain: claim a batch ──► send: attempt, wait, attempt … ──► settle
 *              (of a client        (of a lane)      under a lease                        delivered · dropped · retained
 *               or a scope)
 *
 * A client has one **store** for each lane. It holds the events, with their limits. An event has a fate, an **owner**, and
 * while somebody sends it a lease.
 *
 * An owner is a scope, or the client for what is nobody's. Its events are sent by its **drain**, which begins one microtask
 * after a capture finds none under way: it takes batch after batch until nothing is left, so that what is captured
 * meanwhile travels together. A scope's drain also takes along what is nobody's, once the server took something.
 *
 * A **lease** is what others see of whoever sends: which events, and that it is still there. Nothing of one request is ever
 * awaited by another, because a request may be dropped at any moment and its promises would hang. A lease that is not
 * renewed lapses by itself: its events are free for the next drain, and those of a scope are nobody's. A send that wakes
 * up late finds them leased by another and leaves them alone.
 *
 * What a drain can't deliver stays where it is, and loses its owner if that is a scope; the lane rests, for captures and
 * scopes alike, until a time has passed or the server takes something. `flush` insists: it takes what is free at once and
 * waits for what others send. `shutdown` flushes what is there, whosever it is, and reports the rest as lost.
 *
 * An event that is being prepared is in its place from the start, and what stands behind it waits; when its time is over it
 * is finished as it is. Each lane has its protocol (`Wire`); `Send` makes one attempt and answers with a judge of each event;
 * when and how often there is another is `retry.ts`; `door.send` is the one way out.
 */

/** The numbers that delivery goes by, checked, under the names that applications write. */
export interface DeliverySettings extends RetryOptions {
  /** Without trailing slash; named where it may be wrong. */
  readonly host: string;
  /** Events of one lane at most, scopes included. */
  readonly maxQueueSize: number;
  /** Serialized bytes of one lane at most. */
  readonly maxQueueBytes: number;
  /** Events of one batch at most. */
  readonly maxBatchSize: number;
  /** Bytes of one batch at most, separators included; a first event always fits. */
  readonly maxBatchBytes: number;
  /** The deadline of one attempt, in ms. */
  readonly requestTimeout: number;
  /** The protocol of the analytics lane. */
  readonly captureMode: "v0" | "v1";
  /** Events that start the client's drain: 1, unless the application gathers. */
  readonly flushAt: number;
  /** The age in ms of the oldest event at which the next one starts it; 0 disables. */
  readonly flushInterval: number;
  /** Keeps everything and sends nothing. */
  readonly testMode: boolean;
}

/** What events are kept and sent with. */
export interface DeliveryDeps {
  /** The numbers. */
  readonly options: DeliverySettings;
  /** Waits and deadlines. */
  readonly clock: Clock;
  /** Jitter. */
  readonly random: RandomSource;
  /** Ids of logical requests. */
  readonly createUuid: UuidSource;
  /** Hears of what was lost or held back. */
  readonly reporter: Reporter;
}
