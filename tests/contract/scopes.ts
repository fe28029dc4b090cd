import { assertEquals } from "./_assert.ts";
import type { ContractLibrary, ContractRunner } from "./_runner.ts";
import { CAPTURE_PATH } from "../_kit/capture_paths.ts";

/** A request's context, as a runtime gives it; a detached `waitUntil` fails as it does on Workers. */
class FakeContext {
  readonly pending: Promise<unknown>[] = [];

  waitUntil(promise: Promise<unknown>): void {
    if (!(this instanceof FakeContext)) {
      throw new TypeError("Illegal invocation");
    }
    this.pending.push(promise);
  }
}

const request = () =>
  new Request("https://shop.example/cart?token=secret", {
    headers: {
      "x-posthog-distinct-id": "visitor-1",
      "x-posthog-session-id": "s1",
      "user-agent": "Browser",
    },
  });

/** One request: who asks, and that its events leave under its `waitUntil`. */
export function scopes(t: ContractRunner, { testing }: ContractLibrary): void {
  const { createTestClient } = testing;

  t.test("a scope sends captures of one stretch together, under one promise, of waitUntil as a method (CAP-280, CTX-032)", async () => {
    const { posthog, emulator } = createTestClient();
    const ctx = new FakeContext();
    const hog = posthog.forRequest(request(), ctx);
    for (const event of ["a", "b", "c"]) hog.capture({ event });
    assertEquals(ctx.pending.length, 1);
    assertEquals(emulator.requests.length, 0);
    await Promise.all(ctx.pending);
    assertEquals(emulator.requests.length, 1);
    assertEquals(emulator.events.map(({ event }) => event), ["a", "b", "c"]);
  });

  t.test("what a scope captures while a batch is in flight travels in the next one (CAP-281)", async () => {
    const { posthog, emulator, clock } = createTestClient();
    const ctx = new FakeContext();
    const hog = posthog.forRequest(request(), ctx);
    emulator.failNext({ path: CAPTURE_PATH, delayMs: 100 });
    hog.capture({ event: "first" });
    await clock.advance(50);
    hog.capture({ event: "second" });
    hog.capture({ event: "third" });
    await clock.advance(100);
    await Promise.all(ctx.pending);
    assertEquals(ctx.pending.length, 1);
    assertEquals(emulator.requests.length, 2);
    assertEquals(emulator.events.map(({ event }) => event), [
      "first",
      "second",
      "third",
    ]);
  });

  t.test("a scope knows who asks and what for (CTX-001, CTX-020, CTX-022)", async () => {
    const { posthog, emulator } = createTestClient();
    const hog = posthog.forRequest(request(), undefined, {
      properties: { area: "shop" },
    });
    hog.capture({ event: "viewed" });
    await hog.flush();
    const event = emulator.events[0];
    assertEquals([
      hog.distinctId,
      event?.distinctId,
      event?.properties["$session_id"],
    ], [
      "visitor-1",
      "visitor-1",
      "s1",
    ]);
    assertEquals(
      event?.properties["$current_url"],
      "https://shop.example/cart",
    );
    assertEquals(
      [event?.properties["$user_agent"], event?.properties["area"]],
      ["Browser", "shop"],
    );
  });

  t.test("the application's user wins over the tracing header (CTX-013)", async () => {
    const { posthog, emulator } = createTestClient();
    const hog = posthog.forRequest(request(), undefined, {
      distinctId: "user-7",
    });
    hog.capture({ event: "viewed" });
    hog.identify({ properties: { plan: "pro" } });
    await hog.flush();
    assertEquals(emulator.events.map(({ distinctId }) => distinctId), [
      "user-7",
      "user-7",
    ]);
  });

  t.test("a scope without identity makes personless events (CAP-025)", async () => {
    const { posthog, emulator } = createTestClient();
    const hog = posthog.forRequest();
    hog.capture({ event: "viewed" });
    await hog.flush();
    assertEquals(
      emulator.events[0]?.properties["$process_person_profile"],
      false,
    );
  });

  t.test("a scope hands over what it can't deliver, and the next one takes it along (CAP-283, CAP-287)", async () => {
    const { posthog, emulator, clock } = createTestClient({
      fetchRetryCount: 0,
    });
    const [first, second] = [new FakeContext(), new FakeContext()];
    emulator.failNext({ path: CAPTURE_PATH, status: 503 });
    const uuid = posthog.forRequest(request(), first).capture({
      event: "stranded",
    });
    await Promise.all(first.pending);
    assertEquals(posthog.queueSize, 1);
    await clock.advance(30_000);
    posthog.forRequest(request(), second).capture({ event: "next" });
    await Promise.all(second.pending);
    assertEquals(emulator.events.map(({ event }) => event), [
      "next",
      "stranded",
    ]);
    assertEquals(emulator.events[1]?.uuid, uuid);
    assertEquals(posthog.queueSize, 0);
  });

  t.test("a lane that has just failed rests, then is tried again (CAP-235)", async () => {
    const { posthog, emulator } = createTestClient({ fetchRetryCount: 0 });
    const [first, second] = [new FakeContext(), new FakeContext()];
    emulator.failNext({ path: CAPTURE_PATH, status: 503 });
    posthog.forRequest(request(), first).capture({ event: "one" });
    await Promise.all(first.pending);
    posthog.forRequest(request(), second).capture({ event: "two" });
    await Promise.all(second.pending);
    assertEquals([emulator.requests.length, posthog.queueSize], [1, 2]);
    assertEquals((await posthog.flush()).delivered, 2);
  });

  t.test("a scope without any waitUntil writes to the client's queue (CAP-282)", async () => {
    const { posthog, emulator } = createTestClient();
    const hog = posthog.forRequest(request());
    hog.capture({ event: "viewed" });
    assertEquals(posthog.queueSize, 1);
    await hog.flush();
    assertEquals(emulator.events.length, 1);
  });

  t.test("a waitUntil that throws keeps the events for later, with one report (CTX-033)", async () => {
    const errors: { name: string }[] = [];
    const { posthog, emulator } = createTestClient({
      onError: (error) => errors.push(error),
    });
    const ctx = {
      waitUntil() {
        throw new Error("The request is over");
      },
    };
    const hog = posthog.forRequest(request(), ctx);
    hog.capture({ event: "one" });
    await Promise.resolve();
    await posthog.flush();
    assertEquals(emulator.events.length, 1);
    assertEquals(errors.map(({ name }) => name), ["CallbackError"]);
  });

  t.test("two scopes never share a batch, and a hung one holds nobody up (CAP-285)", async () => {
    const { posthog, emulator, clock } = createTestClient();
    const [slow, quick] = [new FakeContext(), new FakeContext()];
    emulator.failNext({ path: CAPTURE_PATH, delayMs: 5000 });
    posthog.forRequest(request(), slow).capture({ event: "slow" });
    await clock.advance(1);
    posthog.forRequest(request(), quick).capture({ event: "quick" });
    await Promise.all(quick.pending);
    assertEquals(emulator.events.map(({ event }) => event), ["quick"]);
    await clock.advance(5000);
    await Promise.all(slow.pending);
    assertEquals(emulator.events.length, 2);
  });
}
