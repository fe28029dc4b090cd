import { assert, assertEquals } from "./_assert.ts";
import type { ContractLibrary, ContractRunner } from "./_runner.ts";
import { CAPTURE_PATH } from "../_kit/capture_paths.ts";

/** From `capture` to PostHog, whatever the server does. */
export function delivery(
  t: ContractRunner,
  { testing, dev, edgehog }: ContractLibrary,
): void {
  const { createTestClient } = testing;

  t.test("capture() returns the uuid that arrives (CAP-020)", async () => {
    const { posthog, emulator } = createTestClient();
    const uuid = posthog.capture({
      distinctId: "user-1",
      event: "paid",
      properties: { amount: 3 },
    });
    assertEquals(await posthog.flush(), {
      delivered: 1,
      dropped: 0,
      retained: 0,
    });
    assertEquals(
      emulator.events.map((
        event,
      ) => [event.uuid, event.event, event.distinctId]),
      [[
        uuid,
        "paid",
        "user-1",
      ]],
    );
    assertEquals(emulator.events[0]?.properties["amount"], 3);
  });

  t.test("flush() sends a batch gzipped where the runtime can (CAP-250, CAP-251)", async () => {
    const { posthog, emulator } = createTestClient({
      disableCompression: false,
    });
    posthog.capture({ distinctId: "user-1", event: "paid" });
    await posthog.flush();
    const canCompress = typeof CompressionStream === "function";
    assertEquals(
      emulator.requests[0]?.headers["content-encoding"],
      canCompress ? "gzip" : undefined,
    );
    assertEquals(emulator.events.length, 1);
  });

  t.test("flush() with nothing queued makes no request (CAP-260)", async () => {
    const { posthog, emulator } = createTestClient();
    assertEquals(await posthog.flush(), {
      delivered: 0,
      dropped: 0,
      retained: 0,
    });
    assertEquals(emulator.requests.length, 0);
  });

  t.test("a queue that reaches flushAt sends by itself (CAP-111)", async () => {
    const pending: Promise<unknown>[] = [];
    const { posthog, emulator } = createTestClient({
      flushAt: 3,
      waitUntil: (promise) => void pending.push(promise),
    });
    for (let i = 0; i < 3; i++) {
      posthog.capture({ distinctId: "user-1", event: "paid" });
    }
    assertEquals(pending.length, 1);
    await Promise.all(pending);
    assertEquals(emulator.events.length, 3);
    assertEquals(posthog.queueSize, 0);
  });

  t.test("503 is tried again until it works, with one body of events (CAP-146, CAP-142)", async () => {
    const { posthog, emulator, clock } = createTestClient();
    emulator.failNext({ path: CAPTURE_PATH, status: 503, times: 2 });
    posthog.capture({ distinctId: "user-1", event: "paid" });
    const flushed = posthog.flush();
    await clock.advance(10_000);
    assertEquals(await flushed, { delivered: 1, dropped: 0, retained: 0 });
    assertEquals(emulator.requests.map(({ status }) => status), [
      503,
      503,
      200,
    ]);
    assertEquals(emulator.events.length, 1);
  });

  t.test("an outage keeps the events, and the next flush delivers them (CAP-220, CAP-221)", async () => {
    const errors: unknown[] = [];
    const { posthog, emulator, clock } = createTestClient({
      onError: (error) => errors.push(error),
    });
    emulator.failNext({ path: CAPTURE_PATH, status: 503, times: 4 });
    const uuid = posthog.capture({ distinctId: "user-1", event: "paid" });
    const first = posthog.flush();
    await clock.advance(60_000);
    assertEquals(await first, { delivered: 0, dropped: 0, retained: 1 });
    assertEquals(emulator.requests.length, 4);
    assertEquals(
      errors.map((error) => edgehog.isEdgehogError(error) && error.code),
      ["http"],
    );
    assertEquals(await posthog.flush(), {
      delivered: 1,
      dropped: 0,
      retained: 0,
    });
    assertEquals(emulator.events.map((event) => event.uuid), [uuid]);
  });

  t.test("a refused connection is an outage, reported once (CAP-146)", async () => {
    const { posthog, emulator, clock } = createTestClient({
      fetchRetryCount: 0,
    });
    emulator.failNext({ path: CAPTURE_PATH, drop: "connection" });
    posthog.capture({ distinctId: "user-1", event: "paid" });
    const first = posthog.flush();
    await clock.advance(1);
    assertEquals((await first).retained, 1);
    assertEquals((await posthog.flush()).delivered, 1);
  });

  t.test("400 drops the batch and reports it (CAP-144)", async () => {
    const dropped: string[] = [];
    const { posthog, emulator } = createTestClient();
    posthog.on("drop", ({ reason }) => dropped.push(reason));
    emulator.failNext({ path: CAPTURE_PATH, status: 400 });
    posthog.capture({ distinctId: "user-1", event: "paid" });
    assertEquals(await posthog.flush(), {
      delivered: 0,
      dropped: 1,
      retained: 0,
    });
    assertEquals(dropped, ["rejected"]);
    assertEquals(emulator.requests.length, 1);
  });

  t.test("413 halves the batch until it fits (CAP-230)", async () => {
    const { posthog, emulator } = createTestClient();
    emulator.setFaultPolicy(({ body }) => {
      const batch = (body as { batch?: unknown[] } | undefined)?.batch ?? [];
      return batch.length > 1 ? { status: 413 } : undefined;
    });
    for (let i = 0; i < 4; i++) {
      posthog.capture({ distinctId: "user-1", event: `e${i}` });
    }
    assertEquals(await posthog.flush(), {
      delivered: 4,
      dropped: 0,
      retained: 0,
    });
    assertEquals(emulator.events.map(({ event }) => event), [
      "e0",
      "e1",
      "e2",
      "e3",
    ]);
  });

  t.test("an attempt that hangs ends at its deadline and is tried again (CAP-228)", async () => {
    const { posthog, emulator, clock } = createTestClient({
      requestTimeout: 1000,
    });
    emulator.failNext({ path: CAPTURE_PATH, delayMs: 60_000 });
    posthog.capture({ distinctId: "user-1", event: "paid" });
    const flushed = posthog.flush();
    await clock.advance(5000);
    assertEquals((await flushed).delivered, 1);
  });

  t.test("flush(ms) against a hung server ends in time and keeps the events (CAP-265)", async () => {
    const { posthog, emulator, clock } = createTestClient();
    emulator.failNext({ path: CAPTURE_PATH, delayMs: 60_000 });
    posthog.capture({ distinctId: "user-1", event: "paid" });
    const flushed = posthog.flush(50);
    await clock.advance(50);
    assertEquals(await flushed, { delivered: 0, dropped: 0, retained: 1 });
    assertEquals(posthog.queueSize, 1);
  });

  t.test("captureImmediate() sends one event by itself (CAP-269)", async () => {
    const { posthog, emulator } = createTestClient({ flushAt: 20 });
    posthog.capture({ distinctId: "user-1", event: "queued" });
    const uuid = await posthog.captureImmediate({
      distinctId: "user-1",
      event: "at once",
    });
    assertEquals(emulator.events.map((event) => event.uuid), [uuid]);
    assertEquals(posthog.queueSize, 1);
  });

  t.test("shutdown() delivers, then takes nothing more (CAP-271)", async () => {
    const { posthog, emulator } = createTestClient();
    posthog.capture({ distinctId: "user-1", event: "paid" });
    await posthog.shutdown();
    assertEquals(
      posthog.capture({ distinctId: "user-1", event: "late" }),
      undefined,
    );
    assertEquals(await posthog.flush(), {
      delivered: 0,
      dropped: 0,
      retained: 0,
    });
    await posthog.shutdown();
    assertEquals(emulator.events.map(({ event }) => event), ["paid"]);
  });

  t.test("shutdown(ms) against a hung server ends in time and says what is lost (CAP-272)", async () => {
    const dropped: string[] = [];
    const { posthog, emulator, clock } = createTestClient();
    posthog.on("drop", ({ reason }) => dropped.push(reason));
    emulator.failNext({ path: CAPTURE_PATH, delayMs: 60_000 });
    posthog.capture({ distinctId: "user-1", event: "paid" });
    const done = posthog.shutdown(100);
    await clock.advance(100);
    await done;
    assertEquals(dropped, ["shutdown"]);
    assertEquals(clock.pending, 0, "No wait is left behind");
  });

  t.test("a client wired to an emulator by its fetch needs nothing else", async () => {
    const emulator = dev.createPostHogEmulator();
    const posthog = new edgehog.PostHog("phc_x", { fetch: emulator.fetch });
    posthog.capture({ distinctId: "user-1", event: "paid" });
    const { delivered } = await posthog.flush();
    await posthog.shutdown();
    assert(delivered === 1, "The event was not delivered");
  });
}
