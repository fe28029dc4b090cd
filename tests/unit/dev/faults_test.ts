import { assertEquals, assertRejects } from "@std/assert";
import {
  createPostHogEmulator,
  failFirstAttempts,
} from "../../../src/dev/mod.ts";
import { createFakeClock } from "../../../src/testing/fake_clock.ts";
import {
  getDefinitions,
  post,
  postBatch,
  postV1,
  v1Event,
  wireEvent,
} from "./_requests.ts";

Deno.test("failNext() fails the next request and only that", async () => {
  const { fetch, events, failNext, requests } = createPostHogEmulator();
  failNext({ status: 503, retryAfter: 3 });
  const failed = await postBatch(fetch, wireEvent(1));
  assertEquals([failed.status, failed.headers.get("retry-after")], [503, "3"]);
  assertEquals((await postBatch(fetch, wireEvent(2))).status, 200);
  assertEquals(events.length, 1);
  assertEquals(requests.map(({ status }) => status), [503, 200]);
});

Deno.test("failNext() waits for the path and counts", async () => {
  const { fetch, failNext } = createPostHogEmulator();
  failNext({ path: "/flags/definitions", status: 500 });
  failNext({ path: "/batch", status: 429, times: 2 });
  const statuses = [];
  for (let n = 1; n <= 3; n++) {
    statuses.push((await postBatch(fetch, wireEvent(n))).status);
  }
  statuses.push(
    (await getDefinitions(fetch)).status,
    (await getDefinitions(fetch)).status,
  );
  assertEquals(statuses, [429, 429, 200, 500, 200]);
});

Deno.test("failNext() and the policy aim at each endpoint that takes events", async () => {
  const emulator = createPostHogEmulator();
  const { fetch, failNext, setFaultPolicy, events } = emulator;
  const ai = () =>
    post(fetch, "/i/v0/ai/batch/", {
      api_key: "phc_test",
      batch: [wireEvent(1)],
    });
  const v1 = () => postV1(fetch, v1Event(2));
  failNext({ path: "/i/v0/ai/batch", status: 500 });
  failNext({ path: "/i/v1/analytics/events", status: 429 });
  const planned = [];
  for (const send of [() => postBatch(fetch, wireEvent(3)), v1, ai, v1, ai]) {
    planned.push((await send()).status);
  }
  assertEquals(planned, [200, 429, 500, 200, 200]);
  assertEquals(events.map(({ lane }) => lane), [
    "analytics",
    "analytics",
    "ai",
  ]);
  setFaultPolicy(({ path }) =>
    path === "/i/v1/analytics/events" ? { status: 503 } : undefined
  );
  assertEquals([(await ai()).status, (await v1()).status], [200, 503]);
});

Deno.test("a fault says its own body", async () => {
  const { fetch, failNext } = createPostHogEmulator();
  failNext({ status: 200, body: { unexpected: [1] } });
  failNext({ status: 502, body: "<html>" });
  failNext({ status: 304 });
  assertEquals((await getDefinitions(fetch)).text, '{"unexpected":[1]}');
  assertEquals((await getDefinitions(fetch)).text, "<html>");
  assertEquals((await getDefinitions(fetch)).text, "");
});

Deno.test("a connection dropped before the request was looked at accepts nothing", async () => {
  const { fetch, events, requests, failNext } = createPostHogEmulator();
  failNext({ drop: "connection" });
  await assertRejects(
    () => postBatch(fetch, wireEvent(1)),
    TypeError,
    "dropped the connection",
  );
  assertEquals(events, []);
  assertEquals(requests.map(({ status }) => status), [0]);
});

Deno.test("a connection dropped before the answer accepts the events all the same", async () => {
  const { fetch, events, failNext } = createPostHogEmulator();
  failNext({ drop: "answer" });
  await assertRejects(
    () => postBatch(fetch, wireEvent(1)),
    TypeError,
    "before its answer",
  );
  await postBatch(fetch, wireEvent(1));
  assertEquals(events.map(({ arrival }) => arrival), [1, 2]);
});

Deno.test("a body cut short starts and breaks off", async () => {
  const { fetch, failNext } = createPostHogEmulator();
  failNext({ drop: "body" });
  const response = await fetch("http://localhost/batch/", {
    method: "POST",
    body: JSON.stringify({ api_key: "phc_test", batch: [wireEvent(1)] }),
  });
  assertEquals(response.status, 200);
  const reader = response.body?.getReader();
  const first = await reader?.read();
  assertEquals(new TextDecoder().decode(first?.value), '{"status');
  await assertRejects(
    async () => await reader?.read(),
    TypeError,
    "cut the body short",
  );
});

Deno.test("a slow answer takes its time on the clock", async () => {
  const clock = createFakeClock();
  const { fetch, events, failNext } = createPostHogEmulator({ clock });
  failNext({ delayMs: 1000 });
  const answered = postBatch(fetch, wireEvent(1));
  await clock.advance(999);
  assertEquals(events, []);
  await clock.advance(1);
  assertEquals((await answered).status, 200);
});

Deno.test("a caller who gives up during a slow answer gets its own reason, and nothing is done", async () => {
  const clock = createFakeClock();
  const { fetch, events, requests, failNext } = createPostHogEmulator({
    clock,
  });
  failNext({ delayMs: 1000 });
  const controller = new AbortController();
  const body = { "api_key": "phc_test", batch: [wireEvent(1)] };
  const answered = post(fetch, "/batch/", body, { signal: controller.signal });
  const rejected = assertRejects(() => answered, DOMException, "too slow");
  await clock.settle();
  controller.abort(new DOMException("too slow", "TimeoutError"));
  await rejected;
  assertEquals([events.length, requests.length, clock.pending], [0, 1, 0]);
});

Deno.test("failFirstAttempts() fails each batch by itself, whatever the order", async () => {
  const { fetch, setFaultPolicy } = createPostHogEmulator();
  setFaultPolicy(failFirstAttempts(2, { status: 503 }));
  const statuses = [];
  for (const n of [1, 2, 1, 1, 2, 2]) {
    statuses.push((await postBatch(fetch, wireEvent(n))).status);
  }
  assertEquals(statuses, [503, 503, 503, 200, 503, 200]);
  assertEquals((await getDefinitions(fetch)).status, 200);
});

Deno.test("failFirstAttempts() fails batches of every endpoint", async () => {
  const { fetch, setFaultPolicy } = createPostHogEmulator();
  setFaultPolicy(failFirstAttempts(1, { status: 503 }));
  const ai = { api_key: "phc_test", batch: [wireEvent(1)] };
  const statuses = [];
  for (let attempt = 1; attempt <= 2; attempt++) {
    statuses.push((await postV1(fetch, v1Event(2))).status);
    statuses.push((await post(fetch, "/i/v0/ai/batch/", ai)).status);
  }
  assertEquals(statuses, [503, 503, 200, 200]);
});

Deno.test("a planned fault comes before the policy, and neither outlives a reset", async () => {
  const {
    fetch,
    failNext,
    setFaultPolicy,
    reset,
    events,
    requests,
    setQuotaLimited,
  } = createPostHogEmulator();
  setFaultPolicy(({ method }) =>
    method === "POST" ? { status: 500 } : undefined
  );
  failNext({ status: 429, times: 2 });
  const statuses = [];
  statuses.push(
    (await postBatch(fetch, wireEvent(1))).status,
    (await getDefinitions(fetch)).status,
  );
  statuses.push(
    (await postBatch(fetch, wireEvent(1))).status,
    (await getDefinitions(fetch)).status,
  );
  assertEquals(statuses, [429, 429, 500, 200]);
  failNext({ status: 429 });
  setQuotaLimited(["events"]);
  reset();
  assertEquals([events.length, requests.length], [0, 0]);
  await postBatch(fetch, wireEvent(1));
  assertEquals(events.map(({ arrival }) => arrival), [1]);
});

Deno.test("an answer that is slow comes too late for who gave up, but the events are there", async () => {
  const clock = createFakeClock();
  const { fetch, events, failNext } = createPostHogEmulator({ clock });
  failNext({ answerDelayMs: 5000 });
  const giveUp = new AbortController();
  const asked = fetch("http://localhost/batch/", {
    method: "POST",
    body: JSON.stringify({ api_key: "phc_test", batch: [wireEvent(1)] }),
    signal: giveUp.signal,
  });
  await clock.advance(4999);
  assertEquals(events.length, 1);
  giveUp.abort();
  await assertRejects(() => asked);
  assertEquals([events.length, clock.pending], [1, 0]);
});
