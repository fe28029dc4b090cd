import type { FeatureHost } from "../../client/host.ts";
import { type Bounded, type Clock, runWithin } from "../../core/clock.ts";
import { countBytes } from "../../core/bytes.ts";
import { digestText } from "../../core/digest.ts";
import { CallbackError } from "../../core/errors.ts";
import type {
  FlagDefinitionCache,
  FlagDefinitionCacheData,
} from "../../core/flag_definition_cache.ts";
import { attempt, isFiniteNumber } from "../../core/guards.ts";
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
  /** PostHog's newest word for them that is known of, in ms since the epoch. Default: it was given just now. */
  readonly confirmedAt?: number | undefined;
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

/** The name of an error by which a cache says that its store did not answer. */
const TIMEOUT = "TimeoutError";

const RECEIVED = "onFlagDefinitionsReceived";

const MALFORMED =
  "The flag definition cache holds no definitions document; it counts as empty";

const FOREIGN =
  "The flag definition cache is another project's: it is neither used nor written";

/** A {@linkcode FlagDefinitionCache} that can neither throw nor hang nor lie about types. No method rejects. */
export class ContainedCache {
  /** Names the client's project. */
  declare readonly project: string;
  /** See {@linkcode FlagDefinitionCache.delayMs}. */
  declare readonly delayMs: number;
  readonly #cache: FlagDefinitionCache;
  readonly #host: CacheHost;
  readonly #read: ReadDefinitions;
  readonly #toFetchedAt: (at: number) => number;
  readonly #toConfirmedAt: (at: number) => number;
  // As far as the last look told.
  #isForeign = false;
  #isUnwritten = false;

  /** Calls nothing yet. */
  constructor(
    cache: FlagDefinitionCache,
    host: CacheHost,
    read: ReadDefinitions,
  ) {
    const delayMs = attempt(() => cache.delayMs);
    this.project = digestText(host.options.apiKey).toString(36);
    this.delayMs = isFiniteNumber(delayMs) && delayMs > 0 ? delayMs : 0;
    this.#cache = cache;
    this.#host = host;
    this.#read = read;
    this.#toFetchedAt = createPast(host.clock);
    this.#toConfirmedAt = createPast(host.clock);
  }

  /** Whether to ask PostHog; a provider that fails counts as saying so. */
  async shouldFetch(time?: CacheTime): Promise<boolean> {
    const answer = await this.#call("shouldFetchFlagDefinitions", { time });
    return answer.kind === "done" ? Boolean(answer.value) : true;
  }

  /** The cached definitions; undefined when there are none to be used. */
  async read(time?: CacheTime): Promise<CachedDefinitions | undefined> {
    let entry: CachedDefinitions | undefined;
    await this.#call("getFlagDefinitions", {
      time,
      use: (given) => entry = this.#readEntry(given),
    });
    return entry;
  }

  /** When an isolate last heard that the cached definitions are current, by our clock; undefined where nobody knows. */
  async getConfirmedAt(time?: CacheTime): Promise<number | undefined> {
    const answer = await this.#call("getConfirmedAt", { time });
    const at = answer.kind === "done" ? answer.value : undefined;
    return isFiniteNumber(at) ? this.#toConfirmedAt(at) : undefined;
  }

  /** Stores definitions that were just installed. False when the provider failed, or holds those of another project. */
  async store(data: FlagDefinitionCacheData): Promise<boolean> {
    if (this.#isForeign) return false;
    const answer = await this.#call(RECEIVED, { data });
    this.#isUnwritten = answer.kind !== "done";
    return !this.#isUnwritten;
  }

  /** Whether the provider could not be written, and won't try again by itself with PostHog's next word. */
  get isLeftUnwritten(): boolean {
    return this.#isUnwritten &&
      attempt(() => this.#cache.onFlagDefinitionsUnchanged) === undefined;
  }

  /** Tells a provider that wants to know that nothing has changed. */
  async confirmUnchanged(): Promise<void> {
    if (!this.#isForeign) await this.#call("onFlagDefinitionsUnchanged");
  }

  /** Releases the provider, until `deadline` aborts. */
  async shutdown(deadline: AbortSignal): Promise<void> {
    await this.#call("shutdown", { deadline });
  }

  async #call(
    method: Exclude<keyof FlagDefinitionCache, "delayMs">,
    { time, data, use, deadline }: CacheCall = {},
  ): Promise<Bounded<unknown>> {
    const { clock, reporter } = this.#host;
    const leftMs = time?.leftMs ?? CALL_TIMEOUT_MS;
    if (leftMs <= 0) return { kind: "timeout" };
    const beganAt = clock.now();
    const result = await runWithin(
      clock,
      deadline ? undefined : Math.min(leftMs, CALL_TIMEOUT_MS),
      async (): Promise<unknown> => {
        const cache = this.#cache;
        const { project } = this;
        const answer =
          await (method === RECEIVED
            ? data && cache[method](data, project)
            : cache[method]?.(project));
        use?.(answer);
        return answer;
      },
      deadline,
    );
    if (time) {
      time.leftMs = result.kind === "timeout"
        ? 0
        : leftMs - Math.max(0, clock.now() - beganAt);
    }
    if (result.kind !== "done") {
      const cause = result.kind === "failed" ? result.cause : undefined;
      const name = result.kind === "failed"
        ? attempt(() => Object(cause).name as unknown)
        : TIMEOUT;
      const size = data && ` (${countBytes(JSON.stringify(data))} bytes)`;
      const what = `'${method}'${size ?? ""}`;
      const message = `The flag definition cache ${
        name === TIMEOUT
          ? `did not answer ${what} in time`
          : `${name === "RangeError" ? "found no room" : "failed"} in ${what}`
      }`;
      // What could not be written is tried again with the next word of PostHog's: that needs no warning of its own.
      const subject = this.#isUnwritten && method.startsWith("on")
        ? RECEIVED
        : method;
      reporter.tell(
        new CallbackError(message, `flagDefinitionCache.${method}`, cause),
        "warn",
        `flags:cache:${subject}`,
      );
    }
    return result;
  }

  #readEntry(entry: unknown): CachedDefinitions | undefined {
    const { reporter } = this.#host;
    this.#isForeign = false;
    if (entry === null || entry === undefined) return undefined;
    const { etag, fetchedAt, project = this.project } = readCacheStamp(entry);
    this.#isForeign = project !== this.project;
    if (this.#isForeign) {
      reporter.warn(FOREIGN, FOREIGN);
      return undefined;
    }
    const definitions = this.#read(copyEntry(entry));
    if (!definitions) {
      reporter.warn(MALFORMED, "flags:cache:data");
      return undefined;
    }
    const at = fetchedAt && this.#toFetchedAt(fetchedAt);
    return { definitions, etag, fetchedAt: at };
  }
}

/** What a call is about. */
interface CacheCall {
  /** What is left for it. */
  readonly time?: CacheTime | undefined;
  /** What is stored. */
  readonly data?: FlagDefinitionCacheData;
  /** Takes the answer, in its time and contained like the call itself. */
  readonly use?: (answer: unknown) => void;
  /** Bounds it instead of a time. */
  readonly deadline?: AbortSignal;
}

/** What a contained cache needs of its client. */
type CacheHost = Pick<FeatureHost, "clock" | "reporter" | "options">;

/**
 * Creates a reader of moments of other isolates, whose clocks may be wrong: one ahead of ours counts as the moment at which
 * it was first seen, so that it grows old all the same.
 */
function createPast(clock: Clock): (at: number) => number {
  let ahead = 0;
  let seenAt = 0;
  return (at) => {
    if (at === ahead) return seenAt;
    const now = clock.now();
    if (at <= now) return at;
    ahead = at;
    return seenAt = now;
  };
}
