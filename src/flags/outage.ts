import type { FeatureHost } from "../client/host.ts";
import { type Countdown, countDown } from "../core/clock.ts";

/** Failures in a row after which nobody waits for the endpoint any more. */
const ROW = 2;

/** How long the endpoint is left alone at first, and at most, in ms. */
const FIRST_REST_MS = 5000;
const MAX_REST_MS = 60_000;

/** How an access goes on: it asks, asks as the one that tries again, or goes without. */
export type OutageTurn = "ask" | "try" | "skip";

/**
 * Remembers that evaluations could not reach an endpoint, so that the next ones don't wait for it. One at a time tries
 * again once the rest is over.
 */
export class Outage {
  /** What it last failed with, in the words of exposure events. */
  failure = "";
  readonly #host: Pick<FeatureHost, "clock" | "reporter">;
  readonly #endpoint: string;
  readonly #budgetMs: number;
  #row = 0;
  #lengthMs = 0;
  #rest: Countdown | undefined;

  /** Nothing has failed yet; `budgetMs` is what an attempt may take. */
  constructor(
    host: Pick<FeatureHost, "clock" | "reporter">,
    endpoint: string,
    budgetMs: number,
  ) {
    this.#host = host;
    this.#endpoint = endpoint;
    this.#budgetMs = budgetMs;
  }

  /** Tells an access how to go on. */
  enter(): OutageTurn {
    if (this.#row < ROW) return "ask";
    if (this.#rest?.()) return "skip";
    // The others rest until it is heard of, or no more to be expected.
    const waitMs = Math.max(this.#lengthMs, this.#budgetMs);
    this.#rest = countDown(this.#host.clock, waitMs);
    return "try";
  }

  /** An access got no answer, its retries included. */
  fail(turn: OutageTurn, failure: string): void {
    this.failure = failure;
    const isBeginning = ++this.#row === ROW;
    if (!isBeginning && turn !== "try") return;
    this.#lengthMs = isBeginning
      ? FIRST_REST_MS
      : Math.min(2 * this.#lengthMs, MAX_REST_MS);
    this.#rest = countDown(this.#host.clock, this.#lengthMs);
    if (isBeginning) {
      this.#host.reporter.warn(
        `PostHog gave no answer to ${this.#endpoint} (${failure}): evaluations go on without it, and one tries again after a while`,
      );
    }
  }

  /** There was an answer, of whatever kind. */
  end(): void {
    if (this.#row >= ROW) {
      this.#host.reporter.debug(`PostHog answers ${this.#endpoint} again`);
    }
    this.#row = 0;
  }
}
