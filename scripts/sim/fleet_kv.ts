import { workersKvCache } from "../../src/caches/workers_kv.ts";
import type { Clock } from "../../src/core/clock.ts";
import type { FlagDefinitionCache } from "../../src/core/flag_definition_cache.ts";
import { createSeededRandom } from "../../src/testing/seeded_random.ts";
import {
  createVirtualKv,
  type VirtualKvCounts,
} from "../../tests/_kit/virtual_kv.ts";
import type { FleetOptions } from "./fleet_plan.ts";

/** The KV namespace that a fleet shares. */
export interface FleetKv {
  /** The cache of one isolate at a place; `seed` decides its name and its waits. */
  cacheAt(place: number, seed: number): FlagDefinitionCache;
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
  { intervalMs, kvDelayMs }: FleetOptions,
): FleetKv {
  const kv = createVirtualKv(clock, {
    consistencyMs: kvDelayMs,
    readMs: READ_MS,
    writeMs: WRITE_MS,
  });
  return {
    cacheAt: (place, seed) =>
      workersKvCache(() => kv.at(`place ${place}`), {
        intervalMs,
        now: clock.now,
        sleep: clock.sleep,
        random: createSeededRandom(seed),
      }),
    get counts() {
      return kv.counts();
    },
  };
}
