import { assertEquals } from "./_assert.ts";
import type { ContractLibrary, ContractRunner } from "./_runner.ts";
import { CAPTURE_PATH } from "../_kit/capture_paths.ts";

const EVENT = { distinctId: "user-1", event: "paid" };

/** What a server may answer, and what then becomes of the events. */
export function outages(
  t: ContractRunner,
  { testing, edgehog }: ContractLibrary,
): void {
  const { createTestClient } = testing;

  /** A client without jitter that has captured so many events, and the moments of its requests, from its first. */
  const createFixture = (
    count: number,
    options: Parameters<typeof createTestClient>[0] = {},
  ) => {
    const client = createTestClient({ retryJitter: 0, ...options });
    const { posthog, emulator } = client;
    for (let i = 0; i < count; i++) {
      posthog.capture({ ...EVENT, event: `e${i}` });
    }
    const times = () => {
      const moments = emulator.requests.map(({ receivedAt }) => receivedAt);
      return moments.map((moment) => moment - (moments[0] ?? 0));
    };
    const flush = async (advanceMs: number) => {
      const flushed = posthog.flush();
      await client.clock.advance(advanceMs);
      return await flushed;
    };
    const codes = () =>
      client.errors.map((error) => edgehog.isEdgehogError(error) && error.code);
    return { ...client, times, flush, codes };
  };
  const batchOf = (body: unknown) =>
    (body as { batch: { event: string; uuid: string; timestamp: string }[] })
      .batch;

  const final = {
    v0: [400, 401, 402, 403, 404, 405, 413, 415],
    v1: [400, 401, 402, 403, 405, 413, 415],
  };
  for (const captureMode of ["v0", "v1"] as const) {
    for (const status of final[captureMode]) {
      t.test(`${status} is final in ${captureMode}: one request, one error, the event is gone (CAP-144, UPS-015)`, async () => {
        const { emulator, posthog, flush, codes } = createFixture(1, {
          captureMode,
        });
        emulator.failNext({ status, times: 9 });
        assertEquals((await flush(60_000)).dropped, 1);
        assertEquals([emulator.requests.length, posthog.queueSize, codes()], [
          1,
          0,
          ["http"],
        ]);
      });
    }
  }

  for (const status of [301, 302, 303]) {
    t.test(`the redirect ${status} is final and not followed (CAP-145)`, async () => {
      const { emulator, flush, codes } = createFixture(1);
      emulator.failNext({ path: CAPTURE_PATH, status, times: 9 });
      assertEquals((await flush(60_000)).dropped, 1);
      assertEquals([emulator.requests.length, codes()], [1, ["redirect"]]);
    });
  }

  for (const status of [307, 308]) {
    t.test(`the redirect ${status} within a host is followed once an attempt (FLD-007)`, async () => {
      const bodies: unknown[] = [];
      const { flush, errors } = createFixture(1, {
        fetch(url, init) {
          const location = `${url}?again`;
          return Promise.resolve(
            bodies.push(init?.body) === 1
              ? new Response(null, { status, headers: { location } })
              : Response.json({ results: {} }),
          );
        },
      });
      assertEquals((await flush(60_000)).delivered, 1);
      assertEquals([bodies.length, errors], [2, []]);
      assertEquals(bodies[0], bodies[1]);
    });
  }

  for (const status of [408, 429, 500, 502, 503, 504, 520]) {
    t.test(`${status} is tried again after a second (CAP-146, CAP-222)`, async () => {
      // By v1 429 puts off.
      const captureMode = status === 429 ? "v0" : "v1";
      const { emulator, flush, times, errors } = createFixture(1, {
        captureMode,
      });
      emulator.failNext({ status });
      assertEquals((await flush(1000)).delivered, 1);
      assertEquals([times(), errors], [[0, 1000], []]);
    });
  }

  for (const drop of ["connection", "answer"] as const) {
    t.test(`a connection that breaks (${drop}) is tried again (CAP-146)`, async () => {
      const { emulator, flush, times } = createFixture(1);
      emulator.failNext({ path: CAPTURE_PATH, drop });
      assertEquals((await flush(1000)).delivered, 1);
      assertEquals(times(), [0, 1000]);
    });
  }

  for (const [fetchRetryCount, requests] of [[3, 4], [0, 1]] as const) {
    t.test(`fetchRetryCount ${fetchRetryCount} makes ${requests} requests a cycle (CAP-220)`, async () => {
      const { emulator, flush, times } = createFixture(1, { fetchRetryCount });
      emulator.setFaultPolicy(() => ({ status: 503 }));
      assertEquals((await flush(60_000)).retained, 1);
      assertEquals(times(), [0, 1000, 3000, 7000].slice(0, requests));
      await flush(60_000);
      assertEquals(emulator.requests.length, 2 * requests);
    });
  }

  const waits: [retryAfter: string | number, expectedMs: number][] = [
    [3, 3000],
    [0.5, 1000],
    [0, 1000],
    ["-5", 1000],
    ["soon", 1000],
    [86_400, 30_000],
    ["Thu, 01 Jan 2026 00:00:07 GMT", 7000],
    ["Thursday, 01-Jan-26 00:00:07 GMT", 7000],
    ["Thu Jan  1 00:00:07 2026", 7000],
    ["Wed, 31 Dec 2025 00:00:00 GMT", 1000],
  ];
  for (const [retryAfter, expectedMs] of waits) {
    t.test(`Retry-After: ${retryAfter} means ${expectedMs} ms (CAP-224 to CAP-227)`, async () => {
      const { emulator, flush, times } = createFixture(1, {
        captureMode: "v0",
      });
      emulator.failNext({ status: 429, retryAfter });
      assertEquals((await flush(60_000)).delivered, 1);
      assertEquals(times(), [0, expectedMs]);
    });
  }

  t.test("a v0 retry has a new sent_at and the same events (CAP-142)", async () => {
    const { emulator, flush } = createFixture(2, { captureMode: "v0" });
    emulator.failNext({ status: 503 });
    await flush(1000);
    const [first, second] = emulator.requests.map(({ body }) =>
      body as { sent_at: string; batch: unknown }
    );
    assertEquals(first?.batch, second?.batch);
    assertEquals([first?.sent_at, second?.sent_at], [
      "2026-01-01T00:00:00.000Z",
      "2026-01-01T00:00:01.000Z",
    ]);
  });

  t.test("after an outage the events are queued in order, and go out as they were (CAP-221)", async () => {
    const { emulator, flush, posthog } = createFixture(3, {
      // It sends events as they are queued.
      captureMode: "v0",
      fetchRetryCount: 0,
    });
    const queued = posthog.queuedEvents();
    emulator.failNext({ status: 503 });
    await flush(0);
    posthog.capture({ ...EVENT, event: "later" });
    assertEquals(posthog.queuedEvents().slice(0, 3), queued);
    await flush(0);
    const [, { body }] = emulator.requests as [unknown, { body: unknown }];
    assertEquals(batchOf(body).slice(0, 3), queued);
    assertEquals(batchOf(body)[3]?.event, "later");
  });

  t.test("an outage ends the cycle: later batches are not tried (CAP-229)", async () => {
    const { emulator, flush } = createFixture(3, { maxBatchSize: 1 });
    emulator.setFaultPolicy(() => ({ status: 503 }));
    assertEquals((await flush(60_000)).retained, 3);
    const names = emulator.requests.map(({ body }) => batchOf(body)[0]?.event);
    assertEquals(names, ["e0", "e0", "e0", "e0"]);
  });

  t.test("an event captured while a batch waits for its retry does not join it (CAP-234)", async () => {
    const { emulator, clock, posthog } = createFixture(1, { flushAt: 2 });
    emulator.failNext({ path: CAPTURE_PATH, status: 503 });
    const flushed = posthog.flush();
    await clock.advance(500);
    for (const event of ["x", "y"]) posthog.capture({ ...EVENT, event });
    await clock.advance(500);
    await flushed;
    const names = emulator.requests.map(({ body }) =>
      batchOf(body).map(({ event }) => event).join("")
    );
    assertEquals(names, ["e0", "xy", "e0"]);
  });

  t.test("the batch size of a cycle with 413 is not that of the next (CAP-230)", async () => {
    const { emulator, flush, posthog } = createFixture(4);
    emulator.failNext({ path: CAPTURE_PATH, status: 413 });
    assertEquals((await flush(0)).delivered, 4);
    for (let i = 0; i < 4; i++) posthog.capture(EVENT);
    await flush(0);
    const sizes = emulator.requests.map(({ body }) => batchOf(body).length);
    assertEquals(sizes, [4, 2, 2, 4]);
  });

  t.test("a used-up quota is in v0 one error a cycle, and the events are not sent again (CAP-147)", async () => {
    const { emulator, flush, posthog, codes } = createFixture(4, {
      captureMode: "v0",
      maxBatchSize: 1,
    });
    emulator.setQuotaLimited(["events"]);
    assertEquals(await flush(0), { delivered: 4, dropped: 0, retained: 0 });
    assertEquals([codes(), posthog.queueSize], [["quota_limited"], 0]);
  });

  t.test("an outage warns once until a success, a refusal logs each time, a hook's drop neither (CAP-300)", async () => {
    const { emulator, flush, posthog, logs, codes } = createFixture(0, {
      fetchRetryCount: 0,
      beforeSend: (event) => event.event === "hidden" ? null : event,
    });
    const cycle = async (status: number | undefined) => {
      if (status) emulator.failNext({ path: CAPTURE_PATH, status });
      posthog.capture(EVENT);
      await flush(0);
    };
    const count = (level: string) =>
      logs.filter((entry) => entry.level === level).length;
    for (const status of [503, 503, 503]) await cycle(status);
    assertEquals([count("warn"), codes().length], [1, 3]);
    for (const status of [undefined, 503]) await cycle(status);
    assertEquals([count("warn"), codes().length], [2, 4]);
    for (const status of [400, 400]) await cycle(status);
    posthog.capture({ ...EVENT, event: "hidden" });
    assertEquals([count("warn"), count("error"), codes().length], [2, 2, 6]);
  });

  t.test("10,000 captures while the server is down stay within bounds, with one warning for each trouble (CAP-116, CAP-117, CAP-235)", async () => {
    const maxQueueBytes = 200_000;
    const dropped = new Set<string | undefined>();
    const { emulator, clock, posthog, logs, errors } = createFixture(0, {
      maxQueueBytes,
      flushAt: 1,
    });
    posthog.on("drop", ({ uuid }) => dropped.add(uuid));
    emulator.setFaultPolicy(() => ({ drop: "connection" }));
    let most = 0;
    for (let i = 0; i < 10_000; i++) {
      posthog.capture(EVENT);
      if (i % 500 !== 0) continue;
      await clock.advance(100);
      const bytes = posthog.queuedEvents().map((event) =>
        JSON.stringify(event).length
      );
      most = Math.max(most, bytes.reduce((sum, length) => sum + length, 0));
    }
    const { retained } = await (async () => {
      const flushed = posthog.flush();
      await clock.advance(60_000);
      return await flushed;
    })();
    assertEquals(most <= maxQueueBytes && most > maxQueueBytes / 2, true);
    assertEquals(dropped.size + retained, 10_000);
    const warnings = logs.filter(({ level }) => level === "warn");
    assertEquals(warnings.length, 2, "the outage and the overflow");
    const done = posthog.shutdown(1000);
    await clock.advance(1000);
    await done;
    assertEquals([dropped.size, posthog.queueSize, clock.pending], [
      10_000,
      0,
      0,
    ]);
    assertEquals(errors.length > dropped.size - retained, true);
  });
}
