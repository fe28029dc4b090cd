import { assertEquals } from "@std/assert";
import { createTestClient } from "edgehog/testing";

/** When an isolate that draws these bytes finds its definitions stale, in ms after the load. */
const DRAWS: readonly (readonly [byte: number, staleAtMs: number])[] = [
  [0, 30_000],
  [128, 28_495],
  // The largest draw is not quite 1.
  [255, 27_001],
];

for (const [byte, staleAtMs] of DRAWS) {
  Deno.test(`The refresh interval of a draw of ${byte} is at most the configured one (FLD-039)`, async () => {
    const { posthog, emulator, clock } = createTestClient({
      flags: { f: true },
      random: (bytes) => bytes.fill(byte),
    });
    const count = async () => {
      await posthog.evaluateFlags("ada");
      await clock.settle();
      return emulator.requests.filter(({ path }) =>
        path === "/flags/definitions"
      ).length;
    };
    await count();
    await clock.advance(staleAtMs - 2);
    const before = await count();
    await clock.advance(2);
    assertEquals([before, await count()], [1, 2]);
  });
}

Deno.test("A fresh isolate draws nothing before it has definitions", async () => {
  let draws = 0;
  const { posthog } = createTestClient({
    flags: { f: true },
    random: (bytes) => (draws++, bytes.fill(0)),
  });
  const evaluate = () =>
    posthog.evaluateFlags("ada", { onlyEvaluateLocally: true });
  await evaluate();
  const before = draws;
  await evaluate();
  assertEquals([before, draws], [0, 1]);
});
