import { assertEquals } from "./_assert.ts";
import type { ContractLibrary, ContractRunner } from "./_runner.ts";
import { CAPTURE_PATHS } from "../_kit/capture_paths.ts";

const V1_PATH = CAPTURE_PATHS.v1.analytics;
const V1 = { captureMode: "v1" as const };

/** The newer capture protocol: the server answers event by event. */
export function captureV1(t: ContractRunner, lib: ContractLibrary): void {
  const { createTestClient } = lib.testing;
  const { retryFirstTries } = lib.dev;

  const uuidsOf = (body: unknown) =>
    ((body as { batch?: { uuid: string }[] }).batch ?? []).map(({ uuid }) =>
      uuid
    );

  t.test("v1 sends to its own endpoint and to no other (CAP-160, CAP-173)", async () => {
    const { posthog, emulator, errors } = createTestClient({
      ...V1,
      flushAt: 20,
    });
    posthog.capture({ distinctId: "user-1", event: "$ai_generation" });
    await posthog.captureImmediate({ distinctId: "user-1", event: "paid" });
    assertEquals((await posthog.flush()).delivered, 1);
    assertEquals(
      emulator.requests.map(({ method, path }) => `${method} ${path}`),
      [
        "POST /i/v1/analytics/events",
        "POST /i/v1/analytics/events",
      ],
    );
    assertEquals([emulator.events.length, errors.length, posthog.queueSize], [
      2,
      0,
      0,
    ]);
  });

  t.test("v1 retries of one request keep id and created_at, a later flush makes a new request (CAP-162, CAP-163, CAP-183)", async () => {
    const { posthog, emulator, clock } = createTestClient({
      ...V1,
      fetchRetryCount: 1,
    });
    emulator.failNext({
      path: V1_PATH,
      status: 503,
      times: 2,
    });
    posthog.capture({ distinctId: "user-1", event: "paid" });
    const first = posthog.flush();
    await clock.advance(60_000);
    assertEquals(await first, { delivered: 0, dropped: 0, retained: 1 });
    assertEquals((await posthog.flush()).delivered, 1);
    const seen = emulator.requests.map(({ headers, body }) => [
      headers["posthog-attempt"],
      headers["posthog-request-id"],
      (body as { created_at?: string }).created_at,
      ...uuidsOf(body),
    ]);
    const [one, two, three] = seen;
    assertEquals([one?.[0], two?.[0], three?.[0]], ["1", "2", "1"]);
    assertEquals([one?.[1] === two?.[1], one?.[1] === three?.[1]], [
      true,
      false,
    ]);
    assertEquals([one?.[2] === two?.[2], one?.[2] === three?.[2]], [
      true,
      false,
    ]);
    assertEquals([one?.[3] === two?.[3], one?.[3] === three?.[3]], [
      true,
      true,
    ]);
    const stamps = emulator.requests.map(({ headers }) =>
      headers["posthog-request-timestamp"]
    );
    assertEquals(new Set(stamps).size, 3);
  });

  t.test("v1 sends again exactly what the server wants again, in order (CAP-174, CAP-179)", async () => {
    const { posthog, emulator, clock } = createTestClient(V1);
    const again = retryFirstTries(1);
    emulator.setEventPolicy((event, request) =>
      event.event === "b" ? undefined : again(event, request)
    );
    for (const event of ["a", "b", "c"]) {
      posthog.capture({ distinctId: "user-1", event });
    }
    const start = clock.now();
    const flushed = posthog.flush();
    await clock.advance(10_000);
    assertEquals(await flushed, { delivered: 3, dropped: 0, retained: 0 });
    const names = emulator.requests.map(({ body }) =>
      (body as { batch: { event: string }[] }).batch.map(({ event }) => event)
        .join("")
    );
    assertEquals([
      names,
      emulator.requests.map(({ headers }) => headers["posthog-attempt"]),
    ], [["abc", "ac"], ["1", "2"]]);
    assertEquals((emulator.requests[1]?.receivedAt ?? 0) - start >= 1000, true);
  });

  t.test("v1 reports what the server refused once, also after a retry that works (CAP-175, CAP-177)", async () => {
    const { posthog, emulator, errors, clock } = createTestClient(V1);
    const again = retryFirstTries(1);
    emulator.setEventPolicy((event, request) => {
      if (event.event === "refused") {
        return { result: "drop", details: "event_too_big" };
      }
      return again(event, request);
    });
    for (const event of ["refused", "later"]) {
      posthog.capture({ distinctId: "user-1", event });
    }
    const flushed = posthog.flush();
    await clock.advance(10_000);
    assertEquals(await flushed, { delivered: 1, dropped: 1, retained: 0 });
    assertEquals(
      errors.map((error) =>
        error.name === "DeliveryError" &&
        [
          error.code,
          error.events.map((
            { event, result, details },
          ) => [event, result, details]),
        ]
      ),
      [["partial", [["refused", "drop", "event_too_big"]]]],
    );
  });

  t.test("v1 keeps what the server still wants again when the attempts are used up (CAP-180)", async () => {
    const { posthog, emulator, errors, clock } = createTestClient({
      ...V1,
      fetchRetryCount: 1,
    });
    emulator.setEventPolicy(({ event }) =>
      event === "a" ? { result: "retry" } : undefined
    );
    for (const event of ["a", "b"]) {
      posthog.capture({ distinctId: "user-1", event });
    }
    const flushed = posthog.flush();
    await clock.advance(60_000);
    assertEquals(await flushed, { delivered: 1, dropped: 0, retained: 1 });
    assertEquals(
      errors.map((error) =>
        error.name === "DeliveryError" &&
        [error.code, error.retained, error.attempts]
      ),
      [["partial", true, 2]],
    );
    emulator.setEventPolicy(undefined);
    await clock.advance(60_000);
    assertEquals((await posthog.flush()).delivered, 1);
  });

  t.test("v1 makes one request on 429 and rests for as long as the server asks (CAP-182)", async () => {
    const { posthog, emulator, clock } = createTestClient({
      ...V1,
      flushAt: 1,
    });
    emulator.failNext({
      path: V1_PATH,
      status: 429,
      retryAfter: 20,
    });
    posthog.capture({ distinctId: "user-1", event: "one" });
    await clock.advance(19_000);
    posthog.capture({ distinctId: "user-1", event: "two" });
    await clock.settle();
    assertEquals([emulator.requests.length, posthog.queueSize], [1, 2]);
    const flushed = posthog.flush();
    await clock.advance(1000);
    assertEquals((await flushed).delivered, 2);
  });

  t.test("v1 leaves the queued event as it was, and sends its time in UTC (CAP-172, CAP-185)", async () => {
    const { posthog, emulator } = createTestClient(V1);
    posthog.capture({
      distinctId: "user-1",
      event: "paid",
      timestamp: "2025-01-02T08:34:05+05:30",
      properties: { $session_id: "s1", $process_person_profile: false },
    });
    const before = JSON.stringify(posthog.queuedEvents());
    emulator.failNext({ path: V1_PATH, status: 429 });
    await posthog.flush();
    assertEquals(JSON.stringify(posthog.queuedEvents()), before);
    assertEquals(before.includes('"$session_id":"s1"'), true);
    const [event] =
      (emulator.requests[0]?.body as { batch: Record<string, unknown>[] })
        .batch;
    assertEquals([
      event?.["timestamp"],
      event?.["session_id"],
      event?.["options"],
    ], [
      "2025-01-02T03:04:05.000Z",
      "s1",
      { process_person_profile: false },
    ]);
  });

  t.test("v1 compresses by deflate when told to, where the runtime can (CAP-252)", async () => {
    const { posthog, emulator } = createTestClient({
      ...V1,
      disableCompression: false,
      compression: "deflate",
    });
    posthog.capture({ distinctId: "user-1", event: "paid" });
    assertEquals((await posthog.flush()).delivered, 1);
    const canCompress = typeof CompressionStream === "function";
    assertEquals(
      emulator.requests[0]?.headers["content-encoding"],
      canCompress ? "deflate" : undefined,
    );
  });
}
