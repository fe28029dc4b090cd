import type { FeatureHost } from "../../client/host.ts";
import { type Bounded, runWithin } from "../../core/clock.ts";
import { CallbackError } from "../../core/errors.ts";
import type {
  FlagDefinitionCache,
  FlagDefinitionCacheData,
} from "../../core/flag_definition_cache.ts";
import type { MaybePromise } from "../../core/platform.ts";
import type { FlagDefinitions } from "../evaluation/rules.ts";
import { copyEntry, readCacheStamp } from "./cache_data.ts";

/** Definitions out of a cache. */
export interface CachedDefinitions {
  /** The definitions. */
  readonly definitions: FlagDefinitions;
  /** The server's ETag, as far as the provider kept it. */
  readonly etag: string | undefined;
  /** When they were fetched, in ms since the epoch, as far as the provider kept it. */
  readonly fetchedAt: number | undefined;
}

/** Reads a document that is nobody else's; undefined for what is none. */
export type ReadDefinitions = (
  document: unknown,
) => FlagDefinitions | undefined;

/** How long one call of the provider may take. */
const CALL_TIMEOUT_MS = 2000;

/** What several calls may take together. */
export interface CacheTime {
  /** What is left of it, in ms; past it no call is made, as if it had hung. */
  leftMs: number;
}

/** A {@linkcode FlagDefinitionCache} that can neither throw nor hang nor lie about types. No method rejects. */
export class ContainedCache {
  readonly #cache: FlagDefinitionCache;
  readonly #host: Pick<FeatureHost, "clock" | "reporter">;
  readonly #read: ReadDefinitions;

  /** Calls nothing yet. */
  constructor(
    cache: FlagDefinitionCache,
    host: Pick<FeatureHost, "clock" | "reporter">,
    read: ReadDefinitions,
  ) {
    this.#cache = cache;
    this.#host = host;
    this.#read = read;
  }

  /** Whether to ask PostHog; a provider that fails counts as saying so. */
  async shouldFetch(time?: CacheTime): Promise<boolean> {
    const answer = await this.#call(
      "shouldFetchFlagDefinitions",
      (cache) => cache.shouldFetchFlagDefinitions(),
      time,
    );
    return answer.kind === "done" ? Boolean(answer.value) : true;
  }

  /** The cached definitions; undefined when there are none to be used. */
  async read(time?: CacheTime): Promise<CachedDefinitions | undefined> {
    const answer = await this.#call(
      "getFlagDefinitions",
      async (cache) => this.#readEntry(await cache.getFlagDefinitions()),
      time,
    );
    const entry = answer.kind === "done" ? answer.value : undefined;
    if (entry !== "malformed") return entry;
    this.#host.reporter.warn(
      "The flag definition cache holds no definitions document; it counts as empty",
      "flags:cache:data",
    );
    return undefined;
  }

  /** Stores definitions that were just installed. False when the provider failed. */
  async store(data: FlagDefinitionCacheData): Promise<boolean> {
    const answer = await this.#call(
      "onFlagDefinitionsReceived",
      (cache) => cache.onFlagDefinitionsReceived(data),
    );
    return answer.kind === "done";
  }

  /** Tells a provider that wants to know that nothing has changed. */
  async confirmUnchanged(): Promise<void> {
    await this.#call(
      "onFlagDefinitionsUnchanged",
      (cache) => cache.onFlagDefinitionsUnchanged?.(),
    );
  }

  /** Releases the provider, until `deadline` aborts. */
  async shutdown(deadline: AbortSignal): Promise<void> {
    await this.#call(
      "shutdown",
      (cache) => cache.shutdown(),
      undefined,
      deadline,
    );
  }

  async #call<T>(
    method: string,
    run: (cache: FlagDefinitionCache) => MaybePromise<T> | undefined,
    time?: CacheTime,
    deadline?: AbortSignal,
  ): Promise<Bounded<T | undefined>> {
    const { clock, reporter } = this.#host;
    const leftMs = time?.leftMs ?? CALL_TIMEOUT_MS;
    if (leftMs <= 0) return { kind: "timeout" };
    const beganAt = clock.now();
    const result = await runWithin(
      clock,
      deadline ? undefined : Math.min(leftMs, CALL_TIMEOUT_MS),
      async () => await run(this.#cache),
      deadline,
    );
    if (time) {
      time.leftMs = result.kind === "timeout"
        ? 0
        : leftMs - Math.max(0, clock.now() - beganAt);
    }
    if (result.kind !== "done") {
      const isFailed = result.kind === "failed";
      const message = `The flag definition cache ${
        isFailed
          ? `failed in '${method}'`
          : `did not answer '${method}' in time`
      }`;
      reporter.tell(
        new CallbackError(
          message,
          `flagDefinitionCache.${method}`,
          isFailed ? result.cause : undefined,
        ),
        "warn",
        `flags:cache:${method}`,
      );
    }
    return result;
  }

  #readEntry(entry: unknown): CachedDefinitions | "malformed" | undefined {
    if (entry === null || entry === undefined) return undefined;
    const definitions = this.#read(copyEntry(entry));
    return definitions
      ? { definitions, ...readCacheStamp(entry) }
      : "malformed";
  }
}
