import { type Clock, runWithin } from "../../core/clock.ts";
import type { FlagDefinitionsRefresh } from "../../core/flag_definitions_refresh.ts";
import type { WaitUntil } from "../../core/platform.ts";
import { drawUnit, type RandomSource } from "../../core/random.ts";
import type { DefinitionsBackoff } from "./backoff.ts";
import type { DefinitionsLoader } from "./loader.ts";
import type { DefinitionsStore, InstalledDefinitions } from "./store.ts";

/** What decides when definitions are loaded. */
export interface RefreshDeps {
  /** Makes a load. */
  readonly loader: DefinitionsLoader;
  /** Holds the definitions. */
  readonly store: DefinitionsStore;
  /** Says when it is too early. */
  readonly backoff: DefinitionsBackoff;
  /** Time and waits. */
  readonly clock: Clock;
  /** Jitter of the interval. */
  readonly random: RandomSource;
  /** The age in ms after which definitions are refreshed on access. */
  readonly intervalMs: number;
  /** How long an access waits for definitions when there are none, in ms. */
  readonly coldTimeoutMs: number;
  /** After this many ms a refresh counts as abandoned: an isolate may drop the request that started it. */
  readonly abandonedAfterMs: number;
}

/** Whose accesses these are. */
export interface RefreshCaller {
  /** Keeps a load alive after the response; never throws. */
  readonly waitUntil: WaitUntil | undefined;
  /** Whether its calls share one load: they do in a scope, never on the client. */
  readonly isScope: boolean;
}

/** Access to definitions for one caller. Nothing here is awaited by another caller. */
export interface DefinitionsAccess {
  /** The definitions to use now: stale ones while they are refreshed, none when they can't be had in time. */
  access(): Promise<InstalledDefinitions | undefined>;
  /** Loads now, whatever the backoff says; settles when the load and its cache writes have. */
  reload(): Promise<void>;
  /** The same for a shared cache that is to be kept warm: PostHog is asked, whatever the cache says. */
  refresh(): Promise<FlagDefinitionsRefresh>;
  /** Waits for definitions for at most `timeoutMs`. */
  wait(timeoutMs: number): Promise<void>;
}

/** The share by which an isolate's interval differs from the configured one at most. */
const JITTER = 0.1;

/** A load under way. */
interface Run {
  readonly startedAt: number;
  /** Memory has what the load brings. */
  readonly installed: Promise<void>;
  /** The cache was told, too. */
  readonly finished: Promise<FlagDefinitionsRefresh>;
}

/** Creates the accesses of callers; the marker of a running refresh is all that they share. */
export function createDefinitionsRefresh(
  deps: RefreshDeps,
): (caller: RefreshCaller) => DefinitionsAccess {
  const { loader, store, backoff, clock } = deps;
  let refreshing: Run | undefined;
  let jitteredIntervalMs: number | undefined;

  /** Drawn once an isolate and not before it is needed, so that isolates drift apart. */
  const getIntervalMs = () =>
    jitteredIntervalMs ??= deps.intervalMs *
      (1 - JITTER + 2 * JITTER * drawUnit(deps.random));

  const start = (
    caller: RefreshCaller,
    load: DefinitionsLoader["load"] = loader.load,
  ): Run => {
    let markInstalled = () => {};
    const installed = new Promise<void>((resolve) => markInstalled = resolve);
    const run: Run = {
      startedAt: clock.now(),
      installed,
      finished: load(markInstalled).then((result) => {
        if (refreshing === run) refreshing = undefined;
        return result;
      }),
    };
    refreshing = run;
    caller.waitUntil?.(run.finished);
    return run;
  };

  const isRefreshing = () =>
    refreshing !== undefined &&
    clock.now() - refreshing.startedAt < deps.abandonedAfterMs;

  return (caller) => {
    let own: Run | undefined;
    const join = (): Run => {
      if (own) return own;
      const run = start(caller);
      if (!caller.isScope) return run;
      own = run;
      run.finished.then(() => own = undefined);
      return run;
    };
    const waitFor = (run: Run, timeoutMs: number) =>
      runWithin(clock, timeoutMs, () => run.installed);
    const wait = async (timeoutMs: number) => {
      const current = store.current();
      const now = clock.now();
      if (current && now - current.loadedAt < getIntervalMs()) return;
      if (backoff.isWaiting(now)) return;
      if (!current) await waitFor(join(), timeoutMs);
      else if (!isRefreshing()) join();
    };
    return {
      wait,
      async access() {
        await wait(deps.coldTimeoutMs);
        return store.current();
      },
      async reload() {
        await join().finished;
      },
      refresh: () => start(caller, loader.refresh).finished,
    };
  };
}
