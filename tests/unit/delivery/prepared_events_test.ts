import { assertEquals } from "@std/assert";
import { createTestClient, type TestClientOptions } from "edgehog/testing";
import { CAPTURE_PATH } from "../../_kit/capture_paths.ts";

const USER = { distinctId: "user-1" };

/** A client that asks PostHog for its flags; `/flags` takes `flagsMs`. */
function createFixture(options: TestClientOptions = {}, flagsMs = 1000) {
  const kit = createTestClient({
    flags: { a: true },
    enableLocalEvaluation: false,
    // Gathers, so that it is flushed here and nowhere else.
    flushAt: 20,
    retryJitter: 0,
    ...options,
  });
  const { posthog, emulator } = kit;
  const server: { status?: number | undefined; delayMs?: number } = {};
  emulator.setFaultPolicy(({ path }) =>
    path === "/flags" ? { delayMs: flagsMs } : server
  );
  /** The events of each batch, those with flags in capitals. */
  const sent = () =>
    emulator.requests.filter(({ path }) => path === CAPTURE_PATH).map((
      { body },
    ) =>
      (body as { batch: { event: string; properties: object }[] }).batch
        .map(({ event, properties }) =>
          "$feature/a" in properties ? event.toUpperCase() : event
        ).join("")
    );
  /** Captures one event a letter; p and q ask for flags. */
  const capture = (
    names: string,
    by: Pick<typeof posthog, "capture"> = posthog,
  ) => {
    for (const event of names) {
      by.capture({ ...USER, event, sendFeatureFlags: "pq".includes(event) });
    }
  };
  const createScope = () => {
    const kept: Promise<unknown>[] = [];
    const ctx = { waitUntil: (work: Promise<unknown>) => void kept.push(work) };
    return { scope: posthog.forRequest(undefined, ctx, USER), kept };
  };
  return { ...kit, capture, createScope, sent, server };
}

Deno.test("flush() sends what is ready, then waits for what is not (CAP-040, CAP-262)", async () => {
  const { posthog, capture, clock, sent } = createFixture();
  capture("apb");
  const flushed = posthog.flush();
  await clock.advance(999);
  assertEquals(sent(), ["a"]);
  await clock.advance(1);
  assertEquals(sent(), ["a", "Pb"]);
  assertEquals(await flushed, { delivered: 3, dropped: 0, retained: 0 });
});

Deno.test("flush() waits for a drain that sends what it saw in preparation, and tries nothing again that this retained (CAP-262)", async () => {
  let isOver = false;
  const { posthog, capture, clock, sent, server } = createFixture({
    flushAt: 1,
  });
  server.status = 503;
  capture("p");
  // The drain is under way when the flush comes.
  await clock.settle();
  const flushed = posthog.flush().finally(() => isOver = true);
  await clock.advance(2000);
  assertEquals([sent().length, isOver], [2, false]);
  await clock.advance(30_000);
  assertEquals(await flushed, { delivered: 0, dropped: 0, retained: 1 });
  assertEquals(sent().length, 4, "what a drain retained is not tried again");
});

Deno.test("flush(ms) retains what is not ready by its deadline (CAP-265)", async () => {
  const { posthog, capture, clock, sent } = createFixture();
  capture("p");
  const flushed = posthog.flush(500);
  await clock.advance(500);
  assertEquals(await flushed, { delivered: 0, dropped: 0, retained: 1 });
  await clock.advance(500);
  assertEquals((await posthog.flush()).delivered, 1);
  assertEquals(sent(), ["P"]);
});

Deno.test("flush() counts an event that a hook drops as dropped (CAP-261)", async () => {
  const { posthog, capture, clock, sent } = createFixture({
    beforeSend: () => null,
  });
  capture("p");
  let result: unknown;
  void posthog.flush().then((counts) => result = counts);
  await clock.advance(1000);
  const inTime = result;
  // Whatever still waits ends, so that this test fails alone.
  await clock.advance(20_000);
  assertEquals(inTime, { delivered: 0, dropped: 1, retained: 0 });
  assertEquals(sent(), []);
});

Deno.test("captureImmediate() of an event in preparation holds up no other and is covered by a flush (CAP-124, CAP-269)", async () => {
  const { posthog, capture, clock, sent } = createFixture();
  const done = posthog.captureImmediate({
    ...USER,
    event: "n",
    sendFeatureFlags: true,
  });
  capture("b");
  const flushed = posthog.flush();
  await clock.advance(999);
  assertEquals(sent(), ["b"]);
  await clock.advance(30);
  assertEquals(sent(), ["b", "N"]);
  assertEquals(await flushed, { delivered: 2, dropped: 0, retained: 0 });
  await done;
});

Deno.test("captureImmediate() of an event that a hook drops when its flags are there sends nothing", async () => {
  const { posthog, clock, sent } = createFixture({ beforeSend: () => null });
  const done = posthog.captureImmediate({
    ...USER,
    event: "n",
    sendFeatureFlags: true,
  });
  await clock.advance(1000);
  await done;
  assertEquals([sent(), posthog.queueSize], [[], 0]);
});

Deno.test("a scope's flush waits for what is prepared, in order (CAP-040, CAP-280)", async () => {
  const { capture, clock, createScope, sent } = createFixture();
  const { scope, kept } = createScope();
  capture("apb", scope);
  const flushed = scope.flush();
  await clock.advance(999);
  assertEquals(sent(), ["a"]);
  await clock.advance(1);
  assertEquals(sent(), ["a", "Pb"]);
  assertEquals(await flushed, { delivered: 3, dropped: 0, retained: 0 });
  await Promise.all(kept);
  assertEquals([sent().length, clock.pending], [2, 0]);
});

Deno.test("what a scope lets go of keeps its order, what is being prepared and what stands behind it included (CAP-040, CAP-283)", async () => {
  const { posthog, capture, clock, createScope, sent, server } = createFixture(
    { featureFlagsRequestTimeoutMs: 20_000 },
    9000,
  );
  const { scope, kept } = createScope();
  server.status = 503;
  capture("apb", scope);
  await clock.advance(8000);
  assertEquals([sent().length, posthog.queueSize], [4, 3]);
  server.status = undefined;
  const flushed = posthog.flush();
  await clock.advance(1000);
  assertEquals(await flushed, { delivered: 3, dropped: 0, retained: 0 });
  await Promise.all(kept);
  assertEquals(sent().slice(4), ["a", "Pb"]);
});

Deno.test("a scope's waitUntil keeps an event in preparation alive until it is sent (CAP-267)", async () => {
  const { capture, clock, createScope, sent, server } = createFixture();
  const { scope, kept } = createScope();
  server.delayMs = 500;
  capture("p", scope);
  let isOver = false;
  await clock.settle();
  void Promise.all(kept).then(() => isOver = true);
  await clock.advance(1499);
  assertEquals([sent(), isOver], [["P"], false]);
  await clock.advance(1);
  assertEquals(isOver, true);
});

Deno.test("a scope whose waitUntil throws leaves what it prepares to the client, which sends it finished (CAP-268)", async () => {
  const { posthog, capture, clock, sent } = createFixture({ flushAt: 1 });
  const ctx = {
    waitUntil() {
      throw new TypeError("Illegal invocation");
    },
  };
  capture("p", posthog.forRequest(undefined, ctx, USER));
  await clock.advance(1000);
  assertEquals([sent(), posthog.queueSize], [["P"], 0]);
});

Deno.test("a scope's flush(ms) leaves what is not ready by its deadline to the client, which sends it when it is (CAP-265)", async () => {
  const { posthog, capture, clock, createScope, sent } = createFixture({
    flushAt: 1,
  });
  const { scope } = createScope();
  capture("p", scope);
  const flushed = scope.flush(500);
  await clock.advance(500);
  assertEquals(await flushed, { delivered: 0, dropped: 0, retained: 1 });
  await clock.advance(500);
  assertEquals([sent(), posthog.queueSize, clock.pending], [["P"], 0, 0]);
});

Deno.test("what a scope was preparing when its request ended travels with the drain of a later one (CAP-266)", async () => {
  let isGone = true;
  const { posthog, emulator, capture, clock, createScope, sent } =
    createFixture({
      // The runtime freezes whoever began something: no wait or answer of theirs ever comes.
      fetch: (input, init) =>
        isGone ? new Promise(() => {}) : emulator.fetch(input, init),
      sleep: (ms, signal) =>
        isGone ? new Promise(() => {}) : clock.sleep(ms, signal),
    });
  capture("pb", createScope().scope);
  await clock.settle();
  isGone = false;
  await clock.advance(60_000);
  const later = createScope();
  capture("y", later.scope);
  await clock.settle();
  await Promise.all(later.kept);
  assertEquals([sent(), posthog.queueSize], [["y", "pb"], 0]);
});

Deno.test("an event is not sent while a hook finishes it, whatever the hook captures", async () => {
  const { capture, clock, sent } = createFixture({
    flushAt: 1,
    beforeSend(event) {
      if (event.event === "p") capture("h");
      return event;
    },
  });
  capture("pb");
  await clock.advance(1000);
  assertEquals([...sent().join("")].toSorted().join(""), "Pbh");
});
