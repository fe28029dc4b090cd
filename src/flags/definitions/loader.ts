import type { Clock } from "../../core/clock.ts";
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
  load(onInstalled: () => void): Promise<void>;
}

/** What is left to do after memory is up to date. */
type FollowUp = (() => Promise<void>) | undefined;

/** Creates a {@linkcode DefinitionsLoader}. */
export function createDefinitionsLoader(deps: LoaderDeps): DefinitionsLoader {
  const { clock, store, cache, backoff, reporter, secretKey, timeZone } = deps;

  const install = (
    generation: number,
    { definitions, etag, fetchedAt }: CachedDefinitions,
  ): boolean => {
    const compiled = compileFlags(definitions, timeZone);
    if (
      !store.install(generation, {
        compiled,
        etag,
        loadedAt: clock.now(),
        fetchedAt,
      })
    ) return false;
    backoff.succeed();
    for (const text of definitions.skipped) {
      reporter.debug(`Flag definitions: ${text}`);
    }
    return true;
  };

  /** Takes "not modified" for what the ETag was sent for: what memory holds, or what the cache does. */
  const confirm = (
    generation: number,
    sentEtag: string,
    newEtag: string | undefined,
    entry: CachedDefinitions | undefined,
  ): boolean => {
    const etag = newEtag ?? sentEtag;
    const current = store.current();
    if (!current) {
      return entry !== undefined && install(generation, { ...entry, etag });
    }
    // Another load replaced the definitions meanwhile: the answer is not about them.
    if (current.etag !== sentEtag) return false;
    const isNewest = store.install(generation, {
      ...current,
      etag,
      loadedAt: clock.now(),
      fetchedAt: undefined,
    });
    if (isNewest) backoff.succeed();
    return isNewest;
  };

  const fetchDefinitions = async (
    secretKey: string,
    generation: number,
    entry: CachedDefinitions | undefined,
    writer: ContainedCache | undefined,
  ): Promise<FollowUp> => {
    const { door, url, requestTimeoutMs: timeoutMs } = deps;
    const etag = store.current()?.etag ?? entry?.etag;
    const request = { door, url, secretKey, timeoutMs, now: clock.now(), etag };
    let answer = await requestDefinitions(request);
    // A 304 that nobody asked for, with nothing to keep: ask again, once.
    if (answer.kind === "not-modified" && etag === undefined) {
      answer = await requestDefinitions(request);
    }
    switch (answer.kind) {
      case "definitions": {
        if (!install(generation, { ...answer, fetchedAt: undefined })) {
          return undefined;
        }
        const data = toCacheData(answer.document, {
          etag: answer.etag,
          fetchedAt: clock.now(),
        });
        // Not when a newer load has been installed meanwhile: its own write is on the way.
        return writer &&
          (() =>
            store.isOutdated(generation)
              ? Promise.resolve()
              : writer.store(data));
      }
      case "not-modified":
        if (
          etag !== undefined && confirm(generation, etag, answer.etag, entry)
        ) {
          reporter.debug("Flag definitions are unchanged");
          return writer?.confirmUnchanged;
        }
        if (!store.current()) backoff.postpone(clock.now());
        return undefined;
      case "failed":
        if (!store.isOutdated(generation)) backoff.fail(answer, clock.now());
        return undefined;
    }
  };

  const loadOnce = async (generation: number): Promise<FollowUp> => {
    const mayFetch = !cache || await cache.shouldFetch();
    if (mayFetch && secretKey !== undefined) {
      // The entry's ETag makes most first requests of an isolate conditional, and a 304 is not billed.
      const entry = store.current() ? undefined : await cache?.read();
      return fetchDefinitions(secretKey, generation, entry, cache);
    }
    const entry = await cache?.read();
    if (entry) {
      install(generation, entry);
      return undefined;
    }
    // An empty cache: the elected isolate will fill it, but this one has nothing at all.
    if (secretKey !== undefined && !store.current()) {
      return fetchDefinitions(secretKey, generation, undefined, undefined);
    }
    backoff.postpone(clock.now());
    return undefined;
  };

  return {
    async load(onInstalled) {
      const followUp = await loadOnce(store.beginLoad());
      onInstalled();
      await followUp?.();
    },
  };
}
