import type { FeatureHost } from "../../client/host.ts";
import { hasPassed } from "../../core/clock.ts";
import type { FlagDefinitionsRefresh } from "../../core/flag_definitions_refresh.ts";
import { warnOfGlobalScope } from "../../core/global_scope.ts";
import { attempt } from "../../core/guards.ts";
import type { Outage, OutageTurn } from "../../flags/outage.ts";
import type { Backoff } from "./backoff.ts";

const FAILED = "Loading the flag definitions failed";

/** A load under way. */
export interface Load {
  /** Numbers it, so that a slow older answer can't replace a newer one. */
  readonly generation: number;
  /** When it began, in ms since the epoch. */
  readonly startedAt: number;
  /** Memory has what the load brings, also when that is nothing. */
  readonly installed: Promise<void>;
  /** Says so. */
  readonly markInstalled: () => void;
  /** The turn of a load that an evaluation began. */
  readonly turn: OutageTurn | undefined;
  /** Whether the outage knows that the evaluation went without it. */
  isCounted: boolean;
}

/** A load with its end: the cache was told, too. */
export type Run = Load & {
  /** Settles with what came of it; never rejects. */
  readonly finished: Promise<FlagDefinitionsRefresh>;
};

/** The loads of one client: all that its callers share is the marker of the one that began last. */
export class Loads {
  /** The load that began last, until it has ended. */
  running: Load | undefined;
  /** Its number, also when it has ended. */
  lastGeneration = 0;
  readonly #host: FeatureHost;
  readonly #backoff: Backoff;
  readonly #outage: Outage;

  /** Nothing has begun yet. */
  constructor(host: FeatureHost, backoff: Backoff, outage: Outage) {
    this.#host = host;
    this.#backoff = backoff;
    this.#outage = outage;
  }

  /** The load under way, unless it has been for so long, in ms. */
  findRunning(lengthMs: number): Load | undefined {
    const load = this.running;
    return load && !hasPassed(this.#host.clock, load.startedAt, lengthMs)
      ? load
      : undefined;
  }

  /** An evaluation goes on without what its load would have brought. */
  count(load: Load, failure: string): void {
    if (!load.turn || load.isCounted) return;
    load.isCounted = true;
    this.#outage.fail(load.turn, failure);
  }

  /** Begins a load. */
  start(
    work: (load: Load) => Promise<FlagDefinitionsRefresh>,
    turn?: OutageTurn,
  ): Run {
    let markInstalled = () => {};
    const installed = new Promise<void>((resolve) => markInstalled = resolve);
    const load: Load = {
      generation: ++this.lastGeneration,
      startedAt: this.#host.clock.now(),
      installed,
      markInstalled,
      turn,
      isCounted: false,
    };
    this.running = load;
    const finished = work(load).catch((cause): FlagDefinitionsRefresh => {
      // Nothing does, but for a Worker's global scope, or what an application put in the place of a built-in: that may
      // throw here, too.
      attempt(() => {
        const { reporter } = this.#host;
        this.#backoff.begin();
        if (!warnOfGlobalScope(reporter, cause)) reporter.warn(FAILED, FAILED);
      });
      return { kind: "failed", reason: FAILED };
    }).finally(() => {
      markInstalled();
      if (this.running === load) this.running = undefined;
    });
    return Object.assign(load, { finished });
  }
}
