import type { Caller, FeatureHost } from "../../client/host.ts";
import { lookAgain, runWithin } from "../../core/clock.ts";
import type { FlagDefinitionsRefresh } from "../../core/flag_definitions_refresh.ts";
import { dropsUnfinishedWork } from "../../core/runtime.ts";
import type { Evaluation } from "../../flags/evaluation.ts";
import type { LocalFlags } from "../../flags/local.ts";
import { Outage, type OutageTurn } from "../../flags/outage.ts";
import type { CheckedFlagOptions } from "../../flags/options.ts";
import { readFlagDefinitions } from "../evaluation/definitions.ts";
import type { FlagRule } from "../evaluation/rules.ts";
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
import { Freshness } from "./freshness.ts";
import { InstalledDefinitions } from "./installed.ts";
import { type Load, Loads, type Run } from "./loads.ts";
import { requestDefinitions } from "./request.ts";

/** A load is given this much longer than its request, in ms; then it counts as abandoned with its request's isolate. */
const ABANDONED_SLACK_MS = 1000;

const OVERTAKEN = "Another load of the flag definitions was faster";
const UNASKED = "PostHog answered 304 to a request without an ETag";
const ABANDONED =
  "A refresh of the flag definitions was dropped with its request: pass 'ctx' to 'forRequest(request, ctx)', or the option 'waitUntil'";
const OLDER = "The cache holds older flag definitions than this isolate";
const NOTHING = "There are no flag definitions in the cache";

/**
 * The definitions of one client: loaded on access, through the cache first, then from PostHog. The marker of a running
 * load is all that callers share: nothing is awaited by another caller than the one that began it.
 */
export class ClientDefinitions implements LocalFlags {
  declare readonly isEnabled: boolean;
  readonly #host: FeatureHost;
  readonly #options: CheckedFlagOptions & CheckedLocalOptions;
  readonly #read: ReadDefinitions;
  readonly #cache: ContainedCache | undefined;
  readonly #backoff: Backoff;
  readonly #outage: Outage;
  readonly #loads: Loads;
  readonly #server = { pathIndex: 0 };
  readonly #freshness: Freshness;
  #installed: InstalledDefinitions | undefined;
  #installedGeneration = 0;
  // False while memory has what the cache was not told of: once this isolate is elected, PostHog's "unchanged" about
  // it would leave the cache empty for good.
  #isShared = true;

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
    this.#outage = new Outage(
      host,
      "/flags/definitions",
      options.featureFlagsRequestTimeoutMs,
    );
    this.#loads = new Loads(host, this.#backoff, this.#outage);
    this.#options = options;
    this.#read = (document) => readFlagDefinitions(document, timeZone, regex);
    this.#cache = flagDefinitionCache &&
      new ContainedCache(flagDefinitionCache, host, this.#read);
    this.#freshness = new Freshness(host, options, this.#cache?.delayMs);
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
    return Boolean(this.#installed?.definitions.flags.size);
  }

  get state(): LocalFlags["state"] {
    return this.#freshness.describe(this.#installed, this.#isUsable());
  }

  list(keys?: readonly string[]): readonly FlagRule[] {
    return this.#installed?.definitions.flags.select(keys) ?? [];
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
    const { loadedAt, confirmedAt } = this.#installed ?? {};
    // In this order nothing is drawn before there are any, which costs a fresh isolate the start of its random source.
    if (
      !this.#freshness.isOverdue(confirmedAt) &&
      !this.#freshness.isStale(loadedAt)
    ) return;
    if (this.#backoff.isOn) return;
    const isDropping = dropsUnfinishedWork();
    // What nobody keeps alive would be dropped with the response, and the definitions never be refreshed.
    const isAwaited = this.#freshness.isTooOld(confirmedAt) ||
      isDropping && !caller.isKept;
    const running = this.#loads.running;
    const lengthMs = options.requestTimeout +
      (isDropping ? 0 : ABANDONED_SLACK_MS);
    if (!isAwaited && this.#loads.findRunning(lengthMs)) return;
    const turn = budgetMs ? this.#outage.enter() : undefined;
    if (turn === "skip") return;
    if (!isAwaited) {
      if (running && isDropping) reporter.warn(ABANDONED, ABANDONED);
      this.#begin(caller, turn);
      return;
    }
    await runWithin(clock, timeoutMs, async (signal) => {
      const own = await this.#claim(
        caller,
        signal,
        turn,
        budgetMs ? { leftMs: budgetMs / 4 } : undefined,
      );
      const ownMs = budgetMs && budgetMs / 2;
      if (!own) return;
      const wait = await runWithin(clock, ownMs, () => own.installed, signal);
      if (wait.kind !== "done") this.#loads.count(own, "timeout");
    });
  }

  async reload(caller: Caller): Promise<void> {
    if (this.#isUsable()) await (await this.#claim(caller))?.finished;
  }

  refresh(): Promise<FlagDefinitionsRefresh> {
    return this.#loads.start((load) => this.#renew(load)).finished;
  }

  async shutdown(deadline: AbortSignal): Promise<void> {
    await this.#cache?.shutdown(deadline);
  }

  #isUsable(): boolean {
    return this.isEnabled && !this.#host.isClosed() &&
      (this.#options.secretKey !== undefined || this.#cache !== undefined);
  }

  /**
   * Begins a load where nobody is at it; else the other's is looked at until it has brought something. The first to see
   * that it failed, or that its time has run out, begins another. Undefined when there is nothing to wait for.
   */
  async #claim(
    caller: Caller,
    signal?: AbortSignal,
    turn?: OutageTurn,
    cacheTime?: CacheTime,
  ): Promise<Run | undefined> {
    const claimMs = this.#options.featureFlagsRequestTimeoutMs / 2;
    let seen: number | undefined;
    for (let look = 0; !signal?.aborted; look++) {
      if (seen !== undefined && this.#installedGeneration >= seen) break;
      const load = this.#loads.findRunning(claimMs);
      // One that has only the cache left to tell has brought what it could before this call.
      if (!load || load.generation <= this.#installedGeneration) {
        // Another one has tried as well, or PostHog wants to be left alone.
        if (
          seen !== undefined &&
          (this.#loads.lastGeneration > seen || this.#backoff.isRefused)
        ) break;
        return this.#begin(caller, turn, cacheTime);
      }
      seen ??= load.generation;
      await lookAgain(this.#host.clock, look, signal);
    }
    return undefined;
  }

  #begin(caller: Caller, turn?: OutageTurn, cacheTime?: CacheTime): Run {
    const run = this.#loads.start(
      (load) =>
        this.#load(load, caller.isKept || !dropsUnfinishedWork(), cacheTime),
      turn,
    );
    caller.keepAlive(run.finished);
    return run;
  }

  /** `mayGoOn`: also when the caller has its answer. */
  async #load(
    load: Load,
    mayGoOn: boolean,
    cacheTime: CacheTime | undefined,
  ): Promise<FlagDefinitionsRefresh> {
    const cache = this.#cache;
    const hasKey = this.#options.secretKey !== undefined;
    // Parity: posthog-node. Who has no key is not up for election: it could take a lease, but never do the work.
    if (hasKey && (!cache || await cache.shouldFetch(cacheTime))) {
      const getShared = () => this.#isShared ? this.#installed : undefined;
      // The entry's ETag makes most first requests of an isolate conditional: a 304 counts as one flag request, not ten.
      const entry = getShared() ? undefined : await cache?.read(cacheTime);
      return this.#fetch(load, (getShared() ?? entry)?.etag, entry, cache);
    }
    const entry = await cache?.read(cacheTime);
    const usable = entry && !this.#isOlder(entry)
      ? await this.#freshness.date(
        entry,
        this.#installed,
        // Without a key, nobody but the cache can be asked: its word is all there is.
        hasKey ? () => cache?.getConfirmedAt(cacheTime) : undefined,
      )
      : undefined;
    const { confirmedAt } = usable ?? this.#installed ?? {};
    // Whoever should refresh the entry does not, or can't; or it is empty, and this isolate has nothing at all.
    const isOverdue = hasKey && this.#freshness.isOverdue(confirmedAt);
    if (usable && !(isOverdue && this.#freshness.isTooOld(confirmedAt))) {
      if (!this.#install(load, usable)) return fail(OVERTAKEN);
      this.#isShared = true;
      if (!isOverdue) {
        this.#backoff.end();
        return { kind: "changed" };
      }
      if (mayGoOn) load.markInstalled();
    }
    if (isOverdue) {
      return this.#fetch(load, (usable ?? this.#installed)?.etag, usable);
    }
    this.#backoff.begin(0, this.#freshness.getLeftMs(confirmedAt));
    return fail(entry ? OLDER : NOTHING);
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
    const ask = () =>
      requestDefinitions(host, secretKey, etag, this.#read, this.#server);
    let answer = await ask();
    // A 304 that nobody asked for, with nothing to keep: ask again, once.
    if (answer.kind === "not-modified" && etag === undefined) {
      answer = await ask();
    }
    const { code = "" } = answer.kind === "failed" ? answer.error : {};
    const isAnswered = code !== "network" && code !== "timeout";
    const failure = code === "network" ? "connection_error" : code;
    if (isAnswered) this.#outage.end();
    else this.#loads.count(load, failure);
    if (answer.kind === "failed") {
      if (!this.#isOutdated(load)) {
        this.#backoff.fail(answer, !isAnswered && load.turn !== undefined);
      }
      // The entry was read for its ETag: it is better than nothing.
      if (
        entry && load.generation !== this.#installedGeneration &&
        !this.#isOlder(entry)
      ) this.#install(load, entry);
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
    const stamp = {
      etag: answer.etag,
      fetchedAt: host.clock.now(),
      project: writer?.project,
    };
    load.markInstalled();
    // Another answer that came at the same time is installed before either is written.
    await Promise.resolve();
    // Not when a newer load has been installed meanwhile: its own write is on the way.
    const { text, numberTexts } = answer;
    // Parsed anew: what a cache is given may be changed, and the rows at hand are still to be compiled.
    if (
      !writer || this.#isOutdated(load) ||
      await writer.store(toCacheData(JSON.parse(text), stamp, numberTexts))
    ) return { kind: "changed" };
    if (writer.isLeftUnwritten) this.#isShared = false;
    return fail("The flag definition cache was not written");
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
      const { definitions } = this.#installed;
      return this.#hold(load, { definitions, etag, fetchedAt: undefined });
    }
    // Without the entry, the answer is about definitions that another load has replaced meanwhile.
    return entry !== undefined &&
      this.#install(load, { ...entry, etag, confirmedAt: undefined });
  }

  /** False when a load begun later has been installed already. */
  #install(load: Load, installed: CachedDefinitions): boolean {
    if (this.#isOutdated(load)) return false;
    const { reporter } = this.#host;
    const { definitions, etag, fetchedAt } = installed;
    for (const text of definitions.skipped) {
      reporter.debug(`Flag definitions: ${text}`);
    }
    this.#hold(load, installed);
    reporter.debug(() =>
      `Loaded ${definitions.flags.size} flag definitions from ${
        fetchedAt === undefined ? "PostHog" : "the cache"
      }, version ${etag ?? "unknown"}`
    );
    reporter.emit("localEvaluationFlagsLoaded", () => definitions.flags.size);
    return true;
  }

  #hold({ generation }: Load, held: CachedDefinitions): true {
    this.#installedGeneration = generation;
    this.#installed = new InstalledDefinitions(
      held,
      this.#host.clock.now(),
      this.#options.hasher,
      this.#host.reporter,
    );
    return true;
  }

  #isOlder(entry: CachedDefinitions): boolean {
    return !!this.#installed?.isNewer(entry, this.#host.clock.now());
  }

  #isOutdated({ generation }: Load): boolean {
    return generation < this.#installedGeneration;
  }
}

function fail(reason: string): FlagDefinitionsRefresh {
  return { kind: "failed", reason };
}
