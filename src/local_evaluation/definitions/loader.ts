import type { Clock } from "../../core/clock.ts";
import type { FlagDefinitionsRefresh } from "../../core/flag_definitions_refresh.ts";
import type { FlagDefinitionCacheData } from "../../core/flag_definition_cache.ts";
import type { Reporter } from "../../core/reporter.ts";
import type { HttpDoor } from "../../transport/http.ts";
import { compileFlags } from "../evaluation/compile.ts";
import type { TimeZone } from "../evaluation/time_zone.ts";
import type { DefinitionsBackoff } from "./backoff.ts";
import { toCacheData } from "./cache_data.ts";
import type { CachedDefinitions, ContainedCache } from "./contained_cache.ts";
import { requestDefinitions } from "./request.ts";
import type { DefinitionsStore } from "./store.ts";

/** What a loader is made of. */
export interface LoaderDeps {
  /** The one HTTP door. */
  readonly door: HttpDoor;
  /** The definitions endpoint. */
  readonly url: string;
  /** The secret or personal key; without one, definitions come from the cache alone. */
  readonly secretKey: string | undefined;
  /** The deadline of a request in ms. */
  readonly requestTimeoutMs: number;
  /** Time. */
  readonly clock: Clock;
  /** Messages. */
  readonly reporter: Reporter;
  /** Where definitions are installed. */
  readonly store: DefinitionsStore;
  /** When to try again. */
  readonly backoff: DefinitionsBackoff;
  /** Definitions shared with other isolates. */
  readonly cache: ContainedCache | undefined;
  /** The project's time zone, if it is known. */
  readonly timeZone: TimeZone | undefined;
}

/** Loads definitions once: through the cache first, then from PostHog. */
export interface DefinitionsLoader {
  /**
   * Makes one load. `onInstalled` is called as soon as memory has what the load brings, also when that is
   * nothing; the promise resolves once the cache was told, too. Never rejects.
   */
  load(onInstalled: () => void): Promise<FlagDefinitionsRefresh>;
  /** The same, but PostHog is asked whatever the cache says, about what the cache holds: its entry is renewed. */
  refresh(onInstalled: () => void): Promise<FlagDefinitionsRefresh>;
}

/** What a load brought, and what is left to do after memory is up to date. */
interface Load {
  readonly result: FlagDefinitionsRefresh;
  /** Tells the cache; the result replaces the load's. */
  readonly followUp?:
    | (() => Promise<FlagDefinitionsRefresh | void>)
    | undefined;
}

/** What a request is about, and where its answer goes. */
interface FetchPlan {
  readonly secretKey: string;
  readonly generation: number;
  /** The ETag of what is at hand. */
  readonly etag: string | undefined;
  /** What the cache held. */
  readonly entry: CachedDefinitions | undefined;
  readonly writer: ContainedCache | undefined;
}

const CHANGED: Load = { result: { kind: "changed" } };
const UNCHANGED: Load = { result: { kind: "unchanged" } };
const OVERTAKEN = "Another load of the flag definitions was faster";
const UNASKED = "PostHog answered 304 to a request without an ETag";
const NOTHING = "There are no flag definitions in the cache";

/** Creates a {@linkcode DefinitionsLoader}. */
export function createDefinitionsLoader(deps: LoaderDeps): DefinitionsLoader {
  const { clock, store, cache, backoff, reporter, secretKey, timeZone } = deps;
  // False while memory has what the cache was not told of: once this isolate is elected, PostHog's "unchanged" about
  // it would leave the cache empty for good.
  let isShared = true;

  const install = (
    generation: number,
    { definitions, etag, fetchedAt }: CachedDefinitions,
  ): boolean => {
    const loadedAt = clock.now();
    const compiled = compileFlags(definitions, timeZone);
    if (!store.install(generation, { compiled, etag, loadedAt, fetchedAt })) {
      return false;
    }
    for (const text of definitions.skipped) {
      reporter.debug(`Flag definitions: ${text}`);
    }
    return true;
  };

  /** Takes "not modified" for what the ETag was sent for: what memory holds, or what the cache does. */
  const confirm = (
    { generation, etag: sentEtag, entry }: FetchPlan,
    newEtag: string | undefined,
  ): boolean => {
    if (sentEtag === undefined) return false;
    const etag = newEtag ?? sentEtag;
    const current = store.current();
    if (current?.etag === sentEtag) {
      const loadedAt = clock.now();
      return store.install(generation, {
        ...current,
        etag,
        loadedAt,
        fetchedAt: undefined,
      });
    }
    // Without the entry, the answer is about definitions that another load has replaced meanwhile.
    return entry !== undefined && install(generation, { ...entry, etag });
  };

  const fetchDefinitions = async (plan: FetchPlan): Promise<Load> => {
    const { secretKey, generation, etag, entry, writer } = plan;
    const { door, url, requestTimeoutMs: timeoutMs } = deps;
    const request = { door, url, secretKey, timeoutMs, now: clock.now(), etag };
    let answer = await requestDefinitions(request);
    // A 304 that nobody asked for, with nothing to keep: ask again, once.
    if (answer.kind === "not-modified" && etag === undefined) {
      answer = await requestDefinitions(request);
    }
    switch (answer.kind) {
      case "definitions": {
        if (!install(generation, { ...answer, fetchedAt: undefined })) {
          return fail(OVERTAKEN);
        }
        backoff.succeed();
        isShared = !cache || writer !== undefined;
        const data = toCacheData(answer.document, {
          etag: answer.etag,
          fetchedAt: clock.now(),
        });
        return { ...CHANGED, followUp: writer && (() => write(writer, data)) };
      }
      case "not-modified":
        if (confirm(plan, answer.etag)) {
          backoff.succeed();
          isShared ||= entry !== undefined;
          reporter.debug("Flag definitions are unchanged");
          return { ...UNCHANGED, followUp: writer?.confirmUnchanged };
        }
        if (!store.current()) backoff.postpone(clock.now());
        return fail(etag === undefined ? UNASKED : OVERTAKEN);
      case "failed":
        if (!store.isOutdated(generation)) backoff.fail(answer, clock.now());
        // The entry was read for its ETag: it is better than nothing.
        if (entry && !store.current()) install(generation, entry);
        return fail(answer.error.message);
    }

    async function write(
      writer: ContainedCache,
      data: FlagDefinitionCacheData,
    ) {
      // Not when a newer load has been installed meanwhile: its own write is on the way.
      if (store.isOutdated(generation) || await writer.store(data)) return;
      return fail("The flag definition cache was not written").result;
    }
  };

  const loadOnce = async (generation: number): Promise<Load> => {
    // Parity: posthog-node. Who has no key is not up for election: it could take a lease, but never do the work.
    const mayFetch = secretKey !== undefined &&
      (!cache || await cache.shouldFetch());
    const getShared = () => isShared ? store.current() : undefined;
    if (mayFetch) {
      // The entry's ETag makes most first requests of an isolate conditional, and a 304 is not billed.
      const entry = getShared() ? undefined : await cache?.read();
      const etag = (getShared() ?? entry)?.etag;
      return fetchDefinitions({
        secretKey,
        generation,
        etag,
        entry,
        writer: cache,
      });
    }
    const entry = await cache?.read();
    if (entry) {
      if (!install(generation, entry)) return fail(OVERTAKEN);
      backoff.succeed();
      isShared = true;
      return CHANGED;
    }
    // An empty cache: the elected isolate will fill it, but this one has nothing at all.
    if (secretKey !== undefined && !store.current()) {
      return fetchDefinitions({
        secretKey,
        generation,
        etag: undefined,
        entry,
        writer: undefined,
      });
    }
    backoff.postpone(clock.now());
    return fail(NOTHING);
  };

  const refreshOnce = async (generation: number): Promise<Load> => {
    if (secretKey === undefined) return fail(NOTHING);
    // Its word does not count, but it may take its lease: others need not ask then.
    await cache?.shouldFetch();
    const entry = await cache?.read();
    // An ETag of memory's would confirm memory, and leave a cache that lost its entry as it is.
    const etag = cache && !entry
      ? undefined
      : entry?.etag ?? store.current()?.etag;
    return fetchDefinitions({
      secretKey,
      generation,
      etag,
      entry,
      writer: cache,
    });
  };

  const run = async (
    once: (generation: number) => Promise<Load>,
    onInstalled: () => void,
  ) => {
    const { result, followUp } = await once(store.beginLoad());
    onInstalled();
    return await followUp?.() ?? result;
  };

  return {
    load: (onInstalled) => run(loadOnce, onInstalled),
    refresh: (onInstalled) => run(refreshOnce, onInstalled),
  };
}

function fail(reason: string): Load {
  return { result: { kind: "failed", reason } };
}
