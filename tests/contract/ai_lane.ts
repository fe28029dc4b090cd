import { assertEquals } from "./_assert.ts";
import type { ContractLibrary, ContractRunner } from "./_runner.ts";
import {
  AI_CAPTURE_PATH,
  CAPTURE_PATH,
  CAPTURE_PATHS,
} from "../_kit/capture_paths.ts";

/** The lane of large events: isolated from the other, with limits of its own. */
export function aiLane(t: ContractRunner, { testing }: ContractLibrary): void {
  const { createTestClient } = testing;

  const envelopes = {
    v0: ["api_key", "batch", "sent_at"],
    v1: ["batch", "created_at"],
  };
  for (const captureMode of ["v0", "v1"] as const) {
    t.test(`captureAi() sends to its own endpoint in ${captureMode} mode (CAP-200, CAP-201, CAP-202, UPS-003)`, async () => {
      const { posthog, emulator } = createTestClient({ captureMode });
      const given = "019b7ca9-8f2e-7000-8000-00000000000A";
      const uuid = posthog.captureAi({
        distinctId: "user-1",
        event: "$ai_custom",
        uuid: given,
      });
      await posthog.flush();
      assertEquals([uuid, emulator.requests.map(({ path }) => path)], [given, [
        CAPTURE_PATHS[captureMode].ai,
      ]]);
      assertEquals(
        Object.keys(emulator.requests[0]?.body ?? {}).sort(),
        envelopes[captureMode],
      );
      assertEquals(emulator.events.map((event) => [event.lane, event.uuid]), [[
        "ai",
        given,
      ]]);
      assertEquals(emulator.events[0]?.properties["$lib"], "edgehog");
    });
  }

  t.test("an outage of one lane neither delays nor drops the other (CAP-203, CAP-209)", async () => {
    for (
      const [down, up] of [[AI_CAPTURE_PATH, "analytics"], [
        CAPTURE_PATH,
        "ai",
      ]] as const
    ) {
      const { posthog, emulator, clock } = createTestClient();
      emulator.setFaultPolicy(({ path }) =>
        path === down ? { status: 503 } : undefined
      );
      posthog.capture({ distinctId: "user-1", event: "paid" });
      posthog.captureAi({ distinctId: "user-1", event: "$ai_generation" });
      const flushed = posthog.flush();
      await clock.settle();
      assertEquals(emulator.events.map(({ lane }) => lane), [up]);
      await clock.advance(60_000);
      assertEquals(await flushed, { delivered: 1, dropped: 0, retained: 1 });
      emulator.setFaultPolicy(undefined);
      await posthog.shutdown();
      assertEquals(emulator.events.length, 2);
    }
  });

  t.test("the AI lane takes events that the other refuses, up to 8 MiB (CAP-204)", async () => {
    const { posthog, emulator, errors } = createTestClient();
    const properties = { text: "x".repeat(2 * 1024 * 1024) };
    assertEquals(
      posthog.capture({ distinctId: "user-1", event: "large", properties }),
      undefined,
    );
    posthog.captureAi({
      distinctId: "user-1",
      event: "$ai_generation",
      properties,
    });
    const tooLarge = { text: "x".repeat(8 * 1024 * 1024) };
    assertEquals(
      posthog.captureAi({
        distinctId: "user-1",
        event: "$ai_generation",
        properties: tooLarge,
      }),
      undefined,
    );
    assertEquals((await posthog.flush()).delivered, 1);
    assertEquals(emulator.events.map(({ lane }) => lane), ["ai"]);
    assertEquals(
      errors.map((error) =>
        error.name === "DeliveryError" &&
        [error.code, error.lane, error.message.length < 200]
      ),
      [["oversize", "analytics", true], ["oversize", "ai", true]],
    );
  });

  t.test("413 on two AI events makes two requests, on one it is final and quotes nothing (CAP-205)", async () => {
    const { posthog, emulator, errors } = createTestClient();
    emulator.setFaultPolicy(({ body }) => {
      const { batch } = body as { batch: { event: string }[] };
      return batch.length > 1 || batch[0]?.event === "$ai_big"
        ? { status: 413 }
        : undefined;
    });
    for (const event of ["$ai_small", "$ai_big"]) {
      posthog.captureAi({
        distinctId: "user-1",
        event,
        properties: { text: "payload" },
      });
    }
    assertEquals(await posthog.flush(), {
      delivered: 1,
      dropped: 1,
      retained: 0,
    });
    assertEquals(emulator.requests.length, 3);
    assertEquals(
      errors.map((
        error,
      ) => [error.code, JSON.stringify(error).includes("payload")]),
      [["http", false]],
    );
  });

  t.test("wrappers' switches are readable and change no AI payload (CAP-206)", async () => {
    const { posthog, emulator } = createTestClient({
      privacyMode: true,
      enableFullAiCapture: true,
    });
    posthog.captureAi({
      distinctId: "user-1",
      event: "$ai_generation",
      properties: { $ai_input: "in" },
    });
    await posthog.flush();
    assertEquals([posthog.privacyMode, posthog.enableFullAiCapture], [
      true,
      true,
    ]);
    assertEquals(emulator.events[0]?.properties["$ai_input"], "in");
  });

  t.test("captureAi() passes the same hooks and gates (CAP-098, CAP-207)", async () => {
    const { posthog, emulator } = createTestClient({
      beforeSend: (event) => event.event === "secret" ? null : event,
    });
    assertEquals(
      posthog.captureAi({ distinctId: "user-1", event: "secret" }),
      undefined,
    );
    void posthog.optOut();
    assertEquals(
      posthog.captureAi({ distinctId: "user-1", event: "late" }),
      undefined,
    );
    assertEquals(
      createTestClient({ disabled: true }).posthog.captureAi({ event: "x" }),
      undefined,
    );
    assertEquals(
      [(await posthog.flush()).delivered, emulator.requests.length],
      [0, 0],
    );
  });

  t.test("404 on the AI lane is final in v0 and says what it may mean (CAP-208, UPS-015)", async () => {
    const { posthog, emulator, errors } = createTestClient({
      captureMode: "v0",
    });
    emulator.failNext({ path: CAPTURE_PATHS.v0.ai, status: 404 });
    await posthog.captureAiImmediate({
      distinctId: "user-1",
      event: "$ai_generation",
    });
    assertEquals(
      errors.map((error) =>
        error.name === "DeliveryError" &&
        [
          error.code,
          error.lane,
          error.message.includes("check the option 'host'"),
        ]
      ),
      [["http", "ai", true]],
    );
    assertEquals(posthog.queueSize, 0);
  });

  t.test("each lane counts for itself, and can be inspected by itself (CAP-123, CAP-209)", async () => {
    const { posthog, emulator, clock } = createTestClient({ flushAt: 2 });
    posthog.capture({ distinctId: "user-1", event: "paid" });
    posthog.captureAi({ distinctId: "user-1", event: "$ai_generation" });
    await clock.settle();
    assertEquals([emulator.requests.length, posthog.queueSize], [0, 2]);
    assertEquals(posthog.queuedEvents("ai").map((event) => event["event"]), [
      "$ai_generation",
    ]);
    assertEquals(posthog.dequeueLastEvent("analytics")?.["event"], "paid");
    posthog.captureAi({ distinctId: "user-1", event: "$ai_span" });
    await clock.settle();
    assertEquals(emulator.events.map(({ event }) => event), [
      "$ai_generation",
      "$ai_span",
    ]);
  });
}
