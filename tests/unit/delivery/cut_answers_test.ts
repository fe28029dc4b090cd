import { assertEquals } from "@std/assert";
import { createTestClient } from "edgehog/testing";

Deno.test("every tenth answer of capture v1 cut off in its body costs none of 10,000 events (FLD-085)", async () => {
  const EVENTS = 10_000;
  const { posthog, clock, emulator, errors } = createTestClient({
    captureMode: "v1",
    maxQueueSize: EVENTS,
    maxBatchSize: 10,
  });
  let requests = 0;
  let cut = 0;
  emulator.setFaultPolicy(() => {
    if (++requests % 10 > 0) return undefined;
    cut++;
    return { drop: "body" };
  });
  const drops: unknown[] = [];
  posthog.on("drop", (event) => void drops.push(event));
  const capture = (count: number) => {
    for (let i = 0; i < count; i++) {
      posthog.capture({ distinctId: `user-${i}`, event: "paid" });
    }
  };
  capture(EVENTS);
  let isOver = false;
  const flushed = posthog.flush().finally(() => isOver = true);
  while (!isOver) await clock.advance(10_000);
  const counts = await flushed;
  assertEquals([counts, drops, errors], [
    { delivered: EVENTS, dropped: 0, retained: 0 },
    [],
    [],
  ]);
  assertEquals(new Set(emulator.events.map(({ uuid }) => uuid)).size, EVENTS);
  // What was cut off had been taken, and came again under its uuid.
  assertEquals(emulator.events.length, EVENTS + 10 * cut);
  assertEquals(cut, 111);
});
