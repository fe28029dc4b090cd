import {
  denoKvCache,
  type DenoKvCacheOptions,
  type DenoKvLike,
} from "../../../src/caches/deno_kv.ts";
import type { FlagDefinitionCache } from "../../../src/core/flag_definition_cache.ts";
import {
  createFakeClock,
  type FakeClock,
} from "../../../src/testing/fake_clock.ts";

const PREFIX = ["edgehog", "flag_definitions"];

/** The keys, as the cache has them by default. */
export const LEASE: string[] = [...PREFIX, "lease"];
export const HEAD: string[] = [...PREFIX, "head"];
export const PIECES: string[] = [...PREFIX, "pieces"];

/** A database, a clock for all isolates, and isolates. */
export interface World {
  readonly kv: Deno.Kv;
  readonly clock: FakeClock;
  createIsolate(
    options?: DenoKvCacheOptions,
    kv?: DenoKvLike,
  ): FlagDefinitionCache;
  /** The sizes of the pieces that are stored. */
  pieceSizes(): Promise<number[]>;
}

/** A test with an empty database, and a clock for all isolates. */
export function kvTest(
  name: string,
  fn: (world: World) => Promise<void>,
): void {
  Deno.test(name, async () => {
    const kv = await Deno.openKv(":memory:");
    const clock = createFakeClock();
    const { now, sleep } = clock;
    try {
      await fn({
        kv,
        clock,
        createIsolate: (options, own = kv) =>
          denoKvCache(() => own, { now, sleep, ...options }),
        async pieceSizes() {
          const sizes: number[] = [];
          for await (const { value } of kv.list({ prefix: PIECES })) {
            sizes.push((value as Uint8Array).length);
          }
          return sizes;
        },
      });
    } finally {
      kv.close();
    }
  });
}
