import { assertEquals, assertRejects } from "@std/assert";
import { consumeQueue } from "edgehog/queue";
import { createTestClient } from "edgehog/testing";
import {
  bodyOf,
  createMessage,
  type RecordedMessage,
  uuidOf,
} from "./_messages.ts";
import { CAPTURE_PATH } from "../../_kit/capture_paths.ts";

function settledOf(messages: readonly RecordedMessage[]): string[] {
  return messages.map(({ settled }) => settled.join(" then "));
}

Deno.test("consumeQueue() delivers over HTTP and acknowledges, though the client's own transport is another", async () => {
  const { posthog, emulator } = createTestClient({
    transport: { send: () => Promise.reject(new Error("not this one")) },
  });
  const messages = [1, 2].map((n) =>
    createMessage(bodyOf(`event ${n}`, uuidOf(n)))
  );
  assertEquals(await consumeQueue({ messages }, posthog), {
    delivered: 2,
    dropped: 0,
    retried: 0,
    poisoned: 0,
  });
  assertEquals(settledOf(messages), ["ack", "ack"]);
  assertEquals(emulator.events.map(({ event }) => event), [
    "event 1",
    "event 2",
  ]);
  assertEquals(emulator.requests.length, 1);
});

Deno.test("consumeQueue() reads a body that is JSON text", async () => {
  const { posthog, emulator } = createTestClient();
  const message = createMessage(JSON.stringify(bodyOf("as text")));
  await consumeQueue({ messages: [message] }, posthog);
  assertEquals(message.settled, ["ack"]);
  assertEquals(emulator.events.length, 1);
});

Deno.test("consumeQueue() sends the text byte for byte by v0", async () => {
  const { posthog, emulator } = createTestClient({ captureMode: "v0" });
  const body = bodyOf("spaced");
  const text = body.text.replace('"properties":{}', '"properties":{"ü":1.0}');
  await consumeQueue(
    { messages: [createMessage({ ...body, text })] },
    posthog,
  );
  assertEquals(emulator.events[0]?.properties, { "ü": 1 });
});

Deno.test("consumeQueue() sends messages of one uuid once and acknowledges both", async () => {
  const { posthog, emulator } = createTestClient();
  const uuid = "00000000-0000-7000-8000-00000000000a";
  const messages = [uuid, uuid.toUpperCase()].map((uuid) =>
    createMessage(bodyOf("twice", uuid))
  );
  const { delivered } = await consumeQueue({ messages }, posthog);
  assertEquals([delivered, settledOf(messages)], [2, ["ack", "ack"]]);
  assertEquals(emulator.events.map(({ arrival }) => arrival), [1]);
});

Deno.test("consumeQueue() reports and acknowledges what PostHog refuses for good", async () => {
  const { posthog, emulator, errors } = createTestClient();
  emulator.failNext({ path: CAPTURE_PATH, status: 400 });
  const message = createMessage(bodyOf("refused"));
  const { dropped } = await consumeQueue({ messages: [message] }, posthog);
  assertEquals([dropped, message.settled], [1, ["ack"]]);
  assertEquals(errors.map(({ code }) => code), ["http"]);
});

Deno.test("consumeQueue() splits a batch that is too large and judges each event", async () => {
  const { posthog, emulator, errors } = createTestClient();
  emulator.failNext({ path: CAPTURE_PATH, status: 413 });
  emulator.failNext({ path: CAPTURE_PATH, status: 413 });
  const messages = [1, 2].map((n) =>
    createMessage(bodyOf(`event ${n}`, uuidOf(n)))
  );
  const result = await consumeQueue({ messages }, posthog);
  assertEquals([result.delivered, result.dropped], [1, 1]);
  assertEquals(settledOf(messages), ["ack", "ack"]);
  assertEquals(errors.length, 1);
});

const DELAYS = [
  {
    name: "the client's rest",
    attempts: 1,
    retryAfter: undefined,
    retry: "retry 30",
  },
  { name: "twice that", attempts: 2, retryAfter: undefined, retry: "retry 60" },
  {
    name: "an hour at most",
    attempts: 90,
    retryAfter: undefined,
    retry: "retry 3600",
  },
  {
    name: "what PostHog asks for",
    attempts: 1,
    retryAfter: 120,
    retry: "retry 120",
  },
];

for (const { name, attempts, retryAfter, retry } of DELAYS) {
  Deno.test(`consumeQueue() gives back what can't be delivered now, after ${name}`, async () => {
    const { posthog, emulator, errors } = createTestClient({
      fetchRetryCount: 0,
      maxBatchSize: 1,
    });
    emulator.failNext({ path: CAPTURE_PATH, status: 503, retryAfter });
    const messages = [1, 2].map((n) =>
      createMessage(bodyOf(`event ${n}`, uuidOf(n)), attempts)
    );
    const { retried } = await consumeQueue({ messages }, posthog);
    assertEquals([retried, settledOf(messages)], [2, [retry, retry]]);
    // The second was not even tried: the lane rests.
    assertEquals(emulator.requests.length, 1);
    const [error] = errors;
    assertEquals(error?.name === "DeliveryError" && error.retained, true);
  });
}

Deno.test("consumeQueue() uses the client's retries within its call", async () => {
  const { posthog, emulator, clock } = createTestClient();
  emulator.failNext({ path: CAPTURE_PATH, status: 503, times: 2 });
  const message = createMessage(bodyOf("late"));
  const consumed = consumeQueue({ messages: [message] }, posthog);
  await clock.advance(10_000);
  assertEquals((await consumed).delivered, 1);
  assertEquals(emulator.requests.map(({ status }) => status), [503, 503, 200]);
});

Deno.test("consumeQueue() settles a batch larger than the client's own queue", async () => {
  const { posthog, emulator } = createTestClient({ maxQueueSize: 2 });
  const messages = [1, 2, 3, 4, 5].map((n) =>
    createMessage(bodyOf(`event ${n}`, uuidOf(n)))
  );
  const { delivered } = await consumeQueue({ messages }, posthog);
  assertEquals([delivered, emulator.events.length], [5, 5]);
});

Deno.test("consumeQueue() settles a lane while the other one hangs", async () => {
  const { posthog, clock } = createTestClient({
    fetchRetryCount: 0,
    fetch: (url) =>
      url.includes("/ai/")
        ? new Promise(() => {})
        : Promise.resolve(Response.json({ results: {} })),
  });
  const analytics = createMessage(bodyOf("fine"));
  const body = bodyOf("$ai_generation", uuidOf(2));
  const ai = createMessage({ ...body, lane: "ai" });
  const consumed = consumeQueue({ messages: [ai, analytics] }, posthog);
  await clock.settle();
  assertEquals(settledOf([analytics, ai]), ["ack", ""]);
  await clock.advance(10_000);
  const { delivered, retried } = await consumed;
  assertEquals([delivered, retried, ai.settled], [1, 1, ["retry 30"]]);
});

const GOOD = bodyOf("good");
const POISON: readonly { name: string; body: unknown }[] = [
  { name: "null", body: null },
  { name: "text", body: "hello" },
  { name: "a number", body: 7 },
  { name: "another object", body: { hello: "world" } },
  { name: "a later version", body: { ...GOOD, version: 2 } },
  { name: "another lane", body: { ...GOOD, lane: "replay" } },
  { name: "no uuid", body: { ...GOOD, uuid: "1" } },
  { name: "a blank event", body: { ...GOOD, event: " " } },
  { name: "no text", body: { ...GOOD, text: undefined } },
  { name: "broken text", body: { ...GOOD, text: GOOD.text.slice(1) } },
  { name: "several events", body: { ...GOOD, text: `${GOOD.text},{}` } },
  { name: "another's text", body: { ...GOOD, uuid: uuidOf(2) } },
];

for (const { name, body } of POISON) {
  Deno.test(`consumeQueue() reports ${name} once, gives it back and delivers its neighbours`, async () => {
    const { posthog, emulator, errors, logs } = createTestClient();
    const neighbour = createMessage(bodyOf("fine", uuidOf(9)));
    const first = createMessage(body);
    const result = await consumeQueue(
      { messages: [first, neighbour] },
      posthog,
    );
    assertEquals(result, { delivered: 1, dropped: 0, retried: 0, poisoned: 1 });
    const again = createMessage(body, 2);
    await consumeQueue({ messages: [again] }, posthog);
    assertEquals(settledOf([first, neighbour, again]), [
      "retry",
      "ack",
      "retry",
    ]);
    assertEquals(errors.map(({ code }) => code), ["unparseable"]);
    assertEquals(logs.map(({ level }) => level), ["error"]);
    assertEquals(emulator.events.length, 1);
  });
}

for (const how of ["disabled", "shut down", "in test mode"] as const) {
  Deno.test(`consumeQueue() gives everything back when the client is ${how}`, async () => {
    const { posthog, emulator } = createTestClient({
      disabled: how === "disabled",
      testMode: how === "in test mode",
    });
    if (how === "shut down") await posthog.shutdown();
    const message = createMessage(bodyOf("kept"));
    const { retried } = await consumeQueue({ messages: [message] }, posthog);
    assertEquals([retried, message.settled], [1, ["retry 30"]]);
    assertEquals(emulator.requests.length, 0);
  });
}

for (const posthog of [undefined, null, {}, { forRequest: () => {} }, "phc"]) {
  Deno.test(`consumeQueue() gives everything back and rejects for ${JSON.stringify(posthog)} as the client`, async () => {
    const messages = [createMessage(bodyOf("kept")), createMessage("poison")];
    await assertRejects(
      () => consumeQueue({ messages }, posthog as never),
      TypeError,
      "'posthog' is no client of this package",
    );
    assertEquals(settledOf(messages), ["retry", "retry"]);
  });
}

for (const batch of [undefined, null, 7, {}, { messages: "many" }]) {
  Deno.test(`consumeQueue() survives ${JSON.stringify(batch)} as the batch`, async () => {
    const { posthog, logs } = createTestClient();
    const result = await consumeQueue(batch as never, posthog);
    assertEquals(result, { delivered: 0, dropped: 0, retried: 0, poisoned: 0 });
    assertEquals(logs.map(({ level }) => level), ["error"]);
  });
}

Deno.test("consumeQueue() survives messages that throw, and settles the others", async () => {
  const { posthog, errors } = createTestClient();
  const fail = () => {
    throw new Error("no");
  };
  const hostile = {
    get body(): unknown {
      return fail();
    },
    get attempts(): number {
      return fail();
    },
    get id(): string {
      return fail();
    },
    ack: fail,
    retry: fail,
  };
  const unacked = { ...createMessage(bodyOf("a")), ack: fail };
  const fine = createMessage(bodyOf("b", uuidOf(2)));
  const messages = [null as never, hostile, unacked, fine];
  const result = await consumeQueue({ messages }, posthog);
  assertEquals(result, { delivered: 2, dropped: 0, retried: 0, poisoned: 1 });
  assertEquals(fine.settled, ["ack"]);
  assertEquals(errors.map(({ code }) => code), [
    "unparseable",
    "callback",
    "callback",
  ]);
});
