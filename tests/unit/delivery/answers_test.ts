import { assert, assertEquals } from "@std/assert";
import type { AnyEdgehogError } from "edgehog";
import { consumeQueue } from "edgehog/queue";
import {
  createTestClient,
  type TestClient,
  type TestClientOptions,
} from "edgehog/testing";
import { CAPTURE_PATHS } from "../../_kit/capture_paths.ts";

type Fetch = NonNullable<TestClientOptions["fetch"]>;

const HOST = "https://ingest.example";
const USER = { distinctId: "user-1" };

/** The ways of events: protocol and lane, and the path they take. */
const WAYS = [
  ["v0", "analytics", CAPTURE_PATHS.v0.analytics],
  ["v1", "analytics", CAPTURE_PATHS.v1.analytics],
  ["v0", "ai", CAPTURE_PATHS.v0.ai],
  ["v1", "ai", CAPTURE_PATHS.v1.ai],
] as const;

/** A client of a host whose answers come from `answer`, or where that gives none from the emulator. */
function createFixture(
  answer: (url: string, init: Parameters<Fetch>[1]) => Response | undefined,
  options: TestClientOptions = {},
) {
  const kit: TestClient = createTestClient({
    host: HOST,
    flags: { a: true },
    retryJitter: 0,
    fetch: async (url, init) =>
      answer(String(url), init) ?? await kit.emulator.fetch(url, init),
    ...options,
  });
  const { posthog, errors, logs } = kit;
  const capture = (lane: "analytics" | "ai" = "analytics") =>
    lane === "ai"
      ? posthog.captureAi({ ...USER, event: "$ai_generation" })
      : posthog.capture({ ...USER, event: "paid" });
  const deliveryErrors = () =>
    errors.filter((error): error is AnyEdgehogError & { retained: boolean } =>
      error.name === "DeliveryError"
    );
  const warnings = () =>
    logs.filter(({ level }) => level === "warn").map(({ message }) => message);
  return { ...kit, capture, deliveryErrors, warnings };
}

const redirect = (location: string) =>
  new Response(null, { status: 307, headers: { location } });

/** What a client asks of PostHog, each with what it brings when that works. */
const REQUESTS: readonly (readonly [
  name: string,
  options: TestClientOptions,
  ask: (fixture: ReturnType<typeof createFixture>) => Promise<unknown>,
])[] = [
  ...WAYS.map(([captureMode, lane, path]) =>
    [
      `events to ${path} in ${captureMode}`,
      { captureMode },
      async ({ posthog, capture }: ReturnType<typeof createFixture>) => {
        capture(lane);
        return (await posthog.flush()).delivered === 1;
      },
    ] as const
  ),
  [
    "flags",
    { enableLocalEvaluation: false },
    async ({ posthog }) =>
      (await posthog.evaluateFlags("user-1")).isEnabled("a"),
  ],
  [
    "definitions",
    {},
    async ({ posthog }) =>
      (await posthog.evaluateFlags("user-1", { onlyEvaluateLocally: true }))
        .isEnabled("a"),
  ],
];
for (const [name, options, ask] of REQUESTS) {
  Deno.test(`${name}: a 307 within the host is followed once, with the same request (FLD-007)`, async () => {
    const seen: [path: string, init: string][] = [];
    const fixture = createFixture((url, init) => {
      const { pathname, search } = new globalThis.URL(url);
      const { body, headers, method } = init ?? {};
      const bytes = body instanceof Uint8Array ? [...body] : body;
      seen.push([pathname, JSON.stringify([method, headers, bytes])]);
      // Twice the same place moves once only.
      return seen.length === 1 ? redirect(`${pathname}${search}`) : undefined;
    }, options);
    assertEquals(await ask(fixture), true);
    // A flag that was read is told of by an event, which may be under way.
    const asked = seen.filter(([path]) => path === seen[0]?.[0]);
    const [first, second] = asked;
    assertEquals([asked.length, first], [2, second]);
    assertEquals(fixture.errors, []);
  });

  for (
    const target of ["https://other.example/", "http://ingest.example/"]
  ) {
    Deno.test(`${name}: a 307 to ${target} is not followed (FLD-007, CAP-145)`, async () => {
      const urls: string[] = [];
      const fixture = createFixture((url) => {
        urls.push(url);
        return redirect(target);
      }, options);
      assertEquals(await ask(fixture), false);
      assertEquals(urls.filter((url) => !url.startsWith(`${HOST}/`)), []);
      assertEquals(urls.length >= 1 && fixture.errors.length >= 1, true);
    });
  }
}

Deno.test("a client whose host refuses compressed bodies sends none to any lane for the rest of its life, with one warning (FLD-008)", async () => {
  const encodings: unknown[] = [];
  const { posthog, capture, emulator, warnings, errors } = createFixture(
    (_url, init) => {
      const { headers } = new Request(HOST, init);
      const encoding = headers.get("content-encoding");
      encodings.push(encoding);
      return encoding ? new Response("no", { status: 415 }) : undefined;
    },
    { disableCompression: false },
  );
  for (const lane of ["analytics", "analytics", "ai"] as const) {
    capture(lane);
    assertEquals((await posthog.flush()).delivered, 1);
  }
  assertEquals(encodings, ["gzip", null, null, null]);
  assertEquals(emulator.events.length, 3);
  assertEquals(warnings().length, 1);
  assertEquals(errors, []);
});

Deno.test("what is sent without compression is the same attempt of the same request (FLD-008)", async () => {
  const attempts: unknown[] = [];
  const { posthog, capture } = createFixture((_url, init) => {
    const { headers } = new Request(HOST, init);
    attempts.push(
      ["PostHog-Attempt", "PostHog-Request-Id", "PostHog-Request-Timestamp"]
        .map((name) => headers.get(name)),
    );
    return headers.has("content-encoding")
      ? new Response("bad gzip", { status: 400 })
      : undefined;
  }, { captureMode: "v1", disableCompression: false });
  capture();
  assertEquals((await posthog.flush()).delivered, 1);
  assertEquals([attempts.length, attempts[0]], [2, attempts[1]]);
});

for (const [captureMode, lane, path] of WAYS) {
  Deno.test(`a web page that answers events to ${path} in ${captureMode} is no delivery: one attempt, kept, one report, and the lane rests (FLD-009)`, async () => {
    let page: string | undefined = " \n<!doctype html><title>Sign in</title>";
    let requests = 0;
    const { posthog, capture, clock, deliveryErrors, warnings } = createFixture(
      () => {
        requests++;
        return page ? new Response(page) : undefined;
      },
      { captureMode },
    );
    capture(lane);
    const flushed = posthog.flush();
    await clock.advance(29_000);
    assertEquals(await flushed, { delivered: 0, dropped: 0, retained: 1 });
    // The lane rests as after any outage: a capture sends nothing.
    capture(lane);
    await clock.advance(999);
    assertEquals([requests, posthog.queueSize], [1, 2]);
    const [error] = deliveryErrors();
    assert(error?.name === "DeliveryError");
    assertEquals(deliveryErrors().length, 1);
    assertEquals([error.code, error.retained, error.lane, error.attempts], [
      "unparseable",
      true,
      lane,
      1,
    ]);
    assertEquals(error.message.includes("a web page answered"), true);
    assertEquals(error.message.includes("'host'"), true);
    assertEquals(warnings().length, 1);
    // When the rest is over a capture sends what was kept.
    page = undefined;
    await clock.advance(1);
    capture(lane);
    await clock.settle();
    assertEquals([requests, posthog.queueSize], [2, 0]);
  });
}

Deno.test("a web page that asks for a shorter rest does not get one (FLD-009)", async () => {
  let requests = 0;
  const { posthog, capture, clock } = createFixture(() => {
    requests++;
    return new Response("<p>", { headers: { "Retry-After": "1" } });
  });
  capture();
  await posthog.flush();
  await clock.advance(2000);
  capture();
  await clock.settle();
  assertEquals(requests, 1);
});

Deno.test("a stand-in for fetch that answers with text() alone delivers, in every protocol (FLD-010)", async () => {
  for (const [captureMode, lane] of WAYS) {
    const { posthog, capture, errors } = createFixture(
      () =>
        ({
          status: 200,
          headers: new Headers(),
          text: () => Promise.resolve('{"results":{}}'),
        }) as unknown as Response,
      { captureMode },
    );
    capture(lane);
    assertEquals((await posthog.flush()).delivered, 1);
    assertEquals(errors, []);
  }
});

const REFUSED: readonly (readonly [status: number, check: RegExp])[] = [
  [401, /check the key and its region/],
  [403, /check the option 'host' and what a proxy lets through/],
  [404, /check the option 'host' and what a proxy lets through/],
  [405, /check the option 'host' and what a proxy lets through/],
];
for (const [status, check] of REFUSED) {
  Deno.test(`a delivery refused by ${status} names the host, never the key, and says what to check, in the same words on every way (FLD-011)`, async () => {
    const messages: string[] = [];
    for (const [captureMode, lane] of WAYS) {
      const refuse = () => new Response("phc_test", { status });
      const fixture = createFixture(refuse, { captureMode });
      const { posthog, capture, deliveryErrors, logs } = fixture;
      capture(lane);
      await posthog.flush();
      // As a consumer of a queue: the same words again.
      const event = { uuid: "019b7ca9-8f2e-7000-8000-000000000001" };
      const text = JSON.stringify({
        ...event,
        event: "paid",
        distinct_id: "user-1",
        properties: {},
        timestamp: "2026-01-01T00:00:00.000Z",
      });
      const body = {
        kind: "edgehog-event",
        version: 1,
        lane,
        ...event,
        event: "paid",
        text,
      };
      const message = { body, ack() {}, retry() {} };
      await consumeQueue({ messages: [message] }, posthog);
      const told = deliveryErrors().map(({ message }) => message);
      assertEquals(told.length, 2);
      assertEquals(JSON.stringify([told, logs]).includes("phc_test"), false);
      for (const one of told) {
        const isLogged = logs.some(({ level, message }) =>
          /warn|error/.test(level) && message.includes(one)
        );
        assertEquals(isLogged, true, "the log says the same");
      }
      messages.push(...told.map((one) => one.slice(one.indexOf(HOST))));
    }
    // By v1 there is more to check (UPS-018).
    const words = messages.toSorted((a, b) => a.length - b.length)[0] ?? "";
    assertEquals(messages.every((one) => one.startsWith(words)), true);
    assertEquals(words.startsWith(`${HOST} answered ${status}`), true);
    assertEquals(check.test(words), true);
  });
}
