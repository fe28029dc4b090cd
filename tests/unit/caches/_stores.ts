import { cacheApiCache } from "../../../src/caches/cache_api.ts";
import { denoKvCache } from "../../../src/caches/deno_kv.ts";
import { memoryCache } from "../../../src/caches/memory.ts";
import { redisRestCache } from "../../../src/caches/redis_rest.ts";
import { tieredCache } from "../../../src/caches/tiered.ts";
import type { CacheSeams } from "../../../src/caches/types.ts";
import { workersKvCache } from "../../../src/caches/workers_kv.ts";
import type { FlagDefinitionCache } from "../../../src/core/flag_definition_cache.ts";
import type { MaybePromise } from "../../../src/core/platform.ts";
import type { FakeClock } from "../../../src/testing/fake_clock.ts";
import { createSeededRandom } from "../../../src/testing/seeded_random.ts";

/** How often the clients of these caches refresh. */
export const INTERVAL_MS = 10_000;

/** The size above which a store of a test takes nothing; no lease is as large. */
const SMALL_BYTES = 300;

/** A store of one kind, shared by isolates. */
export interface Store extends AsyncDisposable {
  /** What becomes of the writes of definitions. */
  failure: "none" | "refused" | "too large" | "hanging";
  /** The cache of an isolate of its own. */
  isolate(seed: number): FlagDefinitionCache;
}

/** What every cache is given. */
type Seams = CacheSeams & { readonly intervalMs: number };

/** What happens to a write: undefined where it is carried out. */
type Guard = (text: string) => Promise<never> | undefined;

/** Creates what an isolate's cache is made of over one store. */
type Open = (
  guard: Guard,
  now: () => number,
) => {
  readonly create: (seams: Seams) => FlagDefinitionCache;
  readonly close?: () => void;
};

const OPEN: Record<string, Open> = {
  // Nothing is refused here: its isolates are clients of one.
  "memoryCache()": (_, now) => {
    const cache = memoryCache({ now, intervalMs: INTERVAL_MS });
    return { create: () => cache };
  },
  "workersKvCache()": (guard) => {
    const values = new Map<string, readonly [string, unknown]>();
    const namespace = {
      getWithMetadata(key: string) {
        const [text = "null", metadata = null] = values.get(key) ?? [];
        return Promise.resolve({ value: JSON.parse(text), metadata });
      },
      put: (key: string, text: string, given: { metadata?: unknown } = {}) =>
        guard(text) ??
          Promise.resolve(void values.set(key, [text, given.metadata])),
    };
    return {
      create: (seams) =>
        workersKvCache(() => namespace, { consistencyMs: 1, ...seams }),
    };
  },
  "cacheApiCache()": (guard) => ({ create: createLocation(guard) }),
  "denoKvCache()": (guard) => {
    const opened = Deno.openKv(":memory:");
    const guarded = opened.then((kv) => ({
      get: (key: Deno.KvKey) => kv.get(key),
      list: (selector: Deno.KvListSelector) => kv.list(selector),
      close: () => {},
      atomic() {
        const writes = kv.atomic();
        const commit = writes.commit.bind(writes);
        const set = writes.set.bind(writes);
        let failing: Promise<never> | undefined;
        return Object.assign(writes, {
          set(key: Deno.KvKey, value: unknown, options?: object) {
            if (value instanceof Uint8Array) {
              failing ??= guard(new TextDecoder().decode(value));
            }
            return set(key, value, options);
          },
          commit: () => failing ?? commit(),
        });
      },
    }));
    return {
      create: (seams) => denoKvCache(() => guarded as never, seams),
      close: () => opened.then((kv) => kv.close()),
    };
  },
  "redisRestCache()": (guard, now) => {
    const fetch = createRedis(guard, now);
    const options = {
      url: "https://redis.test",
      token: "t",
      timeoutMs: 1200,
      fetch,
    };
    return { create: (seams) => redisRestCache({ ...options, ...seams }) };
  },
  "tieredCache()": (guard) => {
    const location = createLocation(guard);
    return {
      create: (seams) =>
        tieredCache([memoryCache(seams), location(seams)], {
          ttlMs: [1000],
          timeoutMs: 1800,
          ...seams,
        }),
    };
  },
};

/** The caches of ours that isolates share. */
export const STORES: readonly string[] = Object.keys(OPEN);

/** Creates an empty store of a kind. What is asked of it ends before the clock goes on; waits within it are none. */
export function createStore(kind: string, clock: FakeClock): Store {
  const { now } = clock;
  /** What goes on when a write hangs: bounds end, and nobody waits for the call. */
  const onHang = new Set<() => void>();
  const guard: Guard = (text) => {
    if (text.length < SMALL_BYTES || store.failure === "none") return undefined;
    if (store.failure === "hanging") {
      for (const end of onHang) end();
      onHang.clear();
      return new Promise(() => {});
    }
    const isRefused = store.failure === "refused";
    return Promise.reject(isRefused ? new Error("refused") : new RangeError());
  };
  const opened = OPEN[kind]?.(guard, now);
  const store: Store = {
    failure: "none",
    isolate(seed) {
      // A wait for a store's next second is over at once; a bound is where something hangs.
      const sleep = (ms: number, signal?: AbortSignal) =>
        new Promise<void>((end) => {
          if (ms <= 1000) setTimeout(end);
          else onHang.add(end);
          signal?.addEventListener("abort", () => {
            onHang.delete(end);
            end();
          });
        });
      const random = createSeededRandom(seed);
      const cache = opened?.create({
        now,
        sleep,
        random,
        intervalMs: INTERVAL_MS,
      });
      if (!cache) throw new Error(`There is no store ${kind}`);
      const track = <T>(call: () => MaybePromise<T>) => {
        const hung = new Promise<void>((end) => onHang.add(end));
        const result = call();
        clock.track(Promise.race([result, hung]).then(() => {}, () => {}));
        return result;
      };
      return {
        delayMs: cache.delayMs,
        getFlagDefinitions: (...given) =>
          track(() => cache.getFlagDefinitions(...given)),
        shouldFetchFlagDefinitions: (...given) =>
          track(() => cache.shouldFetchFlagDefinitions(...given)),
        onFlagDefinitionsReceived: (...given) =>
          track(() => cache.onFlagDefinitionsReceived(...given)),
        onFlagDefinitionsUnchanged: (...given) =>
          track(() => cache.onFlagDefinitionsUnchanged?.(...given)),
        getConfirmedAt: (...given) =>
          track(() => cache.getConfirmedAt?.(...given)),
        shutdown: (...given) => track(() => cache.shutdown(...given)),
      };
    },
    async [Symbol.asyncDispose]() {
      await opened?.close?.();
    },
  };
  return store;
}

function createLocation(guard: Guard) {
  const responses = new Map<string, string>();
  const location = {
    match(url: string) {
      const text = responses.get(url);
      return Promise.resolve(
        text === undefined ? undefined : new Response(text),
      );
    },
    async put(url: string, response: Response) {
      const text = await response.text();
      await guard(text);
      responses.set(url, text);
    },
  };
  return (seams: Seams) =>
    cacheApiCache(() => location, { url: "https://shop.test/x", ...seams });
}

/** A Redis of the commands that the cache uses, behind Upstash's protocol. */
function createRedis(guard: Guard, now: () => number) {
  const texts = new Map<string, { text: string; until: number }>();
  const hashes = new Map<string, Map<string, string>>();
  const get = (key: string) => {
    const held = texts.get(key);
    return held && held.until > now() ? held : undefined;
  };
  const run = async (words: readonly string[]): Promise<unknown> => {
    const [name, key = "", ...rest] = words;
    const hash = hashes.get(key) ?? new Map<string, string>();
    switch (name) {
      case "GET":
        return get(key)?.text ?? null;
      case "DEL":
        return Number(texts.delete(key));
      case "SET":
        if (get(key)) return null;
        texts.set(key, { text: rest[0] ?? "", until: now() + Number(rest[3]) });
        return "OK";
      case "PEXPIRE": {
        const held = get(key);
        if (held) held.until = now() + Number(rest[0]);
        return Number(held !== undefined);
      }
      case "HGET":
        return hash.get(rest[0] ?? "") ?? null;
      case "HMGET":
        return rest.map((field) => hash.get(field) ?? null);
      default:
        await guard(rest.join());
        for (let at = 0; at < rest.length; at += 2) {
          hash.set(rest[at] ?? "", rest[at + 1] ?? "");
        }
        hashes.set(key, hash);
        return rest.length / 2;
    }
  };
  return async (_: string, { body }: { readonly body?: unknown }) => {
    const text = new TextDecoder().decode(body as Uint8Array);
    const results: unknown[] = [];
    try {
      for (const command of JSON.parse(text) as unknown[][]) {
        results.push({ result: await run(command.map(String)) });
      }
    } catch {
      results.push({ error: "OOM command not allowed" });
    }
    return Response.json(results);
  };
}
