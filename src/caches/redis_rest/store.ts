import type { AtomicStore } from "../atomic_cache.ts";
import type { RedisPipeline } from "./pipeline.ts";

/** What the store is made of. */
export interface RedisStoreDeps {
  /** Runs commands. */
  readonly run: RedisPipeline;
  /** The hash with the definitions. */
  readonly key: string;
  /** How long a lease lasts in ms. */
  readonly leaseMs: number;
}

/**
 * Creates an {@linkcode AtomicStore} over Redis: a hash of version and text, which is written as a whole, and a lease
 * that goes away by itself.
 *
 * No script is needed, since the races that are left do no harm: a lease that passes to another isolate between two
 * commands is prolonged once in its name, or given back once too early, which costs one request to PostHog.
 */
export function createRedisStore(
  { run, key, leaseMs }: RedisStoreDeps,
): AtomicStore {
  const lease = `${key}:lease`;
  return {
    async claim(holder, mayRenew) {
      if (mayRenew) {
        // Not SET XX, which could take the lease from somebody else.
        const [owner] = await run([["GET", lease], [
          "PEXPIRE",
          lease,
          leaseMs,
        ]]);
        if (typeof owner === "string") return owner === holder;
      }
      const [answer] = await run([
        ["SET", lease, holder, "NX", "PX", leaseMs],
      ]);
      return answer === "OK";
    },
    async release(holder) {
      const [owner] = await run([["GET", lease]]);
      if (owner === holder) await run([["DEL", lease]]);
    },
    async readVersion() {
      const [version] = await run([["HGET", key, "version"]]);
      return toText(version);
    },
    async read(known) {
      if (known !== undefined) {
        const [version] = await run([["HGET", key, "version"]]);
        if (version === known) return { version: known, text: undefined };
        if (typeof version !== "string") return undefined;
      }
      const [fields] = await run([["HMGET", key, "version", "data"]]);
      const [version, text]: readonly unknown[] = Array.isArray(fields)
        ? fields
        : [];
      return typeof version === "string" && typeof text === "string"
        ? { version, text }
        : undefined;
    },
    async write(version, text) {
      await run([["HSET", key, "version", version, "data", text]]);
    },
    async confirm(at) {
      await run([["HSET", key, "confirmedAt", at]]);
    },
    async readConfirmedAt() {
      const [at] = await run([["HGET", key, "confirmedAt"]]);
      // Redis knows texts alone; some proxies make numbers of them.
      const ms = Number(at ?? NaN);
      return Number.isFinite(ms) ? ms : undefined;
    },
  };
}

function toText(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}
