import type { RequestScope } from "edgehog";
import type { TestClient, TestClientOptions } from "edgehog/testing";
import { assert, assertEquals } from "./_assert.ts";
import type { ContractLibrary, ContractRunner } from "./_runner.ts";

const CTX = { waitUntil: () => {} };

/** One store for a client and its scopes: whose events are seen where, whose make room, and how it ends. */
export function oneStore(t: ContractRunner, lib: ContractLibrary): void {
  views(t, lib);
  bounds(t, lib);
  endings(t, lib);
}

function openScope({ posthog }: Pick<TestClient, "posthog">): RequestScope {
  return posthog.forRequest(undefined, CTX, { distinctId: "user-1" });
}

function capture(on: Pick<RequestScope, "capture">, names: string): void {
  for (const event of names) on.capture({ event, distinctId: "user-1" });
}

function namesOf(events: readonly unknown[]): string {
  return events.map((event) => (event as { event: string }).event).join("");
}

function views(t: ContractRunner, { testing }: ContractLibrary): void {
  const { createTestClient } = testing;

  t.test("queueSize, queuedEvents and clearQueue see what has no owner (FLD-012)", async () => {
    const client = createTestClient();
    const { posthog, emulator, clock } = client;
    emulator.setFaultPolicy(() => ({ delayMs: 100 }));
    capture(openScope(client), "ab");
    capture(posthog, "cd");
    assertEquals([posthog.queueSize, namesOf(posthog.queuedEvents())], [
      2,
      "cd",
    ]);
    posthog.clearQueue();
    assertEquals(posthog.queueSize, 0);
    await clock.advance(1000);
    assertEquals(namesOf(emulator.events), "ab");
  });

  t.test("scope.flush() means what is the scope's, client.flush() what has no owner (FLD-012)", async () => {
    const client = createTestClient({ flushAt: 20 });
    const { posthog, emulator, clock } = client;
    const [one, two] = [openScope(client), openScope(client)];
    emulator.setFaultPolicy(({ body }) => ({
      delayMs: namesOf((body as { batch: unknown[] }).batch) === "b" ? 500 : 0,
    }));
    capture(one, "aa");
    capture(two, "b");
    capture(posthog, "ccc");
    const flushed = [one.flush(), posthog.flush()];
    await clock.advance(100);
    assertEquals(await Promise.all(flushed), [
      { delivered: 2, dropped: 0, retained: 0 },
      { delivered: 3, dropped: 0, retained: 0 },
    ]);
    const last = two.flush();
    await clock.advance(500);
    assertEquals(await last, { delivered: 1, dropped: 0, retained: 0 });
  });

  t.test("what a scope could not send has no owner from then on (FLD-012)", async () => {
    const client = createTestClient({ fetchRetryCount: 0 });
    const { posthog, emulator, clock } = client;
    emulator.setFaultPolicy(() => ({ status: 503 }));
    const hog = openScope(client);
    capture(hog, "ab");
    assertEquals(posthog.queueSize, 0);
    await clock.settle();
    assertEquals(namesOf(posthog.queuedEvents()), "ab");
    assertEquals(await hog.flush(), { delivered: 0, dropped: 0, retained: 0 });
    emulator.setFaultPolicy(undefined);
    assertEquals((await posthog.flush()).delivered, 2);
  });
}

function bounds(t: ContractRunner, { testing }: ContractLibrary): void {
  const createWatched = (options: TestClientOptions) => {
    const client = testing.createTestClient(options);
    const dropped: string[] = [];
    client.posthog.on("drop", ({ event = "", reason }) => {
      assertEquals(reason, "overflow");
      dropped.push(event);
    });
    return { ...client, dropped };
  };

  t.test("maxQueueSize holds for a client and its scopes together; what nobody sends makes room first, the oldest first (FLD-012)", async () => {
    const client = createWatched({ maxQueueSize: 6, flushAt: 6 });
    const { posthog, emulator, clock, dropped } = client;
    emulator.setFaultPolicy(() => ({ delayMs: 100 }));
    const [one, two] = [openScope(client), openScope(client)];
    capture(one, "ab");
    await clock.advance(1);
    // The scope's first two are in flight, these wait.
    capture(one, "c");
    capture(posthog, "de");
    capture(two, "f");
    assertEquals(dropped.join(""), "");
    capture(posthog, "g");
    capture(one, "h");
    assertEquals(dropped.join(""), "cd");
    capture(two, "ijk");
    assertEquals(dropped.join(""), "cdefg");
    await clock.advance(1000);
    await posthog.flush();
    assertEquals([...namesOf(emulator.events)].sort().join(""), "abhijk");
  });

  t.test("where all is in flight the oldest makes room, and its answer counts for nothing (FLD-012)", async () => {
    const client = createWatched({ maxQueueSize: 2 });
    const { posthog, emulator, clock, dropped } = client;
    emulator.setFaultPolicy(() => ({ delayMs: 100 }));
    const delivered: string[] = [];
    posthog.on("flush", (uuids) => void delivered.push(...uuids));
    const hog = openScope(client);
    capture(hog, "ab");
    await clock.advance(1);
    capture(posthog, "c");
    assertEquals(dropped.join(""), "a");
    await clock.advance(1000);
    assertEquals([delivered.length, posthog.queueSize], [2, 0]);
  });

  t.test("maxQueueBytes holds for a client and its scopes together (FLD-012)", () => {
    const measure = testing.createTestClient({ testMode: true });
    capture(measure.posthog, "a");
    const [event] = measure.posthog.queuedEvents();
    const bytes = JSON.stringify(event).length;
    const client = createWatched({ maxQueueBytes: 4 * bytes, flushAt: 20 });
    const { posthog, emulator, dropped } = client;
    emulator.setFaultPolicy(() => ({ status: 503 }));
    capture(posthog, "ab");
    capture(posthog, "c");
    // A scope's own have properties beside.
    capture(openScope(client), "d");
    capture(openScope(client), "e");
    assert(dropped.length > 0, "one store, one bound");
    assertEquals(dropped.join(""), "abcd".slice(0, dropped.length));
  });
}

function endings(t: ContractRunner, { testing }: ContractLibrary): void {
  const createLogged = (options: TestClientOptions = {}) => {
    const client = testing.createTestClient({ debug: true, ...options });
    const lines = () =>
      client.logs.filter(({ level, message }) =>
        level === "debug" && message.startsWith("shutdown:")
      ).map(({ message }) => message);
    return { ...client, lines };
  };

  t.test("shutdown() waits for what scopes have in flight, and says what became of it (FLD-006)", async () => {
    const client = createLogged({ flushAt: 20 });
    const { posthog, emulator, clock, lines } = client;
    // The client's own are soon there.
    emulator.setFaultPolicy(({ body }) => ({
      delayMs: namesOf((body as { batch: unknown[] }).batch) === "de" ? 1 : 500,
    }));
    capture(openScope(client), "ab");
    capture(openScope(client), "c");
    await clock.advance(1);
    capture(posthog, "de");
    let isOver = false;
    const done = posthog.shutdown().then(() => isOver = true);
    await clock.advance(498);
    assertEquals([isOver, emulator.events.length], [false, 2]);
    await clock.advance(1000);
    assertEquals(isOver, true);
    await done;
    assertEquals(emulator.events.length, 5);
    assertEquals(lines(), ["shutdown: delivered 5, dropped 0, retained 0"]);
  });

  t.test("shutdown() waits for a scope's retries, whose promises it never had (FLD-006)", async () => {
    const client = createLogged();
    const { posthog, emulator, clock, lines } = client;
    emulator.failNext({ status: 503, times: 2 });
    capture(openScope(client), "a");
    await clock.advance(1);
    const done = posthog.shutdown();
    await clock.advance(10_000);
    await done;
    assertEquals(lines(), ["shutdown: delivered 1, dropped 0, retained 0"]);
  });

  t.test("shutdown(ms) counts all that was queued or in flight, whatever became of it (FLD-006)", async () => {
    const client = createLogged({ flushAt: 20, maxBatchSize: 1 });
    const { posthog, emulator, clock, lines } = client;
    const drops: string[] = [];
    posthog.on("drop", ({ event = "" }) => void drops.push(event));
    emulator.setFaultPolicy(({ body }) => {
      const name = namesOf((body as { batch: unknown[] }).batch);
      if (name === "r") return { status: 400 };
      return { delayMs: name === "h" ? 60_000 : 10 };
    });
    capture(openScope(client), "h");
    await clock.advance(1);
    capture(posthog, "drhq");
    const began = clock.now();
    const done = posthog.shutdown(100).then(() => clock.now() - began);
    await clock.advance(101);
    const tookMs = await done;
    assert(tookMs >= 100 && tookMs <= 101, `${tookMs} ms`);
    const [line = "", ...others] = lines();
    assertEquals(others, []);
    const [, delivered, dropped, retained] =
      line.match(/delivered (\d+), dropped (\d+), retained (\d+)$/)?.map(
        Number,
      ) ?? [];
    // One arrived; of the others one was refused, one hung, one had no turn; the scope's own is still at it.
    assertEquals([delivered, dropped, retained], [1, 3, 1]);
    // Nobody's work is cut short but the client's, and nothing is lost without a word.
    await clock.advance(120_000);
    assertEquals([...drops.sort()].join(""), "hhqr");
    assertEquals(clock.pending, 0);
  });

  t.test("shutdown() that sends nothing says so too, once (FLD-006)", async () => {
    const { posthog, lines } = createLogged();
    await Promise.all([posthog.shutdown(), posthog.shutdown()]);
    assertEquals(lines(), ["shutdown: delivered 0, dropped 0, retained 0"]);
  });
}
