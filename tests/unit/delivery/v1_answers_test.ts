import { assertEquals, assertMatch } from "@std/assert";
import type { DeliveryError } from "edgehog";
import type { Fault, ReceivedRequest } from "edgehog/dev";
import { createTestClient, type TestClientOptions } from "edgehog/testing";
import { CAPTURE_PATHS, isCapturePath } from "../../_kit/capture_paths.ts";

/** PostHog's own host, and one that is not. */
const H1 = "https://us.i.posthog.com";
const H2 = "https://e.shop.example";
const LANES = ["analytics", "ai"] as const;
type Lane = (typeof LANES)[number];

/** A client whose requests of a lane meet `fault` while that is set. */
function createFixture(
  fault: Fault,
  options: TestClientOptions = {},
  down: Lane = "analytics",
) {
  const kit = createTestClient({ host: H2, retryJitter: 0, ...options });
  const { posthog, emulator, errors, logs } = kit;
  const paths: string[] = [CAPTURE_PATHS.v0[down], CAPTURE_PATHS.v1[down]];
  const state: { fault: Fault | undefined } = { fault };
  emulator.setFaultPolicy(({ path }) =>
    paths.includes(path) ? state.fault : undefined
  );
  const capture = (lane: Lane = down, name = "$ai_a") => {
    const message = { distinctId: "u", event: name };
    return lane === "ai"
      ? posthog.captureAi(message)
      : posthog.capture(message);
  };
  const deliveryErrors = () =>
    errors.filter((error): error is DeliveryError =>
      error.name === "DeliveryError"
    );
  const requests = (lane: Lane = down) =>
    emulator.requests.filter(({ path }) =>
      path === CAPTURE_PATHS.v0[lane] || path === CAPTURE_PATHS.v1[lane]
    );
  const told = () =>
    logs.filter(({ level }) => level === "warn" || level === "error")
      .map(({ message }) => message);
  return { ...kit, state, capture, deliveryErrors, requests, told };
}

function uuidsOf({ body }: ReceivedRequest): string[] {
  return (body as { batch: { uuid: string }[] }).batch.map(({ uuid }) => uuid);
}

for (const [lane, other] of [LANES, LANES.toReversed()] as [Lane, Lane][]) {
  Deno.test(`429 by v1 rests the ${lane} lane for Retry-After, and the other goes on (UPS-012, R10)`, async () => {
    const { clock, posthog, state, capture, requests, emulator } =
      createFixture({ status: 429, retryAfter: 20 }, {}, lane);
    capture();
    await posthog.flush();
    assertEquals([requests().length, posthog.queueSize], [1, 1]);
    state.fault = undefined;
    await clock.advance(19_000);
    capture();
    capture(other);
    await clock.settle();
    assertEquals(requests().length, 1);
    assertEquals(emulator.events.map((event) => event.lane), [other]);
    await clock.advance(2000);
    capture();
    await clock.settle();
    assertEquals([requests().length, posthog.queueSize], [2, 0]);
  });

  Deno.test(`404 by v1 keeps the events of the ${lane} lane in order, for a new request after the pause (UPS-013, R8)`, async () => {
    const fixture = createFixture({ status: 404 }, {}, lane);
    const { clock, posthog, state, capture, deliveryErrors, requests, told } =
      fixture;
    const uuids = [capture(), capture()];
    await posthog.flush();
    assertEquals([requests().length, posthog.queueSize], [1, 2]);
    const [error] = deliveryErrors();
    assertEquals([error?.status, error?.retained, error?.attempts], [
      404,
      true,
      1,
    ]);
    assertMatch(error?.message ?? "", new RegExp(CAPTURE_PATHS.v1[lane]));
    assertMatch(error?.message ?? "", /captureMode/);
    // A capture sends nothing meanwhile.
    await clock.advance(29_000);
    uuids.push(capture());
    await clock.settle();
    assertEquals(requests().length, 1);
    state.fault = undefined;
    await clock.advance(1000);
    assertEquals((await posthog.flush()).delivered, 3);
    const [first, second] = requests();
    assertEquals(second && uuidsOf(second), uuids);
    assertEquals(second?.headers["posthog-attempt"], "1");
    const ids = [first, second].map((one) =>
      one?.headers["posthog-request-id"]
    );
    assertEquals(new Set(ids).size, 2);
    assertEquals([deliveryErrors().length, told().length], [1, 1]);
  });
}

Deno.test("404 by v1 warns once an outage, and honours a Retry-After (UPS-013)", async () => {
  const { clock, posthog, state, capture, deliveryErrors, requests, told } =
    createFixture({ status: 404, retryAfter: 100 });
  capture();
  await posthog.flush();
  await clock.advance(99_000);
  capture();
  await clock.settle();
  assertEquals(requests().length, 1);
  await clock.advance(1000);
  await posthog.flush();
  assertEquals([requests().length, deliveryErrors().length], [2, 2]);
  assertEquals(told().length, 1);
  state.fault = undefined;
  await clock.advance(100_000);
  await posthog.flush();
  state.fault = { status: 404 };
  capture();
  await posthog.flush();
  assertEquals(told().length, 2);
});

Deno.test("a host that answers 404 for ever costs bounded memory: the oldest make room, with a report (UPS-014)", async () => {
  const { clock, posthog, capture, deliveryErrors } = createFixture({
    status: 404,
  }, { maxQueueSize: 3 });
  const uuids = Array.from({ length: 5 }, () => capture());
  for (let i = 0; i < 3; i++) {
    await posthog.flush();
    await clock.advance(60_000);
    uuids.push(capture());
  }
  assertEquals(posthog.queueSize, 3);
  assertEquals(
    posthog.queuedEvents().map(({ uuid }) => uuid),
    uuids.slice(-3),
  );
  const lost = deliveryErrors().filter(({ code }) => code === "overflow")
    .flatMap(({ events }) => events.map(({ uuid }) => uuid));
  assertEquals(lost, uuids.slice(0, 5));
});

Deno.test("404 by v0 is final, on both lanes (UPS-015, R9)", async () => {
  for (const lane of LANES) {
    const { posthog, capture, deliveryErrors, requests } = createFixture(
      { status: 404 },
      { captureMode: "v0" },
      lane,
    );
    capture();
    assertEquals((await posthog.flush()).dropped, 1);
    const [error] = deliveryErrors();
    assertEquals([requests().length, error?.retained], [1, false]);
    assertEquals(error?.message.includes("captureMode"), false);
  }
});

Deno.test("whatever word goes with a drop, the report is the same (UPS-016)", async () => {
  const { posthog, emulator, capture, deliveryErrors } = createFixture({}, {});
  const words = ["misrouted_event", "non_ai_event", "brand_new_word"];
  emulator.setEventPolicy(({ event }) => ({ result: "drop", details: event }));
  for (const word of words) capture("analytics", word);
  assertEquals((await posthog.flush()).dropped, 3);
  const [error] = deliveryErrors();
  assertEquals([error?.code, error?.retained], ["partial", false]);
  assertEquals(
    error?.events.map(({ result, details }) => [result, details]),
    words.map((word) => ["drop", word]),
  );
});

Deno.test("a partial retry of the AI endpoint sends exactly those events again, as the same request (UPS-017, R66)", async () => {
  const { clock, posthog, emulator, capture, requests } = createFixture(
    {},
    {},
    "ai",
  );
  const [, uuid] = [capture(), capture()];
  emulator.setEventPolicy((event, { headers }) =>
    event.uuid === uuid && headers["posthog-attempt"] === "1"
      ? { result: "retry", details: "not_persisted" }
      : undefined
  );
  const flushed = posthog.flush();
  await clock.advance(10_000);
  assertEquals((await flushed).delivered, 2);
  const [first, second] = requests();
  assertEquals(requests().length, 2);
  assertEquals(second && uuidsOf(second), [uuid]);
  const nameOf = (one: ReceivedRequest | undefined) => [
    one?.url,
    one?.headers["posthog-request-id"],
    (one?.body as { created_at?: string }).created_at,
  ];
  assertEquals(nameOf(second), nameOf(first));
  assertEquals(second?.headers["posthog-attempt"], "2");
});

/** Status, host, and what the message says and does not. */
const HINTS: readonly (readonly [
  status: number,
  host: string,
  says: RegExp,
  not?: RegExp,
])[] = [
  [401, H1, /us\.i\.posthog\.com answered 401.*key.*region/, /proxy|capture/],
  [401, H2, /e\.shop\.example answered 401.*key.*Authorization.*captureMode/],
  [301, H2, /redirects \(301\), check the option 'host'/, /proxy|capture/],
  ...[403, 404, 405].flatMap((status) =>
    [
      [status, H1, RegExp(`us.i.posthog.com answered ${status}`), /proxy|Mode/],
      [status, H2, RegExp(`e.shop.example answered ${status}.*captureMode`)],
      [status, "https://posthog.com", RegExp(`${status}`), /proxy|Mode/],
      [status, "https://notposthog.com", /proxy.*captureMode/],
      [status, "https://posthog.com.shop.example", /proxy.*captureMode/],
      [status, "http://eu.posthog.com:8443", RegExp(`${status}`), /proxy|Mode/],
    ] as const
  ),
];

for (const [status, host, says, not] of HINTS) {
  Deno.test(
    `${status} of ${host} by v1 says what to check, in error and log (UPS-018, FLD-011${
      status === 401 ? host === H2 ? ", R6" : ", R7" : ""
    })`,
    async () => {
      for (const lane of LANES) {
        const { posthog, capture, deliveryErrors, requests, told } =
          createFixture({ status, body: "" }, { host }, lane);
        capture();
        const { dropped } = await posthog.flush();
        assertEquals([requests().length, dropped], [1, status === 404 ? 0 : 1]);
        const [{ message } = { message: "" }] = deliveryErrors();
        assertMatch(message, says);
        if (not) assertEquals(not.test(message), false, message);
        if (!not && status !== 401) {
          assertEquals(message.includes(CAPTURE_PATHS.v1[lane]), true, message);
        }
        assertEquals(told().some((line) => line.includes(message)), true);
        assertEquals(told().join().includes("phc_"), false);
      }
    },
  );
}

for (const lane of LANES) {
  Deno.test(`a shutdown waits for as long as the server puts the ${lane} lane off, if that is within its time (UPS-012, FLD-006)`, async () => {
    const requests: number[] = [];
    for (const retryAfter of [5, 40]) {
      const fixture = createFixture({ status: 429, retryAfter }, {}, lane);
      const { clock, posthog, state, capture, deliveryErrors } = fixture;
      capture();
      const shutdown = posthog.shutdown(30_000);
      await clock.settle();
      state.fault = undefined;
      await clock.advance(30_000);
      await shutdown;
      requests.push(fixture.requests().length);
      assertEquals(
        deliveryErrors().map(({ code }) => code),
        retryAfter === 5 ? ["http"] : ["http", "shutdown_timeout"],
      );
      assertEquals(clock.pending, 0);
    }
    assertEquals(requests, [2, 1]);
  });
}

Deno.test("after any number of 401, 404 and 405 nothing goes by v0 (UPS-002, UPS-019)", async () => {
  const { clock, posthog, state, capture, emulator } = createFixture({});
  emulator.setFaultPolicy(() => state.fault);
  for (const status of [401, 404, 405, 401, 404, 405, 404, 404]) {
    state.fault = { status };
    capture("analytics");
    capture("ai");
    await posthog.flush();
    await clock.advance(60_000);
  }
  const paths = emulator.requests.map(({ path }) => path)
    .filter(isCapturePath);
  assertEquals(paths.length >= 16, true);
  assertEquals(
    new Set(paths),
    new Set<string>(Object.values(CAPTURE_PATHS.v1)),
  );
});
