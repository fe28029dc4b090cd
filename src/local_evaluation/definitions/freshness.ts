import type { FeatureHost } from "../../client/host.ts";
import { hasPassed } from "../../core/clock.ts";
import { drawUnit } from "../../core/random.ts";
import type { LocalFlags } from "../../flags/local.ts";
import type { CheckedLocalOptions } from "../options.ts";
import type { CachedDefinitions } from "./contained_cache.ts";
import type { InstalledDefinitions } from "./installed.ts";

/** The share by which an isolate's interval is shorter than the configured one at most. */
const JITTER = 0.1;

/** After how many intervals who shares definitions should have had a newer word for them. */
const OVERDUE_INTERVALS = 2;

/** How old the definitions of a client may be. Moments in ms since the epoch; undefined: there are none. */
export class Freshness {
  readonly #host: Pick<FeatureHost, "clock" | "random">;
  readonly #options: CheckedLocalOptions;
  readonly #delayMs: number;
  #intervalMs: number | undefined;

  /** `delayMs` is that of the cache. */
  constructor(
    host: Pick<FeatureHost, "clock" | "random">,
    options: CheckedLocalOptions,
    delayMs = 0,
  ) {
    this.#host = host;
    this.#options = options;
    this.#delayMs = delayMs;
  }

  /** Whether to refresh what was loaded then. The interval is drawn once and not before, so that isolates drift apart. */
  isStale(loadedAt: number | undefined): boolean {
    this.#intervalMs ??= this.#options.featureFlagsPollingInterval *
      (1 - JITTER * drawUnit(this.#host.random));
    return this.#hasPassed(loadedAt, this.#intervalMs);
  }

  /** Whether PostHog's word for them is so old that whoever refreshes them for others must be gone, or can't. */
  isOverdue(confirmedAt: number | undefined): boolean {
    return this.#hasPassed(confirmedAt, this.#getDueMs());
  }

  /** In how many ms they will be overdue. */
  getLeftMs(confirmedAt: number = Infinity): number {
    return confirmedAt + this.#getDueMs() - this.#host.clock.now();
  }

  #getDueMs(): number {
    const { featureFlagsPollingInterval, maxDefinitionAgeMs } = this.#options;
    const dueMs = OVERDUE_INTERVALS * featureFlagsPollingInterval +
      this.#delayMs;
    return Math.min(dueMs, maxDefinitionAgeMs);
  }

  /** Whether they are too old to answer before they are refreshed. */
  isTooOld(confirmedAt: number | undefined): boolean {
    return this.#hasPassed(confirmedAt, this.#options.maxDefinitionAgeMs);
  }

  /** How those that are held are, for other rooms. */
  describe(
    held: InstalledDefinitions | undefined,
    isUsable: boolean,
  ): LocalFlags["state"] {
    if (!held) return isUsable ? "missing" : undefined;
    return this.isTooOld(held.confirmedAt) ? "stale" : "current";
  }

  /**
   * Finds PostHog's newest word for an entry: our own for what is `held`, that of when it was fetched or, where those are too
   * old, that of whoever refreshes it. Without anybody to ask, its being there is the word.
   */
  async date(
    entry: CachedDefinitions,
    held: InstalledDefinitions | undefined,
    ask: (() => Promise<number | undefined> | undefined) | undefined,
  ): Promise<CachedDefinitions> {
    const { etag, fetchedAt } = entry;
    const now = this.#host.clock.now();
    const ownAt = held && etag && held.etag === etag ? held.confirmedAt : 0;
    let confirmedAt = Math.max(ask && fetchedAt || now, ownAt);
    if (ask && this.isOverdue(confirmedAt)) {
      confirmedAt = Math.max(confirmedAt, await ask() ?? 0);
    }
    return { ...entry, confirmedAt };
  }

  #hasPassed(since: number | undefined, lengthMs: number): boolean {
    return hasPassed(this.#host.clock, since ?? -Infinity, lengthMs);
  }
}
