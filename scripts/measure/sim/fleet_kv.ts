import { workersKvCache } from "../../../src/caches/workers_kv.ts";
import type { KvNamespaceLike } from "../../../src/caches/types.ts";
import type { Clock } from "../../../src/core/clock.ts";
import type { FlagDefinitionCache } from "../../../src/core/flag_definition_cache.ts";
import { createSeededRandom } from "../../../src/testing/seeded_random.ts";
import {
  createVirtualKv,
  type VirtualKvCounts,
} from "../../../tests/_kit/virtual_kv.ts";
import type { FleetOptions } from "./fleet_plan.ts";

/** The KV namespace that a fleet shares. */
export interface FleetKv {
  /** The cache of one isolate at a place; `seed` decides its name and its waits. `skewMs`: how much its clock is ahead. */
  cacheAt(place: number, seed: number, skewMs: number): FlagDefinitionCache;
  /** What was asked of the namespace so far. */
  readonly counts: VirtualKvCounts;
}

/** How long a read takes, in ms: most are answered at the place itself. */
const READ_MS = 10;

/** How long a write takes, in ms. */
const WRITE_MS = 50;

/** Creates a {@linkcode FleetKv} that is empty. */
export function createFleetKv(
  clock: Clock,
  { intervalMs, kvDelayMs, kvRefuses }: FleetOptions,
): FleetKv {
  const kv = createVirtualKv(clock, {
    consistencyMs: kvDelayMs,
    readMs: READ_MS,
    writeMs: WRITE_MS,
  });
  const isRefused = (key: string) =>
    kvRefuses === "everything" ||
    kvRefuses === "definitions" && !/:(?:lease|holder)$/.test(key);
  const at = (place: number): KvNamespaceLike => {
    const namespace = kv.at(`place ${place}`);
    return {
      ...namespace,
      async put(key, ...given) {
        if (!isRefused(key)) return await namespace.put(key, ...given);
        await clock.sleep(WRITE_MS);
        throw new Error("KV PUT failed: 500 Internal Server Error");
      },
    };
  };
  return {
    cacheAt: (place, seed, skewMs) =>
      workersKvCache(() => at(place), {
        intervalMs,
        now: () => clock.now() + skewMs,
        sleep: clock.sleep,
        random: createSeededRandom(seed),
      }),
    get counts() {
      return kv.counts();
    },
  };
}
