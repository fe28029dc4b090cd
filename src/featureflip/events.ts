import type { Clock } from "../core/clock.ts";
import { attempt, getOwn, isRecord } from "../core/guards.ts";
import type { HttpOutcome } from "../delivery/http.ts";
import { readRetryAfterMs } from "./requests.ts";
import type { EvaluationContext, FlushResult } from "./types.ts";

/** What an event says beside its name and its user. */
export interface EventDetails {
  readonly variation?: string | undefined;
  readonly prerequisiteKey?: string | undefined;
  readonly metadata?: unknown;
}

/** What an {@linkcode EventQueue} is made of. */
export interface EventQueueOptions {
  readonly clock: Clock;
  readonly isLongLived: boolean;
  readonly requestTimeoutMs: number;
  readonly flushIntervalMs: number;
  readonly flushBatchSize: number;
  readonly warn: (message: string) => void;
  readonly debug: (message: string) => void;
  /** Posts a batch. */
  readonly send: (body: string) => Promise<HttpOutcome>;
}

/** An event as it is queued. */
interface QueuedEvent extends EventDetails {
  readonly type: "Evaluation" | "Identify" | "Custom";
  readonly flagKey: string;
  readonly userId: string | undefined;
  readonly atMs: number;
}

/** Events held at most, those under way too. */
const MAX_EVENTS = 10_000;

/** Why the oldest events go. */
const IS_FULL = `the queue holds ${MAX_EVENTS}`;

/** A batch counts as under way for so long past its request's deadline. */
const GRACE_MS = 1000;

/** Events that wait to be sent: in order, in batches, one request after another. Nothing in here throws or rejects. */
export class EventQueue {
  readonly #options: EventQueueOptions;
  #events: QueuedEvent[] = [];
  /**
   * The batches under way, and until when each is left to whoever sends it: an isolate may forget that one with its request,
   * and the events go out again then.
   */
  readonly #leases = new Map<readonly QueuedEvent[], number>();
  #isClosed = false;
  /** Until when a full batch alone sends nothing, after a failure. */
  #standDownUntilMs = 0;
  /** From when the age of what came back counts. */
  #returnedAtMs = 0;
  #drain: Promise<FlushResult> | undefined;
  /** Dropped for want of room, and not told yet. */
  #overflowed = 0;

  constructor(options: EventQueueOptions) {
    this.#options = options;
  }

  /** Queues an event; the promise is that of the requests it gives rise to, if it does. */
  record(
    type: QueuedEvent["type"],
    flagKey: string,
    context: EvaluationContext,
    details: EventDetails,
    atMs: number,
  ): Promise<unknown> | undefined {
    this.#recover(atMs);
    const events = this.#events;
    const userId = readUserId(context);
    const metadata = this.#copyMetadata(details.metadata);
    events.push({ type, flagKey, userId, ...details, metadata, atMs });
    this.#trim();
    const { flushBatchSize, flushIntervalMs } = this.#options;
    const isFull = events.length >= flushBatchSize &&
      atMs >= this.#standDownUntilMs;
    const since = Math.max(events[0]?.atMs ?? atMs, this.#returnedAtMs);
    const isDue = isFull || atMs - since >= flushIntervalMs;
    return isDue && this.#leases.size === 0 ? this.#start() : undefined;
  }

  /** Sends what is queued, or waits until those who do that already are done. */
  async flush(): Promise<FlushResult> {
    const drain = this.#options.isLongLived && this.#drain;
    return await (drain || this.#start());
  }

  /** Forgets that a request failed. */
  rearm(): void {
    this.#standDownUntilMs = 0;
  }

  /** Sends what is queued once more. What comes back from then on, whoever sent it, is dropped. */
  async close(): Promise<void> {
    if (this.#options.isLongLived) await this.#drain;
    this.#isClosed = true;
    await this.#start();
  }

  /** A copy of metadata as it is sent; undefined where there is none, which is told if there was. */
  #copyMetadata(metadata: unknown): unknown {
    if (!isRecord(metadata)) return undefined;
    const copy = attempt(() => JSON.parse(JSON.stringify(metadata)));
    if (copy === undefined) {
      this.#options.warn("Cannot send metadata of an event: it is no JSON");
    }
    return isRecord(copy) && Object.keys(copy).length > 0 ? copy : undefined;
  }

  #start(): Promise<FlushResult> {
    const drain = this.#send().finally(() => {
      if (this.#drain === drain) this.#drain = undefined;
    });
    return this.#drain = drain;
  }

  async #send(): Promise<FlushResult> {
    const { clock, flushBatchSize, requestTimeoutMs, debug } = this.#options;
    let delivered = 0;
    let dropped = 0;
    if (this.#overflowed > 1) this.#tellDropped(this.#overflowed - 1, IS_FULL);
    this.#overflowed = 0;
    this.#recover(clock.now());
    while (this.#events.length > 0) {
      const batch = this.#events.splice(0, flushBatchSize);
      this.#leases.set(batch, clock.now() + requestTimeoutMs + GRACE_MS);
      const body = JSON.stringify({ events: batch.map(toWire) });
      const outcome = await this.#options.send(body);
      // Too late: another has the events.
      if (!this.#leases.delete(batch)) break;
      const status = "status" in outcome ? outcome.status : 0;
      if (outcome.kind === "ok") {
        delivered += batch.length;
        this.#standDownUntilMs = this.#returnedAtMs = 0;
      } else if (status >= 400 && status < 500 && status !== 429) {
        dropped += batch.length;
        this.#tellDropped(batch.length, `Featureflip answered ${status}`);
      } else {
        debug(`Cannot send events yet: ${status || outcome.kind}`);
        this.#takeBack(batch, outcome);
        break;
      }
    }
    return { delivered, dropped, retained: this.#events.length };
  }

  #takeBack(batch: readonly QueuedEvent[], outcome: HttpOutcome): void {
    const { clock, flushIntervalMs } = this.#options;
    const now = clock.now();
    const waitMs = readRetryAfterMs(outcome, now) || flushIntervalMs;
    this.#events.unshift(...batch);
    if (this.#isClosed) {
      this.#tellDropped(this.#events.splice(0).length, "the client is closed");
    }
    this.#standDownUntilMs = now + waitMs;
    this.#returnedAtMs = now + Math.max(0, waitMs - flushIntervalMs);
  }

  /** Takes back, to the front, what was not heard of in time. */
  #recover(nowMs: number): void {
    const lost = [...this.#leases].filter(([, untilMs]) => nowMs >= untilMs);
    for (const [batch] of lost.reverse()) {
      this.#leases.delete(batch);
      this.#events.unshift(...batch);
    }
  }

  /** Drops the oldest that waits, where an event more is one too many. */
  #trim(): void {
    let held = this.#events.length;
    for (const batch of this.#leases.keys()) held += batch.length;
    if (held <= MAX_EVENTS) return;
    this.#events.shift();
    // The first is told at once, the others together: there may be thousands.
    if (this.#overflowed++ === 0) this.#tellDropped(1, IS_FULL);
  }

  #tellDropped(count: number, reason: string): void {
    this.#options.warn(`Dropped ${count} events: ${reason}`);
  }
}

function toWire({ atMs, ...event }: QueuedEvent): object {
  return {
    ...event,
    timestamp: attempt(() => new Date(atMs).toISOString()),
  };
}

/** Who the context is about: `user_id` before `userId`. */
function readUserId(context: EvaluationContext): string | undefined {
  return attempt(() => {
    const id = getOwn(context, "user_id") ?? getOwn(context, "userId");
    return id === undefined || id === null ? undefined : String(id);
  });
}
