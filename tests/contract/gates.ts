import { assertEquals } from "./_assert.ts";
import type { ContractLibrary, ContractRunner } from "./_runner.ts";

/** Who may switch the client off, and what it does then. */
export function gates(
  t: ContractRunner,
  { testing, edgehog }: ContractLibrary,
): void {
  const { createTestClient, createRecordingFetch } = testing;

  t.test("optOut() acts at once, leaves what is queued deliverable, and optIn() ends it (CAP-291)", async () => {
    const { posthog, emulator } = createTestClient();
    posthog.capture({ distinctId: "user-1", event: "before" });
    void posthog.optOut();
    assertEquals([
      posthog.optedOut,
      posthog.capture({ distinctId: "user-1", event: "during" }),
    ], [true, undefined]);
    void posthog.optIn();
    posthog.capture({ distinctId: "user-1", event: "after" });
    await posthog.flush();
    assertEquals(emulator.events.map(({ event }) => event), [
      "before",
      "after",
    ]);
  });

  t.test("defaultOptIn: false starts opted out (CAP-291)", () => {
    const { posthog } = createTestClient({ defaultOptIn: false });
    assertEquals(
      posthog.capture({ distinctId: "user-1", event: "early" }),
      undefined,
    );
  });

  t.test("a disabled client does nothing (CAP-290)", async () => {
    const { posthog, emulator } = createTestClient({
      disabled: true,
      flags: { "new-nav": true },
    });
    const warnings: string[] = [];
    posthog.on("warning", (message) => warnings.push(message));
    assertEquals(posthog.isDisabled, true);
    posthog.register(5 as never);
    posthog.unregister("plan");
    assertEquals(warnings, []);
    assertEquals(
      posthog.capture({ distinctId: "user-1", event: "paid" }),
      undefined,
    );
    assertEquals(
      [
        await posthog.captureImmediate({ distinctId: "user-1", event: "paid" }),
        posthog.identify({ distinctId: "user-1" }),
        posthog.alias({ distinctId: "user-1", alias: "a" }),
        posthog.groupIdentify({ groupType: "c", groupKey: "k" }),
        posthog.setPersonProperties({ distinctId: "u", properties: { a: 1 } }),
        posthog.unsetPersonProperties({ distinctId: "u", properties: "a" }),
        posthog.forRequest().capture({ event: "paid" }),
      ],
      Array(7).fill(undefined),
    );
    const flags = await posthog.evaluateFlags("user-1");
    assertEquals(flags.keys, []);
    await posthog.flush();
    await posthog.shutdown();
    assertEquals(emulator.requests.length, 0);
  });

  for (const key of [undefined, "", "   "]) {
    t.test(`the key ${JSON.stringify(key)} makes a disabled client and one error (CAP-001)`, async () => {
      const errors: { name: string }[] = [];
      const lines: string[] = [];
      const log = (message: string) => void lines.push(message);
      const { fetch, requests } = createRecordingFetch();
      const posthog = new edgehog.PostHog(key, {
        fetch,
        onError: (error) => errors.push(error),
        logger: { debug: log, info: log, warn: log, error: log },
      });
      assertEquals(
        posthog.capture({ distinctId: "user-1", event: "paid" }),
        undefined,
      );
      await posthog.shutdown();
      assertEquals([
        posthog.isDisabled,
        errors.length,
        lines.length,
        requests.length,
      ], [true, 1, 1, 0]);
    });
  }

  t.test("testMode keeps everything for inspection and sends nothing (CAP-122)", async () => {
    const { posthog, emulator } = createTestClient({ testMode: true });
    posthog.capture({ distinctId: "user-1", event: "queued" });
    await posthog.captureImmediate({ distinctId: "user-1", event: "at once" });
    posthog.forRequest(undefined, { waitUntil: () => {} }).capture({
      event: "scoped",
      distinctId: "user-1",
    });
    await posthog.flush();
    assertEquals(posthog.queuedEvents().map((event) => event["event"]), [
      "queued",
      "at once",
      "scoped",
    ]);
    assertEquals(posthog.dequeueLastEvent()?.["event"], "scoped");
    await posthog.shutdown();
    assertEquals([posthog.queueSize, emulator.requests.length], [2, 0]);
    posthog.clearQueue();
    assertEquals(posthog.queueSize, 0);
  });

  t.test("a scope of a client that is shut down takes nothing (CAP-286)", async () => {
    const { posthog } = createTestClient();
    const hog = posthog.forRequest();
    await posthog.shutdown();
    assertEquals(
      hog.capture({ event: "late", distinctId: "user-1" }),
      undefined,
    );
  });
}
