import type { Caller, FeatureHost } from "../../client/host.ts";
import { hasPassed, lookAgain, runWithin } from "../../core/clock.ts";
import { warnOfGlobalScope } from "../../core/global_scope.ts";
import { attempt } from "../../core/guards.ts";
import type { FlagDefinitionsRefresh } from "../../core/flag_definitions_refresh.ts";
import { drawUnit } from "../../core/random.ts";
import { dropsUnfinishedWork } from "../../core/runtime.ts";
import type { Evaluation } from "../../flags/evaluation.ts";
import type { LocalFlags } from "../../flags/local.ts";
import type { CheckedFlagOptions } from "../../flags/options.ts";
import { readFlagDefinitions } from "../evaluation/definitions.ts";
import type { FlagDefinitions } from "../evaluation/rules.ts";
import type { RegexOperators } from "../evaluation/matcher.ts";
import { createTimeZone } from "../evaluation/time_zone.ts";
import type { CheckedLocalOptions } from "../options.ts";
import { Backoff } from "./backoff.ts";
import { toCacheData } from "./cache_data.ts";
import {
  type CachedDefinitions,
  type CacheTime,
  ContainedCache,
  type ReadDefinitions,
} from "./contained_cache.ts";
import { InstalledDefinitions } from "./installed.ts";
import { requestDefinitions } from "./request.ts";

/** The share by which an isolate's interval differs from the configured one at most. */
const JITTER = 0.1;

/** A load is given this much longer than its request, in ms; then it counts as abandoned with its request's isolate. */
const ABANDONED_SLACK_MS = 1000;

const OVERTAKEN = "Another load of the flag definitions was faster";
const UNASKED = "PostHog answered 304 to a request without an ETag";
const ABANDONED =
  "A refresh of the flag definitions was dropped with its request: pass 'ctx' to 'forRequest(request, ctx)', or the option 'waitUntil'";
const FAILED = "Loading the flag definitions failed";
const NOTHING = "There are no flag definitions in the cache";

/** A load under way. */
interface Load {
  /** Numbers it, so that a slow older answer can't replace a newer one. */
  readonly generation: number;
  /** When it began, in ms since the epoch. */
  readonly startedAt: number;
  /** Memory has what the load brings, also when that is nothing. */
  readonly installed: Promise<void>;
  /** Says so. */
  readonly markInstalled: () => void;
}

/** A load with its end: the cache was told, too. */
type Run = Load & { readonly finished: Promise<FlagDefinitionsRefresh> };

/**
 * The definitions of one client: loaded on access, through the cache first, then from PostHog. The marker of a running
 * load is all that callers share: nothing is awaited by another caller than the one that began it.
 */
export class ClientDefinitions implements LocalFlags {
  readonly isEnabled: boolean;
  readonly #host: FeatureHost;
  readonly #options: CheckedFlagOptions & CheckedLocalOptions;
  readonly #read: ReadDefinitions;
  readonly #cache: ContainedCache | undefined;
  readonly #backoff: Backoff;
  #installed: InstalledDefinitions | undefined;
  #installedGeneration = 0;
  #lastGeneration = 0;
  // False while memory has what the cache was not told of: once this isolate is elected, PostHog's "unchanged" about
  // it would leave the cache empty for good.
  #isShared = true;
  #running: Load | undefined;
  #intervalMs: number | undefined;

  /** Nothing is loaded yet. */
  constructor(
    host: FeatureHost,
    options: CheckedFlagOptions & CheckedLocalOptions,
    regex: RegexOperators | undefined,
  ) {
    const { flagDefinitionCache, projectTimezone } = options;
    const timeZone = projectTimezone === undefined
      ? undefined
      : createTimeZone(projectTimezone);
    this.isEnabled = options.enableLocalEvaluation;
    this.#host = host;
    this.#backoff = new Backoff(host, options.featureFlagsPollingInterval);
    this.#options = options;
    this.#read = (document) => readFlagDefinitions(document, timeZone, regex);
    this.#cache = flagDefinitionCache &&
      new ContainedCache(flagDefinitionCache, host, this.#read);
  }

  async access(
    { caller, onlyEvaluateLocally }: Evaluation,
  ): Promise<InstalledDefinitions | undefined> {
    const { featureFlagsRequestTimeoutMs: budgetMs } = this.#options;
    // Half of it is left for the question to PostHog. Where there will be none, another load may follow one that is gone.
    const shareMs = onlyEvaluateLocally ? budgetMs : budgetMs / 2;
    await this.#obtain(caller, shareMs, budgetMs);
    return this.#installed;
  }

  isReady(): boolean {
    return (this.#installed?.definitions.flags.size ?? 0) > 0;
  }

  async wait(caller: Caller, timeoutMs: number): Promise<void> {
    await this.#obtain(caller, timeoutMs);
  }

  /** Waits for definitions where there are none to be used; `budgetMs` is what an evaluation may take as a whole. */
  async #obtain(
    caller: Caller,
    timeoutMs: number,
    budgetMs?: number,
  ): Promise<void> {
    if (!this.#isUsable()) return;
    const { clock, options, reporter } = this.#host;
    const installed = this.#installed;
    if (
      installed &&
      !hasPassed(clock, installed.loadedAt, this.#getIntervalMs())
    ) return;
    if (this.#backoff.isOn) return;
    const isDropping = dropsUnfinishedWork();
    // What nobody keeps alive would be dropped with the response, and the definitions never be refreshed.
    if (!installed || isDropping && !caller.isKept) {
      await runWithin(
        clock,
        timeoutMs,
        async (signal) => {
          const own = await this.#claim(
            caller,
            signal,
            budgetMs === undefined ? undefined : { leftMs: budgetMs / 4 },
          );
          const ownMs = budgetMs && budgetMs / 2;
          if (own) await runWithin(clock, ownMs, () => own.installed, signal);
        },
      );
      return;
    }
    const running = this.#running;
    const lengthMs = options.requestTimeout +
      (isDropping ? 0 : ABANDONED_SLACK_MS);
    if (this.#findRunning(lengthMs)) return;
    if (running && isDropping) reporter.warn(ABANDONED, ABANDONED);
    this.#begin(caller);
  }

  async reload(caller: Caller): Promise<void> {
    if (this.#isUsable()) await (await this.#claim(caller))?.finished;
  }

  refresh(): Promise<FlagDefinitionsRefresh> {
    return this.#start((load) => this.#renew(load)).finished;
  }

  async shutdown(deadline: AbortSignal): Promise<void> {
    await this.#cache?.shutdown(deadline);
  }

  #isUsable(): boolean {
    return this.isEnabled && !this.#host.isClosed() &&
      (this.#options.secretKey !== undefined || this.#cache !== undefined);
  }

  /** Drawn once and not before it is needed, so that isolates drift apart. */
  #getIntervalMs(): number {
    return this.#intervalMs ??= this.#options.featureFlagsPollingInterval *
      (1 - JITTER + 2 * JITTER * drawUnit(this.#host.random));
  }

  /** The load under way, unless it has been for so long, in ms. */
  #findRunning(lengthMs: number): Load | undefined {
    const load = this.#running;
    return load && !hasPassed(this.#host.clock, load.startedAt, lengthMs)
      ? load
      : undefined;
  }

  /**
   * Begins a load where nobody is at it; else the other's is looked at until it has brought something. The first to see
   * that it failed, or that its time has run out, begins another. Undefined when there is nothing to wait for.
   */
  async #claim(
    caller: Caller,
    signal?: AbortSignal,
    cacheTime?: CacheTime,
  ): Promise<Run | undefined> {
    const claimMs = this.#options.featureFlagsRequestTimeoutMs / 2;
    let seen: number | undefined;
    for (let turn = 0; !signal?.aborted; turn++) {
      if (seen !== undefined && this.#installedGeneration >= seen) break;
      const load = this.#findRunning(claimMs);
      if (!load) {
        // Another one has tried as well, or PostHog wants to be left alone.
        if (
          seen !== undefined &&
          (this.#lastGeneration > seen || this.#backoff.isRefused)
        ) break;
        return this.#begin(caller, cacheTime);
      }
      seen ??= load.generation;
      await lookAgain(this.#host.clock, turn, signal);
    }
    return undefined;
  }

  #begin(caller: Caller, cacheTime?: CacheTime): Run {
    const run = this.#start((load) => this.#load(load, cacheTime));
    caller.keepAlive(run.finished);
    return run;
  }

  #start(work: (load: Load) => Promise<FlagDefinitionsRefresh>): Run {
    let markInstalled = () => {};
    const installed = new Promise<void>((resolve) => markInstalled = resolve);
    const load: Load = {
      generation: ++this.#lastGeneration,
      startedAt: this.#host.clock.now(),
      installed,
      markInstalled,
    };
    this.#running = load;
    const finished = work(load).catch((cause) => {
      // Nothing does, but for a Worker's global scope, or what an application put in the place of a built-in: that may
      // throw here, too.
      attempt(() => {
        const { reporter } = this.#host;
        this.#backoff.begin();
        if (!warnOfGlobalScope(reporter, cause)) reporter.warn(FAILED, FAILED);
      });
      return fail(FAILED);
    }).finally(() => {
      markInstalled();
      if (this.#running === load) this.#running = undefined;
    });
    return { ...load, finished };
  }

  async #load(
    load: Load,
    cacheTime: CacheTime | undefined,
  ): Promise<FlagDefinitionsRefresh> {
    const cache = this.#cache;
    const hasKey = this.#options.secretKey !== undefined;
    // Parity: posthog-node. Who has no key is not up for election: it could take a lease, but never do the work.
    if (hasKey && (!cache || await cache.shouldFetch(cacheTime))) {
      const getShared = () => this.#isShared ? this.#installed : undefined;
      // The entry's ETag makes most first requests of an isolate conditional, and a 304 is not billed.
      const entry = getShared() ? undefined : await cache?.read(cacheTime);
      return this.#fetch(load, (getShared() ?? entry)?.etag, entry, cache);
    }
    const entry = await cache?.read(cacheTime);
    if (entry) {
      if (!this.#install(load, entry)) return fail(OVERTAKEN);
      this.#backoff.end();
      this.#isShared = true;
      return { kind: "changed" };
    }
    // An empty cache: the elected isolate will fill it, but this one has nothing at all.
    if (hasKey && !this.#installed) return this.#fetch(load);
    this.#backoff.begin();
    return fail(NOTHING);
  }

  /** Asks PostHog whatever the cache says, about what the cache holds: its entry is renewed. */
  async #renew(load: Load): Promise<FlagDefinitionsRefresh> {
    const cache = this.#cache;
    // Its word does not count, but it may take its lease: others need not ask then.
    await cache?.shouldFetch();
    const entry = await cache?.read();
    // An ETag of memory's would confirm memory, and leave a cache that lost its entry as it is.
    const known = cache && !entry ? undefined : this.#installed;
    return this.#fetch(load, entry?.etag ?? known?.etag, entry, cache);
  }

  /** Asks PostHog. `etag` is that of what is at hand, `entry` what the cache held, `writer` the cache to be told. */
  async #fetch(
    load: Load,
    etag?: string,
    entry?: CachedDefinitions,
    writer?: ContainedCache,
  ): Promise<FlagDefinitionsRefresh> {
    const host = this.#host;
    const { secretKey = "" } = this.#options;
    const ask = () => requestDefinitions(host, secretKey, etag, this.#read);
    let answer = await ask();
    // A 304 that nobody asked for, with nothing to keep: ask again, once.
    if (answer.kind === "not-modified" && etag === undefined) {
      answer = await ask();
    }
    if (answer.kind === "failed") {
      if (!this.#isOutdated(load)) this.#backoff.fail(answer);
      // The entry was read for its ETag: it is better than nothing.
      if (entry && !this.#installed) this.#install(load, entry);
      return fail(answer.error.message);
    }
    if (answer.kind === "not-modified") {
      if (!this.#confirm(load, etag, entry, answer.etag)) {
        if (!this.#installed) this.#backoff.begin();
        return fail(etag === undefined ? UNASKED : OVERTAKEN);
      }
      this.#backoff.end();
      this.#isShared ||= entry !== undefined;
      host.reporter.debug("Flag definitions are unchanged");
      load.markInstalled();
      await writer?.confirmUnchanged();
      return { kind: "unchanged" };
    }
    if (!this.#install(load, answer)) return fail(OVERTAKEN);
    this.#backoff.end();
    this.#isShared = !this.#cache || writer !== undefined;
    const stamp = { etag: answer.etag, fetchedAt: host.clock.now() };
    load.markInstalled();
    // Another answer that came at the same time is installed before either is written.
    await Promise.resolve();
    // Not when a newer load has been installed meanwhile: its own write is on the way.
    const { text, numberTexts } = answer;
    // Parsed anew: what a cache is given may be changed, and the rows at hand are still to be compiled.
    return !writer || this.#isOutdated(load) ||
        await writer.store(toCacheData(JSON.parse(text), stamp, numberTexts))
      ? { kind: "changed" }
      : fail("The flag definition cache was not written");
  }

  /** Takes "not modified" for what the ETag was sent for: what memory holds, or what the cache does. */
  #confirm(
    load: Load,
    sentEtag: string | undefined,
    entry: CachedDefinitions | undefined,
    etag = sentEtag,
  ): boolean {
    if (sentEtag === undefined || this.#isOutdated(load)) return false;
    if (this.#installed?.etag === sentEtag) {
      return this.#hold(load, this.#installed.definitions, etag);
    }
    // Without the entry, the answer is about definitions that another load has replaced meanwhile.
    return entry !== undefined && this.#install(load, entry, etag);
  }

  /** False when a load begun later has been installed already. */
  #install(
    load: Load,
    { definitions, fetchedAt, ...origin }: CachedDefinitions,
    etag = origin.etag,
  ): boolean {
    if (this.#isOutdated(load)) return false;
    const { reporter } = this.#host;
    for (const text of definitions.skipped) {
      reporter.debug(`Flag definitions: ${text}`);
    }
    this.#hold(load, definitions, etag, fetchedAt);
    reporter.emit("localEvaluationFlagsLoaded", () => definitions.flags.size);
    return true;
  }

  #hold(
    { generation }: Load,
    definitions: FlagDefinitions,
    etag: string | undefined,
    fetchedAt?: number,
  ): true {
    const { clock, reporter } = this.#host;
    this.#installedGeneration = generation;
    this.#installed = new InstalledDefinitions(
      definitions,
      etag,
      fetchedAt,
      clock.now(),
      this.#options.hasher,
      reporter,
    );
    return true;
  }

  #isOutdated({ generation }: Load): boolean {
    return generation < this.#installedGeneration;
  }
}

function fail(reason: string): FlagDefinitionsRefresh {
  return { kind: "failed", reason };
}
