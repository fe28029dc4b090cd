import { assert, assertEquals } from "./_assert.ts";
import type { ContractLibrary, ContractRunner } from "./_runner.ts";
import { createWireClient } from "./_wire.ts";
import { CAPTURE_PATH } from "../_kit/capture_paths.ts";

const distinctId = "user-1";

/** Sends that are awaited, and the end of a client. */
export function closing(t: ContractRunner, lib: ContractLibrary): void {
  const create = (options = {}) => createWireClient(lib, options);

  t.test("each …Immediate method sends one event by itself, and resolves after the answer with its uuid (CAP-269)", async () => {
    const { posthog, emulator, clock } = create({ flushAt: 20 });
    posthog.capture({ distinctId, event: "queued" });
    const twins = [
      () => posthog.captureImmediate({ distinctId, event: "paid" }),
      () => posthog.identifyImmediate({ distinctId }),
      () => posthog.aliasImmediate({ distinctId, alias: "a" }),
      () => posthog.groupIdentifyImmediate({ groupType: "c", groupKey: "k" }),
      () =>
        posthog.setPersonPropertiesImmediate({
          distinctId,
          properties: { a: 1 },
        }),
      () =>
        posthog.unsetPersonPropertiesImmediate({ distinctId, properties: "a" }),
    ];
    const uuids: (string | undefined)[] = [];
    for (const send of twins) {
      emulator.failNext({ path: CAPTURE_PATH, delayMs: 100 });
      let isDone = false;
      const sending = send().then((uuid) => {
        isDone = true;
        return uuid;
      });
      await clock.advance(99);
      assertEquals(isDone, false);
      await clock.advance(1);
      uuids.push(await sending);
    }
    assertEquals(emulator.requests.length, twins.length);
    assertEquals(emulator.events.map(({ uuid }) => uuid), uuids);
    assertEquals(emulator.events.map(({ event }) => event), [
      "paid",
      "$identify",
      "$create_alias",
      "$groupidentify",
      "$set",
      "$set",
    ]);
    assertEquals(posthog.queueSize, 1);
  });

  t.test("an immediate event outlives an outage in the client's queue, from a scope too (CAP-270)", async () => {
    const { posthog, emulator, errors } = create({ fetchRetryCount: 0 });
    const ctx = { waitUntil: () => {} };
    emulator.failNext({ path: CAPTURE_PATH, status: 503, times: 2 });
    const hog = posthog.forRequest(undefined, ctx, { distinctId });
    const uuids = [
      await posthog.captureImmediate({ distinctId, event: "one" }),
      await hog.captureImmediate({ event: "two" }),
    ];
    assertEquals(posthog.queuedEvents().map(({ uuid }) => uuid), uuids);
    assertEquals(
      errors.map((error) => "retained" in error && error.retained),
      [true, true],
    );
    assertEquals((await posthog.flush()).delivered, 2);
  });

  t.test("an immediate event that is refused is dropped and reported, and the call resolves (CAP-270)", async () => {
    const { posthog, emulator, errors } = create();
    emulator.failNext({ path: CAPTURE_PATH, status: 400 });
    const uuid = await posthog.captureImmediate({ distinctId, event: "paid" });
    assert(uuid !== undefined, "It was admitted");
    assertEquals([posthog.queueSize, errors.map(({ code }) => code)], [0, [
      "http",
    ]]);
  });

  t.test("after shutdown() every event method answers undefined, with one warning in all (CAP-271)", async () => {
    const { posthog, emulator, warnings } = create();
    posthog.capture({ distinctId, event: "paid" });
    await posthog.shutdown();
    assertEquals(
      [
        posthog.capture({ distinctId, event: "late" }),
        posthog.identify({ distinctId }),
        posthog.alias({ distinctId, alias: "a" }),
        posthog.groupIdentify({ groupType: "c", groupKey: "k" }),
        posthog.setPersonProperties({ distinctId, properties: { a: 1 } }),
        posthog.unsetPersonProperties({ distinctId, properties: "a" }),
        await posthog.captureImmediate({ distinctId, event: "late" }),
      ],
      Array(7).fill(undefined),
    );
    assertEquals(
      [warnings.length, emulator.requests.length, posthog.queueSize],
      [1, 1, 0],
    );
  });

  t.test("shutdown(ms) against a hung server says how many events are lost, though debug is off (CAP-272)", async () => {
    const { posthog, emulator, clock, errors, logs } = create();
    emulator.failNext({ path: CAPTURE_PATH, delayMs: 60_000 });
    posthog.capture({ distinctId, event: "one" });
    posthog.capture({ distinctId, event: "two" });
    let isDone = false;
    const done = posthog.shutdown(100).then(() => {
      isDone = true;
    });
    await clock.advance(99);
    assertEquals(isDone, false);
    await clock.advance(1);
    await done;
    const lost = errors.filter(({ code }) => code === "shutdown_timeout");
    assertEquals(
      lost.map((error) => "events" in error && error.events.length),
      [2],
    );
    const critical = logs.filter(({ level }) => level === "error");
    assertEquals(critical.length, 1);
    assert(critical[0]?.message.includes("2 events"), "No count");
  });

  t.test("concurrent shutdowns do the work once and all resolve; later ones at once (CAP-273)", async () => {
    const { posthog, emulator, clock } = create();
    emulator.failNext({ path: CAPTURE_PATH, delayMs: 100 });
    posthog.capture({ distinctId, event: "paid" });
    const ends: number[] = [];
    const calls = [
      () => posthog.shutdown(),
      () => posthog.close(),
      () => posthog[Symbol.asyncDispose](),
    ].map((close) => close().then(() => void ends.push(clock.now())));
    const start = clock.now();
    await clock.advance(1000);
    await Promise.all(calls);
    assert(
      ends.every((end) => end - start >= 100 && end - start <= 200),
      `Ended after ${ends.map((end) => end - start)} ms`,
    );
    await posthog.close();
    assertEquals([emulator.events.length, clock.pending], [1, 0]);
  });

  t.test("a second shutdown(ms) ends at its own deadline (CAP-273)", async () => {
    const { posthog, emulator, clock } = create();
    emulator.failNext({ path: CAPTURE_PATH, delayMs: 60_000 });
    posthog.capture({ distinctId, event: "paid" });
    const first = posthog.shutdown(10_000);
    let endedAt: number | undefined;
    const start = clock.now();
    const second = posthog.shutdown(60).then(() => {
      endedAt = clock.now();
    });
    await clock.advance(60);
    await second;
    assertEquals((endedAt ?? 0) - start, 60);
    await clock.advance(10_000);
    await first;
  });

  t.test("an event of exactly maxEventBytes is taken, one byte more is refused by name and size (CAP-114)", () => {
    const one = create({ testMode: true });
    const properties = { text: "é" };
    one.posthog.capture({ distinctId, event: "paid", properties });
    const [event] = one.posthog.queuedEvents();
    const maxEventBytes =
      new TextEncoder().encode(JSON.stringify(event)).length;
    const { posthog, errors, logs } = create({ testMode: true, maxEventBytes });
    const drops: string[] = [];
    posthog.on("drop", ({ reason }) => drops.push(reason));
    const take = (text: string) =>
      posthog.capture({ distinctId, event: "paid", properties: { text } });
    assert(take("é") !== undefined, "It fits");
    assertEquals([take("éx"), posthog.queueSize, drops], [undefined, 1, [
      "oversize",
    ]]);
    const [error] = errors;
    assertEquals(
      [errors.length, error?.name, error?.code],
      [1, "DeliveryError", "oversize"],
    );
    const message = error?.message ?? "";
    assert(message.includes("'paid'"), message);
    assert(message.includes(String(maxEventBytes + 1)), message);
    assert(!message.includes("é"), message);
    assertEquals(logs.map(({ level }) => level), ["error"]);
  });
}
