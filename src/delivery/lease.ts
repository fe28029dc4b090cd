import {
  atDeadline,
  callAfter,
  type Clock,
  type Countdown,
  hasPassed,
} from "../core/clock.ts";
import type { DeliveryReason } from "../core/delivery.ts";
import type { ReportedEvent } from "../core/errors.ts";
import { dropsUnfinishedWork } from "../core/runtime.ts";

/** How often a lease is renewed while its work goes on, in ms. */
const BEAT_MS = 250;

/** Beats after the last attempt began; more than any attempt and wait need, and an end where `sleep` does not wait. */
const MAX_BEATS = 2000;

/** Whoever was not heard of for so long is gone, in ms. */
const SILENCE_MS = 1000;

/** How long a request's drain or flush may take, in ms: Workers cancel what `waitUntil` holds after 30 s. */
const MAX_REQUEST_MS = 25_000;

/** An event, and why it was not delivered, or what the server remarked when it was. */
export interface RemarkedEvent extends ReportedEvent {
  /** That. */
  readonly reason?: DeliveryReason | undefined;
}

/**
 * What others see of a drain: which events it sends, and whether it is still there. A request may be dropped at any
 * moment, and a promise of it that is awaited by another would hang; a lease is settled data, which lapses by itself.
 *
 * It lasts as long as an attempt and a wait may take. Where a runtime may stop work that nobody keeps alive it is renewed
 * four times a second instead, so that whoever was stopped is soon known to be gone.
 */
export class Lease {
  /** Whether it is for a scope, whose `waitUntil` keeps it alive. */
  declare readonly isScopes: boolean;
  /**
   * Only a flush's: how long it waits while the server wants to be left alone. It does not care for the lane's rest after
   * an outage.
   */
  patience: Countdown | undefined;
  /** Whether the work has begun. */
  hasBegun = false;
  /** Whether the work was cut short, or is done. */
  isOver = false;
  /** Whether the server accepted anything. */
  hasDelivered = false;
  /** What it accepted since that was told last, and what it remarked on it. */
  readonly accepted: RemarkedEvent[] = [];
  readonly #clock: Clock;
  readonly #lengthMs: number;
  /** When it was heard of last, in ms since the epoch. */
  #heardAt: number;
  #cancelTimer: (() => void) | undefined;
  #controller: AbortController | undefined;

  /** Makes a lease of work that begins within the turn, and may be silent for so long in ms. */
  constructor(clock: Clock, lengthMs: number, isScopes = false) {
    this.#clock = clock;
    this.isScopes = isScopes;
    this.#lengthMs = !isScopes && dropsUnfinishedWork() ? SILENCE_MS : lengthMs;
    this.#heardAt = clock.now();
  }

  /** Whether somebody holds on to it. */
  get isLive(): boolean {
    return !this.isOver &&
      !hasPassed(this.#clock, this.#heardAt, this.#lengthMs);
  }

  /** Tells whoever works under it to stop; made when somebody asks. */
  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.isOver) this.#controller.abort();
    return this.#controller.signal;
  }

  /** Says that the work goes on; it is heard of from now on. */
  renew(): void {
    if (this.isOver) return;
    this.hasBegun = true;
    this.#heardAt = this.#clock.now();
    if (this.isScopes) {
      this.#cancelTimer ??= atDeadline(
        this.#clock,
        MAX_REQUEST_MS,
        () => this.abort(),
      );
    } else if (this.#lengthMs === SILENCE_MS) this.#beat(MAX_BEATS);
  }

  /** Cuts the work short. That of another request can't be reached on Workers: it is gone, or ends by its own deadlines. */
  abort(): void {
    const controller = this.#controller;
    this.stop();
    try {
      controller?.abort();
    } catch {
      // Another request's.
    }
  }

  /** Notes what the server accepted. */
  accept({ uuid, event, reason }: RemarkedEvent): void {
    this.hasDelivered = true;
    this.accepted.push({ uuid, event, reason });
  }

  /** Says that the work is over. */
  stop(): void {
    this.isOver = true;
    this.#cancelTimer?.();
    // What an event that stays has been under must not keep the request: a signal's reason has a stack.
    this.#cancelTimer = this.#controller = undefined;
  }

  #beat(left: number): void {
    this.#cancelTimer?.();
    this.#heardAt = this.#clock.now();
    if (left === 0) return;
    this.#cancelTimer = callAfter(
      this.#clock,
      BEAT_MS,
      () => this.#beat(left - 1),
    );
  }
}
