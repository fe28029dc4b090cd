import type { FlushResult, Lane } from "../core/delivery.ts";
import type { Cycle } from "./cycle.ts";
import type { DrainEnd } from "./drain.ts";
import type { LaneHealth } from "./health.ts";
import type { QueueItem, QueueLimits } from "./queue.ts";
import type { RequestLane } from "./strays.ts";

/** Where finished events go, whoever's queue it is. */
export interface EventQueue {
  /** Queues an event; what sends it is the queue's own matter. */
  admit(lane: Lane, item: QueueItem): void;
  /** Queues an event that can't be sent before it is `ready`; resolves when it can. Never rejects. */
  reserve(lane: Lane, item: QueueItem, ready: Promise<void>): Promise<void>;
  /** Sends one event at once or when it is `ready`, past the queue; resolves when it is settled. Never rejects. */
  sendNow(
    lane: Lane,
    item: QueueItem,
    ready?: Promise<void>,
  ): Promise<void>;
  /** Sends what is queued; resolves when each event is delivered, dropped or retained. Never rejects. */
  flush(timeoutMs?: number): Promise<FlushResult>;
}

/** The client's own queue: it outlives requests, and scopes hand over to it what they could not deliver. */
export interface ClientQueue extends EventQueue {
  /** Takes over a scope's events, in order, behind its own. */
  adopt(lane: Lane, items: readonly QueueItem[]): void;
  /** Sends along what is free, for a scope that has just met a healthy server. */
  drainAlong(
    lane: Lane,
    work: { readonly cycle: Cycle; readonly signal: AbortSignal },
  ): Promise<DrainEnd>;
  /** Keeps an eye on a request's lane that is being drained: its events are taken over if the request is gone. */
  watch(lane: RequestLane): void;
  /** Ends that: the drain is over. */
  forget(lane: RequestLane): void;
  /** The lane's health, shared with the scopes. */
  health(lane: Lane): LaneHealth;
  /** Events held, of all lanes or of one. */
  items(lane?: Lane): QueueItem[];
  /** Ends what the queue is sending, and reports what is left as lost. */
  close(): void;
  /** Takes events out without sending them. */
  discard(items: readonly QueueItem[]): void;
}

/** The numbers of a queue. */
export interface QueueSettings {
  /** Limits of each lane. */
  readonly queueLimits: QueueLimits;
  /** Free events that start a drain. */
  readonly flushAt: number;
  /** The age in ms of the oldest free event at which an admission starts a drain; 0 disables. */
  readonly flushIntervalMs: number;
  /** How long a lane rests after an outage, in ms. */
  readonly restMs: number;
  /** How long an event may be prepared, in ms. */
  readonly preparationMs: number;
  /** Keeps everything queued and sends nothing. */
  readonly isTestMode: boolean;
}
