import { type Bounded, type Clock, runWithin } from "../../core/clock.ts";
import { CallbackError } from "../../core/errors.ts";
import type {
  FlagDefinitionCache,
  FlagDefinitionCacheData,
} from "../../core/flag_definition_cache.ts";
import type { MaybePromise } from "../../core/platform.ts";
import type { Reporter } from "../../core/reporter.ts";
import type { FlagDefinitions } from "../evaluation/definitions.ts";
import { readCacheStamp } from "./cache_data.ts";
import { parseFlagDefinitions } from "./parse.ts";

/** Definitions out of a cache. */
export interface CachedDefinitions {
  /** The definitions. */
  readonly definitions: FlagDefinitions;
  /** The server's ETag, as far as the provider kept it. */
  readonly etag: string | undefined;
  /** When they were fetched, in ms since the epoch, as far as the provider kept it. */
  readonly fetchedAt: number | undefined;
}

/** A {@linkcode FlagDefinitionCache} that can neither throw nor hang nor lie about types. No method rejects. */
export interface ContainedCache {
  /** Whether to ask PostHog; a provider that fails counts as saying so. */
  shouldFetch(): Promise<boolean>;
  /** The cached definitions; undefined when there are none to be used. */
  read(): Promise<CachedDefinitions | undefined>;
  /** Stores definitions that were just installed. False when the provider failed. */
  store(data: FlagDefinitionCacheData): Promise<boolean>;
  /** Tells a provider that wants to know that nothing has changed. */
  confirmUnchanged(): Promise<void>;
  /** Releases the provider, until `deadline` aborts. */
  shutdown(deadline: AbortSignal): Promise<void>;
}

/** How long one call of the provider may take. */
const CALL_TIMEOUT_MS = 2000;

/** Creates a {@linkcode ContainedCache}. */
export function createContainedCache(
  cache: FlagDefinitionCache,
  clock: Clock,
  reporter: Reporter,
): ContainedCache {
  const call = async <T>(
    method: string,
    run: () => MaybePromise<T> | undefined,
    deadline?: AbortSignal,
  ): Promise<Bounded<T | undefined>> => {
    const timeoutMs = deadline ? undefined : CALL_TIMEOUT_MS;
    const result = await runWithin(
      clock,
      timeoutMs,
      async () => await run(),
      deadline,
    );
    if (result.kind !== "done") report(method, result, reporter);
    return result;
  };
  return {
    async shouldFetch() {
      const answer = await call(
        "shouldFetchFlagDefinitions",
        () => cache.shouldFetchFlagDefinitions(),
      );
      return answer.kind === "done" ? Boolean(answer.value) : true;
    },
    async read() {
      const answer = await call(
        "getFlagDefinitions",
        async () => parseEntry(await cache.getFlagDefinitions()),
      );
      if (answer.kind !== "done" || answer.value === undefined) {
        return undefined;
      }
      if (answer.value !== "malformed") return answer.value;
      reporter.warn(
        "The flag definition cache holds no definitions document; it counts as empty",
        "flags:cache:data",
      );
      return undefined;
    },
    async store(data) {
      const answer = await call(
        "onFlagDefinitionsReceived",
        () => cache.onFlagDefinitionsReceived(data),
      );
      return answer.kind === "done";
    },
    async confirmUnchanged() {
      await call(
        "onFlagDefinitionsUnchanged",
        () => cache.onFlagDefinitionsUnchanged?.(),
      );
    },
    async shutdown(deadline) {
      await call("shutdown", () => cache.shutdown(), deadline);
    },
  };
}

function parseEntry(
  entry: unknown,
): CachedDefinitions | "malformed" | undefined {
  if (entry === null || entry === undefined) return undefined;
  const definitions = parseFlagDefinitions(entry);
  return definitions ? { definitions, ...readCacheStamp(entry) } : "malformed";
}

function report(
  method: string,
  result: Exclude<Bounded<unknown>, { readonly kind: "done" }>,
  reporter: Reporter,
): void {
  const message = result.kind === "failed"
    ? `The flag definition cache failed in '${method}'`
    : `The flag definition cache did not answer '${method}' in time`;
  reporter.warn(message, `flags:cache:${method}`);
  const cause = result.kind === "failed" ? result.cause : undefined;
  reporter.report(
    new CallbackError(message, `flagDefinitionCache.${method}`, cause),
  );
}
