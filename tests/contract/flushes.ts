import { assert, assertEquals } from "./_assert.ts";
import type { ContractLibrary, ContractRunner } from "./_runner.ts";
import { withStreams } from "./_streams.ts";
import { CAPTURE_PATH } from "../_kit/capture_paths.ts";

const EVENT = { distinctId: "user-1", event: "paid" };

/** Who sends when: triggers, flushes, immediate sends, `waitUntil`, and the end of a client. */
export function flushes(t: ContractRunner, { testing }: ContractLibrary): void {
  const { createTestClient } = testing;

  t.test("flushInterval: 0 never sends for an event's age, and nothing waits meanwhile (CAP-110, CAP-119)", async () => {
    const { posthog, emulator, clock } = createTestClient({ flushInterval: 0 });
    posthog.capture(EVENT);
    await clock.advance(3_600_000);
    posthog.capture(EVENT);
    await clock.settle();
    assertEquals([emulator.requests.length, clock.pending], [0, 0]);
  });

  t.test("flushInterval makes the next capture send, and nothing waits meanwhile (CAP-119)", async () => {
    const { posthog, emulator, clock } = createTestClient({
      flushInterval: 5000,
    });
    posthog.capture(EVENT);
    assertEquals(clock.pending, 0);
    await clock.advance(5000);
    assertEquals(emulator.requests.length, 0);
    posthog.capture(EVENT);
    await clock.settle();
    assertEquals(emulator.events.length, 2);
  });

  t.test("flushAt: 1, a capture and a flush make one request (CAP-125)", async () => {
    const { posthog, emulator, clock } = createTestClient({ flushAt: 1 });
    posthog.capture(EVENT);
    const flushed = posthog.flush();
    await clock.advance(1000);
    assertEquals((await flushed).delivered, 1);
    assertEquals(emulator.requests.length, 1);
  });

  t.test("syncMode sends each event by itself, with retries, and a flush covers it (CAP-124, CAP-267)", async () => {
    const kept: Promise<unknown>[] = [];
    const { posthog, emulator, clock } = createTestClient({
      syncMode: true,
      waitUntil: (promise) => void kept.push(promise),
    });
    emulator.failNext({ path: CAPTURE_PATH, status: 503 });
    const uuids = [posthog.capture(EVENT), posthog.capture(EVENT)];
    assertEquals(kept.length, 2);
    const flushed = posthog.flush();
    await clock.advance(10_000);
    assertEquals((await flushed).delivered, 2);
    const sizes = emulator.requests.map(({ body }) =>
      (body as { batch: unknown[] }).batch.length
    );
    assertEquals(sizes, [1, 1, 1]);
    assertEquals(emulator.events.map(({ uuid }) => uuid).sort(), uuids.sort());
    await Promise.all(kept);
  });

  const NO_JSON = "a success whose body is no JSON";
  const BROKEN_OFF = "a success whose body breaks off";
  const results: [
    name: string,
    fault: Parameters<
      ReturnType<typeof createTestClient>["emulator"]["failNext"]
    >[0],
    expected: [delivered: number, dropped: number, retained: number],
    captureMode?: "v0" | "v1",
  ][] = [
    ["a broken connection", { drop: "connection" }, [0, 0, 2]],
    ["400", { status: 400 }, [0, 2, 0]],
    ["503", { status: 503 }, [0, 0, 2]],
    // By v1 nobody knows what became of them, and once more could loop; v0's status says all there is.
    [`${NO_JSON} in v1`, { status: 200, body: "ok" }, [0, 2, 0], "v1"],
    [`${NO_JSON} in v0`, { status: 200, body: "ok" }, [2, 0, 0], "v0"],
    ["a web page (FLD-009)", { status: 200, body: " <html>" }, [0, 0, 2]],
    // What was taken is in the rest, and the events come again under their uuids.
    [`${BROKEN_OFF} in v1`, { drop: "body" }, [0, 0, 2], "v1"],
    [`${BROKEN_OFF} in v0`, { drop: "body" }, [2, 0, 0], "v0"],
  ];
  for (const [name, fault, counts, captureMode] of results) {
    const [delivered, dropped, retained] = counts;
    const runner = name.startsWith(BROKEN_OFF) ? withStreams(t) : t;
    runner.test(`flush() resolves with what became of the events after ${name} (CAP-261)`, async () => {
      const { posthog, emulator, clock } = createTestClient({ captureMode });
      emulator.failNext({ times: 4, ...fault });
      posthog.capture(EVENT);
      posthog.capture(EVENT);
      const flushed = posthog.flush();
      await clock.advance(60_000);
      assertEquals(await flushed, { delivered, dropped, retained });
      assertEquals(posthog.queueSize, retained);
    });
  }

  t.test("two flushes at once send each event once, and both resolve after it (CAP-263)", async () => {
    const { posthog, emulator, clock } = createTestClient();
    emulator.failNext({ path: CAPTURE_PATH, delayMs: 500 });
    posthog.capture(EVENT);
    let ended = 0;
    const both = [posthog.flush(), posthog.flush()].map((flushed) =>
      flushed.finally(() => ended++)
    );
    await clock.advance(499);
    assertEquals(ended, 0);
    await clock.advance(500);
    const counts = (await Promise.all(both)).map(({ delivered }) => delivered);
    assertEquals([counts, emulator.events.length], [[1, 1], 1]);
  });

  t.test("waitUntil gets flush() and the client's drains, one promise each (CAP-267, FLD-001)", async () => {
    const kept: Promise<unknown>[] = [];
    const { posthog, emulator, clock } = createTestClient({
      flushAt: 3,
      waitUntil: (promise) => void kept.push(promise),
    });
    emulator.setFaultPolicy(() => ({ drop: "connection" }));
    posthog.capture(EVENT);
    posthog.capture(EVENT);
    posthog.capture(EVENT);
    assertEquals(kept.length, 1);
    void posthog.flush(100);
    assertEquals(kept.length, 2);
    await clock.advance(60_000);
    const ends = await Promise.allSettled(kept);
    assertEquals(ends.map(({ status }) => status), ["fulfilled", "fulfilled"]);
  });

  t.test("a waitUntil that throws breaks nothing, and is warned about once (CAP-268)", async () => {
    const { posthog, emulator, logs } = createTestClient({
      flushAt: 1,
      waitUntil() {
        throw new TypeError("Illegal invocation");
      },
    });
    for (let i = 0; i < 3; i++) posthog.capture(EVENT);
    assertEquals((await posthog.flush()).retained, 0);
    assertEquals(emulator.events.length, 3);
    const warnings = logs.filter(({ level }) => level === "warn");
    assertEquals(warnings.length, 1);
    assert(warnings[0]?.message.includes("'waitUntil'"), "names the callback");
  });

  t.test("an immediate send that fails stays queued on an outage and is gone on a refusal (CAP-270)", async () => {
    const { posthog, emulator, clock, errors } = createTestClient({
      fetchRetryCount: 0,
    });
    const ctx = { waitUntil: () => {} };
    const hog = posthog.forRequest(undefined, ctx, { distinctId: "user-1" });
    emulator.failNext({ path: CAPTURE_PATH, status: 503, times: 2 });
    const sent = [
      posthog.captureImmediate(EVENT),
      hog.captureImmediate({ event: "scoped" }),
    ];
    await clock.settle();
    const uuids = await Promise.all(sent);
    assertEquals(posthog.queuedEvents().map(({ uuid }) => uuid), uuids);
    emulator.failNext({ path: CAPTURE_PATH, status: 400 });
    const refused = await posthog.captureImmediate(EVENT);
    assertEquals([typeof refused, posthog.queueSize, errors.length], [
      "string",
      2,
      3,
    ]);
    assertEquals((await posthog.flush()).delivered, 2);
  });

  t.test("client.flush() does not wait for a scope whose request hangs (CAP-285)", async () => {
    const { posthog, emulator, clock } = createTestClient();
    const ctx = { waitUntil: () => {} };
    emulator.failNext({ path: CAPTURE_PATH, delayMs: 9000 });
    posthog.forRequest(undefined, ctx, EVENT).capture({ event: "slow" });
    await clock.advance(1);
    posthog.capture(EVENT);
    assertEquals((await posthog.flush()).delivered, 1);
    assertEquals(emulator.events.map(({ event }) => event), ["paid"]);
  });

  t.test("a scope's waitUntil is that of its init, or its context, or the client (CAP-288)", async () => {
    const asked: string[] = [];
    const named = (name: string) => () => void asked.push(name);
    const { posthog, emulator } = createTestClient({
      waitUntil: named("client"),
    });
    const ctx = { waitUntil: named("ctx") };
    const init = { distinctId: "user-1", waitUntil: named("init") };
    for (
      const scope of [
        posthog.forRequest(undefined, ctx, init),
        posthog.forRequest(undefined, ctx),
        posthog.forRequest(),
      ]
    ) {
      scope.capture({ event: "viewed" });
      await scope.flush();
      for (
        const name of ["shutdown", "optOut", "register", "on", "debug"]
      ) assertEquals(name in scope, false);
    }
    // One for the drain and one for the flush.
    const expected = ["init", "init", "ctx", "ctx", "client", "client"];
    assertEquals([asked, emulator.events.length], [expected, 3]);
  });

  t.test("shutdown(ms) that is too short says so, with debug off, and counts what is lost (CAP-272, CAP-274)", async () => {
    const { posthog, emulator, clock, errors, logs } = createTestClient();
    emulator.failNext({ path: CAPTURE_PATH, delayMs: 60_000 });
    posthog.capture(EVENT);
    posthog.capture(EVENT);
    const flushed = posthog.flush();
    const began = clock.now();
    const done = posthog.shutdown(100).then(() => clock.now() - began);
    await clock.advance(100);
    assertEquals(await done, 100);
    assertEquals(await flushed, { delivered: 0, dropped: 2, retained: 0 });
    // What was cut short ends in its own turn.
    await clock.settle();
    assertEquals(clock.pending, 0);
    const lines = logs.filter(({ level }) => level === "error");
    assertEquals([lines.length, lines[0]?.message.includes("2 events")], [
      1,
      true,
    ]);
    const [error] = errors;
    assert(error?.name === "DeliveryError", "one delivery error");
    assertEquals([error.code, error.events.length, errors.length], [
      "shutdown_timeout",
      2,
      1,
    ]);
  });

  for (const timeoutMs of [NaN, Infinity, 1e300]) {
    t.test(`shutdown(${timeoutMs}) takes its time to deliver (CAP-271)`, async () => {
      const { posthog, emulator, clock } = createTestClient();
      emulator.failNext({ path: CAPTURE_PATH, status: 503, times: 2 });
      posthog.capture(EVENT);
      const done = posthog.shutdown(timeoutMs);
      await clock.advance(10_000);
      await done;
      assertEquals([emulator.events.length, clock.pending], [1, 0]);
    });
  }

  t.test("the end of an `await using` block delivers (CAP-273)", async () => {
    const { posthog, emulator } = createTestClient();
    {
      await using inner = posthog;
      inner.capture(EVENT);
    }
    assertEquals(emulator.events.length, 1);
    assertEquals(posthog.capture(EVENT), undefined);
  });

  t.test("a shutdown starts no attempt after its deadline (CAP-276)", async () => {
    const { posthog, emulator, clock } = createTestClient();
    emulator.setFaultPolicy(() => ({ status: 503 }));
    posthog.capture(EVENT);
    const done = posthog.shutdown(2000);
    await clock.advance(60_000);
    await done;
    assertEquals([emulator.requests.length, clock.pending], [2, 0]);
  });
}
