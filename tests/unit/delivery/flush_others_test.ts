import { assertEquals } from "@std/assert";
import { createTestClient } from "edgehog/testing";

const EVENT = { distinctId: "user-1", event: "paid" };

/** A client without jitter; each batch takes half a second, flags a whole one. */
function createFixture() {
  const kit = createTestClient({ enableLocalEvaluation: false });
  const { posthog, emulator, clock } = kit;
  const ends: unknown[] = [];
  const startedAt = clock.now();
  emulator.setFaultPolicy(({ path }) => ({
    delayMs: path === "/flags" ? 1000 : 500,
  }));
  const flush = async () => {
    const { delivered } = await posthog.flush();
    ends.push([clock.now() - startedAt, delivered]);
  };
  return { ...kit, ends, flush };
}

Deno.test("two flushes at once both wait for an event in preparation, whichever of them sends it (CAP-262, CAP-263)", async () => {
  const { posthog, clock, ends, flush } = createFixture();
  posthog.capture({ ...EVENT, sendFeatureFlags: true });
  for (let i = 0; i < 2; i++) void flush();
  await clock.advance(10_000);
  assertEquals(ends, [[1500, 1], [1500, 1]]);
});

Deno.test("flush() ends with the events that were there, although the drain that sends them goes on (CAP-264)", async () => {
  const { posthog, clock, ends, flush } = createFixture();
  posthog.capture(EVENT);
  // The drain is under way when the flush comes.
  await clock.settle();
  void flush();
  for (let i = 0; i < 10; i++) {
    await clock.advance(300);
    posthog.capture(EVENT);
  }
  await clock.advance(10_000);
  assertEquals(ends, [[500, 1]]);
});
