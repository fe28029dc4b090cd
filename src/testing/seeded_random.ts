import type { RandomSource } from "../core/random.ts";

/**
 * Creates a random source that gives the same bytes for the same seed: uuids, jitter and waits of a test repeat.
 * Not for secrets.
 *
 * @param seed Any number; its lower 32 bits count.
 *
 * @example
 * ```ts
 * import { createSeededRandom } from "edgehog/testing";
 * import { assertEquals } from "@std/assert";
 *
 * const [first, second] = [new Uint8Array(8), new Uint8Array(8)];
 * createSeededRandom(1)(first);
 * createSeededRandom(1)(second);
 * assertEquals(first, second);
 * ```
 */
export function createSeededRandom(seed: number): RandomSource {
  const next = createWords(seed);
  return (bytes) => {
    for (let start = 0; start < bytes.length; start += 4) {
      const word = next();
      for (let i = start; i < Math.min(start + 4, bytes.length); i++) {
        bytes[i] = word >>> ((i - start) * 8);
      }
    }
  };
}

/** splitmix32: a counter through a mixing function; passes the usual statistical tests at this size. */
function createWords(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let word = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    word = Math.imul(word ^ (word >>> 15), 0x735a2d97);
    return (word ^ (word >>> 15)) >>> 0;
  };
}
