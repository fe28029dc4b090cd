import { assert, assertEquals } from "./_assert.ts";
import type { ContractLibrary, ContractRunner } from "./_runner.ts";
import { withStreams } from "./_streams.ts";

const EVENT = { distinctId: "user-1", event: "paid" };

/** What a batch looks like when it leaves, and what is done with the answer. */
export function requests(
  t: ContractRunner,
  { testing }: ContractLibrary,
): void {
  const { createTestClient } = testing;

  t.test("a v0 batch is a JSON POST to /batch/ with the client's name, and nothing else (CAP-140, CAP-141)", async () => {
    const { posthog, emulator } = createTestClient({
      captureMode: "v0",
      host: "https://proxy.example/ph/",
    });
    posthog.capture(EVENT);
    await posthog.flush();
    const [request] = emulator.requests;
    assertEquals([request?.method, request?.url], [
      "POST",
      "https://proxy.example/ph/batch/",
    ]);
    const { "user-agent": agent = "", ...headers } = request?.headers ?? {};
    assert(/^edgehog\/\d+\.\d+\.\d+/.test(agent), `not our name: ${agent}`);
    assertEquals(headers, { "content-type": "application/json" });
    const body = request?.body as Record<string, unknown>;
    assertEquals(Object.keys(body).sort(), ["api_key", "batch", "sent_at"]);
  });

  t.test("historicalMigration marks the batch (CAP-141)", async () => {
    const { posthog, emulator } = createTestClient({
      historicalMigration: true,
    });
    posthog.capture(EVENT);
    await posthog.flush();
    const body = emulator.requests[0]?.body as Record<string, unknown>;
    assertEquals(body["historical_migration"], true);
  });

  t.test("fetch gets the five members that every edge runtime knows (CAP-143)", async () => {
    const seen: object[] = [];
    const { posthog } = createTestClient({
      fetch: (_url, init) => {
        seen.push(init);
        return Promise.resolve(Response.json({ results: {} }));
      },
    });
    posthog.capture(EVENT);
    await posthog.flush();
    const [init] = seen as [Record<string, unknown>];
    assertEquals(Object.keys(init).sort(), [
      "body",
      "headers",
      "method",
      "redirect",
      "signal",
    ]);
    assertEquals(init["redirect"], "manual");
    assert(init["body"] instanceof Uint8Array, "bytes, never a stream");
  });

  t.test("properties that PostHog reads stay among the properties in v0 (CAP-150)", async () => {
    const properties = {
      "$process_person_profile": false,
      "$cookieless_mode": true,
      "$ignore_sent_at": true,
      "$product_tour_id": "t1",
      "$session_id": "s1",
      "$window_id": "w1",
    };
    const { posthog, emulator } = createTestClient({ captureMode: "v0" });
    posthog.capture({ ...EVENT, properties });
    await posthog.flush();
    const [event] = (emulator.requests[0]?.body as {
      batch: { properties: Record<string, unknown> }[];
    }).batch;
    assertEquals(Object.keys(event ?? {}).sort(), [
      "distinct_id",
      "event",
      "properties",
      "timestamp",
      "uuid",
    ]);
    for (const [name, value] of Object.entries(properties)) {
      assertEquals(event?.properties[name], value);
    }
  });

  t.test("compression: 'deflate' is gzip in v0 (CAP-252)", async () => {
    const { posthog, emulator } = createTestClient({
      captureMode: "v0",
      disableCompression: false,
      compression: "deflate",
    });
    posthog.capture(EVENT);
    await posthog.flush();
    const canCompress = typeof CompressionStream === "function";
    assertEquals(
      emulator.requests[0]?.headers["content-encoding"],
      canCompress ? "gzip" : undefined,
    );
    assertEquals(emulator.events.length, 1);
  });

  const streams = withStreams(t);
  streams.test("every answer's body is read to its end, whatever it says (CAP-148)", async () => {
    const statuses = [503, 413, 200, 400];
    const read: number[] = [];
    const { posthog, clock } = createTestClient({
      fetch: () => {
        const status = statuses.shift() ?? 500;
        const body = new ReadableStream({
          // Without a buffer, so that a chunk is asked for only by who reads.
          pull(controller) {
            read.push(status);
            controller.enqueue(new TextEncoder().encode('{"results":{}}'));
            controller.close();
          },
        }, { highWaterMark: 0 });
        return Promise.resolve(new Response(body, { status }));
      },
    });
    posthog.capture(EVENT);
    posthog.capture(EVENT);
    const flushed = posthog.flush();
    await clock.advance(10_000);
    assertEquals(await flushed, { delivered: 1, dropped: 1, retained: 0 });
    assertEquals(read, [503, 413, 200, 400]);
  });

  t.test("what fetch gives that is no answer is tried again (CAP-146)", async () => {
    const given: unknown[] = [undefined, {}, { status: "200" }];
    const { posthog, clock, errors } = createTestClient({
      fetch: () =>
        Promise.resolve(
          given.length > 0 ? given.shift() : Response.json({ results: {} }),
        ) as never,
    });
    posthog.capture(EVENT);
    const flushed = posthog.flush();
    await clock.advance(10_000);
    assertEquals([(await flushed).delivered, given, errors], [1, [], []]);
  });

  t.test("an event larger than the whole queue is refused as too large, and pushes nothing out (CAP-114, CAP-117)", () => {
    const { posthog, errors } = createTestClient({ maxQueueBytes: 2000 });
    for (let i = 0; i < 2; i++) posthog.capture(EVENT);
    const properties = { text: "x".repeat(2000) };
    assertEquals(posthog.capture({ ...EVENT, properties }), undefined);
    const [error] = errors;
    assert(error?.name === "DeliveryError", "one delivery error");
    assertEquals([error.code, posthog.queueSize], ["oversize", 2]);
  });
}
