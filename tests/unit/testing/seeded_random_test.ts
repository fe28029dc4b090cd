import { assertAlmostEquals, assertEquals, assertNotEquals } from "@std/assert";
import { drawUnit } from "../../../src/core/random.ts";
import { createSeededRandom } from "../../../src/testing/seeded_random.ts";

function draw(seed: number, length: number): number[] {
  const bytes = new Uint8Array(length);
  createSeededRandom(seed)(bytes);
  return [...bytes];
}

Deno.test("createSeededRandom() gives the same bytes for the same seed, others for another", () => {
  assertEquals(draw(1, 16), draw(1, 16));
  assertNotEquals(draw(1, 16), draw(2, 16));
});

Deno.test("createSeededRandom() keeps its sequence: tests rely on it", () => {
  assertEquals(draw(1, 7), [114, 23, 45, 94, 240, 152, 228]);
});

Deno.test("createSeededRandom() fills arrays of any length", () => {
  for (const length of [0, 1, 3, 4, 5, 17]) {
    assertEquals(draw(3, length), draw(3, 20).slice(0, length));
  }
});

Deno.test("createSeededRandom() spreads evenly", () => {
  const random = createSeededRandom(42);
  const units = Array.from({ length: 20_000 }, () => drawUnit(random));
  assertAlmostEquals(
    units.reduce((sum, unit) => sum + unit) / units.length,
    0.5,
    0.01,
  );
  const tenths = units.reduce(
    (counts, unit) =>
      counts.with(
        Math.floor(unit * 10),
        (counts[Math.floor(unit * 10)] ?? 0) + 1,
      ),
    Array<number>(10).fill(0),
  );
  for (const count of tenths) assertAlmostEquals(count, 2000, 200);
});
