import type { Clock } from "../core/clock.ts";
import type {
  DeliveryOutcome,
  DeliveryReason,
  Lane,
  LogicalRequest,
} from "../core/delivery.ts";
import type { RandomSource } from "../core/random.ts";
import type { Reporter } from "../core/reporter.ts";
import type { UuidSource } from "../core/uuid.ts";
import type { Lease } from "./lease.ts";

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
export interface DeliverySettings {
  /** The project token. */
  readonly apiKey: string;
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
  /** Retries after the first attempt. */
  readonly fetchRetryCount: number;
  /** The first wait, in ms; doubled for each further one. */
  readonly fetchRetryDelay: number;
  /** The longest step, the longest `Retry-After` that is waited for, and the rest after an outage, in ms. */
  readonly maxRetryDelayMs: number;
  /** The share by which a wait may be lengthened, 0–1. It is never shortened. */
  readonly retryJitter: number;
  /** The protocol, of both lanes. */
  readonly captureMode: "v0" | "v1";
  /** How v1 bodies are compressed. */
  readonly compression: "gzip" | "deflate";
  /** Sends bodies as they are. */
  readonly disableCompression: boolean;
  /** Marks batches as historical imports. */
  readonly historicalMigration: boolean;
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
  /** Makes one attempt. */
  readonly send: Send;
  /** Hears of what was lost or held back. */
  readonly reporter: Reporter;
}

/** An event as it is sent; one that is still being prepared has the uuid and the name it was captured with. */
export interface EventText {
  /** The event's uuid. */
  uuid: string;
  /** The event's name. */
  event: string;
  /** The serialized event; {@linkcode UNFINISHED_TEXT} while it is being prepared. */
  text: string;
  /** The UTF-8 length of `text`; an estimate while it is being prepared. */
  bytes: number;
  /** What the client's protocol has in the place of the end of `text`. Default: nothing. */
  wire?: readonly [from: number, instead: string] | undefined;
}

/** Stands for the text of an event that is being prepared. */
export const UNFINISHED_TEXT = "{}";

/** One event of a store: its text, frozen once it is finished, and what became of it. */
export interface QueueItem extends EventText {
  /** The lane it travels in. */
  readonly lane: Lane;
  /** When it was captured, in ms since the epoch. */
  readonly admittedAt: number;
  /** Still in the store, accepted by the server, or given up for good. */
  fate: "retained" | "delivered" | "dropped";
  /** Why, if it was not delivered; what the server remarked, if it was. */
  reason?: DeliveryReason | undefined;
  /** What an event waits for that is being prepared. */
  readonly preparation?: Preparation | undefined;
  /** Only while it is being prepared: makes its text of what is known by now; undefined drops it. */
  make?: (() => EventText | undefined) | undefined;
  /** Its place in the order of capture, which no clock that is set back changes; kept by the store. */
  place?: number;
  /** The events of its owner; kept by the store. */
  owner?: Set<QueueItem>;
  /** Who sends it, or did last; kept by the store. */
  lease?: Lease | undefined;
}

/** What an event waits for. */
export interface Preparation {
  /** Resolves when the event can be finished with all it asked for; never rejects. */
  readonly ready: Promise<void>;
  /** How long that may take, in ms; then the event is finished with what is there. */
  readonly withinMs: number;
}

/** Makes one attempt to send events of one lane; rejects, or does not answer in time, where there was no answer. */
export type Send = (
  batch: readonly QueueItem[],
  request: LogicalRequest,
  signal: AbortSignal,
) => Promise<Judge>;

/** Says what became of the event of a uuid. */
export type Judge = (uuid: string) => Verdict;

/** An outcome, but for the uuid. */
export type Verdict = DeliveryOutcome extends infer Outcome
  ? Outcome extends DeliveryOutcome ? Omit<Outcome, "uuid"> : never
  : never;
