import type { TestClientOptions } from "edgehog/testing";
import { assert, assertEquals } from "./_assert.ts";
import type { ContractLibrary, ContractRunner } from "./_runner.ts";
import { isCapturePath } from "../_kit/capture_paths.ts";

const distinctId = "user-1";
const EVENT = { distinctId, event: "paid" };

/** When what is captured leaves, with a `waitUntil` and without one. */
export function sending(t: ContractRunner, lib: ContractLibrary): void {
  keptAlive(t, lib);
  atOnce(t, lib);
  gathered(t, lib);
  refusedScopes(t, lib);
}

/** A client with a `waitUntil` of its own, and what it handed over. */
function createKept(
  { testing }: ContractLibrary,
  options: TestClientOptions = {},
) {
  const kept: Promise<unknown>[] = [];
  const client = testing.createTestClient({
    ...options,
    waitUntil: (promise) => void kept.push(promise),
  });
  return { ...client, kept };
}

/** How many events each request carried. */
function sizesOf(
  requests: readonly { readonly path: string; readonly body: unknown }[],
): number[] {
  return requests.filter(({ path }) => isCapturePath(path))
    .map(({ body }) => (body as { batch: unknown[] }).batch.length);
}

function keptAlive(t: ContractRunner, lib: ContractLibrary): void {
  type Client = ReturnType<typeof createKept>["posthog"];
  const verbs: [name: string, call: (posthog: Client) => unknown][] = [
    ["capture", (posthog) => posthog.capture(EVENT)],
    ["identify", (posthog) => posthog.identify({ distinctId })],
    ["alias", (posthog) => posthog.alias({ distinctId, alias: "a" })],
    [
      "groupIdentify",
      (posthog) => posthog.groupIdentify({ groupType: "c", groupKey: "k" }),
    ],
    [
      "setPersonProperties",
      (posthog) =>
        posthog.setPersonProperties({ distinctId, properties: { a: 1 } }),
    ],
    [
      "captureException",
      (posthog) => posthog.captureException(new Error("no"), distinctId),
    ],
    [
      "captureAi",
      (posthog) => posthog.captureAi({ ...EVENT, event: "$ai_span" }),
    ],
  ];
  for (const [name, call] of verbs) {
    t.test(`${name}() on a client with waitUntil hands over one promise, which lasts until the event is sent (FLD-001)`, async () => {
      const { posthog, emulator, clock, kept } = createKept(lib);
      emulator.failNext({ delayMs: 200 });
      let isOver = false;
      call(posthog);
      assertEquals([kept.length, emulator.requests.length], [1, 0]);
      kept[0]?.then(() => isOver = true);
      await clock.advance(199);
      assertEquals([emulator.events.length, isOver], [0, false]);
      await clock.advance(1);
      assertEquals([emulator.events.length, isOver], [1, true]);
      assertEquals([kept.length, clock.pending], [1, 0]);
    });
  }

  t.test("an exposure of the client's own flag methods hands over a promise, which lasts until it is sent (FLD-001)", async () => {
    const { posthog, emulator, kept } = createKept(lib, {
      flags: { beta: true },
    });
    const flags = await posthog.evaluateFlags(distinctId);
    await Promise.all(kept.splice(0));
    flags.isEnabled("beta");
    assertEquals([kept.length, emulator.events.length], [1, 0]);
    await Promise.all(kept);
    assertEquals(emulator.events.map(({ event }) => event), [
      "$feature_flag_called",
    ]);
  });

  t.test("captures join the client's drain, which hands over one promise (FLD-001)", async () => {
    const { posthog, emulator, clock, kept } = createKept(lib);
    emulator.failNext({ delayMs: 100 });
    posthog.capture(EVENT);
    posthog.capture(EVENT);
    await clock.advance(50);
    for (let i = 0; i < 30; i++) posthog.capture(EVENT);
    await clock.advance(50);
    assertEquals([kept.length, sizesOf(emulator.requests)], [1, [2, 30]]);
    posthog.capture(EVENT);
    await clock.settle();
    assertEquals([kept.length, sizesOf(emulator.requests)], [2, [2, 30, 1]]);
    await Promise.all(kept);
  });

  t.test("each lane has a drain, and each drain a promise (FLD-001)", async () => {
    const { posthog, emulator, kept } = createKept(lib);
    posthog.capture(EVENT);
    posthog.captureAi(EVENT);
    posthog.capture(EVENT);
    assertEquals(kept.length, 2);
    await Promise.all(kept);
    assertEquals(sizesOf(emulator.requests), [2, 1]);
  });

  t.test("a scope without a keeper of its own is kept by the client's waitUntil, its drains one promise each (FLD-001)", async () => {
    const { posthog, emulator, kept } = createKept(lib);
    const hog = posthog.forRequest(undefined, undefined, { distinctId });
    hog.capture({ event: "viewed" });
    hog.capture({ event: "paid" });
    assertEquals(kept.length, 1);
    await Promise.all(kept);
    assertEquals(sizesOf(emulator.requests), [2]);
  });
}

function atOnce(t: ContractRunner, { testing }: ContractLibrary): void {
  const { createTestClient } = testing;

  for (
    const [what, options] of [
      ["no options", {}],
      ["flushAt: undefined", { flushAt: undefined }],
      ["flushInterval: undefined", {
        flushInterval: undefined,
        flushAt: undefined,
      }],
      ["waitUntil and flushAt", {
        flushAt: 20,
        flushInterval: 5000,
        waitUntil: () => {},
      }],
    ] satisfies [string, TestClientOptions][]
  ) {
    t.test(`a client with ${what} sends one microtask after a capture (FLD-002)`, async () => {
      const batches: number[] = [];
      const { posthog, clock } = createTestClient({
        ...options,
        transport: {
          send(batch) {
            batches.push(batch.length);
            return Promise.resolve(
              batch.map(({ uuid }) => ({ kind: "delivered", uuid })),
            );
          },
        },
      });
      posthog.capture(EVENT);
      posthog.capture(EVENT);
      assertEquals(batches, []);
      await Promise.resolve();
      assertEquals(batches, [2]);
      await clock.settle();
      assertEquals([posthog.queueSize, clock.pending], [0, 0]);
    });
  }

  t.test("what is captured while a drain runs travels in the next batch (FLD-002)", async () => {
    const { posthog, emulator, clock } = createTestClient();
    emulator.setFaultPolicy(() => ({ delayMs: 100 }));
    posthog.capture(EVENT);
    for (const count of [3, 17, 60]) {
      await clock.advance(50);
      for (let i = 0; i < count; i++) posthog.capture(EVENT);
      await clock.advance(50);
    }
    await clock.advance(1000);
    assertEquals(sizesOf(emulator.requests), [1, 3, 17, 60]);
    assertEquals([posthog.queueSize, clock.pending], [0, 0]);
  });

  t.test("flush() counts the events it waited for, and sends none of them again (FLD-002)", async () => {
    const { posthog, emulator, clock } = createTestClient();
    emulator.failNext({ delayMs: 100 });
    posthog.capture(EVENT);
    await clock.advance(50);
    posthog.capture(EVENT);
    const hog = posthog.forRequest(undefined, { waitUntil: () => {} }, EVENT);
    emulator.failNext({ delayMs: 100 });
    hog.capture({ event: "scoped" });
    await clock.advance(1);
    const flushed = [posthog.flush(), hog.flush()];
    await clock.advance(1000);
    assertEquals(
      (await Promise.all(flushed)).map(({ delivered }) => delivered),
      [2, 1],
    );
    assertEquals(emulator.events.length, 3);
    assert(emulator.events.every(({ arrival }) => arrival === 1), "once each");
  });
}

function gathered(t: ContractRunner, { testing }: ContractLibrary): void {
  const { createTestClient } = testing;

  t.test("flushAt gathers, and flushInterval's default with it (FLD-002)", async () => {
    const { posthog, emulator, clock } = createTestClient({ flushAt: 3 });
    posthog.capture(EVENT);
    posthog.capture(EVENT);
    await clock.advance(4999);
    assertEquals([emulator.requests.length, clock.pending], [0, 0]);
    posthog.capture(EVENT);
    await clock.settle();
    posthog.capture(EVENT);
    await clock.advance(5000);
    assertEquals([sizesOf(emulator.requests), clock.pending], [[3], 0]);
    posthog.capture(EVENT);
    await clock.settle();
    assertEquals(sizesOf(emulator.requests), [3, 2]);
  });

  t.test("flushInterval gathers, and flushAt's default with it (FLD-002)", async () => {
    const { posthog, emulator, clock } = createTestClient({
      flushInterval: 60_000,
      flushAt: undefined,
    });
    for (let i = 0; i < 19; i++) posthog.capture(EVENT);
    await clock.advance(59_999);
    assertEquals([emulator.requests.length, clock.pending], [0, 0]);
    posthog.capture(EVENT);
    await clock.settle();
    assertEquals(sizesOf(emulator.requests), [20]);
  });

  t.test("a scope with a waitUntil never gathers (FLD-002)", async () => {
    const { posthog, emulator, clock } = createTestClient({ flushAt: 20 });
    const ctx = { waitUntil: () => {} };
    posthog.forRequest(undefined, ctx, EVENT).capture({ event: "viewed" });
    await clock.settle();
    assertEquals(sizesOf(emulator.requests), [1]);
  });
}

function refusedScopes(t: ContractRunner, { testing }: ContractLibrary): void {
  const refuse = () => {
    throw new TypeError("Illegal invocation");
  };
  const ways: [name: string, from: number][] = [
    ["at once", 0],
    ["after a first promise", 1],
  ];
  for (const [name, from] of ways) {
    t.test(`a scope whose waitUntil throws ${name} sends at its own flush (FLD-005)`, async () => {
      const { posthog, emulator, logs } = testing.createTestClient({
        // What the client would send by itself must not hide what the flush does.
        flushAt: 20,
      });
      let calls = 0;
      const ctx = { waitUntil: () => calls++ < from ? undefined : refuse() };
      const hog = posthog.forRequest(undefined, ctx, EVENT);
      for (let i = 0; i <= from; i++) {
        hog.capture({ event: "viewed" });
        const expected = { delivered: 1, dropped: 0, retained: 0 };
        assertEquals(await hog.flush(), expected);
      }
      assertEquals([emulator.events.length, posthog.queueSize], [from + 1, 0]);
      assertEquals(logs.filter(({ level }) => level === "warn").length, 1);
    });

    t.test(`a scope whose waitUntil throws ${name} leaves what it can't send to the client (FLD-005)`, async () => {
      const { posthog, emulator, clock } = testing.createTestClient({
        fetchRetryCount: 0,
      });
      let calls = 0;
      const ctx = { waitUntil: () => calls++ < from ? undefined : refuse() };
      emulator.setFaultPolicy(() => ({ status: 503 }));
      const hog = posthog.forRequest(undefined, ctx, EVENT);
      hog.capture({ event: "viewed" });
      hog.capture({ event: "viewed" });
      const flushed = hog.flush();
      await clock.settle();
      assertEquals((await flushed).retained, 2);
      assertEquals(posthog.queueSize, 2);
      emulator.setFaultPolicy(undefined);
      assertEquals((await posthog.flush()).delivered, 2);
    });
  }
}
